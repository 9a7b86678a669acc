"""Who may pause what a register lists."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from engine import registers
from engine.identity.substitutes import absences
from engine.oncall.book import name_of
from engine.subject import Subject


@dataclass(frozen=True, kw_only=True)
class Pauser:
    """Somebody who may pause it; `standing_in_for` is who is away, and whom its row names."""

    person: str
    standing_in_for: str | None = None


def pausing(session: Session, subject: Subject | str, *, at: datetime) -> tuple[Pauser, ...]:
    """
    Who may pause a subject at `at`: those whom its row names for it, in order.

    Each who is away is replaced by who stands in for him, or left out where
    nobody does. A service has no row, and so nobody.
    """
    about = Subject.of(name_of(subject))
    if about is None:
        return ()
    known, found = absences(session), dict[str, Pauser]()
    for one in registers.holders(session, about, "pause"):
        if known.of(one, None, at) is None:
            found[one] = Pauser(person=one)
        for stand_in in known.stand_ins(one, None, at)[:1]:
            found.setdefault(stand_in, Pauser(person=stand_in, standing_in_for=one))
    return tuple(found.values())
