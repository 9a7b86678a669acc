"""A row of a register as its page shows it: what stands in it, the cases about it, who changed what, who is there."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import oncall, registers
from engine.core.shown import Controlled, Glance
from engine.errors import NotFound
from engine.identity.person import Person
from engine.store.cycles import CycleRow, SeriesRow
from engine.store.people import PersonRow
from engine.store.registers import RegisterRow
from engine.store.running import LIVE_TASK, Task
from engine.subject import Subject
from web import model_words

STANDING = ("running", "suspended")


@dataclass(frozen=True)
class Seen:
    """Something to see at a glance, with the cases it means; the newest first."""

    name: str
    cases: tuple[Any, ...]
    open: bool


@dataclass(frozen=True)
class Control:
    """Something that holds a row in check: a row of another register that is in force, and what it says."""

    title: str
    said: str
    address: str


@dataclass(frozen=True)
class Planned:
    """When a cycle comes round next for a row."""

    name: str
    on: date
    address: str


@dataclass(frozen=True)
class Version:
    """A version of a row: who, when, why, and the keys of what differs from the one before."""

    number: int
    kind: str
    by: str
    at: datetime
    reason: str
    differs: tuple[str, ...]


def shown(session: Session, person: Person) -> list[registers.Defined]:
    """The registers that `person` may look into, by name."""
    return seen(registers.all_registers(session), person)


def seen(found: Iterable[registers.Defined], person: Person) -> list[registers.Defined]:
    """Those of these registers that `person` may look into, by name."""
    return sorted((one for one in found if registers.may_read(one, person)), key=lambda one: one.definition.name)


def register(session: Session, person: Person, key: str) -> registers.Defined:
    """
    One register.

    Raises:
        NotFound: there is none, or it does not exist for `person`.
    """
    found = registers.defined(session, key)
    registers.must_read(found, person)
    return found


def may_look(session: Session, person: Person, key: str) -> bool:
    """Whether there is such a register, and `person` may look into it."""
    try:
        register(session, person, key)
    except NotFound:
        return False
    return True


def row(session: Session, person: Person, key: str, row_key: str, at: datetime | None = None) -> registers.Row:
    """
    One row as it is, or as it was at a moment.

    Raises:
        NotFound: there is, or was, none that `person` may see.
    """
    found = registers.seen_row(session, register(session, person, key).definition.key, row_key, at=at, by=person)
    if found is None:
        raise NotFound("row", f"{key}:{row_key}")
    return found


def row_title(session: Session, person: Person, subject: Subject) -> str | None:
    """What a row is called now; None where there is none that `person` may see."""
    found = registers.seen_row(session, subject.register, subject.row, by=person)
    return found.title if found else None


def titles(session: Session, person: Person, subjects: Collection[Subject]) -> dict[Subject, str]:
    """What rows are called now, each that is no more by its key; without those into which `person` may not look."""
    if not subjects:
        return {}
    readable = {one.definition.key for one in shown(session, person)}
    allowed = registers.touched(session, person)
    seen = {
        one for one in subjects if one.register in readable and (allowed is None or (one.register, one.row) in allowed)
    }
    query = select(RegisterRow.register, RegisterRow.key, RegisterRow.title).where(
        RegisterRow.register.in_({one.register for one in seen}), RegisterRow.key.in_({one.row for one in seen})
    )
    known = {Subject(register=row.register, row=row.key): row.title for row in session.execute(query)}
    return {one: known.get(one) or one.row for one in seen}


def called(session: Session, person: Person, subject: str) -> str | None:
    """The title of the row that a subject names, where `person` may look into its register."""
    about = Subject.of(subject)
    if about is None or about.register not in {one.definition.key for one in shown(session, person)}:
        return None
    return row_title(session, person, about)


def glances(cases: Iterable[Any], wanted: Iterable[Glance]) -> list[Seen]:
    """What is to be seen first of the cases about a row, which come in the order of time."""
    about = [one for one in cases if one.kind == "about"][::-1]
    return [Seen(one.name, _meant(about, one), one.open) for one in wanted]


def _meant(about: list[Any], glance: Glance) -> tuple[Any, ...]:
    of_kind = [one for one in about if not glance.processes or one.process in glance.processes]
    if glance.open:
        return tuple(one for one in of_kind if one.status in STANDING)
    if glance.ended:
        return tuple(sorted((one for one in of_kind if one.status == "completed"), key=lambda one: one.ended_at)[-1:])
    return tuple(of_kind[:1])


def finished_by(session: Session, seen: Iterable[Seen]) -> dict[UUID, str]:
    """Of the cases that are seen at a glance and have ended, who did the last task of each."""
    cases = {case.id for one in seen for case in one.cases if case.ended_at}
    query = select(Task.instance_id, Task.completed_by).where(Task.instance_id.in_(cases))
    query = query.where(Task.completed_by.is_not(None)).order_by(Task.closed_at, Task.id)
    return {case: who for case, who in session.execute(query) if who} if cases else {}


def controls(session: Session, person: Person, about: Subject, wanted: Iterable[Controlled]) -> list[Control]:
    """The rows that hold this one in check: in force, and of registers that `person` may look into."""
    found = []
    for one in wanted:
        if may_look(session, person, one.register):
            asked = {one.names: about.row} | {name: list(values) for name, values in one.where.items()}
            known = registers.within(session, registers.matching(session, one.register, asked), person)
            rows = [held for held in known if held.in_force]
            place = f"/registers/{one.register}/rows"
            found += [Control(held.title, str(held.values.get(one.says, "")), f"{place}/{held.key}") for held in rows]
    return found


def coming(session: Session, about: Subject) -> list[Planned]:
    """When the cycles that are active come round next for a row, the earliest first."""
    query = select(SeriesRow.cycle, SeriesRow.planned_on, CycleRow.definition).join(
        CycleRow, CycleRow.key == SeriesRow.cycle
    )
    query = query.where(CycleRow.status == "active", SeriesRow.subject == about.row, SeriesRow.planned_on.is_not(None))
    found = [
        Planned(str(one.definition["name"]), one.planned_on, f"/cycles/{one.cycle}")
        for one in session.execute(query)
        if (one.definition.get("for_each") or {}).get("register") == about.register
    ]
    return sorted(found, key=lambda one: (one.on, one.name))


def open_tasks(session: Session, seen: Iterable[Seen]) -> dict[UUID, list[tuple[UUID, str]]]:
    """Of the open cases among what is seen at a glance, what is still to be done: id and name of each task."""
    cases = {case.id for one in seen if one.open for case in one.cases}
    query = select(Task).where(Task.instance_id.in_(cases), LIVE_TASK).order_by(Task.id)
    found: dict[UUID, list[tuple[UUID, str]]] = {}
    for task in session.scalars(query):
        found.setdefault(task.instance_id, []).append((task.id, model_words.named_item(task)))
    return found


def versions(session: Session, key: str, row_key: str) -> list[Version]:
    """Every version of a row, the newest first."""
    before: Mapping[str, Any] = {}
    found = []
    for one in registers.changes(session, key, row_key):
        differs = [name for name in {**before, **one.values} if before.get(name) != one.values.get(name)]
        found.append(Version(one.number, one.kind, one.by, one.at, one.reason, tuple(differs) if before else ()))
        before = one.values
    return found[::-1]


def on_call(session: Session, subject: Subject, *, at: datetime) -> dict[str, Any]:
    """Who answers for a row at a moment, level by level, and who may pause what it lists."""
    return {
        "levels": oncall.who(session, subject, at=at),
        "pausing": oncall.pausing(session, subject, at=at),
    }


def names_in(session: Session, *values: Any) -> dict[str, str]:
    """The names of all people whose ids stand anywhere in these values; what runs by itself is called Steward."""
    ids = {one for value in values for one in _texts(value)}
    query = select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(sorted(ids)), PersonRow.kind == "person")
    itself = {one: "Steward" for one in ids if one.startswith("operator:")}
    return itself | {one.id: one.name for one in session.execute(query)} if ids else {}


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        if len(value) <= 100:
            yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _texts(one)
