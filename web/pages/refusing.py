"""What a browser is told where no page can be: in our frame, in words, and with a way on. Programs get a document."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from engine.errors import Again, Forbidden, NoMandate, NotFound, StewardError
from engine.identity import mandates
from web import cookies, problems, words
from web.auth import visitor
from web.language import _, ngettext
from web.pages.layout import greet, show
from web.pages.once_more import once_more
from web.problems import ScopeMissing, SignedOut, Unauthenticated

MACHINES = ("api", "engine-rest", "hooks")
Said = tuple[str, str]
"""A title and what to do, or an address and what leads to it."""


def register(app: Flask) -> None:
    """Let a browser get a page for whatever goes wrong in `app`, and a program the problem document as before."""
    for kind, document, page in HANDLERS:
        app.register_error_handler(kind, _either(document, page))


def of_error(error: StewardError) -> Response:
    """A page for an error of ours."""
    if error.status >= 500 and not isinstance(error, Again):
        problems.of_error(error)
    title, said = next((words() for kind, words in OURS if isinstance(error, kind)), (_("This cannot be done now"), ""))
    return _page(error.status, title, said or str(error))


def of_http(error: HTTPException) -> Response:
    """A page for an error that the web framework raised, with its headers (such as `Allow`)."""
    status = error.code or 500
    title, said = next(
        (words(error) for kind, words in THEIRS if isinstance(error, kind)),
        STATUSES[status]() if status in STATUSES else (_("This cannot be read"), error.description or error.name),
    )
    answer = _page(status, title, said)
    answer.headers.extend({name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")})
    return answer


def of_lost_database(error: OperationalError | DataError) -> Response:
    """A page for a database that does not answer, or has no room for what was sent."""
    problems.of_lost_database(error)
    if problems.is_unkept(error):
        return _page(422, *_unkept())
    return _page(503, *_busy())


def of_accident(error: Exception) -> Response:
    """A page for what nobody foresaw; it is logged whole."""
    problems.of_accident(error)
    return _page(500, *_accident())


HANDLERS: tuple[tuple[type[Exception], Callable[[Any], Response], Callable[[Any], Response]], ...] = (
    (StewardError, problems.of_error, of_error),
    (HTTPException, problems.of_http, of_http),
    (OperationalError, problems.of_lost_database, of_lost_database),
    (DataError, problems.of_lost_database, of_lost_database),
    (Exception, problems.of_accident, of_accident),
)
"""What may be raised, the document that programs get for it, and the page that browsers get."""


def _either(document: Callable[[Any], Response], page: Callable[[Any], Response]) -> Callable[[Any], Response]:
    return lambda error: page(error) if _at_a_browser() else document(error)


def _at_a_browser() -> bool:
    """Whether somebody reads what is answered: asked for as a page, outside the rooms of machines."""
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "browser", False):
        return True
    return request.path.split("/")[1] not in MACHINES and "text/html" in request.accept_mimetypes.values()


def _page(status: int, title: str, said: str) -> Response:
    """In the frame of whoever has signed in. Where the server or its database has failed, nothing more is read."""
    if status < 500:
        _know_the_reader()
    address, verb = _onward(status)
    part = "HX-Request" in request.headers
    typed = once_more(status)
    return show("refused.html", status, title=title, said=said, address=address, verb=verb, part=part, typed=typed)


def _onward(status: int) -> Said:
    """Where somebody goes from here, and what the button says."""
    if status in (429, 500, 503) and request.method in cookies.SAFE:
        return cookies.asked(), _("Try again")
    if "caller" in g:
        return (
            ("/", _("Go to My work"))
            if mandates.runs(g.caller.person, g.caller.now)
            else ("/account", _("Your account"))
        )
    if request.path in (cookies.SIGN_IN, cookies.ours(request.path)):
        return request.path, _("Back to the form")
    return cookies.sign_in_again(), _("Sign in and go on")


def _know_the_reader() -> None:
    if "caller" not in g and "Authorization" not in request.headers and (found := visitor()):
        g.caller = found
    if "caller" in g and "reader" not in g:
        greet()


def _accident() -> Said:
    return (
        _("Something went wrong on our side"),
        _("It has been logged, and nothing was changed. Tell an administrator if it happens again."),
    )


def _busy() -> Said:
    return (
        _("Try again in a moment"),
        _(
            "The database is busy or does not answer, so nothing was changed."
            " Wait for a moment, then send it once more."
        ),
    )


def _unkept() -> Said:
    return (
        _("This cannot be kept as it is"),
        _(
            "Something that was sent is too long, or holds a sign that cannot be kept, so nothing was changed."
            " Shorten it, or type it anew instead of pasting it."
        ),
    )


def _nothing() -> Said:
    return (
        _("There is nothing here that you may see"),
        _("Check the address for a slip, or ask whoever gave it to you: it may be gone, or for others only."),
    )


def _signed_out() -> Said:
    return (
        _("You are signed out"),
        _("Nothing was changed. Sign in again in another tab, then send this once more."),
    )


def _unmandated() -> Said:
    return (
        _("You have no mandate to read now"),
        _("You read as an auditor, and only while you have a mandate. Your account says who can give you one."),
    )


def _not_opened_so() -> Said:
    return (
        _("This address only takes what a form sends"),
        _("Nothing was changed. Open the page that the form is on, and press its button there."),
    )


def _not_whole() -> Said:
    return (
        _("This cannot be read"),
        _("What was sent is not whole, so nothing was changed. Go back, load the page anew and send it once more."),
    )


def _too_large(_error: Any) -> Said:
    most = request.max_content_length
    if not most:
        return _("This is too large"), _("Nothing was changed. Send it in smaller parts.")
    return (
        _("This is too large"),
        _(
            "At most %(size)s can be sent at once, so nothing was changed. Send it in smaller parts.",
            size=words.size(most),
        ),
    )


def _too_many(error: Any) -> Said:
    minutes = -(-error.limit.limit.get_expiry() // 60)
    return (
        _("There were too many attempts"),
        ngettext(
            "Nothing was changed. Wait for a minute, then try again.",
            "Nothing was changed. Wait for %(num)d minutes, then try again.",
            minutes,
        ),
    )


OURS: tuple[tuple[type[StewardError], Callable[[], Said]], ...] = (
    (NotFound, _nothing),
    (ScopeMissing, lambda: (_("You may not do this"), _("It takes a right that you do not hold. Ask an admin."))),
    (NoMandate, _unmandated),
    (Forbidden, lambda: (_("You may not do this"), "")),
    (SignedOut, _signed_out),
    (Unauthenticated, lambda: (_("You are signed out"), _("Sign in, and you come back to this page."))),
    (Again, _busy),
)


def _not_ours(_error: Any) -> Said:
    return (
        _("Nothing was changed: the form has grown old, or your browser keeps no cookies"),
        _(
            "Allow our cookie and send it once more. Where nothing that you typed stands below,"
            " load the page of the form anew."
        ),
    )


THEIRS: tuple[tuple[type[HTTPException], Callable[[Any], Said]], ...] = (
    (RequestEntityTooLarge, _too_large),
    (RateLimitExceeded, _too_many),
    (CSRFError, _not_ours),
)
STATUSES = {400: _not_whole, 404: _nothing, 405: _not_opened_so, 500: _accident, 503: _busy}
