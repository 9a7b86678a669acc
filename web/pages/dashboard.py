"""The dashboard: what is open, due soon, late and lapsed at this moment, and how the processes do."""

from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from engine.figures import figures
from engine.models.definitions import parsed
from web import words
from web.language import _
from web.pages import acting
from web.pages.layout import Reader, look, page, show
from web.reads import agenda, entries
from web.reads import dashboard as found
from web.services import services

pages = Blueprint("dashboard", __name__)
acting.register(pages)
SOON = timedelta(days=7)
AHEAD = timedelta(days=90)
PERIODS = {"30": 30, "90": 90, "365": 365}


@page(pages, "/dashboard")
def dashboard() -> Response:
    """Counted now, over what the reader may see; figures over the last 30 days, 90 or 365."""
    days = PERIODS.get(request.args.get("days", ""), 90)
    return show("dashboard.html", **look(lambda session, reader: _shown(session, reader, days)), days=days)


def _shown(session: Session, reader: Reader, days: int) -> dict[str, Any]:
    now, person = reader.now, reader.person
    late = found.late(session, person, now=now)
    told = figures(session, services().figures, since=now - timedelta(days=days), until=now, by=person)
    return {
        "counts": found.counts(session, person, now=now, soon=now + SOON),
        "lapsed": found.lapsed(session, person, now=now),
        "late": [(one, _late_by(session, reader, one)) for one in late],
        "troubles": found.troubles(session, person),
        "figures": [(process, list(some)) for process, some in groupby(told, key=lambda one: one["under"])],
        "ahead": _ahead(session, reader, now + AHEAD),
        "names": entries.names_in(session, [one.holder or one.accountable for one in late]),
        "said": _said,
        "bars": _bars,
    }


def _late_by(session: Session, reader: Reader, task: Any) -> str:
    """How late a task is, counted by the clock that its step runs by."""
    node = parsed(session, task.definition_id).model.nodes.get(task.element)
    working = node is None or node.rules.clock == "business"
    return words.late_by(task.due_at, reader.now, reader.zone, reader.calendar if working else None)


def _ahead(session: Session, reader: Reader, until: datetime) -> list[agenda.Item]:
    zone = ZoneInfo(reader.zone)
    coming = agenda.planned(session, reader.person, reader.now, until, zone, reader.now)
    return sorted(coming, key=lambda one: one.at)[: found.MOST]


def _said(value: float | None, unit: str) -> str:
    """A figure with its unit, as people read it."""
    if value is None:
        return _("none yet")
    if unit == "hours" and value >= 48:
        return _("%(days)s days", days=f"{value / 24:.1f}".removesuffix(".0"))
    number = f"{value:.1f}".removesuffix(".0")
    named = {"%": f"{number} %", "hours": _("%(hours)s h", hours=number), "days": _("%(days)s days", days=number)}
    return named.get(unit, number)


def _bars(figure: dict[str, Any]) -> list[dict[str, Any]]:
    """The bars of a figure: each part of it, or this period and the one before; `width` and `goal` in hundredths."""
    parts = [(one["part"] or _("not said"), one["value"]) for one in figure["parts"]]
    if not parts:
        parts = [(_("now"), figure["value"]), (_("before"), figure["before"])]
    goal = figure["goal"] if figure["measure"] == "share" or not figure["parts"] else None
    most = 100.0 if figure["measure"] == "share" else max([value or 0 for _part, value in parts] + [goal or 0, 1])
    wide = [round(100 * (value or 0) / most, 1) for _part, value in parts]
    mark = round(100 * goal / most, 1) if goal is not None else None
    state = "is-late" if figure["meets"] is False and not figure["parts"] else ""
    return [
        {"name": str(part), "value": value, "width": width, "goal": mark, "state": state if part == parts[0][0] else ""}
        for (part, value), width in zip(parts, wide, strict=True)
    ]
