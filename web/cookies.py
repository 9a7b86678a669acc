"""
What a browser keeps while somebody is signed in: one signed cookie, which names his visit.

It holds no secret that the database would have to keep, is closed to scripts
and goes along to our own pages alone. What is sent to a page carries, besides,
a token that only pages of ours can know.
"""

from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit
from uuid import UUID

from flask import Flask, Response, current_app, redirect, request, session
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from web.problems import SignedOut
from web.services import Visits

VISIT = "visit"
HALF = "half"
UNFINISHED = "unfinished"
HALF_LIFE = timedelta(minutes=10)
"""So long somebody who knew the password may look for the code."""

SAFE = ("GET", "HEAD", "OPTIONS")
SIGN_IN, SET_UP = "/login", "/account/second-factor"
_csrf = CSRFProtect()


def register(app: Flask) -> None:
    """Let `app` sign its cookie, and ask pages for proof of their origin."""
    with_services: Visits = app.extensions["steward"].visits
    app.config.update(
        SECRET_KEY=with_services.key,
        SESSION_COOKIE_NAME="__Host-steward" if with_services.secure else "steward",
        SESSION_COOKIE_SECURE=with_services.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        PERMANENT_SESSION_LIFETIME=with_services.lasting.life + timedelta(hours=1),
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # It asks for the referrer, which we tell browsers not to send.
    )
    _csrf.init_app(app)


def prove_origin() -> None:
    """
    Refuse what changes something and does not come from a page of ours.

    Raises:
        CSRFError: the form's `csrf_token`, or the header `X-CSRFToken`, is missing or another browser's (400).
    """
    if request.method not in SAFE:
        _csrf.protect()


def visit() -> UUID | None:
    """The visit that this browser's cookie names."""
    named = session.get(VISIT)
    return UUID(named) if named else None


def keep(visit_id: UUID, *, unfinished: bool = False) -> None:
    """
    Let this browser's cookie name a visit, and nothing of what it named before.

    Args:
        unfinished: it opens nothing yet but the page on which its person sets up a second factor.
    """
    session.clear()
    session[VISIT] = str(visit_id)
    if unfinished:
        session[UNFINISHED] = True


def unfinished() -> bool:
    """Whether this visit opens nothing yet but the page of the second factor."""
    return UNFINISHED in session


def finish() -> None:
    """The second factor is set up."""
    session.pop(UNFINISHED, None)


def keep_half(person_id: str, mark: str, at: datetime) -> None:
    """Let this browser's cookie say that somebody knew the password of a person, whose visits had this mark."""
    session.clear()
    session[HALF] = [person_id, mark, at.isoformat()]


def half(at: datetime) -> tuple[str, str] | None:
    """Whose password was given at this browser a moment ago, and the mark; None where none was."""
    if HALF not in session:
        return None
    person_id, mark, then = session[HALF]
    return (person_id, mark) if at - datetime.fromisoformat(then) < HALF_LIFE else None


def drop() -> None:
    """Let this browser keep nothing."""
    session.clear()


def to_sign_in() -> Response:
    """
    To the sign-in page, and from there back to the page that was asked for.

    Raises:
        SignedOut: something was sent, or a part of a page was asked for: the page that did so has to say it.
    """
    alone = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate" and "HX-Request" not in request.headers
    if request.method not in SAFE or not alone:
        raise SignedOut
    answer = redirect(sign_in_again())
    answer.headers["Cache-Control"] = "no-store"
    return answer  # type: ignore[return-value]


def to_set_up() -> Response:
    """To the page of the second factor, which the role of whoever has signed in asks for."""
    answer = redirect(SET_UP, 303)
    answer.headers["Cache-Control"] = "no-store"
    return answer  # type: ignore[return-value]


def asked() -> str:
    """The address of this request, without the machine it goes to."""
    return request.full_path.rstrip("?")


def sign_in_again() -> str:
    """The sign-in page, from which one comes back to the page that was asked for, or that sent this request."""
    if request.method in SAFE:
        return with_next(SIGN_IN, asked())
    above = request.path
    while above and ours(above) != above:
        above = above.rpartition("/")[0]
    return with_next(SIGN_IN, above or "/")


def with_next(address: str, onward: str) -> str:
    """A page, and where it leads on to."""
    return f"{address}?next={quote(onward)}"


def ours(address: str | None) -> str:
    """The address, if it is one of our own pages; else the first page."""
    parts = urlsplit(address or "")
    if not parts.path.startswith("/") or parts.path.startswith("//") or "\\" in parts.path or parts.scheme:
        return "/"
    try:
        endpoint, _ = current_app.url_map.bind("").match(parts.path, "GET")
    except (HTTPException, RequestRedirect):
        return "/"
    is_page = getattr(current_app.view_functions[endpoint], "browser", False) and not parts.path.startswith(SIGN_IN)
    return str(address) if is_page and not parts.netloc else "/"
