"""Filling in: the form of a task in the version that its case uses, and whether answers hold."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine import registers, timetable
from engine.cache import Cache
from engine.cases import Case
from engine.core.forms import Checked, Form, read_form
from engine.core.model.references import Reference
from engine.errors import Invalid, NotFound
from engine.identity import groups
from engine.models import versions
from engine.models.definitions import Parsed
from engine.store.definitions import FormRow, Resource

BY_ID = (
    select(Resource.name, Resource.data)
    .join(FormRow, FormRow.resource_id == Resource.id)
    .where(FormRow.id == bindparam("form_id"))
)
_forms: Cache[UUID, Form] = Cache(128)
_members: Cache[tuple[bytes, str], frozenset[str]] = Cache(1024)


def form(session: Session, form_id: UUID) -> Form:
    """
    One version of a form, read at most once while it stays in memory.

    Raises:
        NotFound: there is none with this id.
    """
    return _forms.get(form_id, lambda: _read(session, form_id))


def check(
    session: Session,
    case: Case,
    form_id: UUID | None,
    answers: dict[str, Any],
    *,
    variables: Mapping[str, Any],
    now: datetime,
) -> Checked:
    """Hold answers against a form; without one they are taken as they are."""
    if form_id is None:
        return Checked(values=answers)
    members = _members_under(session, case.organisation)
    return _held_against(session, form_id, answers, variables, members, calendar=case.calendar, now=now)


def choices(
    session: Session, asked: Form, variables: Mapping[str, Any], *, now: datetime
) -> dict[str, list[dict[str, Any]]]:
    """
    The people and rows that a form offers: `label` and `value`, under the keys by which form-js asks for them.

    Whoever is given the form sees the titles of the rows: whoever releases it allows that.
    """
    zone, rows = ZoneInfo(timetable.zone_in_use(session)), registers.offering(session)
    return asked.choices(variables, lambda key: groups.names(session, key), rows=rows, now=now, zone=zone)


def start_form(session: Session, definition: Parsed, start: str | None) -> UUID | None:
    """
    The form that a case begins with, at this start event or at the only one that has a form; None where there is none.

    Raises:
        Invalid: no version of the form is released.
    """
    meant = [one for one in definition.model.starts if start in (None, one.element) and one.form]
    if len(meant) != 1 or meant[0].form is None:
        return None
    ref = meant[0].form
    reference = Reference("form", ref.key, ref.binding, ref.version)
    form_id = versions.resolve(session, [reference], definition.deployment_id).get(reference)
    if form_id is None:
        raise Invalid(f"The form {ref.key} of {definition.name} is not released.", {"start": ["Its form is missing."]})
    return form_id


def check_start(
    session: Session, definition: Parsed, start: str | None, variables: dict[str, Any], *, calendar: str, now: datetime
) -> dict[str, Any]:
    """
    What a case begins with, held against the form of its start event; without one it is taken as it is.

    `subject`, which says what the case is about, need not be asked for by the form.

    Raises:
        Invalid: with one problem a field, or because there is no such form.
    """
    form_id = start_form(session, definition, start)
    if form_id is None:
        return variables
    asked = any(field.path == "subject" for field in form(session, form_id).fields)
    aside = {} if asked else {name: value for name, value in variables.items() if name == "subject"}
    answers = {name: value for name, value in variables.items() if name not in aside}
    members = _members_under(session, None)
    checked = _held_against(session, form_id, answers, {}, members, calendar=calendar, now=now)
    if checked.errors:
        first = next(iter(checked.errors.values()))[0]
        raise Invalid(f"{definition.name} cannot begin like this. {first}", dict(checked.errors))
    return {**checked.values, **aside}


def _held_against(
    session: Session,
    form_id: UUID,
    answers: dict[str, Any],
    variables: Mapping[str, Any],
    members: Callable[[str], frozenset[str]],
    *,
    calendar: str,
    now: datetime,
) -> Checked:
    zone = ZoneInfo(timetable.calendar(session, calendar).zone)
    rows = registers.offering(session)
    return form(session, form_id).check(answers, variables, members, rows=rows, now=now, zone=zone)


def _members_under(session: Session, organisation: bytes | None) -> Callable[[str], frozenset[str]]:
    """Who belongs to a group; asked once for as long as the head of the platform's chain is the same."""
    if organisation is None:
        return lambda key: groups.members(session, key)
    return lambda key: _members.get((organisation, key), lambda: groups.members(session, key))


def _read(session: Session, form_id: UUID) -> Form:
    found = session.execute(BY_ID, {"form_id": form_id}).one_or_none()
    if found is None:
        raise NotFound("form", str(form_id))
    return read_form(found.data, found.name)
