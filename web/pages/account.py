"""My account: how I am shown things, my password, where I am signed in, and the tokens of my programs."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from engine.errors import Forbidden, Invalid, Rejected
from engine.identity import passwords, people, proving, tokens, visits
from engine.identity.person import Person
from web import proof
from web.auth import SCOPES, caller
from web.language import _
from web.pages import acting
from web.pages.layout import look, page, show
from web.reads import accounts
from web.services import services

pages = Blueprint("account", __name__)
acting.register(pages)
HERE = "/account"
LIVES = (7, 30, 90, 365)


@page(pages, HERE)
def account() -> Response:
    """The reader's own account."""
    return _shown()


@page(pages, "/account/look", method="POST")
def settle_in() -> Response:
    """Zone, theme and density, for the reader alone."""
    zone, theme = request.form.get("zone") or None, request.form.get("theme") or None
    roomy = request.form.get("roomy") == "yes"
    try:
        acting.perform(
            lambda session, by, now: people.settle_in(session, zone=zone, theme=theme, roomy=roomy, by=by, now=now)
        )
    except Invalid as error:
        return _shown(error, "look")
    return acting.then(HERE, _("Pages look like this from now on."))


@page(pages, "/account/password", method="POST")
def change_password() -> Response:
    """Another password, for whoever knows the one before; he is signed out everywhere else."""
    current, new = request.form.get("current", ""), request.form.get("new", "")

    def verb(session: Session, by: Person, now: datetime) -> None:
        proving.again(session, by, current, proof.second(request.form.get("code")), now=now)
        passwords.set_password(session, by.id, new, visit=caller().visit, by=by, now=now)

    if new != request.form.get("again", ""):
        return _shown(Invalid(_("The two new passwords differ."), {"again": ""}), "password")
    try:
        acting.perform(verb)
    except Forbidden as error:
        return _shown(Invalid(acting.told(error)), "password")
    except Invalid as error:
        return _shown(error, "password")
    return acting.then(HERE, _("You have a new password, and are signed out everywhere else."))


@page(pages, "/account/visits/others/end", method="POST")
def end_others() -> Response:
    """Sign out everywhere else."""
    here = caller().visit
    if here is not None:
        acting.perform(lambda session, by, now: visits.end_others(session, here, by=by, now=now))
    return acting.then(HERE, _("You are signed out everywhere else."))


@page(pages, "/account/visits/<uuid:visit_id>/end", method="POST")
def end_visit(visit_id: UUID) -> Response:
    """Sign out at one other browser."""
    at = services().machine_clock()
    acting.perform(lambda session, by, now: visits.end(session, visit_id, by=by, now=now, machine_now=at))
    return acting.then(HERE, _("You are signed out there."))


@page(pages, "/account/tokens", method="POST")
def make_token() -> Response:
    """A token for a program; its secret is shown on this page alone."""
    name, scopes = request.form.get("name", ""), request.form.getlist("scopes")
    days = int(request.form["days"]) if request.form.get("days", "").isdecimal() else LIVES[1]

    def verb(session: Session, by: Person, now: datetime) -> tokens.Issued:
        if not scopes:
            raise Invalid(_("Say what the program may do: choose one thing at least."))
        return tokens.issue(session, name=name, scopes=scopes, expires_at=now + timedelta(days=days), by=by, now=now)

    try:
        issued = acting.perform(verb)
    except Rejected as error:
        return _shown(error, "token")
    return _shown(issued=issued)


@page(pages, "/account/tokens/<uuid:token_id>/revoke", method="POST")
def revoke(token_id: UUID) -> Response:
    """Make a token of one's own void at once."""
    acting.perform(lambda session, by, now: tokens.revoke(session, token_id, by=by, now=now))
    return acting.then(HERE, _("The token is void."))


def _shown(error: Rejected | None = None, at: str = "", issued: tokens.Issued | None = None) -> Response:
    """The page; with what is wrong in one of its forms, or with a secret to keep."""
    who, over = caller(), services()

    def read(session: Session, _reader: Any) -> dict[str, Any]:
        times = {"now": over.clock(), "machine_now": over.machine_clock()}
        return accounts.account(session, who.person, here=who.visit, lasting=over.visits.lasting, **times)

    known = look(read) | {"zones": sorted(available_timezones()), "lives": LIVES, "typed": request.form}
    known |= {"scopes": [(one, _(SCOPES[one])) for one in tokens.scopes_of(who.person)], "issued": issued}
    wrong = {at: str(error)} if error else {}
    return show("account.html", 422 if error else 200, **known, wrong=wrong)
