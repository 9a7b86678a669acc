"""Whoever is given a task by somebody else is told; nobody is told of his own act."""

from sqlalchemy import select

from engine import tasks
from engine.store.records import Delivery
from tests.factories import END, START, process, sequence, user_task
from tests.integration.deliveries.conftest import Office

TWO = process(
    "two", sequence(START, user_task("T_first", assignee="anna"), user_task("T_second", assignee="bert"), END)
)


def told(office: Office) -> list[tuple[str, str]]:
    """To whom a notice of an assignment is owed, and what became of it."""
    query = select(Delivery.recipient, Delivery.status).where(Delivery.kind == "assigned").order_by(Delivery.id)
    return [tuple(row) for row in office.read(lambda s: s.execute(query).all())]


def test_who_gets_a_task_by_name_from_the_engine_is_told_unless_it_follows_from_his_own_act(office: Office):
    office.deploy(TWO)
    case = office.start("two", by="anna", title="Leak in hall 2")
    assert told(office) == []
    office.act(tasks.complete, office.task(case, "T_first"), answers={}, by="anna")
    assert told(office) == [("bert", "owed")]
    office.drain()
    [letter] = office.post.letters
    assert letter["Subject"] == "T second"
    part = letter.get_body(("plain",))
    assert part is not None
    assert "It was given to you, and you hold it now." in part.get_content()


def test_who_is_assigned_or_delegated_a_task_is_told_each_time(office: Office):
    office.deploy(process("mend", sequence(START, user_task("T_mend", groups="staff"), END)))
    task = office.task(office.start("mend"), "T_mend")
    office.act(tasks.claim, task, by="bert")
    assert told(office) == []
    office.act(tasks.delegate, task, to="carl", by="bert")
    office.act(tasks.assign, task, to="bert", reason="Carl is busy.", by="anna")
    office.act(tasks.delegate, task, to="carl", by="bert")
    assert told(office) == [("carl", "owed"), ("bert", "owed"), ("carl", "owed")]
    office.drain()
    assert told(office) == [("carl", "sent"), ("bert", "withdrawn"), ("carl", "sent")]


def test_a_notice_of_a_task_that_was_given_back_is_withdrawn(office: Office):
    office.deploy(process("mend", sequence(START, user_task("T_mend", groups="staff"), END)))
    task = office.task(office.start("mend"), "T_mend")
    office.act(tasks.assign, task, to="carl", reason="He knows it.", by="anna")
    office.act(tasks.assign, task, to="anna", reason="I do it.", by="anna")
    office.act(tasks.give_back, task, by="anna")
    office.drain()
    assert told(office) == [("carl", "withdrawn")]
