"""Planning an absence, changing it, and ending it early; by the person himself, a lead of his groups or an admin."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from engine import audit
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.identity import people
from engine.identity.person import Person
from engine.identity.substitutes import ENDS, LIVE
from engine.ids import new_id
from engine.models import versions
from engine.store.absence import SubstitutionRow
from engine.store.base import Moment, table_of
from engine.store.people import Membership, PersonRow

ROW = table_of(SubstitutionRow)
HOLD_PERSON = select(PersonRow.id).where(PersonRow.id == bindparam("person")).with_for_update(key_share=True)
OVERLAPS = select(ROW.c.id).where(
    LIVE,
    ROW.c.person_id == bindparam("person"),
    ROW.c.begins_at < bindparam("ends"),
    bindparam("begins", type_=Moment()) < ENDS,
    ROW.c.id != bindparam("but"),
)
NOTHING = UUID(int=0)
CHANGED = ("ends_at", "first", "second")


def plan(
    session: Session,
    person_id: str,
    *,
    begins_at: datetime,
    ends_at: datetime,
    first: str,
    second: str | None = None,
    process: str | None = None,
    reason: str = "",
    by: Person,
    now: datetime,
) -> UUID:
    """
    Let somebody stand in for a person for a period; returns the id of the substitution.

    A period that has begun already begins now. His tasks move when it begins.

    Args:
        first: who stands in; `second` does where the first is away himself, or a rule keeps him from a task.
        process: the key of the one process it is about; None means everything.

    Raises:
        Forbidden: `by` is neither the person himself, nor a lead of one of his groups, nor an administrator.
        NotFound: there is no such person, stand-in or process.
        Invalid: the period has no length or is over, or somebody would stand in for himself or only reads.
        Conflict: another substitution of this person and scope covers a part of the period.
    """
    who = people.person(session, person_id)
    _must_plan(session, by, who.id)
    session.execute(HOLD_PERSON, {"person": who.id})
    begins_at, ends_at = max(begins_at, now).astimezone(UTC), ends_at.astimezone(UTC)
    _check_people(session, who.id, first, second)
    _check_period(session, who.id, process, begins_at, ends_at, now)
    if process is not None and versions.latest(session, "process", process) is None:
        raise NotFound("process", process)
    row = {
        "id": new_id(),
        "person_id": who.id,
        "begins_at": begins_at,
        "ends_at": ends_at,
        "stopped_at": None,
        "process": process,
        "first": first,
        "second": second,
        "status": "planned",
        "reason": reason,
        "made_by": by.id,
        "made_at": now,
    }
    session.execute(insert(ROW), row)
    said = {name: value for name, value in row.items() if name not in ("id", "made_by", "made_at", "stopped_at")}
    audit.append(session, audit.PLATFORM, "substitution.planned", row["id"], said, by=by, now=now)
    return UUID(str(row["id"]))


def change(session: Session, substitution_id: UUID, *, by: Person, now: datetime, **changes: Any) -> None:
    """
    Change until when a substitution stands (`ends_at`), or who stands in (`first`, `second`).

    Tasks that are with somebody who no longer stands in move on to who does.

    Raises:
        NotFound: there is no such substitution that `by` may see to, or no such stand-in.
        Forbidden: as for `plan`.
        Invalid: as for `plan`.
        Conflict: it is over, or another one covers a part of the period.
    """
    row = locked(session, substitution_id)
    _must_plan(session, by, row.person_id)
    _must_stand(row)
    if unknown := sorted(set(changes) - set(CHANGED)):
        raise Invalid(f"A substitution has no {unknown[0]} that could be changed.", {unknown[0]: "Cannot be changed."})
    after = {name: getattr(row, name) for name in CHANGED} | changes
    after["ends_at"] = after["ends_at"].astimezone(UTC)
    _check_people(session, row.person_id, after["first"], after["second"])
    _check_period(session, row.person_id, row.process, row.begins_at, after["ends_at"], now, but=row.id)
    differs = {name: value for name, value in after.items() if getattr(row, name) != value}
    if not differs:
        return
    # Planned again means that tasks are to be moved again; those that are where they belong stay.
    session.execute(update(ROW).where(ROW.c.id == row.id).values(**differs, status="planned"))
    said = {name: {"before": getattr(row, name), "after": value} for name, value in differs.items()}
    audit.append(session, audit.PLATFORM, "substitution.changed", row.id, said | {"status": "planned"}, by=by, now=now)


def end(session: Session, substitution_id: UUID, *, reason: str = "", by: Person, now: datetime) -> None:
    """
    End a substitution before its time, or cancel one that has not begun. Unfinished tasks come back.

    Raises:
        NotFound, Forbidden: as for `change`.
        Conflict: it is over.
    """
    row = locked(session, substitution_id)
    _must_plan(session, by, row.person_id)
    _must_stand(row)
    cancelled = now < row.begins_at
    changed = {"stopped_at": now.astimezone(UTC), "status": "cancelled" if cancelled else row.status}
    session.execute(update(ROW).where(ROW.c.id == row.id).values(changed))
    verb = "substitution.cancelled" if cancelled else "substitution.stopped"
    audit.append(session, audit.PLATFORM, verb, row.id, {"reason": reason, **changed}, by=by, now=now)


def locked(session: Session, substitution_id: UUID) -> Any:
    """
    The row of a substitution, nobody else's until the transaction ends.

    Raises:
        NotFound: there is no such substitution.
    """
    person = session.execute(select(ROW.c.person_id).where(ROW.c.id == substitution_id)).scalar()
    session.execute(HOLD_PERSON, {"person": person})
    row = session.execute(select(ROW).where(ROW.c.id == substitution_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("substitution", str(substitution_id))
    return row


def may_plan(session: Session, by: Person, person_id: str) -> bool:
    """Whether `by` sees to the absences of this person."""
    if by.auditor:
        return False
    if by.id == person_id or by.platform_admin:
        return True
    mine = select(Membership.group_key).where(Membership.person_id == person_id)
    return bool(by.leads & set(session.scalars(mine)))


def _must_plan(session: Session, by: Person, person_id: str) -> None:
    if not may_plan(session, by, person_id):
        remedy = "He himself does, a lead of his groups, or an administrator of the platform."
        raise Forbidden(f"{by.name} does not see to the absences of {person_id}.", remedy)


def _must_stand(row: Any) -> None:
    if row.status in ("ended", "cancelled") or row.stopped_at is not None:
        raise Conflict("This substitution is over.")


def _check_people(session: Session, person_id: str, first: str, second: str | None) -> None:
    for name, one in (("first", first), ("second", second)):
        if one is None:
            continue
        if one == person_id:
            raise Invalid("Nobody stands in for himself.", {name: "This is the person who is away."})
        stands_in = people.person(session, one)
        if stands_in.kind != "person" or stands_in.auditor:
            raise Invalid(f"{one} takes no part in the work.", {name: "Name somebody who may act."})
    if first == second:
        raise Invalid("The second stand-in is another than the first.", {"second": "Name somebody else, or nobody."})


def _check_period(
    session: Session,
    person_id: str,
    process: str | None,
    begins_at: datetime,
    ends_at: datetime,
    now: datetime,
    *,
    but: UUID = NOTHING,
) -> None:
    if ends_at <= begins_at or ends_at <= now:
        raise Invalid("The period ends before it begins, or is over.", {"ends_at": "Name a later moment."})
    given = {"person": person_id, "begins": begins_at, "ends": ends_at, "but": but}
    scope = ROW.c.process.is_(None) if process is None else ROW.c.process == process
    if session.execute(OVERLAPS.where(scope), given).first():
        what = f"work of {process}" if process else "all work"
        raise Conflict(f"{person_id} is away from {what} in a part of this period already. Change that substitution.")
