"""
Letting somebody go who has something to hand over.

What is on the platform goes to his successor at once. His cases follow one by
one, each in a transaction of its own, since no transaction locks two; when
nothing of him is left he is ended. A worker that dies in between leaves the
rest to the next look: until then he is there, and what he holds has an owner.
"""

from datetime import datetime, time
from functools import partial
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select, text, update
from sqlalchemy.orm import Session

from engine import acting, audit, bindings, oncall, registers
from engine.absence import handing, planning
from engine.absence.claims import first_willing
from engine.cases import Case, LiveTask, lock
from engine.departing import holdings
from engine.errors import Conflict, Invalid
from engine.hot import Hot
from engine.identity import groups, leaving, people
from engine.identity.person import Person
from engine.identity.substitutes import absences
from engine.ids import new_id
from engine.models.definitions import parsed
from engine.running import circle
from engine.store.absence import DepartureRow
from engine.store.base import table_of
from engine.store.definitions import Deployment
from engine.store.running import Instance
from engine.transactions import Database

ROW, INSTANCE, DEPLOYMENT = table_of(DepartureRow), table_of(Instance), table_of(Deployment)
UNDER_WAY = text("departures.done_at IS NULL")
NEXT = Hot(select(func.min(DepartureRow.begun_at)).where(UNDER_WAY, DepartureRow.begun_at > bindparam("after")))
OWN = update(INSTANCE).where(INSTANCE.c.id == bindparam("of_case")).values(owner=bindparam("who"))


def leave(
    session: Session, person_id: str, *, hand_over_to: str | None = None, reason: str = "", by: Person, now: datetime
) -> None:
    """
    Let somebody leave: at once where he holds nothing, else when all is handed over to his successor.

    Raises:
        Conflict: he holds something, in registers or elsewhere, and there is no successor; `why` lists it.
        Exception: as `begin`, and as `people.end`.
    """
    if hand_over_to is not None:
        begin(session, person_id, hand_over_to=hand_over_to, reason=reason, by=by, now=now)
        return
    people.must_manage(by)
    entries = dict.fromkeys(holdings.in_registers(session, person_id, by=by))
    if named := [f"{one.name} ({one.id})" if one.id else one.name for one in entries]:
        raise Conflict(f"{person_id} cannot leave yet: registers name him, in {', '.join(named[:5])}. Hand these over.")
    people.end(session, person_id, reason=reason, by=by, now=now)


def begin(session: Session, person_id: str, *, hand_over_to: str, reason: str = "", by: Person, now: datetime) -> bool:
    """
    Hand over all that somebody holds, and let him go when nothing is left; returns whether he has left already.

    Raises:
        Forbidden: `by` does not manage people.
        NotFound: nobody has one of these ids, or he has left.
        Invalid: the successor takes no part in the work, or is the person himself.
        Conflict: he is leaving already, or is the last who manages the platform.
    """
    people.must_manage(by)
    leaver, successor = people.person(session, person_id), people.person(session, hand_over_to)
    if successor.id == leaver.id or successor.kind != "person" or successor.auditor:
        raise Invalid(f"{hand_over_to} cannot take over.", {"hand_over_to": "Name somebody else, who may act."})
    session.execute(planning.HOLD_PERSON, {"person": leaver.id})
    if _leaving(session, leaver.id) or _leaving(session, successor.id):
        raise Conflict("One of them is leaving already.")
    leaving.keep_an_admin(session, leaver.id)
    departure, said = new_id(), {"person_id": leaver.id, "to": {"everything": successor.id}, "reason": reason}
    session.execute(insert(ROW), said | {"id": departure, "begun_by": by.id, "begun_at": now, "done_at": None})
    audit.append(session, audit.PLATFORM, "departure.begun", departure, said, by=by, now=now)
    _hand_over_platform(session, leaver.id, successor.id, by=by, now=now)
    return bool(_finish(session, departure, by=by, now=now))


def drain_departures(database: Database, *, now: datetime, limit: int = 100) -> int:
    """
    Hand over the cases of those who are leaving; safe to call from anywhere and at once.

    Returns:
        How many cases were handed over, and how many people have left.

    Raises:
        Exception: the first of whatever went wrong, when all else is done.
    """
    with database.reading() as session:
        rows = list(session.scalars(select(DepartureRow).where(UNDER_WAY).order_by(DepartureRow.id)))
        waiting = [(row, case) for row in rows for case in holdings.cases(session, row.person_id)]
    if not rows:
        return 0
    worker, done, failed = acting.worker(database, now=now), 0, list[Exception]()
    moves = [
        partial(hand_over, instance_id=case, person=row.person_id, to=row.to["everything"], by=worker, now=now)
        for row, case in waiting[:limit]
    ]
    ends = [partial(_finish, departure_id=row.id, by=worker, now=now) for row in rows]
    for verb in (*moves, *(ends if len(waiting) <= limit else ())):
        try:
            done += database.perform(verb, by=worker, now=now)
        except Exception as error:  # Whatever it is, it must not stop the others.
            failed.append(error)
        database.breathe()
    if failed:
        raise failed[0]
    return done


def next_due(session: Session, after: datetime) -> datetime | None:
    """The earliest moment strictly after `after` at which a departure began that is still under way."""
    return NEXT.earliest(session, {"after": after})


def hand_over(session: Session, instance_id: UUID, *, person: str, to: str, by: Person, now: datetime) -> int:
    """
    Let what a leaving person holds in one case be his successor's; returns whether anything was.

    What a group handles in confidence stays within it: where the successor is not of it, whoever leads it follows.

    Raises:
        Conflict: nobody is left in that group.
    """
    case = lock(session, instance_id)
    to = _within(session, case, person, to)
    mine = [one for one in case.live.values() if person in (one.holder, one.acting_for, one.accountable)]
    owns = case.owner == person and case.ended_at is None
    if owns:
        session.execute(OWN, {"of_case": case.id, "who": to})
        case.owner, said = to, {"owner": {"before": person, "after": to}}
        audit.append(session, case.id, "instance.handed_over", case.id, said, by=by, now=now)
    for task in sorted(mine, key=lambda one: one.token):
        _hand_task(session, case, task, person, to, by=by, now=now)
    return int(owns or bool(mine))


def _within(session: Session, case: Case, person: str, to: str) -> str:
    if case.handlers is None:
        return to
    shut = circle.shut_out_of(session, case.id) | {person}
    return to if to in groups.members(session, case.handlers) - shut else circle.head(session, case.handlers, shut)


def _hand_task(
    session: Session, case: Case, task: LiveTask, person: str, to: str, *, by: Person, now: datetime
) -> None:
    definition = parsed(session, case.definition_id)
    verb = "task.handed_over"
    if task.accountable == person:
        because = f"successor of {person}"
        session.execute(handing.ANSWERS_FOR, {"task_id": task.id, "who": to, "why": because})
        said = {"element": task.element, "now": {"accountable": to, "accountable_because": because}, "seen_by": []}
        audit.append(session, case.id, verb, task.id, said, by=by, now=now)
    if person not in (task.holder, task.acting_for):
        return
    away = task.acting_for if task.acting_for != person else None
    order = absences(session).stand_ins(away, definition.model.key, now) if away else (to,)
    given = first_willing(session, definition, case, task, order, acting_for=away, now=now)
    if given is not None:
        handing.hand(session, case, task, given.id, verb, {"to": given.id}, acting_for=away, by=by, now=now)
    elif away and first_willing(session, definition, case, task, (away,), acting_for=None, now=now):
        handing.hand(session, case, task, away, verb, {"to": away}, by=by, now=now)
    else:
        why = f"{person} is leaving, and {to} may not do it"
        handing.let_go(session, case, task, verb, why, but=person, by=by, now=now)


def _hand_over_platform(session: Session, person: str, to: str, *, by: Person, now: datetime) -> None:
    for key, standing in holdings.standings(session, person):
        as_what = standing if standing in ("lead", "deputy") else "member"
        groups.join(session, key, to, standing=as_what, by=by, now=now)  # type: ignore[arg-type]
    for deployment, _ in holdings.processes(session, person):
        session.execute(update(DEPLOYMENT).where(DEPLOYMENT.c.id == deployment).values(owner=to))
        said = {"owner": {"before": person, "after": to}}
        audit.append(session, audit.PLATFORM, "deployment.handed_over", deployment, said, by=by, now=now)
    for definition, role in holdings.bindings(session, person):
        bindings.bind(session, definition, role, f"person:{to}", by=by, now=now)
    for rotation in holdings.rotations(session, person):
        turns = list(dict.fromkeys(to if one == person else one for one in rotation.people))
        oncall.define(
            session,
            rotation.subject,
            rotation.level,
            people=turns,
            days=rotation.days,
            handover=time.fromisoformat(rotation.handover),
            zone=rotation.zone,
            starts_on=rotation.starts_on,
            by=by,
            now=now,
        )
    for row in holdings.substitutions(session, person):
        _hand_over_absence(session, row.id, person, to, by=by, now=now)
    for entry in holdings.entries(session, person):
        after = holdings.replaced(dict(entry.values), person, to)
        changed = {name: value for name, value in after.items() if value != entry.values[name]}
        # Whoever manages people need not keep the register: the engine changes it, and the reason says for whom.
        why, worker = f"{person} is leaving; {by.id} lets {to} take over", people.operator(session, "worker", now=now)
        registers.change(session, entry.register, entry.key, changed, reason=why, by=worker, now=now)


def _hand_over_absence(session: Session, row_id: UUID, person: str, to: str, *, by: Person, now: datetime) -> None:
    """Whoever leaves is away no longer, and stands in for nobody."""
    row = planning.locked(session, row_id)
    others = [to if one == person else one for one in (row.first, row.second) if one]
    named = [one for one in dict.fromkeys(others) if one != row.person_id]
    if row.person_id == person or not named:
        planning.end(session, row_id, reason=f"{person} is leaving", by=by, now=now)
        return
    second = named[1] if len(named) > 1 else None
    planning.change(session, row_id, first=named[0], second=second, by=by, now=now)


def _finish(session: Session, departure_id: UUID, *, by: Person, now: datetime) -> int:
    """End whoever has nothing left to hand over; returns whether he has left."""
    query = select(ROW).where(ROW.c.id == departure_id, UNDER_WAY).with_for_update()
    row = session.execute(query).one_or_none()
    if row is None or holdings.cases(session, row.person_id):
        return 0
    _hand_over_platform(session, row.person_id, row.to["everything"], by=by, now=now)
    people.end(session, row.person_id, reason=row.reason, by=by, now=now)
    session.execute(update(ROW).where(ROW.c.id == departure_id).values(done_at=now))
    audit.append(session, audit.PLATFORM, "departure.done", departure_id, {}, by=by, now=now)
    return 1


def _leaving(session: Session, person: str) -> bool:
    return session.execute(select(ROW.c.id).where(UNDER_WAY, ROW.c.person_id == person)).first() is not None
