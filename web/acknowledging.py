"""
The page behind the link in a call: `GET /acknowledge/LINK` shows, `POST` acts.

Whoever has the link speaks for the one person it was made for, and can do
this one thing. A scanner that fetches it changes nothing. No script, no
cookie: the link itself is the secret that another site does not know.
"""

from typing import Any

from flask import Blueprint, Response
from markupsafe import Markup
from sqlalchemy.orm import Session

from engine.errors import NotFound, Rejected
from engine.identity import people
from engine.identity.person import Person
from engine.ladders.acknowledging import acknowledge
from engine.outreach import links
from engine.outreach.links import Acknowledgement
from web.html import page
from web.reads.calls import Call, call
from web.services import services

blueprint = Blueprint("acknowledging", __name__)
POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'"
OVER = "This link is over: it holds for a few hours, and once."


@blueprint.get("/acknowledge/<link>")
def show(link: str) -> Response:
    """200 what is to be acknowledged, with a button; 404 no such link; 410 it is over."""
    asked, person = _opened(link)
    if asked is None or person is None:
        return _nothing()
    with services().database.reading() as session:
        found = call(session, asked.task_id)
    if found is None:
        return _nothing()
    if why := _over(asked, found):
        return _page("It cannot be acknowledged", Markup("<p>{}</p>{}").format(why, _open(found)), 410)
    form = Markup('<form method="post"><button>I see to it</button></form>')
    said = Markup("<p>{}</p><p>You acknowledge it as {}. Nobody else is called then.</p>{}{}")
    return _page(found.deed, said.format(found.case, person.name, form, _open(found)), 200)


@blueprint.post("/acknowledge/<link>")
def act(link: str) -> Response:
    """200 it is acknowledged; 404 no such link; 409 there is nothing to stop; 410 it is over."""
    asked, person = _opened(link)
    if asked is None or person is None:
        return _nothing()
    over, now = services(), services().clock()

    def verb(session: Session) -> None:
        acknowledge(session, asked.task_id, episode=asked.episode, through="link", by=person, now=now)

    with over.database.reading() as session:
        found = call(session, asked.task_id)
    if found is None:
        return _nothing()
    if why := _over(asked, found):
        return _page("It cannot be acknowledged", Markup("<p>{}</p>{}").format(why, _open(found)), 410)
    try:
        over.database.perform(verb, by=person, now=now)
    except Rejected as error:
        return _page("It cannot be acknowledged", Markup("<p>{}</p>{}").format(str(error), _open(found)), error.status)
    over.ring()
    said = Markup("<p>{}, you see to it. Nobody else is called, unless nothing is done.</p>{}")
    return _page("It is acknowledged", said.format(person.name, _open(found)), 200)


def _opened(link: str) -> tuple[Acknowledgement | None, Person | None]:
    """What the link stands for, and its person; None where it is none, or he has left."""
    over = services()
    asked = links.opened(over.links_key, link)
    if asked is None:
        return None, None
    with over.database.reading() as session:
        try:
            return asked, people.person(session, asked.person)
        except NotFound:
            return None, None


def _over(asked: Acknowledgement, found: Call) -> str | None:
    """Why the link does nothing any more."""
    if found.closed:
        return "The task is closed; there is nothing to acknowledge."
    if found.acknowledged_by is not None and found.episode == asked.episode:
        return f"{found.acknowledged_by} has acknowledged it already."
    return OVER if services().clock() >= asked.until or found.episode != asked.episode else None


def _open(found: Call) -> Markup:
    return Markup('<p><a href="/tasks/{}">Open the task</a></p>').format(str(found.task_id))


def _nothing() -> Response:
    return _page("There is no such link", Markup("<p>It is not whole, or was not made here.</p>"), 404)


def _page(title: str, body: Markup, status: int) -> Response:
    answer: Any = page(title, body)
    answer.status_code = status
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    made: Response = answer
    return made
