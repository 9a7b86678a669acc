"""Who speaks: a bearer token (RFC 6750), looked up before anything else of a request is read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar

from flask import Flask, current_app, g, request

from engine import tokens
from engine.people import Person
from web.problems import ScopeMissing, Unauthenticated
from web.services import services

View = TypeVar("View", bound=Callable[..., Any])
SCOPES = {
    "read": "See what the person may see.",
    "work": "Start cases, and do what the person may do with tasks and cases.",
    "deploy": "Deploy and release definitions, and say who stands for their roles.",
    "admin": "Manage people and groups, seal the trail, and move a simulated clock.",
}
PUBLIC = "public"
MOST_NOTED = 10_000


@dataclass(frozen=True)
class Caller:
    """The person in whose name a request is made, what its token may do, and the moment at which it came."""

    person: Person
    scopes: frozenset[str]
    now: datetime


def needs(scope: str) -> Callable[[View], View]:
    """Mark a view: `scope` is what a token must hold to reach it, or `PUBLIC`."""

    def mark(view: View) -> View:
        view.scope = scope  # type: ignore[attr-defined]
        return view

    return mark


def register(app: Flask) -> None:
    """Ask every request of `app` who speaks, before its view is reached."""
    app.extensions["steward-noted"] = {}
    app.before_request(_authenticate)


def caller() -> Caller:
    """Who makes this request; views marked `PUBLIC` have none."""
    found: Caller = g.caller
    return found


def _authenticate() -> None:
    scope = getattr(current_app.view_functions.get(request.endpoint or ""), "scope", PUBLIC)
    if scope == PUBLIC:
        return
    now = services().clock()
    known = of_token(_bearer(), now)
    if known is None:
        raise Unauthenticated
    person, scopes = known
    if scope not in scopes:
        raise ScopeMissing(scope)
    g.caller = Caller(person, scopes, now)


def of_token(secret: str, now: datetime) -> tuple[Person, frozenset[str]] | None:
    """
    Who speaks with this token and what for; None when it is unknown or void.

    Only the first look within a minute waits for the right to write down that it was used.
    """
    noted: dict[bytes, datetime] = current_app.extensions["steward-noted"]
    mark = sha256(secret.encode(errors="replace")).digest()
    if mark in noted and now - noted[mark] < tokens.USED_AGAIN_AFTER:
        with services().database.reading() as session:
            return tokens.verify(session, secret, now=now, note=False)
    with services().database.writing() as session:
        found = tokens.verify(session, secret, now=now)
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
