"""
Key figures of processes, as `config/figures.toml` defines them: over cases, tasks, cycles and rows of registers.

Which process, element, variable or register a figure looks at is said by its
definition; nothing of it is known here. ISO 9001, 9.1.3.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from engine import registers, timetable
from engine.figures import cases, rows, work
from engine.figures.defined import Figure, read
from engine.identity.person import Person

__all__ = ["Figure", "figures", "read"]

Parts = dict[str, float | None]


@dataclass(frozen=True)
class Reader:
    """Whose figures they are, into which registers that person may look, and the zone of the organisation's days."""

    by: Person
    readable: Set[str]
    zone: ZoneInfo


def figures(
    session: Session, defined: Sequence[Figure], *, since: datetime, until: datetime, by: Person
) -> list[dict[str, Any]]:
    """
    Each figure for a period, and for the one of the same length before it, over what `by` may see.

    Confidential cases are never counted. A figure of a register that there is not, or into which `by` may not look,
    has no value.
    """
    readable = {one.definition.key for one in registers.all_registers(session) if registers.may_read(one, by)}
    reader = Reader(by, readable, ZoneInfo(timetable.zone_in_use(session)))
    return [_figure(session, one, since, until, reader) for one in defined]


def _figure(session: Session, one: Figure, since: datetime, until: datetime, reader: Reader) -> dict[str, Any]:
    value, number, parts = _period(session, one, since, until, reader)
    before, _number, _parts = _period(session, one, since - (until - since), since, reader)
    told = {name: getattr(one, name) for name in ("key", "name", "process", "measure", "of", "unit", "goal", "better")}
    told |= {"under": one.under or one.process, "cases": number, "value": value, "before": before}
    return told | {"meets": one.meets(value), "parts": [{"part": part, "value": parts[part]} for part in parts]}


def _period(
    session: Session, one: Figure, since: datetime, until: datetime, reader: Reader
) -> tuple[float | None, int, Parts]:
    if one.register:
        readable = one.register in reader.readable
        return (*rows.counted(session, one, since, until, reader.zone), {}) if readable else (None, 0, {})
    if one.cycles:
        number = work.missed(session, one, since, until)
        return float(number), number, {}
    if one.tasks:
        done = work.done(session, one, since, until, reader.by)
        count = one.measure == "count"
        parts: Parts = {
            name: float(len(some)) if count else work.on_time(some) for name, some in work.by_name(one, done).items()
        }
        value = float(len(done)) if count else work.on_time(done)
        return value, len(done), parts if len(one.tasks) > 1 else {}
    return cases.counted(session, one, since, until, reader.by)
