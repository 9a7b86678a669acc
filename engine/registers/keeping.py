"""Keeping a register: rows are added, changed and ended, each time with who, when and why; nothing is taken away."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from engine import access, audit, timetable
from engine.core.chain import content_digest
from engine.core.expressions import ExpressionError
from engine.core.register import row_key
from engine.errors import Conflict, FollowsFromCases, Forbidden, Invalid, NotFound, Outdated
from engine.identity import groups
from engine.identity.person import Person
from engine.models import decisions
from engine.registers.definitions import Defined, chain_of, defined
from engine.registers.facts import offering
from engine.registers.reading import CHANGE, ROW, Row, row
from engine.subject import Subject

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
    _must_be_typed(found, values, {})
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
    checked = _checked(session, found, values, None, by=by, now=now)
    key = row_key(checked.get(found.definition.row_key))
    if key is None:
        why = "Letters, digits and . _ - only, at most a hundred."
        raise Invalid("The row has no key that can be used.", {found.definition.row_key: [why]})
    if row(session, register, key) is not None:
        raise Conflict(f"{found.definition.name} has a row {key} already.")
    title = _title(found, checked, key)
    made = {"register": register, "key": key, "title": title, "values": checked, "number": 1}
    counts = not found.definition.signed_by
    session.execute(insert(ROW), [made | {"created_at": now, "changed_at": now, "ended_at": None, "in_force": counts}])
    _keep(session, found, key, 1, "added", checked, "", because, by=by, now=now)
    return Row(register=register, key=key, title=title, number=1, values=checked, ended=False, in_force=counts)


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
    _must_be_typed(found, values, before.values)
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
    checked = _checked(session, found, {**before.values, **values}, before.values, by=by, now=now)
    if checked.get(found.definition.row_key) != key:
        why = "A row keeps its key. End it, and add another one."
        raise Invalid("The row cannot be changed like this.", {found.definition.row_key: [why]})
    if content_digest(checked) == content_digest(before.values):
        return before
    return moved(session, found, before, checked, "changed", reason, because, by=by, now=now)


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


def must_read(found: Defined, by: Person) -> None:
    """
    Let pass who may look into a register: everybody, unless its definition names groups.

    Raises:
        NotFound: it does not exist for `by`.
    """
    wanted = {*found.definition.may_read, *found.definition.may_change}
    if found.definition.may_read and not (by.groups & wanted or by.auditor or by.kind == "operator"):
        raise NotFound("register", found.definition.key)


def may_read(found: Defined, by: Person) -> bool:
    """Whether `by` may look into a register."""
    try:
        must_read(found, by)
    except NotFound:
        return False
    return True


def must_see(session: Session, subject: Subject, by: Person) -> None:
    """
    Let pass who may look into the register of a subject.

    Raises:
        Invalid: for `by` there is no such row.
    """
    try:
        must_read(defined(session, subject.register), by)
    except NotFound as error:
        raise Invalid(f"There is no {subject}.", {"subject": [f"No register has a row {subject}."]}) from error


def kept_by(session: Session, register: str, by: Person) -> Defined:
    """
    The register, for somebody who keeps it.

    Raises:
        NotFound: there is none, or it does not exist for `by`.
        Forbidden: `by` belongs to none of the groups that keep it.
    """
    found = defined(session, register)
    must_read(found, by)
    if by.kind == "operator":
        return found
    access.must_act(by)
    if not by.groups & set(found.definition.may_change):
        who = ", ".join(found.definition.may_change) or "nobody"
        raise Forbidden(f"{by.name} does not keep {found.definition.name}.", f"It is kept by: {who}.")
    return found


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


def _checked(
    session: Session,
    found: Defined,
    values: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    *,
    by: Person,
    now: datetime,
) -> dict[str, Any]:
    """The values as they may be kept: first the form, then the rules of the register."""
    zone = ZoneInfo(timetable.calendar(session, timetable.in_use(session, by=by, now=now)).zone)
    asked = found.form.check(
        dict(values),
        before or {},
        lambda group: groups.members(session, group),
        rows=offering(session),
        now=now,
        zone=zone,
    )
    errors, kept = dict(asked.errors), dict(asked.values)
    if not errors:
        kept |= _decided(session, found, kept, now=now, zone=zone)
        errors = found.definition.errors(kept, before, now=now, zone=zone)
    if errors:
        first = next(iter(errors.values()))[0]
        raise Invalid(f"The row cannot be kept like this. {first}", errors)
    return {name: value for name, value in kept.items() if value is not None}


def _decided(
    session: Session, found: Defined, values: Mapping[str, Any], *, now: datetime, zone: ZoneInfo
) -> dict[str, Any]:
    """
    The fields that decision tables fill in, from what the row says.

    Raises:
        Invalid: a table is not released, or has no answer.
    """
    filled: dict[str, Any] = {}
    boxes = {field.path for field in found.form.fields if field.type == "checkbox"}
    for one in found.definition.decided:
        inputs = {
            name: False if values.get(name) is None and name in boxes else values.get(name) for name in one.inputs
        }
        if any(value in (None, "") for value in inputs.values()):
            continue
        try:
            answer = decisions.answered(session, one.decision, inputs, now=now, zone=zone)
        except ExpressionError as error:
            raise Invalid(f"The table {one.decision} cannot be asked: {error}", _at(one.sets, str(error))) from error
        if answer is None:
            why = f"The table {one.decision} has no answer, or no released version."
            raise Invalid(f"The row cannot be kept like this. {why}", _at(one.sets, why))
        filled |= {field: answer.get(output) for output, field in one.sets.items()}
    return filled


def _at(sets: Mapping[str, str], why: str) -> dict[str, list[str]]:
    return {field: [why] for field in sets.values()}


def _must_be_typed(found: Defined, values: Mapping[str, Any], held: Mapping[str, Any]) -> None:
    """
    Let pass what people may write.

    Raises:
        FollowsFromCases: they write a field that follows from cases.
    """
    for one in found.definition.follows:
        if one.field in values and not one.may_be_typed(values[one.field], held.get(one.field)):
            label = next((field.label for field in found.form.fields if field.path == one.field), one.field)
            why = f"{label} follows from cases, and nobody types it. {one.remedy}"
            raise FollowsFromCases(why, {one.field: [why]})


def _title(found: Defined, values: Mapping[str, Any], key: str) -> str:
    return str(values.get(found.definition.row_title) or key)


def must_say_why(reason: str) -> None:
    """
    Let pass a reason that says something.

    Raises:
        Invalid: it says nothing.
    """
    if not reason.strip():
        raise Invalid("Say why the row changes.", {"reason": ["A reason is needed."]})
