"""Who may act for whom on one task: the door before whatever is done in somebody else's place."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from engine import access, separation
from engine.cases import Case, LiveTask
from engine.errors import Conflict, Forbidden, NotCompetent, SeparationOfDuties
from engine.identity import competence, people
from engine.identity.person import Person
from engine.identity.substitutes import absences
from engine.models.definitions import Parsed


def must_stand_in(
    session: Session,
    definition: Parsed,
    case: Case,
    task: LiveTask,
    *,
    by: Person,
    acting_for: str,
    holds: bool,
    now: datetime,
) -> None:
    """
    Refuse whoever does not stand in for `acting_for` at `now`; the absence stays as it is until the transaction ends.

    Args:
        holds: he has the task already, so it does not matter whose turn it would be.

    Raises:
        Forbidden: nobody, or somebody else, stands in for that person in this process.
    """
    known, process = absences(session, keep=True), definition.model.key
    order = known.stand_ins(acting_for, process, now)
    if by.id not in order:
        who = f"{order[0]} does." if order else "Nobody does at this moment."
        raise Forbidden(f"{by.name} does not stand in for {acting_for} here.", who)
    before = order[: order.index(by.id)] if not holds else ()
    if willing := first_willing(session, definition, case, task, before, acting_for=acting_for, now=now):
        raise Forbidden(f"{by.name} is the second to stand in for {acting_for}.", f"{willing.id} does now.")


def first_willing(
    session: Session,
    definition: Parsed,
    case: Case,
    task: LiveTask,
    order: Iterable[str],
    *,
    acting_for: str | None,
    now: datetime,
) -> Person | None:
    """The first of these who may have the task in that person's place: no rule keeps either of them away."""
    for one in order:
        found = people.find(session, one)
        if found is None or found.auditor or not _may_know(session, case, found):
            continue
        try:
            separation.check_hand_out(session, definition, case, task, found, acting_for=acting_for)
            competence.check(session, definition, case, task, found, now=now)
        except (NotCompetent, SeparationOfDuties):
            continue
        return found
    return None


def _may_know(session: Session, case: Case, person: Person) -> bool:
    """Whether a case that a group handles in confidence exists for somebody, whoever he stands in for."""
    return case.handlers is None or access.may_see(person, access.facts_of(session, case))


def receiver(
    session: Session, definition: Parsed, case: Case, task: LiveTask, wanted: Person, *, now: datetime
) -> tuple[Person, str | None]:
    """
    Who gets a task that is to go to `wanted`, and for whom: he himself, or, while he is away, who stands in.

    Whoever stands in may give a task to the one for whom he holds it.

    Raises:
        Conflict: he is away, and nobody may stand in.
    """
    process = definition.model.key
    known = absences(session, keep=True)
    absence = known.of(wanted.id, process, now)
    if absence is None or task.acting_for == wanted.id:
        return wanted, None
    order = known.stand_ins(wanted.id, process, now)
    found = first_willing(session, definition, case, task, order, acting_for=wanted.id, now=now)
    if found is None:
        until = f"{absence.ends_at:%Y-%m-%d %H:%M} UTC"
        raise Conflict(f"{wanted.id} is away until {until}, and nobody may stand in for {task.name}.")
    return found, wanted.id
