"""The calendar shows what is due, comes round and was missed; calendar programs read it under a secret address."""

from collections.abc import Callable

from icalendar import Calendar

from tests.factories import END, START, process, sequence, user_task
from tests.integration.api.conftest import Client
from tests.integration.pages.conftest import Reader, words

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
