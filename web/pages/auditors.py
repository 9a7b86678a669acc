"""Auditors: what each may read and until when, given and ended by an administrator; and the log of what he read."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from engine.errors import Invalid, NotFound
from engine.identity import mandates, people
from engine.identity.person import Person
from web.language import _
from web.pages import acting, typed
from web.pages.layout import Reader, look, page, show
from web.pages.typed import Wrong
from web.reads import mandates as found
from web.reads import processes

pages = Blueprint("auditors_pages", __name__)
acting.register(pages)
HERE = "/auditors"
ONE = f"{HERE}/<person_id>"


@page(pages, HERE, scope="admin")
def all_auditors() -> Response:
    """Everybody who reads and changes nothing, with his mandate."""

    def read(session: Session, reader: Reader) -> dict[str, Any]:
        people.must_manage(reader.person)
        return {"auditors": found.auditors(session, reader.now)}

    return show("auditors.html", **look(read))


@page(pages, ONE)
def one(person_id: str) -> Response:
    """One auditor: his mandate, and what he read; for himself and for administrators."""
    return _one(person_id)


@page(pages, ONE, scope="admin", method="POST")
def give(person_id: str) -> Response:
    """Say what he reads from now on, and until when."""
    kept = {name: typed.said(name) for name in ("ends", "since", "until")}
    chosen = request.form.getlist("processes")
    zone = look(lambda _session, reader: reader.zone)

    def verb(session: Session, by: Person, now: datetime) -> None:
        last, since, until = (typed.day(kept[name], name) for name in kept)
        if last is None:
            raise Invalid(_("Say until when it holds."), {"ends": _("Choose the last day on which he reads.")})
        mandates.give(
            session,
            person_id,
            ends_at=typed.ends(last, zone),
            since=typed.begins(since, zone) if since else None,
            until=typed.ends(until, zone) if until else None,
            processes=chosen,
            by=by,
            now=now,
        )

    try:
        acting.perform(verb)
    except Invalid as error:
        return _one(person_id, Wrong("give", error, kept), chosen)
    return acting.then(f"{HERE}/{person_id}", _("The mandate holds from now on, in place of the one before."))


@page(pages, f"{ONE}/end", scope="admin", method="POST")
def end(person_id: str) -> Response:
    """End a mandate at once; what he read stays in the log."""

    def verb(session: Session, by: Person, now: datetime) -> None:
        mandates.end(session, person_id, by=by, now=now)

    return acting.done(verb, f"{HERE}/{person_id}", _("The mandate has ended. What was read stays in the log."))


def _one(person_id: str, wrong: Wrong | None = None, chosen: list[str] | None = None) -> Response:
    def read(session: Session, reader: Reader) -> dict[str, Any]:
        mandates.must_read_log(reader.person, person_id)
        auditor = next((each for each in found.auditors(session, reader.now) if each["id"] == person_id), None)
        if auditor is None:
            raise NotFound("auditor", person_id)
        return {
            "auditor": auditor,
            "log": found.log(session, reader.person, person_id, cursor=request.args.get("cursor")),
            "manages": reader.person.platform_admin,
            "processes": processes.keys(session),
            "chosen": chosen if chosen is not None else auditor["processes"] or [],
            "days": {name: _day(auditor[at], reader, last) for name, at, last in DAYS},
            "wrong": wrong,
        }

    return show("auditor.html", 422 if wrong else 200, **look(read))


DAYS = (("ends", "ends_at", True), ("since", "since", False), ("until", "until", True))


def _day(at: datetime | None, reader: Reader, last: bool) -> str:
    """The day on which a moment lies; for an end, the last one that belongs to it."""
    if at is None:
        return ""
    within = at - timedelta(microseconds=1) if last else at
    return within.astimezone(ZoneInfo(reader.zone)).date().isoformat()
