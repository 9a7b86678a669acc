"""Deliveries, stuck steps, people, groups and substitutes on pages: what is wrong is seen, and can be put right."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update

from engine import outbox
from engine.store.records import Delivery
from engine.store.running import Instance
from engine.transactions import Database
from tests.integration.api.conftest import Client, Clock
from tests.integration.pages.conftest import Reader, words

Login = Callable[..., Client]


def test_a_message_that_could_not_be_delivered_is_seen_with_its_case_and_sent_once_more(
    reader: Callable[[str], Reader], login: Login, three: str, services: Any
) -> None:
    adam, bert = login("adam"), login("bert")
    mine = adam.expect(201, adam.send("POST", "/deliveries/test", json={"person": "bert"}))
    anna, at_home = reader("anna"), reader("bert")
    anna.open(f"/deliveries/{mine['id']}", 404)
    assert "A test" not in words(anna.open("/deliveries"))
    assert "Waits to be sent" in words(at_home.open("/deliveries"))
    _dies(services.database, UUID(mine["id"]))
    page = reader("adam").open("/deliveries?status=dead")
    assert "Could not be delivered" in words(page)
    assert "mailbox full" in words(page)
    at_home.press(f"/deliveries/{mine['id']}/retry")
    assert "It is owed again" in words(at_home.open(f"/deliveries/{mine['id']}"))
    assert bert.get(f"/deliveries/{mine['id']}")["status"] == "owed"
    at_home.press(f"/deliveries/{mine['id']}/retry")
    assert "only what is dead is sent again" in words(at_home.open("/deliveries"))


def test_of_a_confidential_case_no_message_exists_for_who_may_not_see_it(
    reader: Callable[[str], Reader], login: Login, three: str, services: Any, clock: Clock
) -> None:
    case = login("anna").post("/instances", {"process": "three", "title": "About Carl"})
    with services.database.writing() as session:
        said = outbox.Notice(
            event="e", recipient="anna", template="notice", instance_id=UUID(case["id"]), data={"text": "Read this."}
        )
        outbox.owe(session, [said], now=clock.moment)
    (owed,) = login("adam").get("/deliveries", recipient="anna")["items"]
    address, adam, fred = f"/deliveries/{owed['id']}", reader("adam"), reader("fred")
    assert "About Carl" in words(adam.open(address))
    with services.database.writing() as session:
        session.execute(update(Instance).values(confidential=True))
    assert login("adam").get("/deliveries", recipient="anna")["items"] == []
    assert "Waits to be sent" not in words(adam.open("/deliveries"))
    _dies(services.database, UUID(owed["id"]))
    assert "could not be delivered" not in words(adam.open("/dashboard"))
    assert "1 message could not be delivered." in words(reader("anna").open("/dashboard"))
    for stranger in ("adam", "fred"):
        assert login(stranger).send("GET", address).status_code == 404
        assert login(stranger).send("POST", f"{address}/retry").status_code == 404
    for other in (adam, fred):
        other.open(address, 404)
        other.press(f"{address}/retry", 404)
    anna = reader("anna")
    assert "About Carl" in words(anna.open(address))
    anna.press(f"{address}/retry")
    assert "It is owed again" in words(anna.open(address))


def test_who_looks_at_people_sees_who_is_away_and_an_administrator_lets_them_come_and_go(
    reader: Callable[[str], Reader], clock: Clock
) -> None:
    anna, adam = reader("anna"), reader("adam")
    assert not anna.open("/people").xpath("//main//form[@method='post']")
    anna.press("/people", 403, id="zoe", name="Zoe")
    refused = adam.tree(adam.press("/people", 422, id="anna", name="Another Anna"))
    assert "There is, or was, somebody called anna" in words(refused)
    assert refused.xpath("//input[@name='name']/@value") == ["Another Anna"]
    short = adam.tree(adam.press("/people", 422, id="zoe", name="Zoe Zander", password="short"))
    assert words(short, "//*[@id='new-password-wrong']")
    assert not short.xpath("//input[@name='password']/@value[. != '']")
    adam.press("/people", id="zoe", name="Zoe Zander", email="zoe@example.org", password="a-long-password")
    adam.press("/people/zoe/groups", group="staff", standing="member")
    assert "Zoe Zander" in words(anna.open("/groups/staff"))
    assert "Staff" in words(anna.open("/groups"), "//tbody//th")
    assert "Zoe Zander" in words(anna.open("/people?text=zand"))
    adam.press("/people/zoe/groups/staff/leave")
    adam.press("/people/zoe/end", reason="She goes to sea.")
    assert "has left" in words(anna.open("/people/zoe"))
    assert "Zoe Zander" not in words(anna.open("/people"))
    assert "Zoe Zander" in words(anna.open("/people?left=yes"))
    anna.open("/people/nobody", 404)


def test_a_person_plans_her_own_absence_and_calls_it_off(
    reader: Callable[[str], Reader], clock: Clock, three: str
) -> None:
    anna, fred = reader("anna"), reader("fred")
    begins, ends = (clock.moment.replace(tzinfo=None) + timedelta(days=days) for days in (1, 8))
    typed = {"person": "anna", "begins_at": f"{begins:%Y-%m-%dT%H:%M}", "ends_at": f"{ends:%Y-%m-%dT%H:%M}"}
    refused = anna.tree(anna.press("/substitutes", 422, **typed | {"ends_at": ""}, first="bert"))
    assert "Say from when until when" in words(refused, "//*[@id='plan-ends_at-wrong']")
    assert refused.xpath("//input[@name='first']/@value") == ["bert"]
    assert "does not see to the absences" in words(fred.tree(fred.press("/substitutes", 422, **typed, first="bert")))
    wrong = anna.tree(anna.press("/substitutes", 422, **typed, first="anna", process="three"))
    assert wrong.xpath("//select[@name='process']/option[@selected]/@value") == ["three"]
    anna.press("/substitutes", **typed, first="Bert", second="carl", reason="The sea.", process="three")
    page = anna.open("/substitutes")
    assert "only in Three" in words(page)
    assert "planned" in words(page)
    assert "The sea." in words(page)
    assert "The sea." not in words(fred.open("/substitutes"))
    (address,) = page.xpath("//form[contains(@action, '/end')]/@action")
    fred.press(address)
    assert "does not see to the absences" in words(fred.open("/substitutes"))
    anna.press(address)
    assert "Nobody is away." in words(anna.open("/substitutes"))
    assert "called off" in words(anna.open("/substitutes?past=yes"))


def _dies(database: Database, delivery: UUID) -> None:
    with database.writing() as session:
        session.execute(
            update(Delivery).where(Delivery.id == delivery).values(status="dead", note="mailbox full", attempts=8)
        )
