"""Signing in at a browser, and out."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from engine import timetable
from engine.errors import Forbidden, LockedOut
from engine.identity import passwords, people, visits
from engine.identity.person import Person
from web import cookies
from web.auth import PUBLIC, visitor
from web.pages import acting
from web.pages.layout import page, show
from web.services import services

pages = Blueprint("signing_in", __name__)
acting.register(pages)


@page(pages, "/login", scope=PUBLIC)
def login() -> Response:
    """The form; whoever has signed in goes on at once."""
    onward = cookies.ours(request.args.get("next"))
    return acting.then(onward) if visitor() else _form(onward)


@page(pages, "/login", scope=PUBLIC, method="POST")
def sign_in() -> Response:
    """Who knows the password of an account goes on in its person's name."""
    name, password = request.form.get("name", "").strip(), request.form.get("password", "")
    onward = cookies.ours(request.form.get("next"))
    if not name or not password:
        return _form(onward, name, _("Write your name and your password."))
    try:
        visit = _begun(name, password)
    except LockedOut as error:
        return _form(
            onward, name, _("There were too many wrong passwords. Try again after %(time)s.", time=_at(error.until))
        )
    except Forbidden:
        return _form(onward, name, _("The name or the password is wrong."))
    cookies.keep(visit)
    return acting.then(onward)


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


def _begun(name: str, password: str) -> UUID:
    """
    A visit of whoever has this name and this password.

    Raises:
        Forbidden: one of them is wrong.
        LockedOut: the password was wrong too often.
    """
    with services().database.reading() as session:
        person_id = visits.person_called(session, name)
    now, at, browser = services().clock(), services().machine_clock(), request.user_agent.string

    def verb(session: Session) -> UUID:
        passwords.check_password(session, person_id, password, now=now)
        who = people.person(session, person_id)
        return visits.begin(session, browser=browser, by=who, now=now, machine_now=at)

    return services().database.perform(verb, by=Person(id=person_id, name=person_id), now=now)


def _form(onward: str, name: str = "", wrong: str = "") -> Response:
    return show("login.html", 422 if wrong else 200, onward=onward, name=name, wrong=wrong)


def _at(moment: datetime) -> str:
    with services().database.reading() as session:
        return f"{moment.astimezone(ZoneInfo(timetable.zone_in_use(session))):%H:%M}"
