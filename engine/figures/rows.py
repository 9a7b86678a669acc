"""Figures over the rows of a register, as they were at any moment: how many, which share, how old, for how long."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from engine import registers
from engine.figures.defined import Figure

DAY = timedelta(days=1)


def counted(session: Session, one: Figure, since: datetime, until: datetime, zone: tzinfo) -> tuple[float | None, int]:
    """The figure for a period, and how many rows it comes from; no value where it comes from none."""
    if one.measure == "lasted":
        return _lasted(session, one, since, until)
    found = registers.matching(session, one.register, _listed(one.where), at=until)
    if one.measure == "count":
        return float(len(found)), len(found)
    if one.measure == "oldest":
        histories = registers.histories(session, one.register, [row.key for row in found])
        ages = [(until - histories[row.key][0].at) / DAY for row in found]
        return (round(max(ages), 1) if ages else None), len(ages)
    if one.measure == "share":
        return _share([_meets(row.values, one) for row in found])
    due = [(row, day) for row in found if (day := _day(row.values.get(one.on))) and _within(day, since, until, zone)]
    histories = registers.histories(session, one.register, [row.key for row, _day in due])
    return _share([_kept(one, histories[row.key], day, zone) for row, day in due])


def _kept(one: Figure, changes: Sequence[Any], day: date, zone: tzinfo) -> bool:
    """Whether a row held what it should by the end of its day."""
    over = datetime.combine(day, time.max, zone)
    known = [change for change in changes if change.at <= over]
    return bool(known) and _meets(known[-1].values, one)


def _lasted(session: Session, one: Figure, since: datetime, until: datetime) -> tuple[float, int]:
    """On how many days rows held `where`, all of them together, and how many rows did."""
    keys = [row.key for row in registers.rows(session, one.register, ended=True)]
    histories = registers.histories(session, one.register, keys)
    spans = [_span(one, histories[key], since, until) for key in keys]
    lasting = [span for span in spans if span]
    return round(sum(lasting, timedelta()) / DAY, 1), len(lasting)


def _span(one: Figure, changes: Sequence[Any], since: datetime, until: datetime) -> timedelta:
    ends = [change.at for change in changes[1:]] + [until]
    held = timedelta()
    for change, end in zip(changes, ends, strict=True):
        if change.kind != "ended" and _holds(change.values, one.where):
            held += max(min(end, until) - max(change.at, since), timedelta())
    return held


def _meets(values: Mapping[str, Any], one: Figure) -> bool:
    parts = ((name, part) for name, said in one.contains.items() for part in _several(said))
    return _holds(values, one.holds) and all(part in str(values.get(name, "")) for name, part in parts)


def _holds(values: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(values.get(name) in _several(held) for name, held in wanted.items())


def _listed(wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(_several(held)) for name, held in wanted.items()}


def _several(said: Any) -> Iterable[Any]:
    return said if isinstance(said, list | tuple) else (said,)


def _share(held: list[bool]) -> tuple[float | None, int]:
    return (round(100 * sum(held) / len(held), 1) if held else None), len(held)


def _within(day: date, since: datetime, until: datetime, zone: tzinfo) -> bool:
    return since.astimezone(zone).date() <= day < until.astimezone(zone).date()


def _day(said: Any) -> date | None:
    try:
        return date.fromisoformat(str(said)[:10])
    except ValueError:
        return None
