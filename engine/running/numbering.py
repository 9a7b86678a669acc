"""
The number of a case, such as CAPA-2027-014: counted for each process and year, without a gap.

It is written with the case or not at all. Whoever takes one has the turn until
the transaction ends, so two cases that begin at once follow one another.
"""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from engine.core.model import grammar
from engine.running.rows import Rows
from engine.running.turns import take_turn
from engine.store.running import CaseNumber

LAST = select(func.max(CaseNumber.number)).where(
    CaseNumber.process == bindparam("process"), CaseNumber.year == bindparam("year")
)


def next_number(
    session: Session, rows: Rows, process: str, text: str, *, case: UUID, zone: str, now: datetime
) -> tuple[str, dict[str, Any]]:
    """
    The next number of a process, in the year that it is in the organisation's zone.

    Args:
        text: how it is written, as `docs/reference/vocabulary.md` says.

    Returns:
        The number as people read it, and its row, to be written with the case.
    """
    year = now.astimezone(ZoneInfo(zone)).year
    take_turn(session, f"number {process} {year}")
    last = session.scalar(LAST, {"process": process, "year": year}) or 0
    taken = [row for row in rows.new.get("case_numbers", []) if (row["process"], row["year"]) == (process, year)]
    number = last + len(taken) + 1
    row = rows.add("case_numbers", {"process": process, "year": year, "number": number, "instance_id": case})
    return grammar.number(text).written(year, number), row
