"""The calendar: what is due, comes round and was missed, by month and year; and addresses for calendar programs."""

from calendar import Calendar as Weeks
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from engine import calendar_feeds, cycles, timetable
from engine.errors import Conflict, Invalid
from web import words
from web.auth import PUBLIC
from web.language import _
from web.pages import acting, typed
from web.pages.layout import Reader, look, page, show
from web.pages.typed import Wrong
from web.reads import agenda, dates, entries
from web.reads import cycles as found
from web.services import services

pages = Blueprint("calendar_pages", __name__)
acting.register(pages)


@page(pages, "/calendar")
def month() -> Response:
    """A month, day by day."""

    def read(session: Session, reader: Reader) -> dict[str, Any]:
        first = _month(reader)
        weeks = Weeks().monthdatescalendar(first.year, first.month)
        since, until = typed.begins(weeks[0][0], reader.zone), typed.ends(weeks[-1][-1], reader.zone)
        by_day: dict[date, list[agenda.Item]] = defaultdict(list)
        for one in agenda.items(session, reader.person, since, until, zone=reader.zone, now=reader.now):
            by_day[one.on].append(one)
        return {
            "first": first,
            "title": words.month(first),
            "weeks": weeks,
            "weekdays": words.weekdays(),
            "by_day": by_day,
            "today": reader.now.astimezone(ZoneInfo(reader.zone)).date(),
            "before": (first - timedelta(days=1)).strftime("%Y-%m"),
            "after": (first + timedelta(days=31)).strftime("%Y-%m"),
        }

    return show("calendar.html", **look(read))


@page(pages, "/calendar/<int(fixed_digits=4, min=1900, max=2199):year>")
def whole_year(year: int) -> Response:
    """A year: what comes round and what came, month by month."""

    def read(session: Session, reader: Reader) -> dict[str, Any]:
        since, until = typed.begins(date(year, 1, 1), reader.zone), typed.ends(date(year, 12, 31), reader.zone)
        months: dict[int, list[agenda.Item]] = {number: [] for number in range(1, 13)}
        for one in agenda.items(session, reader.person, since, until, zone=reader.zone, now=reader.now):
            if one.kind != "due" or one.mine:
                months[one.on.month].append(one)
        named = [(words.month(date(year, number, 1)), f"{year}-{number:02}", items) for number, items in months.items()]
        return {"year": year, "months": named}

    return show("calendar_year.html", **look(read))


@page(pages, "/cycles/<key>")
def cycle(key: str) -> Response:
    """A cycle: what it starts, when next, what came of it, and what was done with it."""
    return _cycle(key)


@page(pages, "/cycles/<key>/<any(activate, pause):turn>", scope="admin", method="POST")
def turn_cycle(key: str, turn: str) -> Response:
    """Let a cycle come round, or rest."""
    reason = typed.said("reason")

    def verb(session: Session, by: Any, now: datetime) -> None:
        if turn == "activate":
            cycles.activate(session, key, by=by, now=now)
        else:
            cycles.pause(session, key, reason=reason, by=by, now=now)

    said = _("The cycle comes round from now on.") if turn == "activate" else _("The cycle rests.")
    return acting.done(verb, f"/cycles/{key}", said)


@page(pages, "/cycles/<key>/run", scope="admin", method="POST")
def run_cycle(key: str) -> Response:
    """Let a cycle come round now, outside its rhythm."""
    kept = {"reason": typed.said("reason"), "subject": typed.said("subject")}
    try:
        acting.perform(lambda session, by, now: cycles.run(session, key, **kept, by=by, now=now))
    except (Conflict, Invalid) as error:
        return _cycle(key, Wrong("run", error, kept))
    return acting.then(f"/cycles/{key}", _("It came round now. Its regular dates are as they were."))


@page(pages, "/cycles/<key>/<uuid:occurrence_id>/explain", scope="admin", method="POST")
def explain_gap(key: str, occurrence_id: UUID) -> Response:
    """Say why there is a gap."""
    kept = {"note": typed.said("note")}
    try:
        acting.perform(lambda session, by, now: cycles.explain(session, occurrence_id, **kept, by=by, now=now))
    except (Conflict, Invalid) as error:
        return _cycle(key, Wrong(str(occurrence_id), error, kept))
    return acting.then(f"/cycles/{key}", _("The gap is explained. It stays a gap."))


@page(pages, "/cycles/<key>/<uuid:occurrence_id>/retry", scope="admin", method="POST")
def retry_occurrence(key: str, occurrence_id: UUID) -> Response:
    """Start what could not begin."""
    try:
        acting.perform(lambda session, by, now: cycles.retry(session, occurrence_id, by=by, now=now))
    except (Conflict, Invalid) as error:
        return _cycle(key, Wrong(str(occurrence_id), error))
    return acting.then(f"/cycles/{key}", _("The case has begun."))


@page(pages, "/calendar/addresses")
def addresses() -> Response:
    """The reader's addresses for calendar programs."""
    return _addresses()


@page(pages, "/calendar/addresses", scope="read", method="POST")
def open_address() -> Response:
    """Make an address; it is shown once."""
    group = request.form.get("group") or None
    secret = acting.perform(lambda session, by, now: calendar_feeds.open_feed(session, group=group, by=by, now=now))
    return _addresses(f"{request.host_url}calendar/{secret}.ics")


@page(pages, "/calendar/addresses/<uuid:feed_id>/close", scope="read", method="POST")
def close_address(feed_id: UUID) -> Response:
    """End an address."""
    acting.perform(lambda session, by, now: calendar_feeds.close(session, feed_id, by=by, now=now))
    return acting.then("/calendar/addresses", _("The address leads nowhere any more."))


@page(pages, "/calendar/<secret>.ics", scope=PUBLIC)
def feed(secret: str) -> Response:
    """The dates behind a secret address, for a calendar program."""
    now = services().clock()
    with services().database.reading() as session:
        who, group = calendar_feeds.reader(session, secret)
        zone = timetable.zone_in_use(session)
        body = dates.icalendar(session, who, group, address=request.host_url.rstrip("/"), zone=zone, now=now)
    answer = Response(body, mimetype="text/calendar")
    answer.headers["Cache-Control"] = "private, max-age=900"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _cycle(key: str, wrong: Wrong | None = None) -> Response:
    def read(session: Session, reader: Reader) -> dict[str, Any]:
        one = found.one_cycle(session, reader.person, key)
        ahead = cycles.preview(session, key, count=10, by=reader.person, now=reader.now)
        query = {"cycle": key, "subject": None, "gap": None, "limit": 50, "cursor": None}
        occurrences = found.occurrences(session, reader.person, query, reader.now).items

        def titled(some: Sequence[Any]) -> list[tuple[str, Any]]:
            titles = agenda.titled(session, reader.person, [(one["definition"], each.subject) for each in some])
            return [(title, each) for title, each in zip(titles, some, strict=True) if title is not None]

        came = titled(occurrences)
        turns = found.history(session, key)["items"]
        people = [row.explained_by for _title, row in came] + [turn["by"] for turn in turns]
        return {
            "cycle": one,
            "lacks": ahead.lacks,
            "ahead": titled(ahead.subjects),
            "came": came,
            "names": entries.names_in(session, people),
            "turns": turns,
            "plans": reader.person.platform_admin,
            "wrong": wrong,
        }

    return show("cycle.html", 422 if wrong else 200, **look(read))


def _addresses(made: str = "") -> Response:
    def read(session: Session, reader: Reader) -> dict[str, Any]:
        groups = sorted(reader.person.groups)
        return {"feeds": calendar_feeds.feeds_of(session, reader.person.id), "groups": groups, "made": made}

    return show("calendar_addresses.html", **look(read))


def _month(reader: Reader) -> date:
    said = request.args.get("month", "")
    if not said:
        return reader.now.astimezone(ZoneInfo(reader.zone)).date().replace(day=1)
    try:
        found = typed.day(f"{said}-01", "month")
    except Invalid as error:
        raise Invalid(_("%(month)s is no month. Write it as 2026-11.", month=said), {"month": [said]}) from error
    return found or date.min
