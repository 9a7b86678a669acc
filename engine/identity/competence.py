"""
Competence: what a person must hold, unexpired, to do a task (ISO 9001:2015, 7.2).

The model names keys. Who holds what is said by the rows, in force, of every
register that provides `competence`: the people whom a row names, under the key
that it names, until the day that it names. Checked at claim, assign, delegate
and complete, and when somebody is to stand in; a refusal is a record.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from engine import registers, timetable
from engine.core.forms.places import MISSING, get
from engine.core.register import Definition
from engine.core.vocabulary import Model
from engine.errors import NotCompetent, Record
from engine.identity.person import Person
from engine.store.people import PersonRow

ROLE = "competence"


class Modelled(Protocol):
    """A parsed definition, as far as rules go."""

    @property
    def model(self) -> Model:
        """The author's facts."""


class Timed(Protocol):
    """A case, as far as days go."""

    @property
    def id(self) -> Any:
        """The instance's id."""

    @property
    def calendar(self) -> str:
        """The digest of its calendar."""


class Work(Protocol):
    """A task."""

    @property
    def id(self) -> Any:
        """The task's id."""

    @property
    def element(self) -> str:
        """Its node in the model."""

    @property
    def name(self) -> str:
        """What people call it."""


def keys_of(parsed: Modelled, element: str) -> tuple[str, ...]:
    """What the model asks of whoever does this task."""
    node = parsed.model.nodes.get(element)
    return node.rules.competence if node else ()


def check(session: Session, parsed: Modelled, case: Timed, task: Work, by: Person, *, now: datetime) -> None:
    """
    Refuse a person who does not hold what a task asks for. Nothing is asked where the model asks for nothing.

    Raises:
        NotCompetent: with what is missing, who holds it, and the record of the refusal for the case's trail.
    """
    keys = keys_of(parsed, task.element)
    if not keys:
        return
    held = _held(session, keys, _today(session, case, now))
    missing = [key for key in keys if by.id not in held[key]]
    if not missing:
        return
    able = sorted(_all_of(held) - {by.id})
    shown = ", ".join(able[:5]) + (" or others" if len(able) > 5 else "")
    raise NotCompetent(
        why=f"{by.id} may not do {task.name!r}: it needs {', '.join(missing)}, and no valid row names {by.id} for it.",
        remedy=f"It is held by {shown}." if able else "Nobody holds it; it must be obtained and recorded first.",
        person=by.id,
        missing=tuple(missing),
        others=tuple(able[:5]),
        record=Record(
            chain=str(case.id),
            verb="refusal.competence",
            subject=str(task.id),
            body={"missing": missing, "person": by.id, "element": task.element},
        ),
    )


def without(session: Session, parsed: Modelled, case: Timed, element: str, *, now: datetime) -> frozenset[str]:
    """All who have not left and do not hold what a task asks for; nobody where it asks for nothing."""
    keys = keys_of(parsed, element)
    if not keys:
        return frozenset()
    held = _held(session, keys, _today(session, case, now))
    everybody = session.scalars(select(PersonRow.id).where(text("people.active")))
    return frozenset(everybody) - _all_of(held)


def _held(session: Session, keys: Sequence[str], today: str) -> dict[str, set[str]]:
    """Who holds each of these keys on a day."""
    found: dict[str, set[str]] = {key: set() for key in keys}
    for register in registers.all_registers(session):
        definition = register.definition
        if ROLE not in definition.provides:
            continue
        for row in registers.rows(session, definition.key):
            if row.in_force and _is_valid(definition, row.values, today):
                for key in found.keys() & _keys(definition, row.values):
                    found[key] |= set(definition.holders(row.values, ROLE))
    return found


def _all_of(held: Mapping[str, set[str]]) -> set[str]:
    """Who holds every one of them."""
    first, *others = held.values()
    return first.intersection(*others)


def _keys(definition: Definition, values: Mapping[str, Any]) -> set[str]:
    said = get(dict(values), (definition.competence_key or definition.row_key).split("."))
    return {str(one) for one in (said if isinstance(said, list) else [said])}


def _is_valid(definition: Definition, values: Mapping[str, Any], today: str) -> bool:
    """Whether a row counts on a day: its last day is named, or it has none."""
    if definition.competence_until is None:
        return True
    until = get(dict(values), definition.competence_until.split("."))
    return until in (None, "", MISSING) or str(until)[:10] >= today


def _today(session: Session, case: Timed, now: datetime) -> str:
    return now.astimezone(ZoneInfo(timetable.calendar(session, case.calendar).zone)).date().isoformat()
