"""
Key figures of processes, as `config/figures.toml` defines them: counts, shares and medians over cases and passages.

Which process, element or variable a figure looks at is said by its definition;
nothing of it is known here. ISO 9001, 9.1.3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import access
from engine.core.chain import canonical
from engine.errors import Invalid
from engine.identity.person import Person
from engine.store.definitions import DefinitionRow
from engine.store.running import Instance, Passage, Variable

MEASURES = ("count", "share", "median")
MOMENTS = {"began": Instance.started_at, "ended": Instance.ended_at}
UNITS = {"count": "cases", "share": "%", "median": "hours"}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """
    One figure.

    Args:
        measure: `count` of cases; `share`, how many of them in a hundred also hold `holds`; `median` of the hours from
            the beginning of a case, or from when the element `since` was left first, to when `until` was last left,
            or to the end of the case.
        of: the cases that `began` or `ended` in the period, or that are `open` at its end.
        where, but: variables that a case holds, and that it must not hold.
        by: the variable by which the figure is parted.
        goal, better: what is to be reached, and whether `more` or `less` is better.
    """

    key: str
    name: str
    process: str
    measure: str = "count"
    of: str = "ended"
    where: Mapping[str, Any] = field(default_factory=dict)
    but: Mapping[str, Any] = field(default_factory=dict)
    holds: Mapping[str, Any] = field(default_factory=dict)
    since: str = ""
    until: str = ""
    by: str = ""
    goal: float | None = None
    better: str = "less"

    def meets(self, value: float | None) -> bool | None:
        """Whether a value reaches the goal; None where there is no goal or no value."""
        if value is None or self.goal is None:
            return None
        return value >= self.goal if self.better == "more" else value <= self.goal


def read(content: Mapping[str, Any]) -> tuple[Figure, ...]:
    """
    The figures that a file defines, in its order.

    Raises:
        Invalid: one of them cannot be computed; with a problem for it.
    """
    return tuple(_read(key, said) for key, said in content.items())


def figures(
    session: Session, defined: Sequence[Figure], *, since: datetime, until: datetime, by: Person
) -> list[dict[str, Any]]:
    """
    Each figure for a period, and for the one of the same length before it, over the cases that `by` may see.

    Confidential cases are never counted.
    """
    return [_figure(session, one, since, until, by) for one in defined]


def _figure(session: Session, one: Figure, since: datetime, until: datetime, by: Person) -> dict[str, Any]:
    cases = _cases(session, one, since, until, by)
    value = _value(session, one, cases)
    before = _value(session, one, _cases(session, one, since - (until - since), since, by))
    parts = _parted(session, one, cases) if one.by else {}
    told = {name: getattr(one, name) for name in ("key", "name", "process", "measure", "of", "goal", "better")}
    told |= {"unit": UNITS[one.measure], "cases": len(cases), "value": value, "before": before}
    return told | {"meets": one.meets(value), "parts": [{"part": part, "value": parts[part]} for part in sorted(parts)]}


def _cases(session: Session, one: Figure, since: datetime, until: datetime, by: Person) -> list[Any]:
    query = select(Instance.id, Instance.started_at, Instance.ended_at)
    query = query.join(DefinitionRow, DefinitionRow.id == Instance.definition_id)
    query = query.where(DefinitionRow.key == one.process, Instance.confidential.is_(False))
    query = query.where(access.visible_instances(by))
    if one.of == "open":
        query = query.where(Instance.started_at < until)
        query = query.where(Instance.ended_at.is_(None) | (Instance.ended_at >= until))
    else:
        query = query.where(MOMENTS[one.of] >= since, MOMENTS[one.of] < until)
    query = query.where(*(_holds(name, value) for name, value in one.where.items()))
    query = query.where(*(~_holds(name, value) for name, value in one.but.items()))
    return list(session.execute(query.order_by(Instance.id)))


def _holds(name: str, value: Any) -> Any:
    held = select(Variable.name).where(Variable.instance_id == Instance.id, Variable.name == name)
    return held.where(Variable.value == canonical(value).decode()).correlate(Instance).exists()


def _value(session: Session, one: Figure, cases: list[Any]) -> float | None:
    if one.measure == "count":
        return float(len(cases))
    if not cases:
        return None
    if one.measure == "share":
        ids = [case.id for case in cases]
        query = select(func.count()).select_from(Instance).where(Instance.id.in_(ids))
        held = session.scalar(query.where(*(_holds(name, value) for name, value in one.holds.items()))) or 0
        return round(100 * held / len(cases), 1)
    spans = [span / timedelta(hours=1) for span in _spans(session, one, cases) if span is not None]
    return round(median(spans), 1) if spans else None


def _spans(session: Session, one: Figure, cases: list[Any]) -> list[timedelta | None]:
    first = _left(session, one.since, cases, func.min) if one.since else {case.id: case.started_at for case in cases}
    last = _left(session, one.until, cases, func.max) if one.until else {case.id: case.ended_at for case in cases}
    ends = [(first.get(case.id), last.get(case.id)) for case in cases]
    return [end - begin if begin and end else None for begin, end in ends]


def _left(session: Session, element: str, cases: list[Any], which: Any) -> dict[Any, datetime]:
    query = select(Passage.instance_id, which(Passage.left_at).label("at")).where(
        Passage.element == element, Passage.withdrawn.is_(False), Passage.instance_id.in_([case.id for case in cases])
    )
    return {row.instance_id: row.at for row in session.execute(query.group_by(Passage.instance_id))}


def _parted(session: Session, one: Figure, cases: list[Any]) -> dict[str, float | None]:
    query = select(Variable.instance_id, Variable.value).where(
        Variable.name == one.by, Variable.instance_id.in_([case.id for case in cases])
    )
    held = {row.instance_id: orjson.loads(row.value) for row in session.execute(query)}
    groups: dict[str, list[Any]] = {}
    for case in cases:
        part = held.get(case.id)
        groups.setdefault("" if part is None else str(part), []).append(case)
    return {part: _value(session, one, some) for part, some in groups.items()}


def _read(key: str, said: Mapping[str, Any]) -> Figure:
    unknown = sorted(set(said) - {one.name for one in fields(Figure)[1:]})
    wrong = [f"It says {name}, which no figure has." for name in unknown]
    wrong += [f"It does not say its {name}." for name in ("name", "process") if not said.get(name)]
    if said.get("measure", "count") not in MEASURES:
        wrong.append(f"Its measure is one of {', '.join(MEASURES)}.")
    if said.get("of", "ended") not in (*MOMENTS, "open"):
        wrong.append("It counts cases that began, ended or are open.")
    if (said.get("measure") == "share") != bool(said.get("holds")):
        wrong.append("A share, and only a share, says what the cases hold.")
    if said.get("better", "less") not in ("more", "less"):
        wrong.append("More or less is better.")
    if wrong:
        raise Invalid(f"The figure {key} cannot be computed. {wrong[0]}", {key: wrong})
    return Figure(key=key, **said)
