"""My work: what waits for me, by urgency, and what I may take on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from engine import tasks
from engine.errors import Rejected
from web import words
from web.language import _, ngettext
from web.pages import acting
from web.pages.layout import Reader, look, page, show
from web.reads import inbox
from web.reads.inbox import Waiting

pages = Blueprint("my_work", __name__)
acting.register(pages)


@dataclass(frozen=True)
class Row:
    """A task as a line of a list: what waits, and its due date in words."""

    waiting: Waiting
    due: words.Due | None


@dataclass(frozen=True)
class Group:
    """Some rows under a heading."""

    name: str
    title: str
    rows: list[Row]
    state: str = ""


@page(pages, "/")
def my_work() -> Response:
    """What waits for the reader."""
    return show("my_work.html", **look(_shown))


@page(pages, "/tasks/<uuid:task_id>/take-on", scope="work", method="POST")
def take_on(task_id: UUID) -> Response:
    """Take a free task on, and open it."""
    try:
        acting.perform(lambda session, by, now: tasks.claim(session, task_id, by=by, now=now))
    except Rejected as error:
        return acting.refused(error, "/")
    return acting.then(f"/tasks/{task_id}")


def _shown(session: Session, reader: Reader) -> dict[str, Any]:
    held = [_row(one, reader) for one in inbox.mine(session, reader.person, now=reader.now)]
    free = [_row(one, reader) for one in inbox.free(session, reader.person, now=reader.now)]
    groups = [*_by_urgency(held, reader), Group("free", _("Free to take"), free)]
    return {"groups": [group for group in groups if group.rows], "summary": _summary(held, free), "reader": reader}


def _row(waiting: Waiting, reader: Reader) -> Row:
    task = waiting.task
    if task.due_at is None:
        return Row(waiting, None)
    said = words.due(
        task.due_at,
        reader.now,
        zone=reader.zone,
        clock=waiting.rules.clock,
        calendar=reader.calendar,
        opened=task.opened_at,
    )
    return Row(waiting, said)


def _by_urgency(rows: Sequence[Row], reader: Reader) -> list[Group]:
    """Late, today, in the next seven days, later: days are those of the reader."""
    today = reader.now.astimezone(ZoneInfo(reader.zone)).date()
    late: list[Row] = []
    now: list[Row] = []
    soon: list[Row] = []
    later: list[Row] = []
    for row in rows:
        due = row.waiting.task.due_at
        on = due.astimezone(ZoneInfo(reader.zone)).date() if due else None
        if due and due <= reader.now:
            late.append(row)
        elif on == today:
            now.append(row)
        else:
            (soon if on and on <= today + timedelta(days=7) else later).append(row)
    return [
        Group("late", _("Late"), late, "is-late"),
        Group("today", _("Today, %(day)s", day=words.day(today, reader.now)), now),
        Group("soon", _("Next 7 days"), soon),
        Group("later", _("Later"), later),
    ]


def _summary(held: Sequence[Row], free: Sequence[Row]) -> str:
    late = sum(1 for row in held if row.due and row.due.state == "is-late")
    sentences = [
        ngettext("%(num)d task is yours.", "%(num)d tasks are yours.", len(held)) if held else _("No task is yours."),
        ngettext("%(num)d is late.", "%(num)d are late.", late) if late else "",
        ngettext("%(num)d waits for anyone in your groups.", "%(num)d wait for anyone in your groups.", len(free))
        if free
        else "",
    ]
    return " ".join(sentence for sentence in sentences if sentence)
