"""Everything recomputed outside of a request: started, looked at, and what was found."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from engine.identity.person import Person
from engine.verifications import starting
from web.acts import act, look
from web.operations import Theme
from web.reads import verifications as found
from web.schemas.base import PageQuery, page_of
from web.schemas.verifications import FindingOut, VerificationOut

theme = Theme("verifications", __name__, description="Everything recomputed: was anything changed?")
PAGE, ONE, FINDINGS = page_of(VerificationOut), VerificationOut(), page_of(FindingOut)


@theme.operation("GET", "/verifications", scope="read", query=PageQuery, gives=PAGE)
def all_verifications(query: dict[str, Any]) -> Response:
    """The newest first. An auditor whose mandate is bounded sees his own."""
    return look(lambda session, person: found.verifications(session, person, query), PAGE)


@theme.operation("POST", "/verifications", scope="read", gives=ONE, status=201, refused=(409,))
def start() -> Response:
    """
    Have everything recomputed; for an auditor whose mandate is bounded, the cases that it covers.

    A worker does it; 409 while one is under way.
    """

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        return found.one_verification(session, by, starting.start(session, by=by, now=now))

    return act(verb, ONE, status=201, at=lambda made: f"/api/v1/verifications/{made['id']}")


@theme.operation("GET", "/verifications/<uuid:verification_id>", scope="read", gives=ONE)
def one(verification_id: UUID) -> Response:
    """How far it is, what was counted, and whether everything holds."""
    return look(lambda session, person: found.one_verification(session, person, verification_id), ONE)


@theme.operation("GET", "/verifications/<uuid:verification_id>/findings", scope="read", query=PageQuery, gives=FINDINGS)
def findings(query: dict[str, Any], verification_id: UUID) -> Response:
    """What did not hold, as it was found. Of a confidential case whoever may see that one is told."""
    return look(lambda session, person: found.findings(session, person, verification_id, query), FINDINGS)
