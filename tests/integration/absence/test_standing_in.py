"""Somebody is away: his tasks go to who stands in, and come back."""

from datetime import timedelta
from functools import partial
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from engine import tasks, verify
from engine.absence import moving, planning
from engine.errors import Conflict, Forbidden, Invalid, NotFound, SeparationOfDuties
from engine.identity.substitutes import stand_ins
from engine.store.absence import SubstitutionRow
from engine.store.records import AuditEntry
from engine.store.running import Task
from tests.factories import END, START, people, process, sequence, three_tasks, user_task
from tests.integration.shell.conftest import House


def away(house: House, person: str, first: str, second: str | None = None, *, by: str = "", **more: Any) -> UUID:
    """A person is away from now on, for three days unless said otherwise."""
    begins = more.pop("begins_at", house.now)
    more = {"ends_at": begins + timedelta(days=3), "begins_at": begins, "first": first, "second": second} | more
    return house.act(planning.plan, person, by=by or person, **more)


def drain(house: House) -> int:
    """The worker moves whatever is to be moved."""
    done = 0
    while moved := moving.drain_substitutions(house.database, now=house.now):
        done += moved
    return done


def of(house: House, task: UUID) -> tuple[str, str | None, str | None]:
    """Status, holder, and for whom."""
    query = select(Task.status, Task.holder, Task.acting_for).where(Task.id == task)
    return tuple(house.read(lambda session: session.execute(query).one()))


def status(house: House, substitution: UUID) -> str:
    query = select(SubstitutionRow.status).where(SubstitutionRow.id == substitution)
    return house.read(lambda session: session.scalars(query).one())


def assigned_to(person: str) -> bytes:
    """One task for one person, then one for the staff."""
    return process(
        "given", sequence(START, user_task("T_do", assignee=person), user_task("T_next", groups="staff"), END)
    )


def holds(house: House) -> None:
    report = house.read(lambda session: verify.verify(session, None))
    assert report.holds, report.findings


@pytest.fixture
def three(house: House) -> House:
    house.deploy(three_tasks())
    return house


def held_by(house: House, person: str) -> UUID:
    """A case in which this person holds the first task."""
    task = house.task(house.start("three"), "T_ask")
    house.act(tasks.claim, task, by=person)
    return task


def test_present_tasks_move_when_the_absence_begins_and_come_back_when_it_ends(three: House):
    task = held_by(three, "bert")
    three.act(tasks.save_draft, task, answers={"said": "half"}, by="bert")
    substitution = away(three, "bert", "carl", begins_at=three.now + timedelta(hours=1))

    assert drain(three) == 0
    assert of(three, task) == ("claimed", "bert", None)
    three.later(hours=1)
    assert drain(three) == 2
    assert of(three, task) == ("claimed", "carl", "bert")
    assert three.read(lambda session: tasks.draft(session, task, by=three.who["carl"]))[0] == {"said": "half"}
    assert status(three, substitution) == "active"

    three.later(days=1)
    three.act(tasks.save_draft, task, answers={"said": "more"}, by="carl")
    three.later(days=2)
    assert drain(three) == 2
    assert of(three, task) == ("claimed", "bert", None)
    assert three.read(lambda session: tasks.draft(session, task, by=three.who["bert"]))[0] == {"said": "more"}
    assert status(three, substitution) == "ended"
    holds(three)


def test_what_the_stand_in_completes_says_b_for_a(three: House):
    task = held_by(three, "bert")
    away(three, "bert", "carl")
    drain(three)

    three.act(tasks.complete, task, answers={}, by="carl")

    query = select(AuditEntry.actor, AuditEntry.acting_for).where(AuditEntry.verb == "task.completed")
    assert three.read(lambda session: session.execute(query).all()) == [("carl", "bert")]
    holds(three)


def test_a_new_task_for_somebody_who_is_away_goes_to_his_stand_in_at_once(house: House):
    house.deploy(assigned_to("bert"))
    away(house, "bert", "carl")

    task = house.task(house.start("given"), "T_do")

    assert of(house, task) == ("claimed", "carl", "bert")
    house.later(days=3)
    drain(house)
    assert of(house, task) == ("claimed", "bert", None)
    holds(house)


def test_an_absence_from_one_process_leaves_the_others_alone(house: House):
    house.deploy(assigned_to("bert"), three_tasks())
    task = held_by(house, "bert")
    away(house, "bert", "carl", process="given")
    drain(house)

    assert of(house, task) == ("claimed", "bert", None)
    assert of(house, house.task(house.start("given"), "T_do")) == ("claimed", "carl", "bert")


def test_the_absence_from_one_process_counts_before_the_one_from_everything(house: House):
    house.deploy(assigned_to("bert"))
    away(house, "bert", "carl")
    away(house, "bert", "dora", process="given")

    assert of(house, house.task(house.start("given"), "T_do")) == ("claimed", "dora", "bert")


def test_the_second_stands_in_where_the_first_is_away_and_nobody_after_him(house: House):
    house.deploy(assigned_to("bert"))
    away(house, "bert", "carl", "dora")
    away(house, "carl", "anna")

    assert of(house, house.task(house.start("given"), "T_do")) == ("claimed", "dora", "bert")
    away(house, "dora", "anna")
    task = house.task(house.start("given"), "T_do")
    assert of(house, task) == ("open", None, None)
    row = house.read(lambda session: session.get_one(Task, task))
    assert (row.accountable, row.accountable_because) == ("olga", "bert is away, and nobody may stand in")
    holds(house)


def test_a_group_task_stays_with_the_group_and_the_stand_in_may_claim_it_for_the_other(house: House):
    fred = people(house.database, "fred")["fred"]
    house.who["fred"] = fred
    house.deploy(three_tasks())
    task = house.task(house.start("three"), "T_ask")
    with pytest.raises(NotFound):
        house.act(tasks.claim, task, by="fred")
    with pytest.raises(Forbidden, match="does not stand in"):
        house.act(tasks.claim, task, acting_for="bert", by="fred")
    away(house, "bert", "fred")
    drain(house)
    assert of(house, task) == ("open", None, None)

    house.act(tasks.claim, task, acting_for="bert", by="fred")
    assert of(house, task) == ("claimed", "fred", "bert")
    house.later(days=3)
    with pytest.raises(Forbidden, match="does not stand in"):
        house.act(tasks.complete, task, answers={}, by="fred")
    drain(house)
    assert of(house, task) == ("claimed", "bert", None)
    holds(house)


def test_the_stand_in_counts_as_both_persons(three: House):
    case = three.start("three")
    three.do(case, "T_ask", by="anna")
    task = three.task(case, "T_do")
    three.act(tasks.claim, task, by="bert")
    away(three, "bert", "carl")
    drain(three)
    three.act(tasks.complete, task, answers={}, by="carl")

    check = three.task(case, "T_check")
    for one in ("bert", "carl"):
        with pytest.raises(SeparationOfDuties):
            three.act(tasks.claim, check, by=one)
    away(three, "dora", "anna")
    three.act(tasks.claim, check, acting_for="dora", by="anna")
    holds(three)


def test_where_a_rule_bars_the_first_the_second_gets_it_and_where_both_it_goes_to_who_answers(three: House):
    def checked_by_dora(doer: str) -> UUID:
        case = three.start("three")
        three.do(case, "T_ask", by="anna")
        three.do(case, "T_do", by=doer)
        task = three.task(case, "T_check")
        three.act(tasks.claim, task, by="dora")
        return task

    by_bert, by_carl = checked_by_dora("bert"), checked_by_dora("carl")
    three.later(minutes=1)
    substitution = away(three, "dora", "bert", "carl")
    drain(three)
    assert of(three, by_bert) == ("claimed", "carl", "dora")
    assert of(three, by_carl) == ("claimed", "bert", "dora")

    three.act(planning.change, substitution, second=None, by="dora")
    drain(three)
    assert of(three, by_bert) == ("open", None, None)
    row = three.read(lambda session: session.get_one(Task, by_bert))
    assert (row.accountable, row.accountable_because) == ("anna", "dora is away, and nobody may stand in")
    holds(three)


def test_two_approvals_never_land_with_one_person_through_standing_in(house: House):
    both = '<bpmn:multiInstanceLoopCharacteristics camunda:collection="${who}" camunda:elementVariable="one"/>'
    house.deploy(process("two", sequence(START, user_task("T_ok", assignee="${one}", apart="self", inside=both), END)))
    away(house, "bert", "carl", "dora")
    house.start("two", {"who": ["carl", "bert"]})

    query = select(Task.holder, Task.acting_for).where(Task.element == "T_ok").order_by(Task.token)
    assert set(house.read(lambda session: session.execute(query).all())) == {("carl", None), ("dora", "bert")}


def test_while_away_a_person_may_still_work_and_what_he_takes_stays_his(three: House):
    away(three, "bert", "carl")
    drain(three)
    three.later(hours=1)
    task = held_by(three, "bert")
    assert drain(three) == 0

    assert of(three, task) == ("claimed", "bert", None)
    three.act(tasks.complete, task, answers={}, by="bert")


def test_who_is_given_a_task_while_away_gets_it_through_his_stand_in(three: House):
    task = three.task(three.start("three"), "T_ask")
    away(three, "bert", "carl")

    three.act(tasks.assign, task, to="bert", reason="knows it", by="olga")

    assert of(three, task) == ("claimed", "carl", "bert")
    three.act(tasks.delegate, task, to="bert", by="carl")
    assert of(three, task) == ("claimed", "bert", None)
    holds(three)


def test_an_absence_that_ends_early_brings_everything_back_at_once(three: House):
    task = held_by(three, "bert")
    substitution = away(three, "bert", "carl")
    drain(three)

    three.later(hours=5)
    three.act(planning.end, substitution, reason="back already", by="bert")
    assert drain(three) == 2
    assert of(three, task) == ("claimed", "bert", None)
    with pytest.raises(Conflict):
        three.act(planning.end, substitution, by="bert")


def test_one_that_has_not_begun_is_cancelled(three: House):
    substitution = away(three, "bert", "carl", begins_at=three.now + timedelta(days=1))
    three.act(planning.end, substitution, by="bert")
    three.later(days=2)

    assert (status(three, substitution), drain(three)) == ("cancelled", 0)
    holds(three)


def test_one_absence_after_another_passes_the_task_from_one_stand_in_to_the_next(three: House):
    task = held_by(three, "bert")
    away(three, "bert", "carl", ends_at=three.now + timedelta(days=1))
    away(three, "bert", "dora", begins_at=three.now + timedelta(days=1))
    drain(three)
    three.later(days=1)
    drain(three)

    assert of(three, task) == ("claimed", "dora", "bert")
    three.later(days=3)
    drain(three)
    assert of(three, task) == ("claimed", "bert", None)
    holds(three)


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"first": "bert"}, Invalid, "himself"),
        ({"first": "carl", "second": "carl"}, Invalid, "another"),
        ({"first": "nobody"}, NotFound, "nobody"),
        ({"first": "carl", "process": "unheard"}, NotFound, "unheard"),
        ({"first": "carl", "by": "dora"}, Forbidden, "does not see to"),
    ],
)
def test_what_cannot_be_is_refused(house: House, given: dict[str, Any], error: type[Exception], words: str):
    with pytest.raises(error, match=words):
        away(house, "bert", **given)


def test_a_lead_of_his_group_may_plan_it_and_no_two_overlap(house: House):
    away(house, "bert", "carl", by="anna")

    with pytest.raises(Conflict, match="already"):
        away(house, "bert", "dora", begins_at=house.now + timedelta(days=2))
    away(house, "bert", "dora", begins_at=house.now + timedelta(days=3))


def test_of_two_plans_made_at_once_one_is_refused(house: House):
    begin, outcomes = Barrier(2), list[str]()

    def plan(stand_in: str) -> None:
        begin.wait()
        try:
            away(house, "bert", stand_in)
            outcomes.append("made")
        except Conflict:
            outcomes.append("refused")

    threads = [Thread(target=plan, args=(one,)) for one in ("carl", "dora")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "refused"]


def test_two_workers_move_each_task_once(three: House):
    held = [held_by(three, "bert") for _ in range(4)]
    away(three, "bert", "carl")
    begin, done = Barrier(2), list[int]()

    def work() -> None:
        begin.wait()
        done.append(drain(three))

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [of(three, task) for task in held] == [("claimed", "carl", "bert")] * 4
    assert sum(done) == 5
    assert [verb for case in three.cases for verb in three.verbs(case)].count("task.stood_in") == 4
    holds(three)


def test_a_worker_that_dies_half_way_leaves_the_rest_to_the_next(three: House):
    held = [held_by(three, "bert") for _ in range(3)]
    substitution = away(three, "bert", "carl")
    assert moving.drain_substitutions(three.database, now=three.now, limit=1) == 1
    assert status(three, substitution) == "planned"

    drain(three)
    assert [of(three, task) for task in held] == [("claimed", "carl", "bert")] * 3


def test_the_lane_knows_when_an_absence_begins_and_ends(house: House):
    away(house, "bert", "carl", begins_at=house.now + timedelta(hours=1), ends_at=house.now + timedelta(hours=3))

    assert house.read(partial(moving.next_due, after=house.now)) == house.now + timedelta(hours=1)
    house.later(hours=1)
    drain(house)
    assert house.read(partial(moving.next_due, after=house.now)) == house.now + timedelta(hours=2)


def test_who_stands_in_can_be_asked(house: House):
    away(house, "bert", "carl")

    asked = partial(stand_ins, people=["bert", "dora"], process=None, at=house.now)
    assert house.read(asked) == {"bert": "carl"}


def test_an_altered_absence_is_found(house: House):
    substitution = away(house, "bert", "carl")
    with house.database.writing() as session:
        session.execute(update(SubstitutionRow).where(SubstitutionRow.id == substitution).values(first="dora"))

    findings = house.read(lambda session: verify.verify(session, None)).findings
    assert [(one.record, one.kind) for one in findings] == [("substitutions", "altered")]
