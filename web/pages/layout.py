"""
How a page is put together: who reads it, the moment it is made, its navigation and its policy.

Every view of a page is marked by `page`, which says who may reach it, and
answers with `show`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, g, render_template, request
from markupsafe import Markup
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine import audit, registers, timetable
from engine.core.calendar import Calendar
from engine.hot import Asked, Hot, together
from engine.identity.person import Person
from engine.store.people import Look, PersonRow
from web import assets, model_words, story, words
from web.auth import caller, needs
from web.pages.navigation import Entry, navigation
from web.services import services

View = TypeVar("View", bound=Callable[..., Any])
T = TypeVar("T")
READS = Hot(
    select(
        PersonRow.zone,
        Look.theme,
        Look.roomy,
        timetable.IN_USE.scalar_subquery().label("calendar"),
        audit.PLATFORM_HEAD.scalar_subquery().label("organisation"),
    )
    .outerjoin(Look, Look.person_id == PersonRow.id)
    .where(PersonRow.id == bindparam("person"))
)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, kw_only=True)
class Reader:
    """
    Who reads a page, when, and how moments are told to him.

    Args:
        zone: his own, else the organisation's.
        organisation_zone: in which records speak.
        calendar: the organisation's, for working days; None where the year lies outside it.
        organisation: the head of the platform's chain; what was looked up of the organisation under it still holds.
        theme: `light` or `dark`; None for what the system says.
        roomy: with more air between rows.
    """

    person: Person
    now: datetime
    zone: str
    organisation_zone: str
    calendar: Calendar | None
    organisation: bytes | None = None
    theme: str | None = None
    roomy: bool = False


def register(app: Flask) -> None:
    """Give every template the words, pictures and addresses that pages share."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(asset=assets.url, icon=icon, initials=words.initials, further=further)
    app.jinja_env.filters.update(
        when=when,
        day=day,
        record=in_full,
        ago=_ago,
        mentions=story.mentioned,
        item=model_words.item,
        named_item=model_words.named_item,
        keyless=model_words.in_text,
    )
    app.jinja_env.filters.update(
        size=words.size, clause=words.clause, named=words.named, beside=words.beside, spoken=words.spoken, way=words.way
    )


def page(
    blueprint: Blueprint, address: str, *, scope: str = "read", method: str = "GET", quiet: bool = False
) -> Callable[[View], View]:
    """A view of a page, for people who hold `scope`; `PUBLIC` for everybody. `quiet` as `web.auth.needs` has it."""

    def mark(view: View) -> View:
        blueprint.add_url_rule(address, view.__name__, needs(scope, browser=True, quiet=quiet)(view), methods=[method])
        return view

    return mark


def show(template: str, status: int = 200, **known: Any) -> Response:
    """A page made of a template; a part of one where htmx asked for a part."""
    known.setdefault("reader", g.get("reader"))
    if known["reader"] is not None:
        known |= {"rail": rail(), "simulated": services().simulated}
    return sealed(Response(render_template(template, **known), status, mimetype="text/html"))


def sealed(answer: Response) -> Response:
    """With the policy of pages: nothing inline, nothing from elsewhere."""
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Cache-Control"] = "private, no-store"
    answer.vary.add("Cookie")
    return answer


def look(read: Callable[[Session, Reader], T]) -> T:
    """What `read` finds, in one reading transaction; the page knows its reader from then on."""
    return look_at((), lambda session, reader, _found: read(session, reader))


def look_at(asked: Asked, read: Callable[[Session, Reader, list[list[Any]]], T]) -> T:
    """As `look`; what `asked` finds is found on the journey on which the reader is, and given to `read` as well."""
    with services().database.reading() as session:
        first: Asked = (READS, [{"person": caller().person.id}]), (registers.ALL, [{}])
        (own,), defined, *found = together(session, (*first, *asked))
        g.reader = _reader(session, own)
        g.rail = navigation(registers.listed(session, defined), g.reader.person, g.reader.now, request.path)
        return read(session, g.reader, found)


def greet() -> None:
    """Let the page know its reader, where it needs nothing else of the database."""
    look(lambda _session, _reader: None)


def _reader(session: Session, own: Any) -> Reader:
    """Who makes this request, as a reader of pages; `own` is what `READS` found."""
    who = caller()
    calendar = timetable.adopted(session, own.calendar)
    ours = timetable.zone_of(calendar)
    return Reader(
        person=who.person,
        now=who.now,
        zone=own.zone or ours,
        organisation_zone=ours,
        calendar=calendar,
        organisation=own.organisation,
        theme=own.theme,
        roomy=bool(own.roomy),
    )


def rail() -> tuple[tuple[str, tuple[Entry, ...]], ...]:
    """The navigation of the page that is made."""
    found: tuple[tuple[str, tuple[Entry, ...]], ...] = g.get("rail", ())
    return found


def icon(name: str, said: str = "") -> Markup:
    """A picture from the sprite; without words it is decoration."""
    how = Markup('role="img" aria-label="{}"').format(said) if said else Markup('aria-hidden="true"')
    return Markup('<svg class="icon" {}><use href="{}#{}"/></svg>').format(how, assets.url("icons.svg"), name)


def further(cursor: str) -> str:
    """The address of what comes after what this page lists, narrowed in the same way."""
    return f"?{urlencode(request.args.to_dict() | {'cursor': cursor})}"


def when(at: datetime | None) -> Markup:
    """A moment in the reader's zone: `Mon 30 Nov, 17:00`."""
    return _time(at, words.moment(at, g.reader.now, g.reader.zone)) if at else Markup()


def day(on: date | None) -> Markup:
    """A day: `Mon 30 Nov`."""
    return (
        Markup('<time datetime="{}">{}</time>').format(on.isoformat(), words.day(on, g.reader.now)) if on else Markup()
    )


def in_full(at: datetime | None) -> Markup:
    """A moment as records say it, in the organisation's zone."""
    if at is None:
        return Markup()
    moment, _blank, place = words.in_full(at, g.reader.organisation_zone).partition(" (")
    made = Markup('<time class="record" datetime="{}"><span>{}</span> <span>({}</span></time>')
    return made.format(at.isoformat(timespec="seconds"), moment, place)


def _ago(at: datetime | None) -> Markup:
    return _time(at, words.ago(at, g.reader.now)) if at else Markup()


def _time(at: datetime, said: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(timespec="seconds"), said)
