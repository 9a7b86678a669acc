"""A forgotten password: asked for with a name, and chosen anew by the link that comes by mail."""

from uuid import UUID

from flask import Blueprint, Response, request

from engine.errors import Invalid, NotFound
from engine.identity import resets
from engine.identity.person import Person
from web import cookies, proof, strangers
from web.auth import PUBLIC
from web.language import _
from web.pages import acting
from web.pages.layout import page, show
from web.services import services

pages = Blueprint("forgotten", __name__)
acting.register(pages)
HERE, LINK = "/forgotten", "/new-password/<link>"


@page(pages, HERE, scope=PUBLIC)
def forgotten() -> Response:
    """Where somebody who has forgotten his password says who he is."""
    return show("forgotten.html", asked=False, wrong="")


@page(pages, HERE, scope=PUBLIC, method="POST")
def ask() -> Response:
    """Always the same answer, whether or not somebody is called so."""
    name = request.form.get("name", "").strip()
    if not name:
        return show("forgotten.html", 422, asked=False, wrong=_("Write your name or your mail address."))
    strangers.let(lambda session, _by, now: resets.ask(session, name, now=now))
    return show("forgotten.html", asked=True, wrong="")


@page(pages, LINK, scope=PUBLIC)
def asked(link: str) -> Response:
    """Where a password is chosen; a scanner that fetches the link changes nothing."""
    found = _found(link)
    return _form(found[1]) if found else _over()


@page(pages, LINK, scope=PUBLIC, method="POST")
def choose(link: str) -> Response:
    """The password is the new one, and everybody who was signed in under the one before is signed out."""
    found = _found(link)
    if found is None:
        return _over()
    (reset_id, himself), new = found, request.form.get("new", "")
    if new != request.form.get("again", ""):
        return _form(himself, _("The two passwords differ."))
    now, at = services().clock(), services().machine_clock()
    try:
        proof.let(lambda session: resets.use(session, reset_id, new, now=now, machine_now=at), by=himself, now=now)
    except Invalid as error:
        return _form(himself, str(error))
    except NotFound:
        return _over()
    services().ring()
    cookies.drop()
    return acting.then(cookies.SIGN_IN, _("You have a new password. Sign in with it."))


def _found(link: str) -> tuple[UUID, Person] | None:
    """What a link stands for, and whose it is; None where it is over."""
    reset_id, at = resets.opened(services().links_key, link), services().machine_clock()
    if reset_id is None:
        return None
    with services().database.reading() as session:
        himself = resets.whose(session, reset_id, machine_now=at)
    return (reset_id, himself) if himself else None


def _form(himself: Person, wrong: str = "") -> Response:
    return _unlisted(show("new_password.html", 422 if wrong else 200, himself=himself, wrong=wrong))


def _over() -> Response:
    return _unlisted(show("new_password.html", 410, himself=None, wrong=""))


def _unlisted(answer: Response) -> Response:
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
