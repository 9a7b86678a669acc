"""My work shows what waits for whoever reads it, and nothing else."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from engine.transactions import Database
from tests.factories import END, START, process, sequence, user_task
from tests.integration.api.conftest import Client, Clock
from tests.integration.pages.conftest import Reader, words
from tests.listening import listening


def test_my_work_has_what_is_mine_by_urgency_and_what_i_may_take_on(
    reader: Callable[[str], Reader], login: Callable[..., Client], three: str, clock: Clock
) -> None:
    anna = login("anna")
    anna.post("/instances", {"process": "three", "title": "A loose label"})
    assert "Nothing waits for you." in words(reader("fred").open("/"))
    page = reader("bert").open("/")
    assert "A loose label" in words(page, "//section[@aria-labelledby='g-free']")
    (form,) = page.xpath("//main//form[@method='post']")
    task = form.get("action").split("/")[2]
    answer = reader("bert").press(form.get("action"))
    assert answer.headers["Location"] == f"/tasks/{task}"
    assert "A loose label" not in words(reader("anna").open("/"))
    assert "1 task is yours." in words(reader("bert").open("/"))


def test_a_page_runs_nothing_inline_and_nothing_from_elsewhere(reader: Callable[[str], Reader]) -> None:
    page = reader("anna").open("/")
    assert not page.xpath("//script[not(@src)] | //*[@style] | //style | //*[starts-with(name(@*), 'on')]")
    assert all(one.startswith("/") for one in page.xpath("//@src | //link/@href | //use/@href"))


def test_what_is_not_there_is_said_on_a_page(reader: Callable[[str], Reader]) -> None:
    reader("anna").press("/tasks/00000000-0000-0000-0000-000000000000/take-on", 404)


def test_a_task_is_taken_on_in_the_list_and_filters_stay_in_the_address(
    reader: Callable[[str], Reader], login: Callable[..., Client], three: str, clock: Clock
) -> None:
    anna, bert = login("anna"), reader("bert")
    anna.post("/instances", {"process": "three", "title": "A loose label"})
    case = anna.post("/instances", {"process": "three", "title": "A bent pin"})["id"]
    page = bert.open("/?q=bent")
    assert "1 more does not pass the filters." in words(page)
    (row,) = page.xpath("//li[contains(@class, 'row')]")
    assert "for Staff" in words(row, ".")
    assert row.xpath(".//a/@href")[0].endswith("?from=q%3Dbent")
    assert bert.open(row.xpath(".//a/@href")[0]).xpath("//p[@class='crumb']/a/@href")[0] == "/?q=bent"
    address = row.xpath(".//form/@hx-post")[0]
    taken = bert.tree(bert.sent("POST", address, 200, headers={"HX-Request": "true", "X-CSRFToken": bert.proof}))
    assert "yours" in words(taken, "//li")
    assert taken.xpath("//a[@autofocus]")
    reader("carl").sent("POST", address, 400)
    assert "waits for Bert" in words(reader("anna").open("/?tab=waiting"))
    task = address.split("/")[2]
    since = clock().isoformat().replace("+", "%2B")
    nothing = {"headers": {"If-None-Match": '"0"'}}
    bert.sent("GET", f"/my-work/news?since={since}&rows={task}.2", 304, **nothing)
    clock.forward(minutes=5)
    anna.post("/instances", {"process": "three", "title": "A third"})
    assert words(bert.open(f"/my-work/news?since={since}&at=q"), "//p") == "1 new task"
    bert.press(f"/tasks/{task}/finish", values="{}")
    assert "A bent pin" in words(bert.open("/?tab=done"))
    seen = reader("anna").open(f"/my-work/news?since={since}&rows={task}.1,nonsense,{case}.1")
    assert "done by Bert" in words(seen, f"//li[@id='task-{task}']")
    assert len(seen.xpath("//li[@data-version]")) == 1
    assert "Staff" in words(bert.open("/my-work/duties"))


def test_my_work_asks_as_little_of_the_database_however_much_waits(
    reader: Callable[[str], Reader], login: Callable[..., Client], three: str, database: Database
) -> None:
    anna, bert = login("anna"), reader("bert")
    asked = []
    for title in ("A loose label", "A bent pin"):
        anna.post("/instances", {"process": "three", "title": title})
        bert.open("/")
        with listening(database.engine) as heard:
            page = bert.open("/")
        assert title in words(page)
        asked.append(len(heard.statements))
    assert asked[0] == asked[1] <= 7


def test_a_free_task_says_what_keeps_its_reader_from_it(
    reader: Callable[[str], Reader], login: Callable[..., Client], three: str
) -> None:
    login("anna").post("/instances", {"process": "three", "title": "A loose label"})
    bert = reader("bert")
    for _ in range(2):
        task = bert.open("/").xpath("//main//form[@method='post']/@action")[0].removesuffix("/take-on")
        bert.press(f"{task}/take-on")
        bert.press(f"{task}/finish", values="{}")
    page = bert.open("/")
    assert "so somebody else must do this" in words(page, "//section[@aria-labelledby='g-free']//p[@class='refusal']")
    assert not page.xpath("//form[contains(@action, '/take-on')]")
    assert reader("anna").open("/").xpath("//form[contains(@action, '/take-on')]")


def test_what_was_typed_before_a_task_was_given_back_is_told_in_the_list(
    reader: Callable[[str], Reader], login: Callable[..., Client], three: str
) -> None:
    login("anna").post("/instances", {"process": "three", "title": "A loose label"})
    bert = reader("bert")
    address = bert.open("/").xpath("//main//form[@method='post']/@action")[0]
    task = address.removesuffix("/take-on")
    bert.press(address)
    sent = {"json": {"answers": {"said": "Half a sentence"}, "over": ""}, "headers": {"X-CSRFToken": bert.proof}}
    bert.sent("POST", f"{task}/draft", 200, **sent)
    bert.press(f"{task}/give-back", reason="A day away")
    assert "Draft" in words(bert.open("/"), "//section[@aria-labelledby='g-free']")


def test_a_page_shows_everybody_his_duties_roles_tasks_who_stands_in_and_next_dates(
    reader: Callable[[str], Reader], login: Callable[..., Client], in_force: Callable[[bytes], str], clock: Clock
) -> None:
    task = user_task("T_ask", groups="staff").replace("<bpmn:userTask ", '<bpmn:userTask camunda:dueDate="3 bd" ')
    in_force(process("leak", sequence(START, task, END)))
    anna, bert = login("anna"), login("bert")
    anna.post("/instances", {"process": "leak", "title": "A loose label"})
    (address,) = reader("bert").open("/").xpath("//form[contains(@hx-post, '/take-on')]/@action")
    reader("bert").press(address)
    away = {"begins_at": (clock.moment + timedelta(days=9)).isoformat()}
    away |= {"ends_at": (clock.moment + timedelta(days=16)).isoformat()}
    bert.post("/substitutions", {"person": "bert", "first": "carl", **away})
    page = reader("bert").open("/my-work/duties")
    assert "RolesStaff" in words(page, "//section[@aria-labelledby='duties']")
    assert "Carl, " in words(page, "//section[@aria-labelledby='duties']")
    assert "A loose label, due Thu 7 Jan" in words(page, "//section[@aria-labelledby='tasks']")
    assert "T ask, A loose label" in words(page, "//section[@aria-labelledby='dates']")
    assert "Nothing waits for you." in words(reader("carl").open("/my-work/duties"))


def test_news_of_a_task_that_one_may_not_see_are_as_of_none(
    reader: Callable[[str], Reader], login: Callable[..., Client], three: str
) -> None:
    login("anna").post("/instances", {"process": "three", "title": "A loose label"})
    (task,) = login("anna").get("/tasks", view="claimable")["items"]
    fred, known = reader("fred"), {"If-None-Match": 'W/"0"'}
    for one in (task["id"], str(uuid4())):
        fred.sent("GET", f"/my-work/news?rows={one}.999", 304, headers=known)
    reader("anna").sent("GET", f"/my-work/news?rows={task['id']}.999", 200, headers=known)


def test_five_views_are_kept_by_name(reader: Callable[[str], Reader], three: str) -> None:
    bert = reader("bert")
    for number in range(1, 6):
        bert.press("/my-work/views", name=f"View {number}", query=f"q={number}")
    bert.press("/my-work/views", name="view 5", query="late=1")
    bert.press("/my-work/views", name="One more", query="sign=1")
    page = bert.open("/?late=1")
    assert "You have kept 5 views already." in words(page)
    assert page.xpath("//nav[@aria-label='Kept views']/a[@aria-current]/text()") == ["view 5"]
    assert "Drop the view view 5" in words(page)
    bert.press("/my-work/views/5/drop")
    assert "view 5" not in words(bert.open("/"))
    assert not reader("anna").open("/").xpath("//nav[@aria-label='Kept views']/a[position() > 1]")
