"""Anybody tells something without an account, and goes on under a code; nothing tells whether a case exists."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from engine.public.codes import SIGNS, code_of
from engine.store.public import PublicLetter, PublicThread
from engine.store.records import AuditEntry, Evidence
from engine.store.running import Instance
from tests.integration.api.conftest import Client
from tests.integration.public.conftest import Anybody
from tests.listening import listening
from web.app import create_app
from web.services import Limits, Services

Login = Callable[..., Client]
STRANGE = code_of(bytes(range(15)))


def task_of(client: Client, element: str) -> str:
    found = client.get("/tasks", view="claimable")["items"]
    return str(next(one["id"] for one in found if one["element"] == element))


def do(client: Client, element: str, **answers: object) -> None:
    task = task_of(client, element)
    client.post(f"/tasks/{task}/claim")
    client.post(f"/tasks/{task}/complete", {"answers": answers})


def test_anybody_sees_what_may_be_told_and_what_is_asked(anybody: Anybody):
    anybody.deploy()
    listed = anybody.app.test_client().get("/public").get_json()["items"]
    asked = anybody.app.test_client().get("/public/tell").get_json()

    assert listed == [{"key": "tell", "name": "Tell us", "text": ""}]
    assert asked["form"]["id"] == "told"
    assert [one["id"] for one in asked["people"]["staff"]] == ["anna", "bert", "carl"]


def test_a_report_begins_a_case_in_nobodys_name_and_gives_a_code_once(anybody: Anybody, login: Login):
    anybody.deploy()
    code = anybody.code()
    case = login("anna").get(f"/instances/{anybody.case()}")

    assert (case["process"], case["started_by"]) == ("told", "operator:public")
    with anybody.database.reading() as session:
        rows = [str(vars(row)) for row in session.scalars(select(PublicThread))]
        said = [row.body or b"" for row in session.scalars(select(AuditEntry))]
    assert not any(code in row or code.replace("-", "") in row for row in rows)
    assert not any(code.encode() in body or b"127.0.0.1" in body for body in said)
    assert anybody.verified().holds


def test_an_answer_by_the_model_and_one_by_hand_are_read_with_the_code(anybody: Anybody, login: Login):
    anybody.deploy()
    code = anybody.code()
    assert anybody.letters(code) == []
    do(login("anna"), "T_see", answer="We look into it.")
    login("bert").post(f"/instances/{anybody.case()}/letters", {"text": "It is mended."})

    assert anybody.letters(code) == ["We look into it.", "It is mended."]
    assert anybody.letters(code.lower().replace("-", " ")) == ["We look into it.", "It is mended."]
    shown = login("anna").get(f"/instances/{anybody.case()}/letters")
    assert [(one["by"], one["number"]) for one in shown["letters"]] == [("anna", 1), ("bert", 2)]
    assert anybody.verified().holds


def test_whoever_has_the_code_writes_again_and_the_case_hears_it(anybody: Anybody, login: Login):
    anybody.deploy(confidential=True)
    code = anybody.code()
    assert anybody.send("/letters/write", {"code": code, "text": "It hurts again."}).status_code == 204
    anybody.work()

    assert task_of(login("bert"), "T_again")
    variables = login("bert").get(f"/instances/{anybody.case()}/variables")["variables"]
    assert variables["reporter_message"] == "It hurts again."
    assert anybody.verified().holds


def test_a_code_that_nobody_has_is_answered_like_one_without_answers(anybody: Anybody):
    anybody.deploy()
    known, seen = anybody.code(), {}
    for code in (known, STRANGE):
        for path, more in (("/letters/read", {}), ("/letters/write", {"text": "Is anybody there?"})):
            with listening(anybody.database.engine) as heard:
                answer = anybody.send(path, {"code": code, **more})
            seen[code, path] = (answer.status_code, answer.data, heard.statements)

    for path in ("/letters/read", "/letters/write"):
        assert seen[known, path] == seen[STRANGE, path]


def test_a_misspelt_code_is_told_without_looking(anybody: Anybody):
    anybody.deploy()
    code = anybody.code()
    misspelt = [SIGNS[(SIGNS.index(code[0]) + step) % 32] + code[1:] for step in (1, 2)]  # One in 1,024 goes unseen.
    answers = [anybody.send("/letters/read", {"code": one}) for one in misspelt]

    assert (422, "invalid") in [(one.status_code, one.get_json().get("code")) for one in answers]


def test_a_confidential_case_is_for_its_handlers_and_not_for_whom_it_is_about(anybody: Anybody, login: Login):
    anybody.deploy(confidential=True)
    anybody.code(about="carl")
    path = f"/instances/{anybody.case()}"
    anybody.work()

    assert login("bert").send("GET", path).status_code == 200
    for stranger in ("carl", "olga", "adam"):
        assert login(stranger).send("GET", path).status_code == 404
        assert login(stranger).send("GET", f"{path}/letters").status_code == 404
        assert login(stranger).send("POST", f"{path}/letters", json={"text": "Who?"}).status_code == 404


def test_files_come_with_a_report_and_are_kept_by_their_digest(anybody: Anybody, login: Login):
    anybody.deploy()
    answer = anybody.tell(("scan.pdf", b"%PDF-1.4 it hurts"), ("note.txt", b"here"))
    assert answer.status_code == 201, answer.get_data(as_text=True)
    shown = login("anna").get(f"/instances/{anybody.case()}/letters")["files"]

    assert [one["name"] for one in shown] == ["scan.pdf", "note.txt"]
    held = login("anna").send("GET", f"/instances/{anybody.case()}/letters/files/{shown[0]['id']}")
    assert held.data == b"%PDF-1.4 it hurts"
    assert held.headers["Content-Disposition"].startswith("attachment")
    with anybody.database.reading() as session:
        assert list(session.scalars(select(Evidence))) == []


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ([("a.exe", b"MZ")], "files"),
        ([("empty.pdf", b"")], "empty"),
        ([(f"{n}.txt", b"x") for n in range(6)], "At most 5"),
    ],
)
def test_a_file_that_is_not_taken_leaves_no_case(anybody: Anybody, files: list[tuple[str, bytes]], why: str):
    anybody.deploy()
    answer = anybody.tell(*files)

    assert answer.status_code == 422
    assert why in answer.get_data(as_text=True)
    with anybody.database.reading() as session:
        assert list(session.scalars(select(Instance))) == []


def test_one_address_uses_the_door_only_so_often_and_sends_only_so_much(anybody: Anybody, services: Services):
    anybody.deploy()
    bounded = replace(services, limits=Limits(public=2_000, public_calls="3 per minute"))
    anybody.app = create_app(bounded)

    assert anybody.tell(("long.txt", b"x" * 3_000)).status_code == 413
    assert [anybody.tell().status_code for _ in range(3)] == [201, 201, 429]
    assert anybody.send("/letters/read", {"code": STRANGE}).status_code == 200


def test_what_the_form_refuses_is_refused_by_field(anybody: Anybody):
    anybody.deploy()
    answer = anybody.tell(what="")

    assert answer.status_code == 422
    assert "what" in answer.get_json()["errors"]


def test_people_of_a_group_that_is_not_shown_are_never_offered(anybody: Anybody):
    anybody.deploy(shows=[])

    assert anybody.app.test_client().get("/public/tell").status_code == 409
    assert anybody.tell().status_code == 409


@pytest.mark.parametrize("way", [{"active": False}, {"process": "nothing"}, {"start": "S_else"}])
def test_a_way_that_leads_nowhere_does_not_exist(anybody: Anybody, way: dict[str, object]):
    anybody.deploy(**way)

    assert anybody.app.test_client().get("/public/tell").status_code == 404
    assert anybody.tell().status_code == 404


def test_ways_are_kept_by_administrators_with_their_history(anybody: Anybody, login: Login):
    anybody.deploy()
    body = {"name": "Tell us all", "process": "told", "start": "S_told", "shows": ["staff"]}
    login("adam").expect(200, login("adam").send("PUT", "/public-ways/tell", json=body))
    found = login("adam").get("/public-ways/tell/history")["items"]

    assert [(one["number"], one["name"]) for one in found] == [(2, "Tell us all"), (1, "Tell us")]
    assert login("anna").send("PUT", "/public-ways/tell", json=body).status_code == 403
    assert anybody.verified().holds


def test_nobody_waits_for_an_answer_where_the_case_began_otherwise(anybody: Anybody, login: Login):
    anybody.deploy()
    case = login("anna").post("/instances", {"process": "told", "variables": {"what": "By hand."}})
    answer = login("anna").send("POST", f"/instances/{case['id']}/letters", json={"text": "Hello?"})

    assert answer.status_code == 409
    do(login("anna"), "T_see", answer="Nobody reads this.")
    assert login("anna").get(f"/instances/{case['id']}/letters") == {"waits": False, "letters": [], "files": []}


def test_an_answer_that_was_changed_afterwards_is_found(anybody: Anybody, login: Login):
    anybody.deploy()
    anybody.code()
    login("olga").send("GET", "/me")
    login("anna").post(f"/instances/{anybody.case()}/letters", {"text": "We look into it."})
    change = update(PublicLetter).values(text="We do nothing.")
    with anybody.database.writing() as session:
        session.execute(change)

    assert [one.record for one in anybody.verified().findings] == ["public_letters"]
