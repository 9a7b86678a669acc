"""What a case knows of its subject: the values of the row, and the people that it names by role."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.core.forms.places import get
from engine.core.register import Definition
from engine.errors import Invalid, NotFound
from engine.registers.definitions import defined
from engine.registers.reading import Row, changed_at, row, rows
from engine.subject import Subject


def facts_of(session: Session, found: Row) -> dict[str, Any]:
    """
    The row as expressions read it: `subject.status`, `subject.steward`, `subject.people.data`.

    Roles that the register provides hide fields of the same name; `register`,
    `row` and `title` say which row it is.
    """
    return _facts(defined(session, found.register).definition, found)


def _facts(definition: Definition, found: Row) -> dict[str, Any]:
    facts: dict[str, Any] = dict(found.values)
    for role in definition.provides:
        people = definition.holders(found.values, role)
        if role == "people":
            parts = get(dict(found.values), definition.provides[role].split("."))
            facts[role] = parts if isinstance(parts, dict) else list(people)
            continue
        facts[role] = next(iter(people), None) if role == "steward" else list(people)
    return facts | {"register": found.register, "row": found.key, "title": found.title}


def offering(session: Session) -> Callable[[str], list[dict[str, Any]]]:
    """What gives the rows of a register that have not ended, as a form offers them; none of one that nobody keeps."""

    def rows_of(register: str) -> list[dict[str, Any]]:
        try:
            definition = defined(session, register).definition
        except NotFound:
            return []
        return [_facts(definition, one) | {"in_force": one.in_force} for one in rows(session, definition.key)]

    return rows_of


def must_be_kept(session: Session, subject: Subject) -> Row:
    """
    The row that a new case is to be about.

    Raises:
        Invalid: there is none, or it has ended.
    """
    found = row(session, subject.register, subject.row)
    if found is None:
        raise Invalid(f"There is no {subject}.", {"subject": [f"No register has a row {subject}."]})
    if found.ended:
        raise Invalid(f"{found.title} has ended.", {"subject": [f"{found.title} has ended; no case begins about it."]})
    return found


def news(session: Session, subject: Subject, known: int | None) -> tuple[Row, datetime] | None:
    """The subject's row, if it has changed since version `known`, and when it came to be as it is."""
    found = row(session, subject.register, subject.row)
    if found is None or found.number == known:
        return None
    return found, changed_at(session, subject.register, subject.row)
