"""Cases are tied to each other; one that blocks another keeps it from its last step until it is lifted."""

from uuid import UUID

import pytest
from sqlalchemy import update

from engine import instances, links
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.store.running import Link
from engine.verify import verify
from tests.factories import END, START, process, sequence, user_task
from tests.integration.shell.conftest import House

CLOSING = (
    '<bpmn:userTask id="T_close" name="Close" camunda:candidateGroups="staff"><bpmn:extensionElements>'
    '<camunda:properties><camunda:property name="unblocked" value="true"/></camunda:properties>'
    "</bpmn:extensionElements></bpmn:userTask>"
)


@pytest.fixture
def change(house: House) -> UUID:
    house.deploy(
        process("change", sequence(START, CLOSING, END)), process("harm", sequence(START, user_task("T"), END))
    )
    return house.start("change")


def harm(house: House, change: UUID, title: str = "Queue down") -> UUID:
    case = house.start("harm", title=title)
    house.act(links.tie, case, change, "blocks", by="olga")
    return case


def sound(house: House) -> bool:
    return house.read(lambda s: verify(s, None)).holds


def test_a_case_is_not_closed_while_another_one_blocks_it(house: House, change: UUID):
    blocking = harm(house, change)
    with pytest.raises(Conflict, match="blocked by Queue down"):
        house.do(change, "T_close")
    house.act(instances.cancel, blocking, reason="False alarm.", by="olga")
    house.do(change, "T_close")
    assert house.status(change) == "completed"
    assert sound(house)


def test_who_answers_for_what_blocks_lifts_it_with_a_reason(house: House, change: UUID):
    blocking = harm(house, change)
    with pytest.raises(NotFound):
        house.act(links.lift, blocking, change, reason="Not the cause.", by="bert")
    with pytest.raises(Invalid, match="why"):
        house.act(links.lift, blocking, change, reason=" ", by="olga")
    house.act(links.lift, blocking, change, reason="Not the cause.", by="olga")
    with pytest.raises(Conflict, match="lifted it already"):
        house.act(links.lift, blocking, change, reason="Again.", by="olga")

    assert "instance.unblocked" in house.verbs(blocking)
    house.do(change, "T_close")
    assert sound(house)
    with house.database.writing() as session:
        session.execute(update(Link).values(reason="Somebody else's words."))
    assert not sound(house)


def test_who_merely_sees_what_blocks_does_not_lift_it(house: House, change: UUID):
    house.deploy(process("told", sequence(START, user_task("T_a", groups="staff"), user_task("T_b"), END)))
    blocking = house.start("told", by="carl")
    house.do(blocking, "T_a", by="bert")
    house.act(links.tie, blocking, change, "blocks", by="olga")
    with pytest.raises(Forbidden, match="does not answer"):
        house.act(links.lift, blocking, change, reason="Mine to say?", by="bert")


def test_a_confidential_case_that_blocks_is_counted_and_not_named(house: House, change: UUID):
    secret = process("secret", sequence(START, user_task("T", groups="staff"), END)).replace(
        b'isExecutable="true">',
        b'isExecutable="true"><bpmn:extensionElements><camunda:properties><camunda:property name="confidential" '
        b'value="true"/></camunda:properties></bpmn:extensionElements>',
    )
    house.deploy(secret)
    case = house.start("secret", title="A concern about Bert")
    house.act(links.tie, case, change, "blocks", by="anna")
    with pytest.raises(Conflict, match="1 that you may not see") as refused:
        house.do(change, "T_close")
    assert "Bert" not in str(refused.value)


def test_a_link_says_one_of_five_things_and_never_ties_a_case_to_itself(house: House, change: UUID):
    with pytest.raises(Invalid, match="tied like this"):
        house.act(links.tie, change, change, "blocks", by="olga")
    other = house.start("change")
    with pytest.raises(Invalid, match="tied like this"):
        house.act(links.tie, change, other, "likes", by="olga")
    for _ in range(2):
        house.act(links.tie, change, other, "evidence_for", by="olga")
    assert house.verbs(change).count("instance.linked") == 1
