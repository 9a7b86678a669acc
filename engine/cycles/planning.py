"""Verbs: define, change, activate, pause and end a cycle. Each is a line in the trail of the platform."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.orm import Session

from engine import audit, timetable
from engine.cycles import definition as definitions
from engine.cycles import draining, rows, series
from engine.cycles.definition import Definition
from engine.errors import Conflict, Forbidden, NotFound
from engine.identity.person import Person
from engine.models import versions
from engine.store.base import table_of
from engine.store.cycles import CycleRow

CYCLES = table_of(CycleRow)
ONE = select(CYCLES).where(CYCLES.c.key == bindparam("of"))
NEW = insert(CYCLES)
CHANGE = (
    update(CYCLES)
    .where(CYCLES.c.key == bindparam("of"))
    .values(definition=bindparam("content"), version=CYCLES.c.version + 1)
)
TURN = (
    update(CYCLES)
    .where(CYCLES.c.key == bindparam("of"))
    .values(status=bindparam("new_status"), activated_at=bindparam("moment"), note=bindparam("why"))
)


def define(
    session: Session, key: str, content: Mapping[str, Any], *, note: str | None = None, by: Person, now: datetime
) -> None:
    """
    Define a cycle. It does nothing until it is activated.

    Args:
        content: see `docs/reference/cycles.md`.
        note: what people should know of it, such as why it is not active yet.

    Raises:
        Forbidden: `by` is no administrator.
        Conflict: there is such a cycle.
        Invalid: the definition does not hold, with one problem a part.
    """
    must_plan(by)
    made = definitions.read(key, content)
    if session.execute(ONE, {"of": key}).first():
        raise Conflict(f"There is a cycle {key} already.")
    row = {"key": key, "version": 1, "definition": dict(made.content), "status": "inactive", "note": note}
    session.execute(NEW, row)
    said = {"version": 1, "definition": dict(made.content), "note": note}
    audit.append(session, audit.PLATFORM, "cycle.defined", key, said, by=by, now=now)


def change(
    session: Session, key: str, content: Mapping[str, Any], *, reason: str = "", by: Person, now: datetime
) -> None:
    """
    Give a cycle another definition. What has come due happens as it was planned; later dates are counted anew.

    Raises:
        Forbidden, NotFound, Invalid: as for `define` and `activate`.
        Conflict: it has ended.
    """
    before = locked(session, key, by=by)
    if before.status == "ended":
        raise Conflict(f"The cycle {key} has ended.")
    made = definitions.read(key, content)
    if before.status == "active":
        must_be_startable(session, made)
        draining.settle_all(session, definitions.read(key, before.definition), by=by, now=now)
    session.execute(CHANGE, {"of": key, "content": dict(made.content)})
    if before.status == "active":
        _refresh(session, made, before.activated_at, by=by, now=now)
    said = {"version": before.version + 1, "definition": dict(made.content), "reason": reason}
    audit.append(session, audit.PLATFORM, "cycle.changed", key, said, by=by, now=now)


def activate(session: Session, key: str, *, by: Person, now: datetime) -> None:
    """
    Let a cycle come round from now on. Earlier dates are left out, however old its anchor.

    Raises:
        Forbidden: `by` is no administrator.
        NotFound: there is no such cycle.
        Conflict: it is active, has ended, or its process or register does not exist.
    """
    before = locked(session, key, by=by)
    if before.status != "inactive":
        raise Conflict(f"The cycle {key} is {before.status}.")
    made = definitions.read(key, before.definition)
    must_be_startable(session, made)
    session.execute(TURN, {"of": key, "new_status": "active", "moment": now, "why": None})
    _refresh(session, made, now, begins=True, by=by, now=now)
    audit.append(session, audit.PLATFORM, "cycle.activated", key, {"version": before.version}, by=by, now=now)


def pause(session: Session, key: str, *, reason: str, by: Person, now: datetime) -> None:
    """
    Let a cycle rest until it is activated again; what is planned meanwhile never comes round.

    Raises:
        Forbidden, NotFound: as for `activate`.
        Conflict: it is not active.
    """
    before = locked(session, key, by=by)
    if before.status != "active":
        raise Conflict(f"The cycle {key} is {before.status}.")
    _stop(session, before, "inactive", reason, by=by, now=now)
    audit.append(session, audit.PLATFORM, "cycle.paused", key, {"reason": reason}, by=by, now=now)


def end(session: Session, key: str, *, reason: str, by: Person, now: datetime) -> None:
    """
    End a cycle for good. Its occurrences stay, and so do the cases it started.

    Raises:
        Forbidden, NotFound: as for `activate`.
        Conflict: it has ended.
    """
    before = locked(session, key, by=by)
    if before.status == "ended":
        raise Conflict(f"The cycle {key} has ended.")
    _stop(session, before, "ended", reason, by=by, now=now)
    audit.append(session, audit.PLATFORM, "cycle.ended", key, {"reason": reason}, by=by, now=now)


def must_plan(by: Person) -> None:
    """
    Let pass who may plan cycles.

    Raises:
        Forbidden: `by` is no administrator.
    """
    if not by.platform_admin and by.kind != "operator":
        raise Forbidden("You may not plan cycles.", "Administrators plan them.")


def locked(session: Session, key: str, *, by: Person) -> Row[Any]:
    """
    A cycle, for who may plan, locked until the transaction ends.

    Raises:
        Forbidden: `by` is no administrator.
        NotFound: there is no such cycle.
    """
    must_plan(by)
    found = session.execute(ONE.with_for_update(), {"of": key}).one_or_none()
    if found is None:
        raise NotFound("cycle", key)
    return found


def missing(session: Session, definition: Definition) -> str | None:
    """What a cycle lacks to be activated, in a sentence; None when it can be."""
    if versions.latest(session, "process", definition.process) is None:
        return f"The process {definition.process} is not released."
    if definition.register and not rows.exists(session, definition.register):
        return f"There is no register {definition.register}."
    if definition.decision and versions.latest(session, "decision", definition.decision) is None:
        return f"The decision {definition.decision} is not released."
    return None


def must_be_startable(session: Session, definition: Definition) -> None:
    """
    Let pass a cycle that lacks nothing.

    Raises:
        Conflict: it does; the sentence says what.
    """
    if lack := missing(session, definition):
        raise Conflict(f"The cycle {definition.key} cannot come round yet. {lack}")


def _stop(session: Session, before: Row[Any], status: str, reason: str, *, by: Person, now: datetime) -> None:
    """What has come due happens; then nothing is planned any more."""
    made = definitions.read(before.key, before.definition)
    if before.status == "active":
        draining.settle_all(session, made, by=by, now=now)
    moment = before.activated_at
    session.execute(TURN, {"of": before.key, "new_status": status, "moment": moment, "why": reason or None})
    _refresh(session, made, None, by=by, now=now)


def _refresh(
    session: Session,
    definition: Definition,
    activated_at: datetime | None,
    *,
    begins: bool = False,
    by: Person,
    now: datetime,
) -> None:
    calendar = timetable.calendar(session, timetable.in_use(session, by=by, now=now))
    series.refresh(session, definition, calendar=calendar, activated_at=activated_at, begins=begins, by=by, now=now)
