"""
What a browser keeps while somebody is signed in: one signed cookie, which names his visit.

It holds no secret that the database would have to keep, is closed to scripts
and goes along to our own pages alone. What is sent to a page carries, besides,
a token that only pages of ours can know.
"""

from datetime import timedelta
from urllib.parse import quote, urlsplit
from uuid import UUID

from flask import Flask, Response, current_app, redirect, request, session
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from web.problems import SignedOut
from web.services import Visits

VISIT = "visit"
SAFE = ("GET", "HEAD", "OPTIONS")
SIGN_IN = "/login"
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


def keep(visit_id: UUID) -> None:
    """Let this browser's cookie name a visit, and nothing of what it named before."""
    session.clear()
    session[VISIT] = str(visit_id)


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


def asked() -> str:
    """The address of this request, without the machine it goes to."""
    return request.full_path.rstrip("?")


def sign_in_again() -> str:
    """The sign-in page, from which one comes back to the page that was asked for, or that sent this request."""
    if request.method in SAFE:
        return f"{SIGN_IN}?next={quote(asked())}"
    above = request.path
    while above and ours(above) != above:
        above = above.rpartition("/")[0]
    return f"{SIGN_IN}?next={quote(above or '/')}"


def ours(address: str | None) -> str:
    """The address, if it is one of our own pages; else the first page."""
    parts = urlsplit(address or "")
    if not parts.path.startswith("/") or parts.path.startswith("//") or "\\" in parts.path or parts.scheme:
        return "/"
    try:
        endpoint, _ = current_app.url_map.bind("").match(parts.path, "GET")
    except (HTTPException, RequestRedirect):
        return "/"
    is_page = getattr(current_app.view_functions[endpoint], "browser", False) and parts.path != SIGN_IN
    return str(address) if is_page and not parts.netloc else "/"
