"""Signing in at a browser, in one step or two, and out."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm import Session

from engine import timetable
from engine.errors import Forbidden, LockedOut
from engine.identity import attempts, people, proving, visits
from engine.identity.person import Person
from web import cookies, familiar, proof
from web.auth import PUBLIC, visitor
from web.language import _
from web.pages import acting, refusing
from web.pages.layout import page, show
from web.services import services

pages = Blueprint("signing_in", __name__)
acting.register(pages)
CODE = f"{cookies.SIGN_IN}/code"


@page(pages, cookies.SIGN_IN, scope=PUBLIC)
def login() -> Response:
    """The form; whoever has signed in goes on at once."""
    onward = cookies.ours(request.args.get("next"))
    return acting.then(onward) if visitor() else _form(onward)


@page(pages, cookies.SIGN_IN, scope=PUBLIC, method="POST")
def sign_in() -> Response:
    """Who knows the password of an account goes on in its person's name, or is asked for a code first."""
    name, password = request.form.get("name", "").strip(), request.form.get("password", "")
    onward = cookies.ours(request.form.get("next"))
    if not name or not password:
        return _form(onward, name, _("Write your name and your password."))
    with services().database.reading() as session:
        person_id = visits.person_called(session, name)
    try:
        return _first_step(person_id, password, onward)
    except LockedOut as error:
        said = _("There were too many wrong passwords. Try again after %(time)s.", time=_at(error.until))
        return _form(onward, name, said, locked=True)
    except Forbidden:
        return _form(onward, name, _("The name or the password is wrong."))


@pages.errorhandler(CSRFError)
def not_ours(error: CSRFError) -> Response:
    """The form of the sign-in page once more; what else was sent is answered by a page."""
    if request.path != cookies.SIGN_IN:
        return refusing.of_http(error)
    wrong = _("This page had grown old, or your browser keeps no cookies. Allow ours, and sign in once more.")
    answer = _form(cookies.ours(request.form.get("next")), request.form.get("name", ""), wrong)
    answer.status_code = 400
    return answer


@page(pages, CODE, scope=PUBLIC)
def asked() -> Response:
    """The second step, for whoever has just given a password."""
    onward = cookies.ours(request.args.get("next"))
    return _code_form(onward) if cookies.half(services().machine_clock()) else acting.then(cookies.SIGN_IN)


@page(pages, CODE, scope=PUBLIC, method="POST")
def give_code() -> Response:
    """Who has the second factor as well goes on."""
    onward, half = cookies.ours(request.form.get("next")), cookies.half(services().machine_clock())
    if half is None:
        return _form(onward, wrong=_("That took too long. Nothing is lost: sign in once more."))
    person_id, mark = half
    second = proof.second(request.form.get("code"))
    place, now = familiar.place(person_id), services().clock()

    def step(session: Session) -> bool:
        if visits.mark_of(session, person_id) != mark:
            return False
        proving.by_code(session, person_id, second, place=place, now=now)
        return True

    try:
        answer = _through(person_id, step, onward)
    except LockedOut as error:
        said = _("There were too many wrong codes. Try again after %(time)s.", time=_at(error.until))
        return _code_form(onward, said, locked=True)
    except Forbidden:
        return _code_form(onward, _("The code is wrong, or was used already. Wait for the next one."))
    return answer or _form(onward, wrong=_("The password is another one by now. Sign in with the new one."))


@page(pages, "/logout", scope=PUBLIC, method="POST")
def sign_out() -> Response:
    """The visit ends; asking twice is no error."""
    over = visitor()
    if over and over.visit:
        visit, at = over.visit, services().machine_clock()

        def end(session: Session) -> None:
            visits.end(session, visit, by=over.person, now=over.now, machine_now=at)

        services().database.perform(end, by=over.person, now=over.now)
    cookies.drop()
    return acting.then(cookies.SIGN_IN, _("You are signed out."))


def _first_step(person_id: str, password: str, onward: str) -> Response:
    """
    On to the page that was asked for, or to the second step.

    Raises:
        Forbidden: the name or the password is wrong, or was too often (LockedOut).
    """
    place, now = familiar.place(person_id), services().clock()

    def step(session: Session) -> bool:
        enough = proving.by_password(session, person_id, password, place=place, now=now)
        if enough:
            attempts.succeeded(session, person_id, place=place, now=now)
        return enough

    answer = _through(person_id, step, onward)
    if answer is not None:
        return answer
    with services().database.reading() as session:
        cookies.keep_half(person_id, visits.mark_of(session, person_id), services().machine_clock())
    return acting.then(cookies.with_next(CODE, onward))


def _through(person_id: str, step: Callable[[Session], bool], onward: str) -> Response | None:
    """A visit begun in the same transaction as the step that proves who it is; None where more is to be proved."""
    now, at, browser = services().clock(), services().machine_clock(), request.user_agent.string

    def verb(session: Session) -> tuple[UUID, bool] | None:
        if not step(session):
            return None
        who = people.person(session, person_id)
        visit = visits.begin(session, browser=browser, by=who, now=now, machine_now=at)
        return visit, proof.must_set_up(session, who)

    begun = proof.let(verb, by=Person(id=person_id, name=person_id), now=now)
    services().ring()
    if begun is None:
        return None
    cookies.keep(begun[0], unfinished=begun[1])
    return familiar.remember(acting.then(onward), person_id)


def _form(onward: str, name: str = "", wrong: str = "", *, locked: bool = False) -> Response:
    return show("login.html", 422 if wrong else 200, onward=onward, name=name, wrong=wrong, locked=locked)


def _code_form(onward: str, wrong: str = "", *, locked: bool = False) -> Response:
    return show("login_code.html", 422 if wrong else 200, onward=onward, wrong=wrong, locked=locked)


def _at(moment: datetime) -> str:
    with services().database.reading() as session:
        return f"{moment.astimezone(ZoneInfo(timetable.zone_in_use(session))):%H:%M}"
