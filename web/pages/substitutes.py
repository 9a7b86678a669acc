"""Who is away and who stands in: planned by the person himself, a lead of his groups, or an administrator."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from engine.absence import planning
from engine.errors import Invalid, Rejected
from web.language import _
from web.pages import acting, typed
from web.pages.layout import Reader, look, page, show
from web.pages.typed import YEARS, Wrong
from web.reads import absence as found
from web.reads import entries, processes
from web.reads.people import everybody, whom

pages = Blueprint("substitutes_pages", __name__)
acting.register(pages)
HERE = "/substitutes"
FIELDS = ("person", "begins_at", "ends_at", "first", "second", "process", "reason")


@page(pages, HERE)
def all_substitutions() -> Response:
    """Who is away, or is going to be, and who stands in."""
    return _listed()


@page(pages, HERE, scope="work", method="POST")
def plan() -> Response:
    """Let somebody stand in for a person for a period; his tasks move when it begins."""
    kept = {name: typed.said(name) for name in FIELDS}
    zone = ZoneInfo(look(lambda _session, reader: reader.zone))
    try:
        begins_at, ends_at = (_moment(kept[name], zone, name) for name in ("begins_at", "ends_at"))
        acting.perform(
            lambda session, by, now: planning.plan(
                session,
                whom(session, kept["person"]),
                begins_at=begins_at,
                ends_at=ends_at,
                first=whom(session, kept["first"]),
                second=whom(session, kept["second"]) or None,
                process=kept["process"] or None,
                reason=kept["reason"],
                by=by,
                now=now,
            )
        )
    except Rejected as error:
        return _listed(Wrong("plan", error, kept))
    return acting.then(HERE, _("It is planned. Open tasks move when it begins, and unfinished ones come back."))


@page(pages, HERE + "/<uuid:substitution_id>/end", scope="work", method="POST")
def end(substitution_id: UUID) -> Response:
    """End it before its time, or cancel it; unfinished tasks come back."""
    reason = request.form.get("reason", "").strip()
    return acting.done(
        lambda session, by, now: planning.end(session, substitution_id, reason=reason, by=by, now=now),
        HERE,
        _("It is over; unfinished tasks come back."),
    )


def _listed(wrong: Wrong | None = None) -> Response:
    past = request.args.get("past") == "yes"

    def read(session: Session, reader: Reader) -> dict[str, Any]:
        listed = found.substitutions(session, reader.person, {"person": None, "live": not past})["items"]
        for one in listed:
            one["mine"] = planning.may_plan(session, reader.person, one["person"])
        people = [who for one in listed for who in (one["person"], one["first"], one["second"])]
        return {
            "listed": listed,
            "everybody": everybody(session),
            "names": entries.names_in(session, people),
            "processes": processes.keys(session),
        }

    return show("substitutes.html", 422 if wrong else 200, **look(read), past=past, wrong=wrong, states=_states())


def _moment(said: str, zone: ZoneInfo, name: str) -> datetime:
    """A moment as a browser's field writes it, in the zone of whoever typed it."""
    try:
        found = datetime.fromisoformat(said).replace(tzinfo=zone)
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        told = _("Say from when until when: a day and a time.")
        raise Invalid(told, {name: [told]})
    return found


def _states() -> dict[str, tuple[str, str]]:
    return {
        "planned": (_("planned"), ""),
        "active": (_("stands in now"), "is-here"),
        "ended": (_("over"), "is-done"),
        "cancelled": (_("called off"), ""),
    }
