"""What a form of a page does: one verb in one transaction, then the next page; a refusal is said in words."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect
from sqlalchemy.orm import Session

from engine.errors import NotFound, Rejected
from engine.identity.person import Person
from web import refusals
from web.pages import refusing
from web.pages.layout import look
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
    flash(told(error), "refused")
    return then(address)


def told(error: Rejected) -> str:
    """Why not, in the words of pages."""
    return str(look(lambda session, reader: refusals.told(session, error, reader.person.id)))


def register(blueprint: Blueprint) -> None:
    """Let every error of these pages be answered by a page that says what is wrong and what to do."""
    for kind, _document, page in refusing.HANDLERS:
        blueprint.register_error_handler(kind, page)
