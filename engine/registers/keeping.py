"""Keeping a register: rows are added, changed and ended, each time with who, when and why; nothing is taken away."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from engine import audit
from engine.core.chain import content_digest
from engine.core.register import row_key
from engine.errors import Conflict, Invalid, NotFound, Outdated
from engine.identity.person import Person
from engine.registers.checking import checked, must_be_typed, must_say_why
from engine.registers.definitions import Defined, chain_of
from engine.registers.reading import CHANGE, ROW, Row, row
from engine.registers.rights import kept_by

LOCK = (
    select(ROW)
    .where(ROW.c.register == bindparam("of_register"), ROW.c.key == bindparam("of_key"))
    .with_for_update(key_share=True)
)
MOVE = (
    update(ROW)
    .where(ROW.c.register == bindparam("of_register"), ROW.c.key == bindparam("of_key"))
    .values(
        title=bindparam("called"),
        values=bindparam("holds"),
        number=bindparam("to"),
        changed_at=bindparam("moment"),
        ended_at=bindparam("ends"),
        in_force=bindparam("counts"),
    )
)


NOTHING_DIFFERS = "Nothing differs."


def add(session: Session, register: str, values: Mapping[str, Any], *, by: Person, now: datetime) -> Row:
    """
    Add a row; its key is the field that the definition names.

    Raises:
        NotFound: there is no such register, or `by` may not know of it.
        Forbidden: `by` belongs to none of the groups that keep it.
        Conflict: there is a row with this key already.
        Invalid: a value does not hold, by field.
        FollowsFromCases: one of them is written by cases alone.
    """
    found = kept_by(session, register, by)
    must_be_typed(found, values, {})
    return added(session, found, values, by=by, now=now)


def added(
    session: Session,
    found: Defined,
    values: Mapping[str, Any],
    *,
    because: Mapping[str, Any] | None = None,
    by: Person,
    now: datetime,
) -> Row:
    """
    A row that is new, whoever adds it.

    Args:
        because: what else the trail says of it, such as the case that brought it about.

    Raises:
        Conflict, Invalid: as for `add`.
    """
    register = found.definition.key
    audit.extend(session, chain_of(register))  # Two that add the same key at once: the second finds the first's row.
    kept = checked(session, found, values, None, by=by, now=now)
    key = row_key(kept.get(found.definition.row_key))
    if key is None:
        why = "Letters, digits and . _ - only, at most a hundred."
        raise Invalid("The row has no key that can be used.", {found.definition.row_key: [why]})
    if row(session, register, key) is not None:
        raise Conflict(f"{found.definition.name} has a row {key} already.")
    title = _title(found, kept, key)
    made = {"register": register, "key": key, "title": title, "values": kept, "number": 1}
    counts = not found.definition.signed_by
    session.execute(insert(ROW), [made | {"created_at": now, "changed_at": now, "ended_at": None, "in_force": counts}])
    _keep(session, found, key, 1, "added", kept, "", because, by=by, now=now)
    return Row(register=register, key=key, title=title, number=1, values=kept, ended=False, in_force=counts)


def change(
    session: Session,
    register: str,
    key: str,
    values: Mapping[str, Any],
    *,
    reason: str,
    expected: int | None = None,
    by: Person,
    now: datetime,
) -> Row:
    """
    Change a row; it keeps its key, and what it was.

    Args:
        values: the fields that change; null empties one.
        expected: the version that the change was made from.

    Raises:
        NotFound, Forbidden, Invalid, FollowsFromCases: as for `add`; Invalid also without a reason, or where nothing
            differs.
        Conflict: the row has ended.
        Outdated: somebody has changed it since `expected`.
    """
    found = kept_by(session, register, by)
    before = locked(session, found, key, expected)
    must_say_why(reason)
    must_be_typed(found, values, before.values)
    row_now = changed(session, found, before, values, reason=reason, by=by, now=now)
    if row_now is before:
        raise Invalid("Nothing differs from the row as it is.", {"values": [NOTHING_DIFFERS]})
    return row_now


def changed(
    session: Session,
    found: Defined,
    before: Row,
    values: Mapping[str, Any],
    *,
    reason: str,
    because: Mapping[str, Any] | None = None,
    by: Person,
    now: datetime,
) -> Row:
    """
    The next version of a locked row, whoever changes it; `before` itself where nothing differs.

    Raises:
        Invalid: as for `change`.
    """
    key = before.key
    kept = checked(session, found, {**before.values, **values}, before.values, by=by, now=now)
    if kept.get(found.definition.row_key) != key:
        why = "A row keeps its key. End it, and add another one."
        raise Invalid("The row cannot be changed like this.", {found.definition.row_key: [why]})
    if content_digest(kept) == content_digest(before.values):
        return before
    return moved(session, found, before, kept, "changed", reason, because, by=by, now=now)


def end(
    session: Session,
    register: str,
    key: str,
    *,
    reason: str,
    expected: int | None = None,
    by: Person,
    now: datetime,
) -> Row:
    """
    End a row: it stays, no cycle comes round for it, and it never changes again.

    Raises:
        NotFound, Forbidden, Conflict, Outdated, Invalid: as for `change`; Conflict also where a second person must
            agree (`engine.registers.ending`).
    """
    found = kept_by(session, register, by)
    if found.definition.end_agreed_by:
        raise Conflict(f"A row of {found.definition.name} ends only when a second person agrees. Ask for it.")
    before = locked(session, found, key, expected)
    must_say_why(reason)
    return moved(session, found, before, dict(before.values), "ended", reason, by=by, now=now)


def locked(session: Session, found: Defined, key: str, expected: int | None) -> Row:
    """
    A row that stays as it is until the transaction ends.

    Raises:
        NotFound: there is none.
        Conflict: it has ended.
        Outdated: somebody has changed it since `expected`.
    """
    register = found.definition.key
    held = session.execute(LOCK, {"of_register": register, "of_key": key}).one_or_none()
    if held is None:
        raise NotFound(f"row of {found.definition.name}", key)
    if held.ended_at is not None:
        raise Conflict(f"{held.title} has ended; it never changes again.")
    if expected is not None and held.number != expected:
        raise Outdated(f"Somebody has changed {held.title} meanwhile: it is version {held.number}, not {expected}.")
    return Row(
        register=register,
        key=key,
        title=held.title,
        number=held.number,
        values=held.values,
        ended=False,
        in_force=held.in_force,
    )


def moved(
    session: Session,
    found: Defined,
    before: Row,
    values: dict[str, Any],
    kind: str,
    reason: str,
    because: Mapping[str, Any] | None = None,
    *,
    by: Person,
    now: datetime,
) -> Row:
    """The next version of a locked row; who must sign signs it anew."""
    title, number = _title(found, values, before.key), before.number + 1
    counts = kind != "ended" and not found.definition.signed_by
    given = {"called": title, "holds": values, "to": number, "moment": now, "ends": now if kind == "ended" else None}
    given |= {"counts": counts}
    session.execute(MOVE, {"of_register": before.register, "of_key": before.key} | given)
    _keep(session, found, before.key, number, kind, values, reason.strip(), because, by=by, now=now)
    return Row(
        register=before.register,
        key=before.key,
        title=title,
        number=number,
        values=values,
        ended=kind == "ended",
        in_force=counts,
    )


def _keep(
    session: Session,
    found: Defined,
    key: str,
    number: int,
    kind: str,
    values: dict[str, Any],
    reason: str,
    because: Mapping[str, Any] | None,
    *,
    by: Person,
    now: datetime,
) -> None:
    """A further version of a row, and the entry of the register's chain about it."""
    register = found.definition.key
    made = {"register": register, "key": key, "number": number, "kind": kind, "values": values, "reason": reason}
    session.execute(insert(CHANGE), [made | {"defined": found.number, "at": now, "by": by.id}])
    said = {"number": number, "digest": content_digest(values).hex(), "reason": reason, "defined": found.number}
    said |= dict(because or {})
    audit.append(session, chain_of(register), f"row.{kind}", key, said, by=by, now=now)


def _title(found: Defined, values: Mapping[str, Any], key: str) -> str:
    return str(values.get(found.definition.row_title) or key)
