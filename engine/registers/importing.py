"""Bringing many rows at once from a sheet: all of them, or none and a report that says why, line by line."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from engine.core.sheets import SheetError, read, write
from engine.errors import Invalid, Rejected
from engine.identity.person import Person
from engine.registers.checking import must_say_why
from engine.registers.definitions import Defined
from engine.registers.keeping import NOTHING_DIFFERS, add, change
from engine.registers.reading import row, rows
from engine.registers.rights import kept_by
from engine.registers.scope import within


@dataclass(frozen=True, kw_only=True)
class Line:
    """What becomes of one line: `added`, `changed`, `same` or `refused`, with the errors by field."""

    line: int
    key: str
    outcome: str
    errors: dict[str, list[str]] = field(default_factory=dict)


def sheet(session: Session, found: Defined, *, at: datetime | None = None, by: Person) -> str:
    """The rows that have not ended and that `by` may read, as comma-separated values (RFC 4180), now or at a moment."""
    seen = within(session, rows(session, found.definition.key, at=at), by)
    return write(found.form.fields, [one.values for one in seen])


def bring(session: Session, register: str, text: str, *, reason: str, by: Person, now: datetime) -> list[Line]:
    """
    Add the rows of a sheet, and change those that are there already; empty cells change nothing.

    Each line is held against the form and the rules like a row that somebody keeps by hand.

    Raises:
        NotFound, Forbidden: as for adding a row.
        Invalid: there is no reason, the sheet cannot be read, or a line is refused; then nothing is kept, and
            `problems` names each line.
    """
    found = kept_by(session, register, by)
    must_say_why(reason)
    lines = look(session, register, text, reason=reason, by=by, now=now)
    if refused := [one for one in lines if one.outcome == "refused"]:
        problems = {
            f"line {one.line}": [f"{name}: {why}" for name, told in one.errors.items() for why in told]
            for one in refused
        }
        raise Invalid(f"{len(refused)} of {len(lines)} lines cannot be kept in {found.definition.name}.", problems)
    return lines


def look(session: Session, register: str, text: str, *, reason: str, by: Person, now: datetime) -> list[Line]:
    """
    What would become of each line. What fits is kept in this transaction: whoever only looks lets it go.

    Raises:
        NotFound, Forbidden: as for adding a row.
        Invalid: the sheet as a whole cannot be read.
    """
    found = kept_by(session, register, by)
    try:
        said = list(read(text, found.form.fields))
    except SheetError as error:
        raise Invalid(f"The sheet cannot be read. {error}", {"csv": [str(error)]}) from error
    return [_one(session, found, number, values, reason, by, now) for number, values in said]


def _one(
    session: Session, found: Defined, number: int, values: dict[str, object], reason: str, by: Person, now: datetime
) -> Line:
    register, key = found.definition.key, str(values.get(found.definition.row_key) or "")
    try:
        with session.begin_nested():
            if row(session, register, key) is None:
                add(session, register, values, by=by, now=now)
                return Line(line=number, key=key, outcome="added")
            change(session, register, key, values, reason=reason, by=by, now=now)
            return Line(line=number, key=key, outcome="changed")
    except Invalid as error:
        told = {name: [why] if isinstance(why, str) else list(why) for name, why in error.problems.items()}
        if told == {"values": [NOTHING_DIFFERS]}:
            return Line(line=number, key=key, outcome="same")
        return Line(line=number, key=key, outcome="refused", errors=told)
    except Rejected as error:
        return Line(line=number, key=key, outcome="refused", errors={found.definition.row_key: [str(error)]})
