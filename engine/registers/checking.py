"""What a row may hold: its form, the tables that decide, the rules of its register, and what only cases write."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from engine import timetable
from engine.core.expressions import ExpressionError
from engine.errors import FollowsFromCases, Invalid
from engine.identity import groups
from engine.identity.person import Person
from engine.models import decisions
from engine.registers.definitions import Defined
from engine.registers.facts import offering


def checked(
    session: Session,
    found: Defined,
    values: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    *,
    by: Person,
    now: datetime,
) -> dict[str, Any]:
    """
    The values as they may be kept: first the form, then the rules of the register.

    Raises:
        Invalid: a value does not hold, by field.
    """
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


def must_be_typed(found: Defined, values: Mapping[str, Any], held: Mapping[str, Any]) -> None:
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


def must_say_why(reason: str) -> None:
    """
    Let pass a reason that says something.

    Raises:
        Invalid: it says nothing.
    """
    if not reason.strip():
        raise Invalid("Say why the row changes.", {"reason": ["A reason is needed."]})


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
