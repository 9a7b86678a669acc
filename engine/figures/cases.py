"""Figures over cases: counts, shares and medians, and parts of them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from engine import access
from engine.core.chain import canonical
from engine.figures.defined import Figure
from engine.identity.person import Person
from engine.store.definitions import DefinitionRow
from engine.store.running import Instance, Passage, Variable

MOMENTS = {"began": Instance.started_at, "ended": Instance.ended_at}
YEAR = timedelta(days=365)
"""How far back something is a repetition."""
EMPTY = ('""', "null")


def narrowed(query: Any, one: Figure, by: Person) -> Any:
    """A query over `Instance`, narrowed to the cases of a figure that `by` may see; never confidential ones."""
    query = query.join(DefinitionRow, DefinitionRow.id == Instance.definition_id)
    query = query.where(DefinitionRow.key == one.process, Instance.confidential.is_(False))
    query = query.where(access.visible_instances(by))
    query = query.where(*([_passed(one.through)] if one.through else []))
    query = query.where(*(_holds(name, value) for name, value in one.where.items()))
    return query.where(*(~_holds(name, value) for name, value in one.but.items()))


def counted(
    session: Session, one: Figure, since: datetime, until: datetime, by: Person
) -> tuple[float | None, int, dict[str, float | None]]:
    """The figure over the cases that count in a period, how many they are, and the figure over each part of them."""
    found = _cases(session, one, since, until, by)
    told, named = _told(session, one, found, by), _named(session, one, found)
    parts: dict[str, list[Any]] = {}
    for case in found if one.by or one.reached else ():
        parts.setdefault(named.get(case.id, ""), []).append(case)
    return _value(one, found, told), len(found), {part: _value(one, parts[part], told) for part in sorted(parts)}


def _cases(session: Session, one: Figure, since: datetime, until: datetime, by: Person) -> list[Any]:
    """The cases that count in a period: id and moments."""
    query = narrowed(select(Instance.id, Instance.started_at, Instance.ended_at), one, by)
    if one.of == "open":
        query = query.where(Instance.started_at < until)
        query = query.where(Instance.ended_at.is_(None) | (Instance.ended_at >= until))
    else:
        query = query.where(MOMENTS[one.of] >= since, MOMENTS[one.of] < until)
    return list(session.execute(query.order_by(Instance.id)))


def _value(one: Figure, found: list[Any], told: Mapping[UUID, Any]) -> float | None:
    """The figure over these cases; None where there is nothing to compute it from."""
    if one.measure == "count":
        return float(len(found))
    if not found:
        return None
    if one.measure == "share":
        return round(100 * sum(case.id in told for case in found) / len(found), 1)
    spans = [told[case.id] / timedelta(hours=1) for case in found if case.id in told]
    return round(median(spans), 1) if spans else None


def _told(session: Session, one: Figure, found: list[Any], by: Person) -> Mapping[UUID, Any]:
    """Which of these cases hold what a share asks for; of a median, how long each took that has an end."""
    if one.measure == "count" or not found:
        return {}
    if one.measure == "median":
        return _spans(session, one, found)
    if one.repeats:
        return dict.fromkeys(_repeating(session, one, found, by))
    holding = select(Instance.id).where(Instance.id.in_([case.id for case in found]), *_meeting(one))
    return dict.fromkeys(session.scalars(holding))


def _named(session: Session, one: Figure, found: list[Any]) -> dict[UUID, str]:
    """To which part of the figure each of these cases belongs, where it is parted."""
    if one.by:
        return _held(session, one, found)
    return _reached(session, one, found) if one.reached else {}


def _meeting(one: Figure) -> list[Any]:
    wanted = [_holds(name, held) for name, held in one.holds.items()]
    wanted += [_contains(name, part) for name, part in one.contains.items()]
    return wanted + ([_passed(one.passed)] if one.passed else [])


def _passed(elements: tuple[str, ...]) -> Any:
    here = select(Passage.id).where(Passage.instance_id == Instance.id, Passage.element.in_(elements))
    return here.where(Passage.withdrawn.is_(False)).correlate(Instance).exists()


def _holds(name: str, held: Any) -> Any:
    return _said(name).where(Variable.value == canonical(held).decode()).correlate(Instance).exists()


def _contains(name: str, part: str) -> Any:
    return _said(name).where(Variable.value.contains(part, autoescape=True)).correlate(Instance).exists()


def _said(name: str) -> Any:
    return select(Variable.name).where(Variable.instance_id == Instance.id, Variable.name == name)


def _repeating(session: Session, one: Figure, found: list[Any], by: Person) -> list[UUID]:
    """Which of these cases say in a variable what an earlier case said that began in the year before."""
    query = narrowed(select(Instance.id, Instance.started_at, Variable.value), one, by)
    query = query.join(Variable, and_(Variable.instance_id == Instance.id, Variable.name == one.repeats))
    query = query.where(Instance.started_at >= min(case.started_at for case in found) - YEAR)
    meant, newest, again = {case.id for case in found}, dict[str, datetime](), list[UUID]()
    for case, began, said in session.execute(query.order_by(Instance.started_at, Instance.id)):
        if said in EMPTY:
            continue
        if case in meant and began - newest.get(said, began - 2 * YEAR) <= YEAR:
            again.append(case)
        newest[said] = began
    return again


def _spans(session: Session, one: Figure, found: list[Any]) -> dict[UUID, timedelta]:
    first = _left(session, one.since, found, func.min) if one.since else {case.id: case.started_at for case in found}
    last = _left(session, one.until, found, func.max) if one.until else {case.id: case.ended_at for case in found}
    ends = {case.id: (first.get(case.id), last.get(case.id)) for case in found}
    return {case: end - begin for case, (begin, end) in ends.items() if begin and end}


def _left(session: Session, element: str, found: list[Any], which: Any) -> dict[Any, datetime]:
    query = select(Passage.instance_id, which(Passage.left_at).label("at")).where(
        Passage.element == element, Passage.withdrawn.is_(False), Passage.instance_id.in_([case.id for case in found])
    )
    return {row.instance_id: row.at for row in session.execute(query.group_by(Passage.instance_id))}


def _held(session: Session, one: Figure, found: list[Any]) -> dict[UUID, str]:
    query = select(Variable.instance_id, Variable.value).where(
        Variable.name == one.by, Variable.instance_id.in_([case.id for case in found])
    )
    held = {row.instance_id: orjson.loads(row.value) for row in session.execute(query)}
    return {case: str(said) for case, said in held.items() if said is not None}


def _reached(session: Session, one: Figure, found: list[Any]) -> dict[UUID, str]:
    """The name of the last element that each case passed, in the order in which the figure names them."""
    order = [element for element in one.reached if element]
    query = select(Passage.instance_id, Passage.element).where(
        Passage.element.in_(order), Passage.withdrawn.is_(False), Passage.instance_id.in_([case.id for case in found])
    )
    furthest: dict[Any, int] = {}
    for case, element in session.execute(query):
        furthest[case] = max(furthest.get(case, 0), order.index(element))
    named = {case: one.reached[order[place]] for case, place in furthest.items()}
    return {case.id: named.get(case.id, one.reached.get("", "")) for case in found}
