"""Cases as a whole: start, cancel, suspend, resume, correct data, add an item to a list that is being worked on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine import audit, filling, guards, records, registers, signatures, timetable
from engine.cases import Case, lock, lock_for_task
from engine.core import events as ev
from engine.core.stuck import Stuck
from engine.errors import Conflict, Invalid, NotFound
from engine.identity.person import Person
from engine.ids import new_id
from engine.models import versions
from engine.models.definitions import Parsed, parsed
from engine.running import beginning, stepping
from engine.running.cause import Cause
from engine.running.rows import Context, Rows
from engine.subject import Subject, parted

__all__ = [
    "add_item",
    "begin",
    "cancel",
    "correct",
    "lock",
    "lock_for_task",
    "resume",
    "start",
    "start_version",
    "suspend",
]


def start(
    session: Session,
    key: str,
    *,
    variables: dict[str, Any] | None = None,
    start: str | None = None,
    business_key: str | None = None,
    title: str | None = None,
    subject: Subject | None = None,
    because: dict[str, Any] | None = None,
    by: Person,
    now: datetime,
) -> UUID:
    """
    Start a case of the latest released version of a process; returns its id.

    Args:
        key: the process.
        start: the id of the start event, where there are several.
        title: what people will call the case; by default what the model says, or the name of the process.
        subject: the row of a register that it is about; by default the one that the variable `subject` names.
        because: what else the trail says of its beginning, such as what came in.

    Raises:
        NotFound: no version of this process is released, or `by` may not know of it.
        Forbidden: the process names who may start it, and `by` is not among them.
        Conflict: the definition is suspended.
        Invalid: there is no such start event, its form refuses the variables, or the first step has no answer to them.
    """
    definition_id = versions.latest(session, "process", key)
    if definition_id is None:
        raise NotFound("process", key)
    asked: dict[str, Any] = {"variables": variables, "start": start, "business_key": business_key, "title": title}
    return start_version(session, definition_id, **asked, subject=subject, because=because, by=by, now=now)


def start_version(
    session: Session,
    definition_id: UUID,
    *,
    variables: dict[str, Any] | None = None,
    start: str | None = None,
    business_key: str | None = None,
    title: str | None = None,
    subject: Subject | None = None,
    because: dict[str, Any] | None = None,
    by: Person,
    now: datetime,
) -> UUID:
    """
    Start a case of this very version, which need not be the latest; returns its id.

    The arguments are those of `start`.

    Raises:
        NotFound: there is no such definition.
        Conflict: it waits for its release.
        Forbidden, Invalid: as for `start`.
    """
    definition = parsed(session, definition_id)
    guards.must_start(by, definition)
    _must_have(definition, start)
    calendar = timetable.in_use(session, by=by, now=now)
    checked = filling.check_start(session, definition, start, variables or {}, calendar=calendar, now=now)
    checked, named = parted(checked)
    subject = subject or named
    if subject is not None:
        registers.must_see(session, subject, by)
    return begin(
        session,
        definition,
        variables=checked,
        start=start,
        business_key=business_key,
        title=title,
        subject=subject,
        because=because,
        calendar=calendar,
        by=by,
        now=now,
    )


def begin(
    session: Session,
    definition: Parsed,
    *,
    variables: dict[str, Any],
    start: str | None = None,
    business_key: str | None = None,
    title: str | None = None,
    subject: Subject | None = None,
    because: dict[str, Any] | None = None,
    calendar: str | None = None,
    by: Person,
    now: datetime,
) -> UUID:
    """
    Start a case of this very version, whoever asks; returns its id.

    A variable `subject` is no variable of the case: it says what the case is about.

    Args:
        because: what else the trail says of its beginning, such as the message it began with.
        calendar: the digest of the calendar in use, where it is known already.

    Raises:
        Invalid: there is no such subject, or the first step has no answer to these variables.
    """
    context, rows = Context(by=by.id, now=now, new_id=new_id), Rows()
    variables, named = parted(variables)
    calendar = calendar or timetable.in_use(session, by=by, now=now)
    begun = beginning.new_case(
        session,
        definition,
        rows,
        variables=variables,
        start=start,
        business_key=business_key,
        title=title,
        calendar=calendar,
        subject=subject or named,
        by=by,
        context=context,
    )
    cause = Cause(verb="instance.started", subject=begun.case.id, body={**begun.said, **(because or {})})
    try:
        stepping.begin(session, begun.case, begun.row, begun.event, by=by, now=now, cause=cause, rows=rows)
    except Stuck as error:
        raise Invalid(f"The case cannot begin with this data. {error}", {error.element: [str(error)]}) from error
    return begun.case.id


def cancel(session: Session, instance_id: UUID, *, reason: str, by: Person, now: datetime) -> None:
    """
    End a case before its time. Open tasks are withdrawn; cases that it called are cancelled as well.

    Raises:
        NotFound: there is no such case, or `by` may not know of it.
        Forbidden: `by` does not own it.
        Conflict: it has ended.
    """
    case = _managed(session, instance_id, by=by)
    _must_be(case, "running", "suspended")
    _step(session, case, ev.Cancelled(reason=reason), "instance.cancel", {"reason": reason}, by=by, now=now)


def suspend(session: Session, instance_id: UUID, *, reason: str, by: Person, now: datetime) -> None:
    """
    Let a case rest: nobody completes anything, and its timers wait until it is resumed.

    Raises:
        NotFound, Forbidden, Conflict: as for `cancel`.
    """
    case = _managed(session, instance_id, by=by)
    _must_be(case, "running")
    _turn(session, case, "suspended", reason, by=by, now=now)


def resume(session: Session, instance_id: UUID, *, reason: str, by: Person, now: datetime) -> None:
    """
    Let a resting case go on; what fell due meanwhile happens at the worker's next look.

    Raises:
        NotFound, Forbidden, Conflict: as for `cancel`.
    """
    case = _managed(session, instance_id, by=by)
    _must_be(case, "suspended")
    _turn(session, case, "running", reason, by=by, now=now)


def correct(
    session: Session,
    instance_id: UUID,
    *,
    changes: dict[str, Any],
    removed: Sequence[str] = (),
    reason: str,
    by: Person,
    now: datetime,
) -> None:
    """
    Correct a running case's data. The trail keeps the reason and the change; timers and conditions look again.

    Records in which the data were answered are amended with them, and whoever
    corrects counts for separation of duties like whoever answered.

    Raises:
        NotFound, Forbidden, Conflict: as for `cancel`.
        Invalid: nothing would change, or the model has no answer to the new data.
    """
    case = _managed(session, instance_id, by=by)
    _must_be(case, "running")
    if not changes and not removed:
        raise Invalid("Say what is to be changed.")
    event = ev.DataChanged(variables=changes, removed=tuple(sorted(removed)))
    said = {"reason": reason, "changes": changes, "removed": sorted(removed)}
    _step(session, case, event, "data.corrected", said, by=by, now=now)
    values = changes | dict.fromkeys(removed)
    for record in records.follow(session, case, values, reason=reason, by=by, now=now):
        signatures.look_again(session, case, signatures.Change(values=values, record=record), by=by, now=now)
    signatures.look_again(session, case, signatures.Change(values=values), by=by, now=now)
    audit.save(session, case.chain)


def add_item(session: Session, instance_id: UUID, *, element: str, item: Any, by: Person, now: datetime) -> None:
    """
    Give a running parallel multi-instance one more item.

    Raises:
        NotFound, Forbidden: as for `cancel`.
        Conflict: it is not running.
        Invalid: the model has no answer to the new item.
    """
    case = _managed(session, instance_id, by=by)
    _must_be(case, "running")
    event = ev.InstanceAdded(element=element, item=item)
    _step(session, case, event, "item.added", {"element": element, "item": item}, by=by, now=now)


def _step(
    session: Session, case: Case, event: ev.Event, verb: str, said: dict[str, Any], *, by: Person, now: datetime
) -> None:
    cause = Cause(verb=verb, subject=case.id, body=said)
    try:
        taken = stepping.take(session, case, event, by=by, now=now, cause=cause)
    except Stuck as error:
        raise Invalid(f"The case cannot go on like this. {error}", {error.element: [str(error)]}) from error
    if taken.refused:
        raise Conflict(taken.refused, keeps=True)


def _turn(session: Session, case: Case, status: str, reason: str, *, by: Person, now: datetime) -> None:
    case.status = status
    verb = "instance.suspended" if status == "suspended" else "instance.resumed"
    case.chain.add(verb, case.id, {"reason": reason}, by=by.id, now=now)
    stepping.write(session, case, Rows(), Context(by=by.id, now=now, new_id=new_id))


def _managed(session: Session, instance_id: UUID, *, by: Person) -> Case:
    case = lock(session, instance_id)
    guards.must_manage(session, by, case)
    return case


def _must_be(case: Case, *status: str) -> None:
    if case.status not in status:
        raise Conflict(f"The case is {case.status}.")


def _must_have(definition: Parsed, start: str | None) -> None:
    starts = {one.element for one in definition.model.starts}
    if start is not None and start not in starts:
        raise Invalid(f"{definition.name} has no start event {start}.", {"start": [", ".join(sorted(starts))]})
