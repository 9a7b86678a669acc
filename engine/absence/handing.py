"""Letting a task of a locked case be somebody else's, without anybody's asking: what every such move writes."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from engine import assigned, audit, tasks
from engine.cases import Case, LiveTask
from engine.identity import groups
from engine.identity.person import Person
from engine.running import circle
from engine.store.base import table_of
from engine.store.running import Draft, Task

TASK, DRAFT = table_of(Task), table_of(Draft)
ANSWERS_FOR = (
    update(TASK)
    .where(TASK.c.id == bindparam("task_id"))
    .values(accountable=bindparam("who"), accountable_because=bindparam("why"), version=TASK.c.version + 1)
)
TYPED = select(DRAFT.c.answers, DRAFT.c.saved_at).where(
    DRAFT.c.task_id == bindparam("of_task"), DRAFT.c.person_id == bindparam("who")
)


def hand(
    session: Session,
    case: Case,
    task: LiveTask,
    to: str,
    verb: str,
    said: dict[str, Any],
    *,
    acting_for: str | None = None,
    by: Person,
    now: datetime,
) -> None:
    """
    Let `to` hold the task from here on, for `acting_for` or for himself.

    What the one before had typed goes with it, and he goes on seeing the case.
    """
    session.execute(tasks.HOLD, {"task_id": task.id, "who": to, "for_whom": acting_for, "moment": now})
    session.execute(tasks.TAKE_OFF, {"of_task": task.id, "moment": now})
    seen_by = sorted(one for one in {to, task.holder} if one)
    _let_see(session, task, seen_by, closed_at=now)
    _pass_draft(session, task, to)
    state = {"holder": to, "status": "claimed", "acting_for": acting_for}
    body = {"element": task.element, "from": task.holder, "seen_by": seen_by, "now": state, **said}
    assigned.tell(session, case.id, task.id, to, verb, body, by=by, now=now)


def let_go(
    session: Session, case: Case, task: LiveTask, verb: str, because: str, *, but: str, by: Person, now: datetime
) -> None:
    """
    Offer the task to its candidates again; the lead of their group, or the owner of the case, answers for it.

    Args:
        because: why nobody was given it.
        but: who does not answer for it.
    """
    offered = tasks.offered_to(session, task)
    who = answers(session, case, offered, but=but)
    session.execute(tasks.LET_GO, {"task_id": task.id})
    session.execute(tasks.OFFER_AGAIN, {"of_task": task.id})
    session.execute(ANSWERS_FOR, {"task_id": task.id, "who": who, "why": because})
    seen_by = sorted(one for one in {who, task.holder} if one and one != but)
    _let_see(session, task, seen_by, closed_at=None if not offered else now)
    state = {"holder": None, "status": "open", "acting_for": None, "accountable": who, "accountable_because": because}
    body = {"element": task.element, "from": task.holder, "because": because, "seen_by": seen_by, "now": state}
    audit.append(session, case.id, verb, task.id, body, by=by, now=now)


def answers(session: Session, case: Case, offered: Iterable[str], *, but: str) -> str:
    """Who answers for a task that nobody holds: the lead of a group it is offered to, else the owner of the case."""
    keys = sorted(who.removeprefix("group:") for who in offered if who.startswith("group:"))
    leads = [lead for key in keys if (lead := groups.lead(session, key)) and lead != but]
    return next(iter(circle.within(session, case, leads)), case.owner)


def _let_see(session: Session, task: LiveTask, people: Iterable[str], *, closed_at: datetime | None) -> None:
    rows = [
        {"task_id": task.id, "who": f"person:{one}", "opened_at": task.opened_at, "closed_at": closed_at}
        for one in people
    ]
    if rows:
        session.execute(tasks.GIVEN[session.get_bind().dialect.name], rows)


def _pass_draft(session: Session, task: LiveTask, to: str) -> None:
    """What was typed is not lost: the newer draft is the one that the next holder finds."""
    if task.holder is None or task.holder == to:
        return
    theirs = session.execute(TYPED, {"of_task": task.id, "who": task.holder}).one_or_none()
    mine = session.execute(TYPED, {"of_task": task.id, "who": to}).one_or_none()
    if theirs and (mine is None or mine.saved_at < theirs.saved_at):
        row = {"task_id": task.id, "person_id": to, "answers": theirs.answers, "saved_at": theirs.saved_at}
        session.execute(tasks.KEEP_DRAFT[session.get_bind().dialect.name], row)
