"""Messages go to exactly one place; signals to all; nothing is lost without a word."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import messages
from engine.errors import Conflict, Forbidden
from engine.identity.people import person
from engine.store.running import Instance, Message
from engine.verify import verify
from tests.factories import END, START, people, process, sequence, user_task
from tests.integration.shell.conftest import House
from tests.integration.shell.test_together import at_once

NAMES = '<bpmn:message id="M" name="supplier_answered"/><bpmn:signal id="S" name="site_closed"/>'
WAIT = (
    '<bpmn:intermediateCatchEvent id="wait"><bpmn:messageEventDefinition messageRef="M"/></bpmn:intermediateCatchEvent>'
)
WAITING = process("waiting", sequence(START, WAIT, user_task("T_read", groups="staff"), END), before=NAMES)


def sent(house: House, **more: object) -> messages.Sent:
    return house.act(messages.correlate, "supplier_answered", by="bert", **more)


def test_a_message_with_a_business_key_reaches_exactly_that_case(house: House):
    house.deploy(WAITING)
    first = house.start("waiting", business_key="NC-1", by="bert")
    second = house.start("waiting", business_key="NC-2", by="bert")
    result = sent(house, key="NC-2", payload={"answer": "yes"})

    assert (result.status, result.instance_id) == ("applied", second)
    assert (house.open(first), house.open(second)) == ([], ["T_read"])
    assert house.variables(second) == {"answer": "yes"}
    assert house.said(second, "message.received")[0]["name"] == "supplier_answered"
    house.must_replay()


def test_a_message_that_fits_two_is_refused(house: House):
    house.deploy(WAITING)
    cases = [house.start("waiting", business_key="NC-1") for _ in range(2)]
    with pytest.raises(Conflict, match="fits 2"):
        sent(house, key="NC-1")

    assert [house.open(case) for case in cases] == [[], []]


def test_a_message_that_nobody_awaits_is_kept_until_somebody_does(house: House):
    house.deploy(WAITING)
    assert sent(house, key="NC-7", payload={"answer": 1}).status == "waiting"
    other = house.start("waiting", business_key="NC-8")
    house.work()
    assert house.open(other) == []
    case = house.start("waiting", business_key="NC-7")
    house.work()

    assert house.open(case) == ["T_read"]
    assert house.variables(case) == {"answer": 1}
    house.must_replay()


def test_a_message_that_nobody_awaits_is_refused_where_asked_so(house: House):
    with pytest.raises(Conflict, match="Nobody waits"):
        sent(house, life=None)


def test_a_message_whose_life_is_over_is_not_lost_without_a_word(house: House):
    house.deploy(WAITING)
    result = sent(house, key="NC-7", life=timedelta(hours=1))
    house.later(hours=2)
    house.work()
    case = house.start("waiting", business_key="NC-7")
    house.work()

    assert house.open(case) == []
    assert house.read(lambda s: s.get_one(Message, result.id).status) == "expired"
    assert house.verbs("platform").count("message.expired") == 1


STARTED = process(
    "started",
    sequence(
        '<bpmn:startEvent id="start"><bpmn:extensionElements><camunda:properties>'
        '<camunda:property name="duplicate_key" value="ticket"/></camunda:properties></bpmn:extensionElements>'
        '<bpmn:messageEventDefinition messageRef="M"/></bpmn:startEvent>',
        user_task("T_read", groups="staff"),
        END,
    ),
    before=NAMES,
)


def test_messages_with_one_duplicate_key_start_one_case(house: House):
    house.deploy(STARTED)
    results = at_once(*[lambda: sent(house, payload={"ticket": "T-1", "n": 1})] * 3)

    assert sorted(result.status for result in results) == ["joined", "joined", "started"]  # type: ignore[attr-defined]
    [case] = house.all_cases()
    assert house.verbs(case).count("message.joined") == 2
    assert sent(house, payload={"ticket": "T-2"}).status == "started"
    assert len(house.all_cases()) == 2
    house.must_replay()


def test_a_case_that_is_numbered_keeps_its_number_beside_the_key_of_its_message(house: House):
    number = '<bpmn:extensionElements><camunda:properties><camunda:property name="number" value="N-{year}-{n}"/>'
    begins = '<bpmn:startEvent id="begun"><bpmn:messageEventDefinition messageRef="M"/></bpmn:startEvent>'
    inside = number + "</camunda:properties></bpmn:extensionElements>"
    house.deploy(process("counted", inside + sequence(begins, user_task("T_do", groups="staff"), END), before=NAMES))
    results = [sent(house, key=key).status for key in ("TICKET-7", "TICKET-7", "TICKET-8")]

    assert results == ["started", "joined", "started"]
    numbers = {house.read(lambda s, one=one: s.get_one(Instance, one).business_key) for one in house.all_cases()}
    assert numbers == {"N-2027-1", "N-2027-2"}


HEARS = (
    '<bpmn:intermediateCatchEvent id="wait"><bpmn:signalEventDefinition signalRef="S"/></bpmn:intermediateCatchEvent>'
)


def test_a_signal_reaches_all_who_wait_and_starts_those_that_begin_with_it(house: House):
    begins = '<bpmn:startEvent id="start"><bpmn:signalEventDefinition signalRef="S"/></bpmn:startEvent>'
    house.deploy(
        process("one", sequence(START, HEARS, user_task("T_one", groups="staff"), END), before=NAMES),
        process("two", sequence(START, HEARS, user_task("T_two", groups="staff"), END), before=NAMES),
        process("three", sequence(begins, user_task("T_three", groups="staff"), END), before=NAMES),
    )
    waiting = [house.start("one"), house.start("one"), house.start("two")]
    assert house.act(messages.broadcast, "site_closed", payload={"until": "May"}, by="bert") == 4
    house.work()

    assert [house.open(case) for case in waiting] == [["T_one"], ["T_one"], ["T_two"]]
    [begun] = set(house.all_cases()) - set(waiting)
    assert (house.open(begun), house.variables(begun)) == (["T_three"], {"until": "May"})
    house.work()
    assert len(house.all_cases()) == 4
    house.must_replay()
    assert house.read(lambda s: verify(s, None)).holds


def test_what_one_case_throws_another_catches_in_a_transaction_of_its_own(house: House):
    throw = (
        '<bpmn:intermediateThrowEvent id="say"><bpmn:messageEventDefinition messageRef="M"/>'
        "</bpmn:intermediateThrowEvent>"
    )
    house.deploy(
        WAITING, process("telling", sequence(START, user_task("T_tell", groups="staff"), throw, END), before=NAMES)
    )
    waiting, telling = house.start("waiting"), house.start("telling")
    house.do(telling, "T_tell", {"answer": 5})
    assert (house.status(telling), house.open(waiting)) == ("completed", [])
    house.work()

    assert house.open(waiting) == ["T_read"]
    row = house.read(lambda s: s.scalars(select(Message)).one())
    assert (row.source_id, row.status) == (telling, "applied")
    house.must_replay()


def test_a_thrown_signal_is_heard_once_by_each(house: House):
    signal = '<bpmn:signalEventDefinition signalRef="S"/>'
    throw = f'<bpmn:intermediateThrowEvent id="say">{signal}</bpmn:intermediateThrowEvent>'
    house.deploy(
        process("hearing", sequence(START, HEARS, user_task("T_one", groups="staff"), END), before=NAMES),
        process("telling", sequence(START, throw, END), before=NAMES),
    )
    hearing = [house.start("hearing") for _ in range(3)]
    house.start("telling")
    house.work()

    assert [house.open(case) for case in hearing] == [["T_one"]] * 3
    assert house.read(lambda s: {row.status for row in s.scalars(select(Instance))}) == {"running", "completed"}
    house.must_replay()


HUSHED = process(
    "hushed",
    '<bpmn:extensionElements><camunda:properties><camunda:property name="confidential" value="true"/>'
    "</camunda:properties></bpmn:extensionElements>"
    + sequence(START, user_task("T_hear", groups="board"), WAIT, user_task("T_read", groups="board"), END),
    before=NAMES,
)
BY_ALL, BY_BOARD = b'isExecutable="true"', b'isExecutable="true" camunda:candidateStarterGroups="board"'
CLOSED = STARTED.replace(BY_ALL, BY_BOARD)


def test_a_message_finds_no_confidential_case_of_which_its_sender_may_not_know(house: House):
    people(house.database, board=["erna"])
    house.deploy(HUSHED)
    house.who["erna"] = house.read(lambda session: person(session, "erna"))
    early, case = sent(house, payload={"forged": 1}), house.start("hushed", by="anna")
    house.do(case, "T_hear", by="erna")
    house.work()

    assert sent(house, payload={"forged": 2}).status == "waiting"
    house.work()
    assert (house.open(case), house.variables(case)) == ([], {})
    assert house.read(lambda s: s.get_one(Message, early.id).status) == "refused"
    assert house.act(messages.correlate, "supplier_answered", by="erna").instance_id == case


def test_a_message_starts_nothing_that_its_sender_may_not_start(house: House):
    people(house.database, board=["erna"])
    house.deploy(CLOSED)
    with pytest.raises(Forbidden, match="may not start"):
        sent(house, payload={"ticket": "T-1"})
    house.who["erna"] = house.read(lambda session: person(session, "erna"))

    assert house.act(messages.correlate, "supplier_answered", by="erna").status == "started"


def test_a_signal_starts_nothing_that_its_sender_may_not_start(house: House):
    people(house.database, board=["erna"])
    begins = '<bpmn:startEvent id="start"><bpmn:signalEventDefinition signalRef="S"/></bpmn:startEvent>'
    signalled = process("signalled", sequence(begins, user_task("T_read", groups="staff"), END), before=NAMES)
    house.deploy(signalled.replace(BY_ALL, BY_BOARD))
    with pytest.raises(Forbidden, match="may not start"):
        house.act(messages.broadcast, "site_closed", by="bert")

    assert house.all_cases() == []


def test_a_message_without_a_key_finds_only_cases_of_which_its_sender_may_know(house: House):
    house.deploy(WAITING)
    case = house.start("waiting", business_key="NC-1", by="bert")
    house.who |= people(house.database, "zoe")

    assert house.act(messages.correlate, "supplier_answered", by="zoe").status == "waiting"
    assert house.open(case) == []
    assert house.act(messages.correlate, "supplier_answered", key="NC-1", by="zoe").status == "applied"
    assert house.open(case) == ["T_read"]
