"""My second factor: set up with an authenticator, confirmed by a code, and turned off; each with a fresh password."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import segno
from flask import Blueprint, Response, request
from markupsafe import Markup
from sqlalchemy.orm import Session

from engine.errors import Forbidden, Invalid, Rejected
from engine.identity import factors, proving
from engine.identity.person import Person
from web import cookies, proof
from web.auth import caller
from web.language import _
from web.pages import acting
from web.pages.layout import greet, look, page, show
from web.services import services

pages = Blueprint("second_factor", __name__)
acting.register(pages)
HERE = cookies.SET_UP
T = TypeVar("T")
Verb = Callable[[Session, Person, datetime], T]


@page(pages, HERE)
def stands() -> Response:
    """Whether it is on, and what can be done."""
    return _shown()


@page(pages, HERE, method="POST")
def begin() -> Response:
    """The secret for an authenticator, for whoever gives his password; it is not on before a code was seen."""
    box = services().strongbox
    try:
        secret = acting.perform(_proved(lambda session, by, _now: factors.begin(session, box, by=by)))
    except Rejected as error:
        return _shown(error, "begin")
    return _setting_up(secret)


@page(pages, f"{HERE}/confirm", method="POST")
def confirm() -> Response:
    """Turn it on, and show the recovery codes; they are shown this once."""
    visit, given = caller().visit, proof.second(request.form.get("code"))
    secret = look(lambda session, reader: factors.pending(session, given.box, reader.person.id))
    if secret is None:
        return acting.then(HERE)
    try:
        codes = acting.perform(lambda session, by, now: factors.confirm(session, given, visit=visit, by=by, now=now))
    except Invalid as error:
        return _setting_up(secret, error)
    cookies.finish()
    return _told(codes)


@page(pages, f"{HERE}/codes", method="POST")
def new_codes() -> Response:
    """Other recovery codes, shown this once; those before are void."""
    try:
        codes = acting.perform(_proved(lambda session, by, now: factors.new_codes(session, by=by, now=now)))
    except Rejected as error:
        return _shown(error, "codes")
    return _told(codes)


@page(pages, f"{HERE}/off", method="POST")
def turn_off() -> Response:
    """Let the password alone be enough again, where the role does not ask for more."""
    visit = caller().visit
    try:
        if proof.role_asks(caller().person):
            raise Forbidden(_("Your role asks for a second factor, so it stays on."))
        acting.perform(_proved(lambda session, by, now: factors.turn_off(session, visit=visit, by=by, now=now)))
    except Rejected as error:
        return _shown(error, "off")
    return acting.then("/account", _("Your second factor is off, and you are signed out everywhere else."))


def _proved(verb: Verb[T]) -> Verb[T]:
    """The same, once whoever asks has given his password and, where it is on, a code."""
    password, second = request.form.get("password", ""), proof.second(request.form.get("code"))

    def proved(session: Session, by: Person, now: datetime) -> T:
        proving.again(session, by, password, second, now=now)
        return verb(session, by, now)

    return proved


def _shown(error: Rejected | None = None, at: str = "") -> Response:
    def read(session: Session, reader: Any) -> dict[str, Any]:
        mine = reader.person.id
        return {"on": factors.is_on(session, mine), "codes_left": factors.left(session, mine)}

    wrong = {at: acting.told(error)} if error else {}
    asks = proof.role_asks(caller().person)
    return show("second_factor.html", 422 if error else 200, **look(read), wrong=wrong, asks=asks)


def _setting_up(secret: str, error: Invalid | None = None) -> Response:
    """The picture that an authenticator reads, the same as letters, and where its first code goes."""
    address = factors.address(secret, caller().person.id)
    greet()
    picture = segno.make(address, micro=False).svg_inline(
        border=3,
        dark="#000",
        light="#fff",
        omitsize=True,
        svgclass="qr",
        lineclass=None,
        title=_("The secret for your authenticator, as a picture"),
    )
    return show(
        "second_factor_new.html",
        422 if error else 200,
        picture=Markup(picture),  # noqa: S704 (the library makes it of an address of ours)
        address=address,
        letters=" ".join(secret[place : place + 4] for place in range(0, len(secret), 4)),
        wrong=str(error) if error else "",
    )


def _told(codes: tuple[str, ...]) -> Response:
    greet()
    return show("recovery_codes.html", codes=codes)
