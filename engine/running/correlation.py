"""
Where a message goes: the one place that waits for it, or the one process that it starts.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, insert, or_, select, text
from sqlalchemy.orm import Session

from engine import access, audit, guards, instances, registers, stuck
from engine.cases import Case, lock
from engine.core import events as ev
from engine.core.chain import canonical
from engine.core.stuck import Stuck
from engine.core.vocabulary import Start
from engine.errors import Conflict, Invalid, NotFound
from engine.identity.person import Person
from engine.models import versions
from engine.models.definitions import Parsed, parsed
from engine.running import stepping
from engine.running.cause import Cause
from engine.running.turns import take_turn
from engine.store.base import table_of
from engine.store.running import Instance, StartKey, Subscription
from engine.subject import Subject, parted

WAITING_FOR = (
    select(Subscription.instance_id, Subscription.token, Subscription.element)
    .join(Instance, Instance.id == Subscription.instance_id)
    .where(
        Subscription.kind == "message",
        Subscription.name == bindparam("name"),
        text("instances.ended_at IS NULL"),
    )
)
OF_ONE = Subscription.instance_id == bindparam("of_instance")
NOT_OF = Subscription.instance_id != bindparam("not_of")
BY_KEY = or_(
    Subscription.key == bindparam("of_key"),
    and_(Subscription.key.is_(None), Instance.business_key == bindparam("of_key")),
)
ABOUT = and_(Instance.subject_register == bindparam("of_register"), Instance.subject_row == bindparam("of_row"))
STARTED_BY_KEY = select(StartKey.instance_id).where(
    StartKey.process == bindparam("of_process"), StartKey.key == bindparam("of_key")
)
TAKE_KEY = insert(table_of(StartKey))


@dataclass(frozen=True, kw_only=True)
class Sent:
    """
    What became of a message.

    Args:
        status: `applied`, `started`, `joined` (its duplicate key had started a case before) or `waiting`.
        instance_id: the case it went to, if the sender may know of it.
    """

    id: UUID
    status: str
    instance_id: UUID | None = None


def addressees(
    session: Session,
    name: str,
    *,
    key: str | None = None,
    instance_id: UUID | None = None,
    but: UUID | None = None,
    about: Subject | None = None,
    sender: Person | None = None,
) -> list[Any]:
    """
    The places that wait for a message: instance, token, element.

    Args:
        but: the case that sent it, which is never told.
        about: the row that the message names: only cases about it are meant.
        sender: the person who sent it; a case of which he may not know does not exist for him, unless he knows its
            key and the case is not confidential.
    """
    statement: Any = WAITING_FOR
    given: dict[str, Any] = {"name": name}
    if instance_id is not None:
        statement, given = statement.where(OF_ONE), {**given, "of_instance": instance_id}
    if key is not None:
        statement, given = statement.where(BY_KEY), {**given, "of_key": key}
    if but is not None:
        statement, given = statement.where(NOT_OF), {**given, "not_of": but}
    if about is not None:
        statement = statement.where(ABOUT)
        given |= {"of_register": about.register, "of_row": about.row}
    if sender is not None:
        seen, named = access.visible_instances(sender), key is not None or about is not None
        statement = statement.where(or_(~Instance.confidential, seen) if named else seen)
    return list(session.execute(statement.order_by(Subscription.id).limit(3), given).all())


def start_by_message(
    session: Session,
    name: str,
    *,
    key: str | None,
    payload: dict[str, Any],
    message_id: UUID,
    by: Person,
    now: datetime,
) -> Sent | None:
    """
    Start the process that begins with this message, once for each duplicate key; None when there is none.

    A process that numbers its cases keeps to its numbers: there the message's key is a duplicate key, unless the
    payload brings one, and is not what the case is called by.

    The payload's `subject`, as `REGISTER:ROW`, is what the new case is about.

    Raises:
        Conflict: several processes begin with it.
        Forbidden: the process names who may start it, and `by` is not among them.
        Invalid: `subject` in the payload names nothing that `by` may look into.
    """
    starts = starting_with(session, "message", name)
    if not starts:
        return None
    if len(starts) > 1:
        keys = ", ".join(definition.key for definition, _ in starts)
        raise Conflict(f"The message {name} starts several processes: {keys}.")
    definition, start = starts[0]
    guards.must_start(by, definition)
    double = payload.get(start.duplicate_key) if start.duplicate_key else None
    numbered = definition.model.number is not None
    if double is None and numbered:
        double = key
    token = None if double is None else double if isinstance(double, str) else canonical(double).decode()
    if token is not None:
        known = session.execute(STARTED_BY_KEY, {"of_process": definition.key, "of_key": token}).scalar_one_or_none()
        if known:
            said = {"name": name, "message": message_id, "duplicate_key": token}
            audit.append(session, known, "message.joined", known, said, by=by, now=now)
            return Sent(id=message_id, status="joined", instance_id=if_seen(session, by, lock(session, known)))
    payload, subject = parted(payload)
    if subject is not None:
        registers.must_see(session, subject, by)
    because = {"message": name, "message_id": message_id}
    begun = instances.begin(
        session,
        definition,
        variables=payload,
        start=start.element,
        business_key=None if numbered else key,
        subject=subject,
        because=because,
        by=by,
        now=now,
    )
    if token is not None:
        session.execute(TAKE_KEY, {"process": definition.key, "key": token, "instance_id": begun})
    return Sent(id=message_id, status="started", instance_id=begun)


def starting_with(session: Session, kind: str, name: str) -> list[tuple[Parsed, Start]]:
    """The latest released processes that begin with a message or signal of this name, and where."""
    definitions = [parsed(session, one) for one in versions.latest_of_all(session)]
    return [
        (one, start) for one in definitions for start in one.model.starts if (start.kind, start.name) == (kind, name)
    ]


def starts_in_turn(session: Session, name: str, about: Subject) -> bool:
    """Whether the message would start a case about the row; of two that would at once, the second waits here."""
    starts = starting_with(session, "message", name)
    for definition, _ in starts:
        take_turn(session, f"join {definition.key} {about}")
    return bool(starts)


def apply(session: Session, case: Case, event: ev.Event, cause: Cause, *, by: Person, now: datetime) -> str | None:
    """
    Let what arrived happen to a locked case. What the model has no answer to is kept as a stuck step.

    Returns:
        Why nobody awaited it, if nobody did.
    """
    try:
        return stepping.take(session, case, event, by=by, now=now, cause=cause).refused
    except Stuck as error:
        stuck.keep(session, case, event, error, by=by, now=now)
        return None


def checked(payload: dict[str, Any]) -> dict[str, Any]:
    """
    The payload, if a database can keep it.

    Raises:
        Invalid: a text holds the sign U+0000.
    """
    if b"\\u0000" in canonical(payload):
        raise Invalid("A text must not hold the sign U+0000.")
    return payload


def if_seen(session: Session, by: Person, case: Case) -> UUID | None:
    """The id of a case, for whoever may know of it."""
    try:
        access.must_see(session, by, case)
    except NotFound:
        return None
    return case.id
