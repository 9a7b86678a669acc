"""The calendar shows what is due, comes round and was missed; calendar programs read it under a secret address."""

from collections.abc import Callable

from icalendar import Calendar

from engine import cycles
from tests.factories import END, START, process, sequence, user_task
from tests.integration.api.conftest import Client, Clock
from tests.integration.pages.conftest import Reader, words
from web.services import Services

WEEKLY = {"name": "Look at the log", "process": "dated", "rule": "0 0 9 ? * WED", "zone": "Europe/Oslo"}
DATED = process("dated", sequence(START, user_task("T_look", groups="staff"), END)).replace(
    b'<bpmn:userTask id="T_look"', b'<bpmn:userTask camunda:dueDate="P3D" id="T_look"'
)


def test_the_month_has_what_is_due_and_what_comes_round(
    reader: Callable[[str], Reader], login: Callable[..., Client], in_force: Callable[[bytes], str]
) -> None:
    in_force(DATED)
    adam, anna = login("adam"), reader("anna")
    adam.post("/cycles", {"key": "look", "definition": WEEKLY})
    login("anna").post("/instances", {"process": "dated", "title": "A loose label"})
    assert "Look at the log" not in words(anna.open("/calendar"))
    anna.press("/cycles/look/activate", 403)
    reader("adam").press("/cycles/look/activate")
    page = anna.open("/calendar?month=2027-01")
    planned = [one.xpath("ancestor::td//time/@datetime")[0] for one in page.xpath("//a[@href='/cycles/look']")]
    assert planned == ["2027-01-06", "2027-01-13", "2027-01-20", "2027-01-27"]
    assert page.xpath("//a[starts-with(@href, '/tasks/')]/ancestor::td//time/@datetime") == ["2027-01-07"] * 2
    assert not reader("fred").open("/calendar?month=2027-01").xpath("//a[starts-with(@href, '/tasks/')]")
    assert "Look at the log" in words(anna.open("/calendar/2027"))
    reader("adam").press("/cycles/look/pause", reason="Nobody looks.")
    assert "Nobody looks." in words(anna.open("/cycles/look"))
    anna.open("/calendar?month=soon", 422)


def test_a_calendar_program_reads_ones_dates_until_the_address_is_ended(
    reader: Callable[[str], Reader], login: Callable[..., Client], in_force: Callable[[bytes], str], stranger: Reader
) -> None:
    in_force(DATED)
    login("anna").post("/instances", {"process": "dated", "title": "A loose label"})
    bert = reader("bert")
    made = bert.tree(bert.press("/calendar/addresses", 200, group="staff"))
    address = words(made, "//main//code").removeprefix("http://localhost")
    calendar = Calendar.from_ical(stranger.fetch(address))
    (event,) = calendar.walk("VEVENT")
    assert str(event["SUMMARY"]) == "T look: A loose label"
    assert event["DTEND"].dt.isoformat() == "2027-01-07T16:00:00+00:00"
    assert "/tasks/" in str(event["URL"])
    reader("fred").press("/calendar/addresses", 403, group="staff")
    (closing,) = bert.open("/calendar/addresses").xpath("//main//form[contains(@action, '/close')]/@action")
    bert.press(closing)
    stranger.open(address, 404)


def test_an_administrator_begins_a_cycle_now_explains_its_gap_and_starts_what_could_not_begin(
    reader: Callable[[str], Reader],
    login: Callable[..., Client],
    in_force: Callable[[bytes], str],
    services: Services,
    clock: Clock,
) -> None:
    in_force(DATED)
    api, adam, anna = login("adam"), reader("adam"), reader("anna")
    api.post("/cycles", {"key": "look", "definition": WEEKLY | {"variables": {"who": "${nobody}"}}})
    api.post("/cycles/look/activate")
    clock.forward(days=2, hours=4)
    cycles.drain_cycles(services.database, now=clock())
    assert not anna.open("/cycles/look").xpath("//main//form")
    anna.press("/cycles/look/run", 403, reason="I would like to.")
    (gap,) = api.get("/occurrences")["items"]
    here = f"/cycles/look/{gap['id']}"
    refused = adam.tree(adam.press(f"{here}/retry", 422))
    assert "nobody" in words(refused, "//tbody//*[@role='alert']")
    refused = adam.tree(adam.press(f"{here}/explain", 422, note=" "))
    assert words(refused, "//*[@class='wrong']") == "Say why."
    adam.press(f"{here}/explain", note="The plan named nobody.")
    assert "The plan named nobody.Adam explained it" in words(anna.open("/cycles/look"))
    refused = adam.tree(adam.press("/cycles/look/run", 422, reason="A label fell off."))
    assert "nobody" in words(refused, "//aside//*[@role='alert']")
    assert refused.xpath("//input[@id='run-reason']/@value") == ["A label fell off."]

    change = {"definition": WEEKLY, "reason": "Nobody is needed."}
    api.expect(200, api.send("PUT", "/cycles/look", json=change))
    adam.press(f"{here}/retry")
    tried = api.post("/cycles/look/run?dry_run=true", {"reason": "To see."})
    assert (tried["extra"], tried["reason"], tried["gap"]) == (True, "To see.", False)
    adam.press("/cycles/look/run", reason="A label fell off.")
    twice = adam.tree(adam.press("/cycles/look/run", 422, reason="A label fell off."))
    assert "begun outside its rhythm for 2027-01-06 already" in words(twice, "//aside//*[@role='alert']")
    seen = words(anna.open("/cycles/look"))
    assert "a case beganA label fell off." in seen
    assert len(api.get("/occurrences")["items"]) == 2
