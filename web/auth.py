"""
Who speaks, looked up before anything else of a request is read.

The API knows bearer tokens alone (RFC 6750). Pages know visits too: a signed
cookie names one. Whatever a page is sent must then prove that it comes from a
page of ours, since a browser sends the cookie along whoever asks it to.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

from flask import Flask, Response, current_app, g, request
from sqlalchemy.orm import Session

from engine.identity import mandates, tokens, visits
from engine.identity.people import Person
from web import cookies
from web.language import later
from web.problems import ScopeMissing, Unauthenticated
from web.services import services

View = TypeVar("View", bound=Callable[..., Any])
SCOPES = {
    "read": later("See what the person may see."),
    "work": later("Start cases, and do what the person may do with tasks and cases."),
    "deploy": later("Deploy and release definitions, and say who stands for their roles."),
    "admin": later("Manage people and groups, seal the trail, and move a simulated clock."),
}
PUBLIC = "public"
OWN = ("/account", "/api/v1/me", "/api/v1/tokens")
MOST_NOTED = 10_000
Known = tuple[Person, frozenset[str]]


@dataclass(frozen=True)
class Caller:
    """
    The person in whose name a request is made, what may be done with it, and the moment at which it came.

    `visit` is that of a person at a browser; programs have none.
    """

    person: Person
    scopes: frozenset[str]
    now: datetime
    visit: UUID | None = None


def needs(scope: str, *, browser: bool = False, quiet: bool = False) -> Callable[[View], View]:
    """
    Mark a view.

    Args:
        scope: what whoever reaches it must hold, or `PUBLIC`.
        browser: whether it is a page, for people who have signed in at a browser.
        quiet: whether pages ask it by themselves, so that it is no sign that somebody sits in front of one.
    """

    def mark(view: View) -> View:
        view.scope, view.browser, view.quiet = scope, browser, quiet  # type: ignore[attr-defined]
        return view

    return mark


def register(app: Flask) -> None:
    """Ask every request of `app` who speaks, before its view is reached."""
    app.extensions["steward-noted"] = {}
    cookies.register(app)
    app.before_request(_authenticate)


def caller() -> Caller:
    """Who makes this request; views marked `PUBLIC` have none."""
    found: Caller = g.caller
    return found


def visitor(*, quiet: bool = False) -> Caller | None:
    """Who has signed in at the browser that makes this request; None where nobody has. `quiet` prolongs no visit."""
    visit_id, now, at = cookies.visit(), services().clock(), services().machine_clock()
    if visit_id is None:
        return None
    lasting, chosen = services().visits.lasting, visit_id

    def verify(session: Session, note: bool) -> Known | None:
        who = visits.verify(session, chosen, lasting=lasting, machine_now=at, note=note)
        return (who, frozenset(tokens.scopes_of(who))) if who else None

    if quiet:
        with services().database.reading() as session:
            known = verify(session, False)
    else:
        known = _known(visit_id.bytes, verify, at, visits.SEEN_AGAIN_AFTER)
    return Caller(*known, now, visit_id) if known else None


def _authenticate() -> Response | None:
    view = current_app.view_functions.get(request.endpoint or "")
    scope, browser = getattr(view, "scope", PUBLIC), getattr(view, "browser", False)
    by_visit = browser and "Authorization" not in request.headers
    if by_visit and scope != PUBLIC and cookies.visit() is None:
        return cookies.to_sign_in()
    if by_visit:
        cookies.prove_origin()
    if scope == PUBLIC:
        return None
    found = visitor(quiet=getattr(view, "quiet", False)) if by_visit else _program()
    if found is None and by_visit:
        return cookies.to_sign_in()
    if found is None:
        raise Unauthenticated
    if scope not in found.scopes:
        raise ScopeMissing(scope)
    if by_visit and cookies.unfinished() and not request.path.startswith(cookies.SET_UP):
        return cookies.to_set_up()
    g.caller = found
    if not is_own(request.path):
        mandates.must_run(found.person, found.now)
    return None


def is_own(path: str) -> bool:
    """Whether an address is about nothing but the account of whoever asks."""
    return any(path == one or path.startswith(f"{one}/") for one in OWN)


def of_token(secret: str, now: datetime) -> Known | None:
    """Who speaks with this token and what for; None when it is unknown or void."""

    def verify(session: Session, note: bool) -> Known | None:
        return tokens.verify(session, secret, now=now, note=note)

    mark = sha256(secret.encode(errors="replace")).digest()
    return _known(mark, verify, now, tokens.USED_AGAIN_AFTER)


def _program() -> Caller | None:
    now = services().clock()
    known = of_token(_bearer(), now)
    return Caller(*known, now) if known else None


def _known(
    mark: bytes, verify: Callable[[Session, bool], Known | None], now: datetime, again: timedelta
) -> Known | None:
    """Look somebody up. Only the first look within a minute waits for the right to write down that he was here."""
    noted: dict[bytes, datetime] = current_app.extensions["steward-noted"]
    if mark in noted and now - noted[mark] < again:
        with services().database.reading() as session:
            return verify(session, False)
    with services().database.writing() as session:
        found = verify(session, True)
    if found is not None:
        if len(noted) >= MOST_NOTED:
            noted.clear()
        noted[mark] = now
    return found


def _bearer() -> str:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret.strip():
        raise Unauthenticated
    return secret.strip()
