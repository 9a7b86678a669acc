"""What a form of a page does: one verb in one transaction, then the next page; a refusal is said in words."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, g, redirect
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from engine.errors import Forbidden, NotFound, Rejected, StewardError
from engine.identity.person import Person
from web import cookies, problems
from web.language import _
from web.pages.layout import look, show
from web.perform import perform as perform


def then(address: str, said: str = "") -> Response:
    """Go on to another page of ours, which says what was done (303, so that reloading repeats nothing)."""
    if said:
        flash(said, "done")
    answer: Any = redirect(address, 303)
    return answer  # type: ignore[no-any-return]


def done(verb: Callable[[Session, Person, datetime], Any], address: str, said: str) -> Response:
    """
    Let `verb` happen and go on to `address`, which says that it did, or why not.

    Raises:
        NotFound: what it was about is not there.
    """
    try:
        perform(verb)
    except Rejected as error:
        return refused(error, address)
    return then(address, said)


def refused(error: Rejected, address: str) -> Response:
    """
    Back to the page on which it was asked for, which says why not.

    Raises:
        NotFound: what it was about is not there, so there may be no page to go back to.
    """
    if isinstance(error, NotFound):
        raise error
    flash(str(error), "refused")
    return then(address)


def register(blueprint: Blueprint) -> None:
    """Let every error of these pages be answered by a page that says what is wrong and what to do."""
    blueprint.register_error_handler(StewardError, of_error)
    blueprint.register_error_handler(HTTPException, of_http)
    blueprint.register_error_handler(Exception, of_accident)


def of_error(error: StewardError) -> Response:
    """A page for an error of ours."""
    if error.status >= 500:
        problems.of_error(error)
    titles = {
        NotFound: _("There is nothing here that you may see"),
        Forbidden: _("You may not do this"),
        problems.SignedOut: _("You are signed out"),
    }
    usual = _("This cannot be done now") if error.status < 500 else _("Something went wrong on our side")
    title = next((said for kind, said in titles.items() if isinstance(error, kind)), usual)
    onward = cookies.sign_in_again() if isinstance(error, problems.SignedOut) else ""
    return _page(error.status, title, str(error), onward)


def of_http(error: HTTPException) -> Response:
    """A page for an error that the web framework raised."""
    status = error.code or 500
    if status == 404:
        return _page(404, _("There is nothing here that you may see"), problems.NOTHING_HERE)
    return _page(status, _("This cannot be read"), error.description or error.name)


def of_accident(error: Exception) -> Response:
    """A page for what nobody foresaw; it is logged whole."""
    problems.of_accident(error)
    return _page(
        500,
        _("Something went wrong on our side"),
        _("It has been logged. What you typed is still in your browser: go back to it."),
    )


def _page(status: int, title: str, said: str, onward: str = "") -> Response:
    if g.get("caller") is not None and g.get("reader") is None and status < 500:
        look(lambda _session, _reader: None)
    return show("refused.html", status, title=title, said=said, onward=onward)
