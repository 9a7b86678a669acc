"""The number of a case: counted for each process and year, without a gap."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import update

from engine import timetable
from engine.calendars import CalendarSettings
from engine.errors import Invalid
from engine.store.running import CaseNumber, Instance
from engine.verify import verify
from tests.factories import END, START, process, sequence, user_task
from tests.integration.shell.conftest import House


def properties(**said: str) -> str:
    found = "".join(f'<camunda:property name="{name}" value="{value}"/>' for name, value in said.items())
    return f"<bpmn:extensionElements><camunda:properties>{found}</camunda:properties></bpmn:extensionElements>"


def numbered(key: str = "mend", text: str = "M-{year}-{n:03}", *steps: str, **said: str) -> bytes:
    return process(
        key, properties(number=text, **said) + sequence(START, *steps, user_task("T_do", groups="staff"), END)
    )


def number(house: House, case: UUID) -> str | None:
    return house.read(lambda s: s.get_one(Instance, case).business_key)


def sound(house: House) -> None:
    house.must_replay()
    assert house.read(lambda s: verify(s, None)).holds


def test_cases_are_counted_by_process_and_year(house: House):
    house.deploy(numbered(), numbered("other", "{n}/{year}"))
    first = [number(house, house.start(key)) for key in ("mend", "mend", "other")]
    house.later(days=365)
    later = [number(house, house.start(key)) for key in ("mend", "other")]
    assert first == ["M-2027-001", "M-2027-002", "1/2027"]
    assert later == ["M-2028-001", "1/2028"]
    sound(house)


def test_the_year_is_the_one_in_the_organisations_zone(house: House):
    house.act(timetable.adopt, CalendarSettings(zone="Asia/Tokyo"), by="olga")
    house.deploy(numbered())
    house.now = datetime(2027, 12, 31, 16, tzinfo=UTC)
    assert number(house, house.start("mend")) == "M-2028-001"


def test_a_key_that_is_given_stays_and_takes_no_number(house: House):
    house.deploy(numbered())
    assert number(house, house.start("mend", business_key="own")) == "own"
    assert number(house, house.start("mend")) == "M-2027-001"


def test_the_model_and_the_title_read_the_number(house: House):
    ask = user_task("T_ask", groups="staff").replace(
        'name="T ask"', 'name="Ask" camunda:dueDate="${case.business_key}"'
    )
    house.deploy(
        numbered("mend", "M-{year}-{n}", title="${case.business_key} of ${case.key}"),
        numbered("late", "{n}-{year}", ask),
    )
    assert house.read(lambda s: s.get_one(Instance, house.start("mend")).title) == "M-2027-1 of mend"
    with pytest.raises(Invalid, match="1-2027"):
        house.start("late")


def test_a_case_that_does_not_begin_leaves_no_gap(house: House):
    house.deploy(
        numbered(
            "mend",
            "M-{year}-{n:03}",
            '<bpmn:scriptTask id="X" scriptFormat="feel"><bpmn:script>{ y: x + 1 }</bpmn:script></bpmn:scriptTask>',
        )
    )
    assert number(house, house.start("mend", {"x": 1})) == "M-2027-001"
    with pytest.raises(Invalid):
        house.start("mend")
    assert number(house, house.start("mend", {"x": 1})) == "M-2027-002"
    sound(house)


def test_a_call_that_is_stuck_leaves_no_gap(house: House):
    broken = '<bpmn:scriptTask id="X" scriptFormat="feel"><bpmn:script>{ y: x + 1 }</bpmn:script></bpmn:scriptTask>'
    call = '<bpmn:callActivity id="C" calledElement="mend"/>'
    house.deploy(
        numbered("mend", "M-{year}-{n:03}", broken),
        process("outer", sequence(START, user_task("T_say", groups="staff"), call, END)),
    )
    case = house.start("outer")
    house.do(case, "T_say")
    assert len(house.stuck(case)) == 1
    assert number(house, house.start("mend", {"x": 1})) == "M-2027-001"


def test_called_cases_of_one_step_have_numbers_of_their_own(house: House):
    call = (
        '<bpmn:callActivity id="C" calledElement="mend"><bpmn:multiInstanceLoopCharacteristics>'
        "<bpmn:loopCardinality>3</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics></bpmn:callActivity>"
    )
    house.deploy(numbered(), process("outer", sequence(START, call, END)))
    outer = house.start("outer")
    called = [number(house, case) for case in house.all_cases() if case != outer]
    assert sorted(filter(None, called)) == ["M-2027-001", "M-2027-002", "M-2027-003"]
    sound(house)


def test_cases_that_begin_at_once_follow_one_another(house: House):
    house.deploy(numbered())
    with ThreadPoolExecutor(6) as pool:
        cases = list(pool.map(lambda _: house.start("mend"), range(12)))
    assert sorted(number(house, case) or "" for case in cases) == [f"M-2027-{n:03}" for n in range(1, 13)]
    sound(house)


def test_a_number_that_was_altered_is_found(house: House):
    house.deploy(numbered())
    case = house.start("mend")
    with house.database.writing() as session:
        session.execute(update(CaseNumber).values(number=7))
    found = house.read(lambda s: verify(s, None)).first
    assert found is not None
    assert (found.record, found.chain) == ("case_numbers", str(case))
