"""Cases about a row side by side, one of each stage of its life, with what differs between them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import registers
from engine.core.shown import Compared, Stage
from engine.identity.person import Person
from engine.store.definitions import DefinitionRow, FormRow, Resource
from engine.store.running import Instance
from web import words
from web.filled import Filled, How, filled
from web.reads import cases, entries

LEFT_OUT = ("cancelled", "failed")


@dataclass(frozen=True)
class Column:
    """A case, and the stage in which it took place; `facts` are what it says, by variable."""

    case: Any
    stage: str
    facts: Mapping[str, Filled]


@dataclass(frozen=True)
class Line:
    """What the cases say about one thing: a text or a list of texts each; `differs` where one is not as the others."""

    label: str
    cells: tuple[tuple[str, ...], ...]
    differs: bool


def candidates(session: Session, person: Person, found: registers.Row, wanted: Compared) -> list[Any]:
    """The cases that can be set side by side, as far as `person` may see them, the earliest first."""
    about = registers.cases(session, found.register, found.key, by=person)
    kind = (one for one in about if one.kind == "about" and one.process == wanted.process)
    return [one for one in kind if one.status not in LEFT_OUT]


def columns(
    session: Session,
    person: Person,
    found: registers.Row,
    wanted: Compared,
    offered: Sequence[Any],
    chosen: Sequence[UUID],
    how: How,
) -> list[Column]:
    """
    The chosen cases, in the order of time; where none is chosen, the newest of each stage.

    Args:
        offered: those of `candidates`; nothing else can be chosen.
    """
    said = {one.id: dict(cases.variables(session, person, one.id)["variables"]) for one in offered}
    how = replace(how, names=entries.names_in(session, *said.values()))
    stages = {one.id: stage_of(found, one, said[one.id], wanted.stages, how.zone) for one in offered}
    newest = {stages[one.id]: one.id for one in offered}
    picked = [one for one in offered if one.id in (chosen or newest.values())]
    return [Column(one, stages[one.id], _facts(session, one.id, said[one.id], wanted.facts, how)) for one in picked]


def stage_of(found: registers.Row, case: Any, said: Mapping[str, Any], stages: Iterable[Stage], zone: str) -> str:
    """The name of the first stage that fits a case; empty where none does."""
    began = case.started_at.astimezone(ZoneInfo(zone)).date()
    for one in stages:
        last = str(found.values.get(one.until) or "")[:10]
        in_time = not one.until or not last or began <= date.fromisoformat(last)
        if in_time and (not one.says or said.get(one.says) not in (None, "")):
            return one.name
    return ""


def lines(shown: Sequence[Column], facts: Iterable[str]) -> list[Line]:
    """What these cases say, thing by thing; what none of them says is left out."""
    found = []
    for name in facts:
        cells = tuple(_cell(column.facts.get(name)) for column in shown)
        if any(cells):
            label = next(column.facts[name].label for column in shown if name in column.facts)
            found.append(Line(label, cells, len(set(cells)) > 1))
    return found


def _cell(one: Filled | None) -> tuple[str, ...]:
    if one is None:
        return ()
    if one.table:
        return tuple(" · ".join(cell for cell in row if cell) for row in one.table.rows)
    return (one.text,) if one.text else ()


def _facts(session: Session, case: UUID, said: Mapping[str, Any], wanted: Iterable[str], how: How) -> dict[str, Filled]:
    """What a case says, with the labels and options of the forms that came with its version."""
    query = select(Resource.data).join(FormRow, FormRow.resource_id == Resource.id)
    query = query.join(DefinitionRow, DefinitionRow.deployment_id == FormRow.deployment_id)
    query = query.join(Instance, Instance.definition_id == DefinitionRow.id).where(Instance.id == case)
    known: dict[str, Any] = {}
    for data in session.scalars(query):
        known |= {one["key"]: one for one in _keyed(orjson.loads(data).get("components", ()))}
    held = {name: said[name] for name in wanted if said.get(name) is not None}
    schema = {"components": [known[name] for name in held if name in known]}
    return {
        one.key: one if one.key in known else replace(one, label=words.named(one.key))
        for one in filled(schema, held, how)
    }


def _keyed(components: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The fields of a form that fill a variable of their own, lists as they are."""
    for one in components:
        if one.get("type") == "dynamiclist":
            yield {**one, "key": one.get("path") or one.get("key")}
        elif one.get("key"):
            yield one
        else:
            yield from _keyed(one.get("components", ()))
