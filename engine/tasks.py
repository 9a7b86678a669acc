"""What a person does with a task: claim it, give it back, pass it on, save a draft, hand it in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine import access, assigned, audit, guards, handing_in, separation, stuck
from engine.absence import claims
from engine.cases import Case, LiveTask, lock_for_task
from engine.core import events as ev
from engine.core.chain import content_digest
from engine.core.stuck import Stuck
from engine.errors import AlreadyClaimed, Conflict, Forbidden, Invalid, NotFound, NotOffered, Outdated, TaskClosed
from engine.identity import competence, people
from engine.identity.person import Person
from engine.models.definitions import parsed
from engine.running import stepping
from engine.store.base import table_of
from engine.store.running import Candidate, Draft, Task

TASK, CANDIDATE, DRAFT = table_of(Task), table_of(Candidate), table_of(Draft)
HOLD = (
    update(TASK)
    .where(TASK.c.id == bindparam("task_id"))
    .values(
        status="claimed",
        holder=bindparam("who"),
        acting_for=bindparam("for_whom"),
        claimed_at=bindparam("moment"),
        version=TASK.c.version + 1,
    )
)
LET_GO = (
    update(TASK)
    .where(TASK.c.id == bindparam("task_id"))
    .values(status="open", holder=None, acting_for=None, claimed_at=None, version=TASK.c.version + 1)
)
CANDIDATES = select(CANDIDATE.c.who).where(CANDIDATE.c.task_id == bindparam("of_task"))
TAKE_OFF = (
    update(CANDIDATE)
    .where(CANDIDATE.c.task_id == bindparam("of_task"), text("candidates.closed_at IS NULL"))
    .values(closed_at=bindparam("moment"))
)
OFFER_AGAIN = update(CANDIDATE).where(CANDIDATE.c.task_id == bindparam("of_task")).values(closed_at=None)
CLOSED = select(TASK.c.name, TASK.c.status, TASK.c.closed_at, TASK.c.completed_by, TASK.c.closed_because).where(
    TASK.c.id == bindparam("task_id")
)
DRAFT_OF = select(DRAFT.c.answers, DRAFT.c.saved_at).where(
    DRAFT.c.task_id == bindparam("of_task"), DRAFT.c.person_id == bindparam("person")
)
DROP_OLD_DRAFTS = delete(DRAFT).where(
    DRAFT.c.task_id.in_(select(TASK.c.id).where(TASK.c.status.in_(["completed", "withdrawn"])))
)


def _keep_draft(dialect: Any) -> Any:
    given = dialect.insert(DRAFT)
    changed = {"answers": given.excluded.answers, "saved_at": given.excluded.saved_at}
    return given.on_conflict_do_update(index_elements=["task_id", "person_id"], set_=changed)


KEEP_DRAFT = {"postgresql": _keep_draft(postgresql), "sqlite": _keep_draft(sqlite)}


GIVEN = {
    "postgresql": postgresql.insert(CANDIDATE).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(CANDIDATE).on_conflict_do_nothing(),
}


@dataclass(frozen=True, kw_only=True)
class Done:
    """
    What became of a handed-in task.

    `stuck_id` names the stuck step that keeps the answers, if the case cannot
    go on; the task stays with its holder and says so.
    """

    task_id: UUID
    instance_id: UUID
    stuck_id: UUID | None = None
    error: str | None = None


def claim(session: Session, task_id: UUID, *, acting_for: str | None = None, by: Person, now: datetime) -> None:
    """
    Give the task to one person; it leaves everybody else's inbox. Claiming one's own task again is no error.

    Args:
        acting_for: the id of somebody who is away, for whom `by` stands in: what that person may claim, he may.

    Raises:
        NotFound: there is no such task, or `by` may not know of it; or nobody to act for.
        Forbidden: `by`, or whom he acts for, is no candidate, nor accountable; he does not stand in; or only reads.
        AlreadyClaimed: another person holds it.
        SeparationOfDuties: `by` did a task that this one is separate from; the refusal stands in the trail.
        NotCompetent: `by` does not hold what the task asks for; the refusal stands in the trail.
        TaskClosed: it is finished or was withdrawn.
    """
    case, task = held_case(session, task_id)
    definition = parsed(session, case.definition_id)
    access.must_act(by)
    if acting_for:
        claims.must_stand_in(session, definition, case, task, by=by, acting_for=acting_for, holds=False, now=now)
    whose = people.person(session, acting_for) if acting_for else by
    access.must_see(session, whose, case)
    if task.holder == by.id and acting_for in (None, task.acting_for):
        return
    if task.holder is not None:
        raise AlreadyClaimed(task_id=str(task.id), holder=task.holder)
    offered = offered_to(session, task)
    if not (offered & whose.parties or whose.id == task.accountable):
        raise NotOffered(
            "This task is not offered to you.",
            f"Ask {task.accountable}, who is accountable for it.",
            accountable=task.accountable,
        )
    separation.check_hand_out(session, definition, case, task, by, acting_for=acting_for)
    competence.check(session, definition, case, task, by, now=now)
    _hand_to(session, case, task, by.id, "task.claimed", {}, for_whom=acting_for, by=by, now=now)


def give_back(session: Session, task_id: UUID, *, reason: str = "", by: Person, now: datetime) -> None:
    """
    Offer a held task to its candidates again.

    Raises:
        NotFound, TaskClosed: as for `claim`.
        Conflict: nobody holds it.
        Forbidden: `by` neither holds it nor manages the case.
    """
    case, task = held_case(session, task_id)
    access.must_see(session, by, case)
    if task.holder is None:
        raise Conflict(f"Nobody holds {task.name}.")
    if task.holder != by.id:
        guards.must_hand_on(session, by, case, task, offered_to(session, task))
    session.execute(LET_GO, {"task_id": task.id})
    session.execute(OFFER_AGAIN, {"of_task": task.id})
    said = {"element": task.element, "holder": task.holder, "reason": reason}
    audit.append(session, case.id, "task.given_back", task.id, said, by=by, now=now)


def assign(session: Session, task_id: UUID, *, to: str, reason: str, by: Person, now: datetime) -> None:
    """
    Let somebody else do the task, whoever holds it. Only for those who manage the case or lead its group.

    Raises:
        NotFound, TaskClosed: as for `claim`; or there is no person `to`.
        Forbidden: `by` may not hand on tasks of this case.
        SeparationOfDuties: `to` did a task that this one is separate from.
        NotCompetent: `to` does not hold what it asks for.
    """
    case, task = held_case(session, task_id)
    access.must_see(session, by, case)
    guards.must_hand_on(session, by, case, task, offered_to(session, task))
    _pass_on(session, case, task, to, "task.assigned", reason, by=by, now=now)


def delegate(session: Session, task_id: UUID, *, to: str, reason: str = "", by: Person, now: datetime) -> None:
    """
    Let somebody else do the task that one holds.

    Raises:
        NotFound, TaskClosed: as for `claim`; or there is no person `to`.
        Forbidden: `by` does not hold it.
        SeparationOfDuties: `to` did a task that this one is separate from.
        NotCompetent: `to` does not hold what it asks for.
    """
    case, task = held_case(session, task_id)
    access.must_see(session, by, case)
    if task.holder != by.id:
        raise Forbidden("Only who holds a task may delegate it.", "Claim it first, or ask for it to be assigned.")
    _pass_on(session, case, task, to, "task.delegated", reason, by=by, now=now)


def complete(
    session: Session,
    task_id: UUID,
    *,
    answers: dict[str, Any],
    note: str | None = None,
    acting_for: str | None = None,
    sign: Mapping[str, Any] | None = None,
    by: Person,
    now: datetime,
) -> Done:
    """
    Keep the answers, close the task and move the case on.

    Args:
        answers: by the keys of the form's fields; checked against the form.
        note: a comment on the task, kept beside the answers.
        acting_for: the id of somebody who is away, for whom it is done; by default for whom `by` holds it. Both count
            for separation.
        sign: as for `signatures.sign`, where the model asks for a signature.

    Raises:
        NotFound: there is no such task, or `by` may not know of it; or nobody to act for.
        AlreadyClaimed: another person holds it.
        Forbidden: `by` does not, or no longer, stand in for that person.
        Conflict: nobody holds it, the case rests, or its answers are kept in a stuck step already.
        SeparationOfDuties, NotCompetent: a rule keeps `by` apart from it; the refusal stands in the trail.
        Invalid: answers or evidence do not hold.
        TaskClosed: it is finished or was withdrawn; a deadline that withdrew it just now is kept.
    """
    case, task = held_case(session, task_id)
    _must_hold(case, task, by)
    definition, acting_for = parsed(session, case.definition_id), acting_for or task.acting_for
    if acting_for:
        claims.must_stand_in(session, definition, case, task, by=by, acting_for=acting_for, holds=True, now=now)
    separation.check(session, definition, case, task, by, acting_for=acting_for)
    competence.check(session, definition, case, task, by, now=now)
    handed = handing_in.check(session, case, task, answers, sign=sign, note=note, by=by, now=now)
    separation.check_named(session, definition, case, task, handed.answers, by, for_whom=acting_for)
    event = ev.TaskCompleted(token=task.token, by=by.id, answers=handed.answers)
    beside = {table: list(handed.rows.new.get(table, ())) for table in ("signatures", "comments")}
    before = len(case.chain.links), case.chain.length, case.chain.head
    try:
        taken = stepping.take(
            session, case, event, by=by, now=now, cause=handed.cause, acting_for=acting_for, rows=handed.rows
        )
    except Stuck as error:
        del case.chain.links[before[0] :]
        case.chain.length, case.chain.head = before[1:]
        stuck_id = stuck.keep(
            session, case, event, error, by=by, now=now, task_id=task.id, acting_for=acting_for, beside=beside
        )
        return Done(task_id=task.id, instance_id=case.id, stuck_id=stuck_id, error=str(error))
    if taken.refused:
        raise closed(session, task_id, keeps=True)
    handing_in.age_signatures(session, case, task, definition, taken.rows, by=by, now=now)
    return Done(task_id=task.id, instance_id=case.id)


def save_draft(
    session: Session, task_id: UUID, *, answers: dict[str, Any], over: str | None = None, by: Person, now: datetime
) -> str:
    """
    Keep what the holder has typed so far. Drafts are no records: they stand in no trail and go with the task.

    Args:
        over: the version of the draft that this one goes on from, empty where there was none; None overwrites any.

    Returns:
        The version of the draft as it is now.

    Raises:
        NotFound, TaskClosed: as for `claim`.
        Conflict: `by` does not hold the task.
        Outdated: the draft was changed elsewhere since; nothing is overwritten.
    """
    case, task = held_case(session, task_id)
    _must_hold(case, task, by)
    made = draft_version(answers)
    if over is not None:
        known, saved_at = draft(session, task_id, by=by)
        before = draft_version(known) if saved_at else ""
        if before not in (over, made):
            raise Outdated("You changed this elsewhere since. Nothing is overwritten.")
    row = {"task_id": task.id, "person_id": by.id, "answers": answers, "saved_at": now}
    session.execute(KEEP_DRAFT[session.get_bind().dialect.name], row)
    return made


def draft_version(answers: dict[str, Any]) -> str:
    """What tells one draft from another: a digest of what was typed."""
    return content_digest(answers).hex()


def draft(session: Session, task_id: UUID, *, by: Person) -> tuple[dict[str, Any], datetime | None]:
    """What `by` had typed, and when; empty and None where he had not."""
    found = session.execute(DRAFT_OF, {"of_task": task_id, "person": by.id}).one_or_none()
    return (found.answers, found.saved_at) if found else ({}, None)


def sweep_drafts(session: Session) -> int:
    """Drop the drafts of tasks that are closed; returns how many."""
    return int(getattr(session.execute(DROP_OLD_DRAFTS), "rowcount", 0))


def offered_to(session: Session, task: LiveTask) -> frozenset[str]:
    """To whom a task is or was offered: `person:ID`, `group:KEY`."""
    return frozenset(session.execute(CANDIDATES, {"of_task": task.id}).scalars())


def held_case(session: Session, task_id: UUID) -> tuple[Case, LiveTask]:
    """
    The case of a task, locked, and the task, open or claimed.

    Raises:
        NotFound: there is no such task.
        TaskClosed: it is finished or was withdrawn.
    """
    case = lock_for_task(session, task_id)
    task = case.task(task_id)
    if task is None:
        raise closed(session, task_id)
    return case, task


def closed(session: Session, task_id: UUID, *, keeps: bool = False) -> TaskClosed | NotFound:
    """Why a task can no longer be worked on, as an error to raise."""
    found = session.execute(CLOSED, {"task_id": task_id}).one_or_none()
    if found is None:
        return NotFound("task", str(task_id))
    if found.status == "completed":
        return TaskClosed(
            f"{found.name} was completed by {found.completed_by} at {found.closed_at:%Y-%m-%d %H:%M} UTC.",
            by=found.completed_by,
        )
    by_what = f" by {found.closed_because}" if found.closed_because else ""
    why = f"{found.name} was withdrawn{by_what} at {found.closed_at:%Y-%m-%d %H:%M} UTC."
    return TaskClosed(why, keeps=keeps)


def _must_hold(case: Case, task: LiveTask, by: Person) -> None:
    if case.status != "running":
        raise Conflict(f"The case is {case.status}; its tasks wait until it is resumed.")
    if task.holder is None:
        raise Conflict(f"Nobody holds {task.name}. Claim it first.")
    if task.holder != by.id:
        raise AlreadyClaimed(task_id=str(task.id), holder=task.holder)
    if task.stuck:
        raise Conflict("Your answers are kept, and wait for a stuck step to be put right. They need not be sent again.")


def _pass_on(
    session: Session, case: Case, task: LiveTask, to: str, verb: str, reason: str, *, by: Person, now: datetime
) -> None:
    receiver = people.person(session, to)
    if receiver.kind != "person":
        raise Invalid("A task is done by a person.", {"to": ["This is no person."]})
    access.must_act(receiver)
    if access.is_shut_out(session, case, receiver):
        raise Forbidden(f"{receiver.name} is shut out of this case.", "It is about this person. Choose another one.")
    definition = parsed(session, case.definition_id)
    receiver, for_whom = claims.receiver(session, definition, case, task, receiver, now=now)
    separation.check_hand_out(session, definition, case, task, receiver, acting_for=for_whom)
    competence.check(session, definition, case, task, receiver, now=now)
    said = {"to": receiver.id, "reason": reason} | ({"for": for_whom} if for_whom else {})
    _hand_to(session, case, task, receiver.id, verb, said, for_whom=for_whom, by=by, now=now)
    # He was given it, so he goes on seeing the case when somebody else has it.
    row = {"task_id": task.id, "who": f"person:{receiver.id}", "opened_at": task.opened_at, "closed_at": now}
    session.execute(GIVEN[session.get_bind().dialect.name], row)


def _hand_to(
    session: Session,
    case: Case,
    task: LiveTask,
    who: str,
    verb: str,
    said: dict[str, Any],
    *,
    for_whom: str | None = None,
    by: Person,
    now: datetime,
) -> None:
    session.execute(HOLD, {"task_id": task.id, "who": who, "for_whom": for_whom, "moment": now})
    session.execute(TAKE_OFF, {"of_task": task.id, "moment": now})
    body = {"element": task.element, "from": task.holder, **said}
    acting_for = for_whom if who == by.id else None
    assigned.tell(session, case.id, task.id, who, verb, body, acting_for=acting_for, by=by, now=now)
