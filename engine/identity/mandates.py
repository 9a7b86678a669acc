"""
Mandates: what an auditor reads and until when, and the log of what he read.

Whatever he reads stands in a chain of its own, `reads:PERSON`: it is sealed and
verified as all chains are, and nobody else ever waits for it.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import audit
from engine.errors import Conflict, Forbidden, Invalid, NoMandate
from engine.identity import people
from engine.identity.person import Mandate, Person
from engine.store.definitions import DefinitionRow
from engine.store.people import MandateRow

READS = "reads:"


def give(
    session: Session,
    person_id: str,
    *,
    ends_at: datetime,
    processes: Collection[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    by: Person,
    now: datetime,
) -> Mandate:
    """
    Say what an auditor reads from now on, and until when; it takes the place of what was said before.

    Args:
        ends_at: from then on he reads nothing but his own account; a moment that has passed ends it at once.
        processes: keys of the processes whose cases he reads; none for all.
        since, until: only cases that ran at some time in between.

    Raises:
        Forbidden: `by` does not manage people.
        NotFound: nobody has this id, or he has left.
        Invalid: the person is no auditor, there is no such process, or the period has no length.
    """
    people.must_manage(by)
    if not people.person(session, person_id).auditor:
        raise Invalid(f"{person_id} is no auditor. Let him belong to a group that reads and changes nothing first.")
    known = set(session.scalars(select(DefinitionRow.key).where(DefinitionRow.key.in_(processes))))
    if strange := sorted(set(processes) - known):
        raise Invalid(f"There is no process {strange[0]}.", {"processes": strange})
    if since is not None and until is not None and since >= until:
        raise Invalid("The period ends before it begins.", {"until": "After since."})
    content: dict[str, Any] = {"processes": sorted(set(processes)), "since": since, "until": until, "ends_at": ends_at}
    session.merge(MandateRow(person_id=person_id, **content))
    session.flush()
    audit.append(session, audit.PLATFORM, "mandate.given", person_id, content, by=by, now=now)
    return Mandate(ends_at=ends_at, processes=frozenset(processes), since=since, until=until)


def end(session: Session, person_id: str, *, by: Person, now: datetime) -> None:
    """
    End a mandate at once; what it covered, and what was read, stays on record.

    Raises:
        Forbidden: `by` does not manage people.
        NotFound: nobody has this id, or he has left.
        Conflict: he has none, or it is over.
    """
    people.must_manage(by)
    held = people.person(session, person_id).mandate
    if held is None or held.ends_at <= now:
        raise Conflict(f"{person_id} has no mandate that could be ended.")
    scope: dict[str, Any] = {"processes": held.processes, "since": held.since, "until": held.until}
    give(session, person_id, **scope, ends_at=now, by=by, now=now)


def runs(by: Person, now: datetime) -> bool:
    """Whether somebody may read at this moment: an auditor only within a mandate that has not ended."""
    return not by.auditor or (by.mandate is not None and now < by.mandate.ends_at)


def must_run(by: Person, now: datetime) -> None:
    """
    Refuse an auditor who reads without a mandate, or after its end.

    Raises:
        NoMandate: `by` is such an auditor.
    """
    if runs(by, now):
        return
    why = "has no mandate to read." if by.mandate is None else "had a mandate to read, and it has ended."
    raise NoMandate(f"{by.name} {why}", "An administrator of the platform gives one.")


def note_read(session: Session, what: str, *, by: Person, now: datetime) -> None:
    """Write down that an auditor read something: its address with what it asked for."""
    audit.append(session, READS + by.id, "record.read", what, by=by, now=now)


def must_read_log(by: Person, person_id: str) -> None:
    """
    Refuse whoever may not read what an auditor read.

    Raises:
        Forbidden: `by` neither manages people nor is that auditor.
    """
    if by.id != person_id and not by.platform_admin:
        raise Forbidden(f"{by.name} may not see what others read.", "Ask an administrator of the platform.")
