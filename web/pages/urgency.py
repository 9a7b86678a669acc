"""Tasks as lines of a list, in groups by urgency: days are those of the reader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from web import words
from web.language import _
from web.pages.layout import Reader
from web.reads.inbox import Waiting


@dataclass(frozen=True)
class Row:
    """
    A task as a line of a list.

    Args:
        due: in words; None where no day is set, or it is done.
        why: why it stands in the reader's list.
        refused: why he may not take it on.
    """

    waiting: Waiting
    due: words.Due | None
    why: str = ""
    refused: str = ""


@dataclass(frozen=True)
class Group:
    """Some rows under a heading."""

    name: str
    title: str
    rows: list[Row]
    state: str = ""


def line(waiting: Waiting, reader: Reader, *, refused: str = "", names: Mapping[str, str] | None = None) -> Row:
    """
    A row.

    Args:
        names: of people, by id.
    """
    task, due = waiting.task, None
    if task.due_at is not None and task.status in ("open", "claimed"):
        due = words.due(
            task.due_at,
            reader.now,
            zone=reader.zone,
            clock=waiting.rules.clock,
            calendar=reader.calendar,
            opened=task.opened_at,
        )
    return Row(waiting, due, _why(task, reader, names or {}), refused or waiting.refused)


def by_urgency(rows: Sequence[Row], reader: Reader) -> list[Group]:
    """Late, today, in the next seven days, later."""
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


def _why(task: Any, reader: Reader, names: Mapping[str, str]) -> str:
    if task.closed_at is not None and task.completed_by != reader.person.id:
        by = task.completed_by
        return _("done by %(person)s", person=names.get(by, by)) if by else _("no longer asked for")
    if task.holder is not None and task.holder != reader.person.id:
        return _("waits for %(person)s", person=names.get(task.holder, task.holder))
    if task.acting_for:
        return _("for %(person)s", person=names.get(task.acting_for, task.acting_for))
    if task.holder is None and task.through:
        return _("for %(group)s", group=task.through)
    return ""
