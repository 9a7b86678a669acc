"""Figures over cases: counts, shares and medians, and parts of them."""

from datetime import datetime, timedelta
from statistics import median
from typing import Any

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


def cases(session: Session, one: Figure, since: datetime, until: datetime, by: Person) -> list[Any]:
    """The cases that count in a period: id and moments."""
    query = narrowed(select(Instance.id, Instance.started_at, Instance.ended_at), one, by)
    if one.of == "open":
        query = query.where(Instance.started_at < until)
        query = query.where(Instance.ended_at.is_(None) | (Instance.ended_at >= until))
    else:
        query = query.where(MOMENTS[one.of] >= since, MOMENTS[one.of] < until)
    return list(session.execute(query.order_by(Instance.id)))


def value(session: Session, one: Figure, found: list[Any], by: Person) -> float | None:
    """The figure over these cases; None where there is nothing to compute it from."""
    if one.measure == "count":
        return float(len(found))
    if not found:
        return None
    if one.repeats:
        return round(100 * _repeating(session, one, found, by) / len(found), 1)
    if one.measure == "share":
        query = select(func.count()).select_from(Instance).where(Instance.id.in_([case.id for case in found]))
        held = session.scalar(query.where(*_meeting(one))) or 0
        return round(100 * held / len(found), 1)
    spans = [span / timedelta(hours=1) for span in _spans(session, one, found) if span is not None]
    return round(median(spans), 1) if spans else None


def parts(session: Session, one: Figure, found: list[Any], by: Person) -> dict[str, float | None]:
    """The figure over the cases of each part; none where it is not parted."""
    if not one.by and not one.reached:
        return {}
    named = _held(session, one, found) if one.by else _reached(session, one, found)
    groups: dict[str, list[Any]] = {}
    for case in found:
        groups.setdefault(named.get(case.id, ""), []).append(case)
    return {part: value(session, one, some, by) for part, some in groups.items()}


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


def _repeating(session: Session, one: Figure, found: list[Any], by: Person) -> int:
    """How many of these cases say in a variable what an earlier case said that began in the year before."""
    query = narrowed(select(Instance.id, Instance.started_at, Variable.value), one, by)
    query = query.join(Variable, and_(Variable.instance_id == Instance.id, Variable.name == one.repeats))
    query = query.where(Instance.started_at >= min(case.started_at for case in found) - YEAR)
    meant, newest, again = {case.id for case in found}, dict[str, datetime](), 0
    for case, began, said in session.execute(query.order_by(Instance.started_at, Instance.id)):
        if said in EMPTY:
            continue
        again += case in meant and began - newest.get(said, began - 2 * YEAR) <= YEAR
        newest[said] = began
    return again


def _spans(session: Session, one: Figure, found: list[Any]) -> list[timedelta | None]:
    first = _left(session, one.since, found, func.min) if one.since else {case.id: case.started_at for case in found}
    last = _left(session, one.until, found, func.max) if one.until else {case.id: case.ended_at for case in found}
    ends = [(first.get(case.id), last.get(case.id)) for case in found]
    return [end - begin if begin and end else None for begin, end in ends]


def _left(session: Session, element: str, found: list[Any], which: Any) -> dict[Any, datetime]:
    query = select(Passage.instance_id, which(Passage.left_at).label("at")).where(
        Passage.element == element, Passage.withdrawn.is_(False), Passage.instance_id.in_([case.id for case in found])
    )
    return {row.instance_id: row.at for row in session.execute(query.group_by(Passage.instance_id))}


def _held(session: Session, one: Figure, found: list[Any]) -> dict[Any, str]:
    query = select(Variable.instance_id, Variable.value).where(
        Variable.name == one.by, Variable.instance_id.in_([case.id for case in found])
    )
    held = {row.instance_id: orjson.loads(row.value) for row in session.execute(query)}
    return {case: str(said) for case, said in held.items() if said is not None}


def _reached(session: Session, one: Figure, found: list[Any]) -> dict[Any, str]:
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
