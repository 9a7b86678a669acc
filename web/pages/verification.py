"""The proof of the record: one trail recomputed at once, everything by the worker, and what came of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from engine import verify
from engine.errors import Rejected
from engine.identity.person import Person
from engine.verifications import sight, starting
from web.language import _
from web.pages import acting
from web.pages.layout import Reader, look, page, show
from web.pages.news import unless_known
from web.reads import cases as cases_of
from web.reads import entries
from web.reads import trail as trails
from web.reads import verifications as found
from web.services import services

pages = Blueprint("verification", __name__)
acting.register(pages)
HERE = "/verification"
SEALS, LISTED, A_PAGE = 20, 20, 100


@page(pages, HERE)
def verification() -> Response:
    """Have everything recomputed, and what came of it before; or one trail, at once."""
    chain = request.args.get("chain", "").strip()
    return _recomputed(chain) if chain else _whole()


@page(pages, HERE, method="POST")
def start() -> Response:
    """Have everything recomputed, as far as the reader may."""
    begun: list[UUID] = []

    def verb(session: Session, by: Person, now: datetime) -> None:
        begun[:] = [starting.start(session, by=by, now=now)]

    try:
        acting.perform(verb)
    except Rejected as error:
        return acting.refused(error, HERE)
    return acting.then(f"{HERE}/{begun[0]}")


@page(pages, f"{HERE}/<uuid:verification_id>")
def one(verification_id: UUID) -> Response:
    """How far a verification is, and what it found."""
    return show("verified.html", **look(lambda session, reader: _of(session, reader, verification_id)), kinds=kinds())


@page(pages, f"{HERE}/<uuid:verification_id>/news", quiet=True)
def news(verification_id: UUID) -> Response:
    """How far it has come since the page was made."""
    return unless_known(
        lambda session, person: mark(found.one_verification(session, person, verification_id)),
        lambda: show(
            "verified_news.html", **look(lambda session, reader: _of(session, reader, verification_id)), kinds=kinds()
        ),
    )


def mark(one: dict[str, Any]) -> str:
    """What differs as soon as a reader would see something new."""
    return f"{one['status']}.{one['begun_at'] is not None}.{one['chains']}.{one['findings']}"


def _of(session: Session, reader: Reader, verification_id: UUID) -> dict[str, Any]:
    told = found.one_verification(session, reader.person, verification_id)
    listed = {"limit": A_PAGE, "cursor": request.args.get("cursor")}
    findings = found.findings(session, reader.person, verification_id, listed)
    return {
        "one": told,
        "mark": mark(told),
        "findings": findings,
        "abouts": trails.abouts(session, reader.person, {row.chain for row in findings.items if row.case_id is None}),
        "names": entries.names_in(session, told["started_by"]),
        "whole_page": not listed["cursor"],
    }


def _whole() -> Response:
    def read(session: Session, reader: Reader) -> dict[str, Any]:
        person = reader.person
        listed = found.verifications(session, person, {"limit": LISTED, "cursor": request.args.get("cursor")})
        platform = cases_of.may_read_platform(person)
        return {
            "listed": listed,
            "running": found.under_way(session, person),
            "bounded": sight.bound(person) is not None,
            "names": entries.names_in(session, [one["started_by"] for one in listed.items]),
            "seals": trails.seals(session, SEALS) if platform else None,
            "chains": trails.others(session, person),
        }

    return show("verification.html", **look(read))


def _recomputed(chain: str) -> Response:
    """One trail, within the request: whether it and all that stands beside it is still what it was."""
    about = look(lambda session, reader: trails.must_read(session, reader.person, chain))
    key = services().seal_key
    with services().database.still() as session:
        report = verify.verify(session, key.public_key() if key else None, only={chain})
    report.findings = look(lambda session, reader: found.tellable(session, reader.person, report.findings))
    return show("recomputed.html", about=about, chain=chain, report=report, kinds=kinds())


def kinds() -> dict[str, str]:
    """What each kind of finding means, and what to do."""
    return {
        "altered": _("It is not what it was when it was written. Hold the database against a backup from before."),
        "missing": _("It was there and is gone. Look for it in a backup from before."),
        "inserted": _("It was put in beside the program. Find out who has access to the database."),
        "reordered": _("It does not stand where it was written. Hold the database against a backup from before."),
        "seal": _("The seal itself does not hold. Ask the operator for the key that seals, and for its newest number."),
    }
