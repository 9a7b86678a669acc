"""The dates of a person or of a group, as a calendar program reads them (iCalendar, RFC 5545)."""

from datetime import datetime, timedelta
from typing import Any

from icalendar import Calendar, Event
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine import access
from engine.identity.person import Person
from engine.store.running import LIVE_TASK, Candidate, Instance, Task
from web.language import _
from web.reads import agenda

LENGTH = timedelta(minutes=30)
BACK, AHEAD = timedelta(days=31), timedelta(days=366)


def icalendar(session: Session, person: Person, group: str | None, *, address: str, zone: str, now: datetime) -> bytes:
    """
    What is due for a person, or for a group that he belongs to, and when cycles come round.

    A confidential case says only that there is something to do: calendars are
    shown on walls and kept by others.

    Args:
        address: where Steward is served; events link to their pages.
    """
    made = Calendar()
    made.add("prodid", "-//Steward//Calendar//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", _("Steward: %(whose)s", whose=group or person.name))
    for one in session.execute(_due(person, group, now)):
        secret = one.confidential
        said = _("Something to do") if secret else f"{one.name}: {one.title}"
        made.add_component(_event(f"task-{one.id}", said, one.due_at, f"{address}/tasks/{one.id}", now))
    since, until = now - BACK, now + AHEAD
    for item in agenda.items(session, person, since, until, zone=zone, now=now) if group is None else ():
        if item.kind == "planned":
            said = f"{item.title} {item.of}".strip()
            made.add_component(
                _event(f"{item.address}-{item.of}-{item.on}", said, item.at, f"{address}{item.address}", now)
            )
    return bytes(made.to_ical())


def _due(person: Person, group: str | None, now: datetime) -> Any:
    mine = or_(Task.holder == person.id, Task.accountable == person.id)
    offered = select(Candidate.task_id).where(Candidate.task_id == Task.id, Candidate.who == f"group:{group}").exists()
    return (
        select(Task.id, Task.name, Task.due_at, Instance.title, Instance.confidential)
        .join(Instance, Instance.id == Task.instance_id)
        .where(LIVE_TASK, Task.due_at >= now - BACK, Task.due_at < now + AHEAD)
        .where(access.visible_instances(person), offered if group else mine)
        .order_by(Task.due_at, Task.id)
        .limit(agenda.MOST)
    )


def _event(name: str, said: str, at: datetime, link: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{name}@steward")
    event.add("dtstamp", now)
    event.add("dtstart", at - LENGTH)
    event.add("dtend", at)
    event.add("summary", said)
    event.add("url", link)
    return event
