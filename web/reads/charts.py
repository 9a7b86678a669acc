"""What a row's page draws of the last year: measurements one by one, and how much there was in each month."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import access
from engine.core.chain import canonical
from engine.core.shown import Chart
from engine.identity.person import Person
from engine.store.definitions import DefinitionRow
from engine.store.hooks import Sample
from engine.store.registers import RegisterRow
from engine.store.running import Instance, Variable
from engine.subject import Subject
from web.reads import entries

YEAR = timedelta(days=365)
MONTHS = 12
MOST = 400
"""Measurements that one chart draws, the newest ones."""


@dataclass(frozen=True)
class Point:
    """One measurement: when, how much, the limit it was held against, and the version of the model it is of."""

    at: datetime
    value: float
    limit: float | None
    version: str
    breach: bool


@dataclass(frozen=True)
class Measured:
    """The measurements of one name and, where there are several, of one group; in the order of time, at least one."""

    name: str
    group: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Counted:
    """How many there were in each of the last twelve months, this one last; `limit` is for one month."""

    name: str
    months: tuple[tuple[date, int], ...]
    limit: float | None


def charts(
    session: Session, person: Person, about: Subject, wanted: Iterable[Chart], *, now: datetime, zone: str
) -> list[Measured | Counted]:
    """
    What is to be drawn of a row that `person` may look into. Confidential cases are never counted, nor are rows of a
    register that he may not look into.

    Args:
        zone: whose months are counted.
    """
    found: list[Measured | Counted] = []
    for one in wanted:
        if one.sample:
            found += _measured(session, about, one, now)
        elif one.process or entries.may_look(session, person, one.register):
            days = _begun(session, person, about, one, now, zone) if one.process else _noted(session, about, one)
            found.append(Counted(one.name, _by_month(days, now, zone), one.limit))
    return found


def _measured(session: Session, about: Subject, one: Chart, now: datetime) -> Iterator[Measured]:
    query = select(Sample).where(Sample.subject.in_([str(about), about.row]), Sample.name == one.sample)
    query = query.where(Sample.at >= now - YEAR, Sample.at <= now).order_by(Sample.at.desc(), Sample.id).limit(MOST)
    groups: dict[str, list[Point]] = {}
    for row in session.scalars(query):
        point = Point(row.at, row.value, row.limit_value, row.model_version or "", row.breach)
        groups.setdefault(row.part, []).append(point)
    for group in sorted(groups):
        yield Measured(one.name, group, tuple(groups[group][::-1]))


def _begun(
    session: Session, person: Person, about: Subject, one: Chart, now: datetime, zone: str
) -> Counter[tuple[int, int]]:
    query = select(Instance.started_at).join(DefinitionRow, DefinitionRow.id == Instance.definition_id)
    query = query.where(Instance.subject_register == about.register, Instance.subject_row == about.row)
    query = query.where(DefinitionRow.key == one.process, Instance.confidential.is_(False))
    query = query.where(Instance.started_at >= now - YEAR - timedelta(days=31), access.visible_instances(person))
    for name, value in one.but.items():
        held = select(Variable.name).where(Variable.instance_id == Instance.id, Variable.name == name)
        query = query.where(~held.where(Variable.value == canonical(value).decode()).correlate(Instance).exists())
    days = (at.astimezone(ZoneInfo(zone)) for at in session.scalars(query))
    return Counter((day.year, day.month) for day in days)


def _noted(session: Session, about: Subject, one: Chart) -> Counter[tuple[int, int]]:
    named, month = _text(one.names), func.substr(_text(one.on), 1, 7)
    query = select(month, func.count()).where(RegisterRow.register == one.register, named == about.row).group_by(month)
    found = {str(said): number for said, number in session.execute(query) if said}
    return Counter({(int(said[:4]), int(said[5:7])): number for said, number in found.items() if said[4:5] == "-"})


def _text(field: str) -> Any:
    return RegisterRow.values[field].as_string()


def _by_month(found: Counter[tuple[int, int]], now: datetime, zone: str) -> tuple[tuple[date, int], ...]:
    here = now.astimezone(ZoneInfo(zone))
    last = here.year * 12 + here.month - 1
    months = [divmod(number, 12) for number in range(last - MONTHS + 1, last + 1)]
    return tuple((date(year, month + 1, 1), found[year, month + 1]) for year, month in months)
