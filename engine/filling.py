"""Filling in: the form of a task in the version that its case uses, and whether answers hold."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine import groups, timetable
from engine.cache import Cache
from engine.cases import Case
from engine.core.forms import Checked, Form, read_form
from engine.errors import NotFound
from engine.store.definitions import FormRow, Resource

BY_ID = (
    select(Resource.name, Resource.data)
    .join(FormRow, FormRow.resource_id == Resource.id)
    .where(FormRow.id == bindparam("form_id"))
)
_forms: Cache[UUID, Form] = Cache(128)


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
    zone = ZoneInfo(timetable.calendar(session, case.calendar).zone)
    return form(session, form_id).check(
        answers, variables, lambda key: groups.members(session, key), now=now, zone=zone
    )


def _read(session: Session, form_id: UUID) -> Form:
    found = session.execute(BY_ID, {"form_id": form_id}).one_or_none()
    if found is None:
        raise NotFound("form", str(form_id))
    return read_form(found.data, found.name)
