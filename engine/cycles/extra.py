"""Once more, outside the rhythm: somebody lets a cycle come round now, and its regular dates stay as they are."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from engine import registers, timetable
from engine.core.calendar import Calendar
from engine.core.recurrence import begun_at_once
from engine.cycles import beginning, occurrences, planning
from engine.cycles import definition as definitions
from engine.cycles.beginning import Occurrence
from engine.cycles.definition import Definition
from engine.cycles.subjects import ALONE, Wanted, wanted
from engine.errors import Conflict, Invalid
from engine.identity.person import Person

BEGUN = "It was begun outside its rhythm for {day} already, so nothing was begun twice."


def run(session: Session, key: str, *, reason: str, subject: str = ALONE, by: Person, now: datetime) -> UUID:
    """
    Let a cycle come round now, once, also while it rests; returns the id of the occurrence.

    Its work begins at once and has as long as that of a regular date. The next
    regular date stays, nothing is counted on from this one, and however often
    and by however many it is asked for on a day, one case begins.

    Args:
        reason: why; it stands in the trail and with the occurrence.
        subject: the row of the cycle's register for which it comes round; empty for a cycle without any.

    Raises:
        Forbidden: `by` is no administrator.
        NotFound: there is no such cycle, or `by` may not look into its register.
        Conflict: it has ended, its process is not released, the case before is open and the cycle refuses another,
            or it was begun outside its rhythm for that day already.
        Invalid: there is no reason, it does not come round for this row, or it cannot begin with what it is given.
    """
    before = planning.locked(session, key, by=by)
    definition = definitions.read(key, before.definition)
    if before.status == "ended":
        raise Conflict(f"The cycle {key} has ended.")
    if definition.register:
        registers.must_read(registers.defined(session, definition.register), by)
    planning.must_be_startable(session, definition)
    if not reason.strip():
        raise Invalid("Say why it is to begin outside its rhythm.", {"reason": "Say why."})
    calendar = timetable.calendar(session, timetable.in_use(session, by=by, now=now))
    with beginning.in_words():
        want = _wanted(session, definition, subject, calendar, now=now)
        one = begun_at_once(want.plan.lead if want.plan else None, calendar, now=now)
        occurrence = Occurrence(
            definition=definition, subject=subject, planned=one, calendar=calendar, reason=reason.strip()
        )
        if not occurrences.claim(session, occurrence, now=now):
            raise Conflict(BEGUN.format(day=one.on.isoformat()))
        became = beginning.become(session, occurrence, by=by, now=now)
    if became.outcome == "refused":
        raise Conflict(f"{became.note} This cycle begins no other beside it.")
    occurrences.put(session, occurrence, became)
    occurrences.tell(session, occurrence, became, by=by, now=now)
    return occurrence.id


def _wanted(session: Session, definition: Definition, subject: str, calendar: Calendar, *, now: datetime) -> Wanted:
    found = wanted(session, definition, calendar=calendar, since=now, now=now).get(subject)
    if found is None:
        said = "Choose for which row it is to come round." if not subject else f"It does not come round for {subject}."
        raise Invalid(said, {"subject": said})
    return found
