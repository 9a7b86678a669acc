"""Messages owed to people: what became of each, every try to send it, and what is dead sent once more."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from engine import outbox
from engine.identity.person import Person
from web.language import _
from web.pages import acting
from web.pages.layout import Reader, look, page, show
from web.reads import deliveries as found
from web.reads.story import names

pages = Blueprint("deliveries_pages", __name__)
acting.register(pages)
A_PAGE = 50


@page(pages, "/deliveries")
def all_deliveries() -> Response:
    """The reader's own messages, newest first; those of others for whoever manages the platform."""
    status = request.args.get("status") if request.args.get("status") in states() else None
    recipient = request.args.get("recipient", "").strip() or None

    def read(session: Session, reader: Reader) -> dict[str, Any]:
        asked = {"status": status, "recipient": recipient, "limit": A_PAGE, "cursor": request.args.get("cursor")}
        listed = found.deliveries(session, reader.person, asked)
        return {
            "deliveries": listed,
            "counts": found.counts(session, reader.person),
            "cases": found.cases_of(session, reader.person, [one.id for one in listed.items]),
            "names": names(session, {one.recipient for one in listed.items}),
        }

    known = look(read)
    return show("deliveries.html", **known, chosen=status, recipient=recipient, states=states(), kinds=kinds())


@page(pages, "/deliveries/<uuid:delivery_id>")
def one(delivery_id: UUID) -> Response:
    """One message with every try to send it."""

    def read(session: Session, reader: Reader) -> dict[str, Any]:
        delivery = found.one_delivery(session, reader.person, delivery_id)
        return {
            "delivery": delivery,
            "case": found.cases_of(session, reader.person, [delivery_id]).get(delivery_id),
            "names": names(session, {delivery["recipient"]}),
        }

    return show("delivery.html", **look(read), states=states(), kinds=kinds(), outcomes=_outcomes())


@page(pages, "/deliveries/<uuid:delivery_id>/retry", scope="work", method="POST")
def retry(delivery_id: UUID) -> Response:
    """Send once more what is dead."""

    def verb(session: Session, by: Person, now: datetime) -> None:
        found.one_delivery(session, by, delivery_id)
        outbox.retry(session, delivery_id, by=by, now=now)

    return acting.done(verb, f"/deliveries/{delivery_id}", _("It is owed again, and is sent with the next round."))


def states() -> dict[str, tuple[str, str]]:
    """What each state of a delivery is called, and its class of the stylesheet; what needs somebody comes first."""
    return {
        "dead": (_("Could not be delivered"), "is-late"),
        "owed": (_("Waits to be sent"), "is-here"),
        "sent": (_("Sent"), "is-done"),
        "passed_on": (_("Went another way"), ""),
        "withdrawn": (_("No longer needed"), ""),
    }


def _outcomes() -> dict[str, tuple[str, str]]:
    return {
        "sent": (_("Taken by the other side"), "is-done"),
        "failed": (_("Failed; tried again later"), "is-soon"),
        "refused": (_("Refused for good"), "is-late"),
    }


def kinds() -> dict[str, str]:
    """What a message is about."""
    return {
        "assigned": _("A task has come to somebody"),
        "reminder": _("A task is due soon"),
        "due": _("A task is due"),
        "overdue": _("A task is late"),
        "unclaimed": _("A task that nobody has taken"),
        "call": _("A call for help"),
        "notice": _("News of a case"),
        "mention": _("Somebody was mentioned"),
        "reset": _("A link for a new password"),
        "invited": _("A link for a password, sent by an administrator"),
        "new_password": _("A password was set by a link"),
        "password_changed": _("A password was changed"),
        "password_set": _("A password was set by an administrator"),
        "factor_on": _("A second factor is on"),
        "factor_off": _("A second factor is off"),
        "recovery_code_used": _("A recovery code was used"),
        "recovery_codes_made": _("There are other recovery codes"),
        "token_made": _("A token was made"),
        "locked_password": _("Somebody guesses at a password"),
        "locked_code": _("Somebody seems to know a password"),
        "digest": _("Several messages in one"),
        "test": _("A test"),
        "webhook": _("An event for another program"),
    }
