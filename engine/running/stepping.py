"""
One step of a case: let an event happen, and write what it means.

Read, decide, write. Nothing is written before everything is decided: what the
model has no answer to leaves no trace but the stuck step that the verb keeps.
Decisions and what concerns the case alone are answered within the step, each
recorded as an event of its own; called cases begin in the same transaction.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine import assigned, outbox, registers, timetable
from engine.cases import Case
from engine.core import effects as fx
from engine.core import events as ev
from engine.core import recorded
from engine.core.advance import Advance, advance, variables_of
from engine.core.stuck import Stuck
from engine.identity import competence
from engine.identity.person import Person
from engine.ids import new_id
from engine.ladders import rungs
from engine.models.definitions import Parsed, parsed
from engine.running import answers_at_once, assignment, beginning, circle, joining
from engine.running.cause import Cause
from engine.running.rows import Assigned, Context, Rows
from engine.running.statements import carry_out
from engine.running.writers import absorb
from engine.separation import rules_of
from engine.subject import Subject
from engine.topics import parties, retargeting

ROUNDS = 500
"""Decisions, answers at once and called cases that one step may bring about."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A step was taken. `refused` says that nobody awaited the event; then only due timers fired."""

    rows: Rows
    refused: str | None = None


@dataclass
class _Turn:
    """An event that waits to be applied to a case within a step."""

    case: Case
    parsed: Parsed
    event: ev.Event
    cause: Cause | None
    depth: int = 0


def take(
    session: Session,
    case: Case,
    event: ev.Event,
    *,
    by: Person,
    now: datetime,
    cause: Cause | None = None,
    acting_for: str | None = None,
    rows: Rows | None = None,
) -> Taken:
    """
    Let `event` happen to a locked case, and write all of it.

    Args:
        cause: the trail's first entry; timers that fire speak for themselves.
        rows: what the verb itself wants written in the same journey.

    Raises:
        Stuck: the model has no answer; nothing was written, and `case` is as it was.
    """
    if case.subject is not None and case.status == "running" and not isinstance(event, ev.SubjectChanged):
        _look_at_subject(session, case, case.subject, by=by, now=now)
    context = Context(by=by.id, now=now, new_id=new_id, acting_for=acting_for)
    gathered = rows or Rows()
    definition = parsed(session, case.definition_id)
    with _as_it_was(case):
        refused = _apply(session, _Turn(case, definition, event, cause), gathered, by, context)
    if refused is None:
        if cause or case.chain.links:
            write(session, case, gathered, context)
        return Taken(rows=gathered)
    late = Rows()
    with _as_it_was(case):
        _apply(session, _Turn(case, definition, ev.TimerDue(), None), late, by, context)
    if case.chain.links:
        write(session, case, late, context)
    return Taken(rows=late, refused=refused)


def _look_at_subject(session: Session, case: Case, subject: Subject, *, by: Person, now: datetime) -> None:
    """Tell the case of a change of what it is about, as a step of its own, before anything else happens to it."""
    heard = registers.news(session, subject, case.subject_number)
    if heard is None:
        return
    found, since = heard
    case.subject_number = found.number
    cause = Cause(verb="subject.changed", subject=subject, body={"number": found.number})
    event = ev.SubjectChanged(subject=registers.facts_of(session, found), at=since.astimezone(UTC).isoformat())
    take(session, case, event, by=by, now=now, cause=cause)


def begin(
    session: Session,
    case: Case,
    row: dict[str, Any],
    event: ev.Started,
    *,
    by: Person,
    now: datetime,
    cause: Cause,
    rows: Rows,
) -> Taken:
    """
    Let a case begin that this transaction has made, and write all of it.

    Raises:
        Stuck: the model has no answer; there is no case.
    """
    context = Context(by=by.id, now=now, new_id=new_id)
    rows.begun.append((case, row))
    definition = parsed(session, case.definition_id)
    _apply(session, _Turn(case, definition, event, cause), rows, by, context)
    write(session, None, rows, context)
    return Taken(rows=rows)


def call(session: Session, case: Case, effect: fx.StartCalled, *, by: Person, now: datetime) -> UUID:
    """
    Start the case that a locked case waits for, in a transaction of its own; returns its id.

    Raises:
        Stuck: there is no such released process, or it has no answer to what it is given.
    """
    context, rows = Context(by=by.id, now=now, new_id=new_id), Rows()
    with _as_it_was(case):
        called = beginning.called(session, parsed(session, case.definition_id), case, effect, rows, by, context, 0)
        cause = Cause(verb="instance.started", subject=called.case.id, body=called.said)
        _apply(session, _Turn(called.case, called.parsed, called.event, cause), rows, by, context)
    write(session, case, rows, context)
    return called.case.id


def write(session: Session, case: Case | None, rows: Rows, context: Context) -> None:
    """Write what was gathered, and the case that moved if it existed before."""
    if case is not None:
        case.version += 1
        rows.moved.append(case)
    beginning.cancel_called(session, rows, context)
    if notices := list(assigned.opened(rows, context)):
        organisation = case.organisation if case else None
        for row in outbox.rows_of(session, notices, organisation=organisation, now=context.now):
            rows.add("deliveries", row)
    carry_out(session, rows)


def _apply(session: Session, first: _Turn, rows: Rows, by: Person, context: Context) -> str | None:
    """Apply an event and all that follows from it within the step. Returns why nobody awaited it, if nobody did."""
    turns = deque([first])
    for _ in range(ROUNDS):
        turn = turns.popleft()
        body = recorded.to_bytes(turn.event)
        done = _advance(session, turn, body, context)
        if done.refused is not None:
            if turn is first:
                return done.refused
        else:
            _record(rows, turn, body, done, context)
            if any(isinstance(effect, fx.OpenTask | fx.TaskChanged) for effect in done.effects):
                turn.case.ladders = rungs.of(session, turn.parsed.model, turn.case.id, turn.case.calendar)
            if any(isinstance(effect, fx.Finish) or _reaches_out(effect) for effect in done.effects):
                turn.case.callers = joining.waiting(session, turn.case)
            absorb(rows, turn.case, done.effects, _assigned(session, turn, done, context), context)
            if turn.case.shut_by:
                circle.keep(session, rows, turn.case, variables_of(done.state), context)
            turns.extend(_follow(session, turn, done, rows, by, context))
        if not turns:
            return None
    raise Stuck(first.case.definition_id.hex, turn.parsed.name, f"One step went round {ROUNDS} times without an end.")


def _advance(session: Session, turn: _Turn, body: bytes, context: Context) -> Advance:
    """The core's answer, to the event exactly as a replay will read it."""
    event = recorded.from_bytes(body)
    calendar = timetable.calendar(session, turn.case.calendar)
    return advance(turn.parsed.definition, turn.case.state, event, now=context.now, calendar=calendar)


def _record(rows: Rows, turn: _Turn, body: bytes, done: Advance, context: Context) -> None:
    """The event, the state it led to, and the trail's entry about its cause."""
    case = turn.case
    case.state = done.state
    case.events += 1
    event = {"instance_id": case.id, "number": case.events, "at": context.now, "calendar": case.calendar, "body": body}
    rows.add("events", event)
    case.unsaid = {
        "event": case.events,
        "event_digest": sha256(body).hexdigest(),
        "state_digest": sha256(done.state).hexdigest(),
    }
    if turn.cause:
        said, case.unsaid = {**turn.cause.body, **case.unsaid}, {}
        actor = turn.cause.actor or context.by
        case.chain.add(
            turn.cause.verb, turn.cause.subject, said, by=actor, now=context.now, acting_for=context.acting_for
        )


def _assigned(session: Session, turn: _Turn, done: Advance, context: Context) -> dict[int, Assigned]:
    opened: list[Any] = parties.answered(session, [one for one in done.effects if isinstance(one, fx.OpenTask)])
    if not opened:
        return {}
    closed = [effect for effect in done.effects if isinstance(effect, fx.CloseTask) and effect.reason == "completed"]
    people = [person for person in (context.by, context.acting_for) if person]
    by_name = any(rule.startswith("person:") for one in opened for rule in rules_of(turn.parsed, one.element))
    shut = circle.named_in(turn.case.shut_by, variables_of(done.state)) if turn.case.shut_by else frozenset()
    unable = {
        one.token: shut | competence.without(session, turn.parsed, turn.case, one.element, now=context.now)
        for one in opened
    }
    found = assignment.assign(
        session,
        opened,
        parsed=turn.parsed,
        case=turn.case,
        done=[(effect.element, person) for effect in closed for person in people],
        variables=variables_of(done.state) if by_name else None,
        unable=unable,
        organisation=turn.case.organisation,
        at=context.now,
    )
    return circle.inside(session, turn.case, found, shut)


def _follow(session: Session, turn: _Turn, done: Advance, rows: Rows, by: Person, context: Context) -> Iterator[_Turn]:
    """What happens next within the same step: answers at once, and cases that are called."""
    gone = {effect.token for effect in done.effects if isinstance(effect, fx.WithdrawService)}
    for effect in done.effects:
        if isinstance(effect, fx.Decide) and effect.token not in gone:
            event, cause = answers_at_once.decide(session, turn.parsed, turn.case, effect, rows, context)
            yield _Turn(turn.case, turn.parsed, event, cause, turn.depth)
        elif isinstance(effect, fx.CallService) and effect.token not in gone:
            if effect.topic == retargeting.TOPIC:
                event, cause = retargeting.retarget(session, turn.case, effect)
                yield _Turn(turn.case, turn.parsed, event, cause, turn.depth)
            answered = answers_at_once.serve(session, turn.case, effect, rows, context)
            if answered:
                yield _Turn(turn.case, turn.parsed, *answered, turn.depth)
        elif isinstance(effect, fx.StartCalled):
            if joining.asked(session, turn.case, effect, rows, context):
                continue
            called = beginning.called(session, turn.parsed, turn.case, effect, rows, by, context, turn.depth)
            cause = Cause(verb="instance.started", subject=called.case.id, body=called.said)
            yield _Turn(called.case, called.parsed, called.event, cause, turn.depth + 1)


def _reaches_out(effect: fx.Effect) -> bool:
    return isinstance(effect, fx.Throw) and effect.kind == "escalation" and not effect.caught


@contextmanager
def _as_it_was(case: Case) -> Iterator[None]:
    """Undo in memory what a step did to a case, if it is refused or stuck."""
    kept, chain, live = copy(case), (case.chain.length, case.chain.head, len(case.chain.links)), dict(case.live)
    try:
        yield
    except Exception:
        for name in ("state", "status", "ended_at", "version", "events", "subject", "subject_number"):
            setattr(case, name, getattr(kept, name))
        case.live = live
        case.chain.length, case.chain.head = chain[0], chain[1]
        del case.chain.links[chain[2] :]
        raise


__all__ = ["Cause", "Taken", "begin", "call", "take", "write"]
