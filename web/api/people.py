"""People."""

from datetime import datetime
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from engine.departing import departures, holdings
from engine.identity import factors, mandates, passwords, proving, resets
from engine.identity import people as verbs
from engine.identity.person import Person
from engine.outreach import choosing
from web import proof
from web.acts import act, look
from web.auth import caller
from web.operations import Theme
from web.reads import cases
from web.reads import people as found
from web.reads.mandates import auditors
from web.schemas.base import PageQuery, list_of, page_of
from web.schemas.identity import (
    AuditorOut,
    ChangePerson,
    CreatePerson,
    EndPerson,
    GiveMandate,
    HoldingOut,
    MandateOut,
    PersonOut,
    PersonQuery,
    RemoveSecondFactor,
    SetPassword,
)
from web.schemas.instances import EntryOut
from web.schemas.tasks import Nothing
from web.schemas.wishes import Choose, WishesOut
from web.services import services

theme = Theme("people", __name__, description="Who works here, and who did.")
PERSON, WISHES, MANDATE = PersonOut(), WishesOut(), MandateOut()
PAGE, HOLDINGS, READS = page_of(PersonOut), list_of(HoldingOut), page_of(EntryOut)
AUDITORS = list_of(AuditorOut)


@theme.operation("GET", "/people", scope="read", query=PersonQuery, gives=PAGE)
def all_people(query: dict[str, Any]) -> Response:
    """People by id, those who left included."""
    return look(lambda session, _: found.people(session, query), PAGE)


@theme.operation("POST", "/people", scope="admin", body=CreatePerson, gives=PERSON, status=201, refused=(409,))
def create(body: dict[str, Any]) -> Response:
    """Welcome somebody."""
    person_id, password = body.pop("id"), body.pop("password")

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        verbs.create(session, person_id, **body, by=by, now=now)
        if password is not None:
            passwords.set_password(session, person_id, password, by=by, now=now)
        return found.one_person(session, person_id)

    return act(verb, PERSON, status=201, at=lambda person: f"/api/v1/people/{person['id']}")


@theme.operation("GET", "/people/<person_id>", scope="read", gives=PERSON)
def one(person_id: str) -> Response:
    """One person, with his groups."""
    return look(lambda session, _: found.one_person(session, person_id), PERSON)


@theme.operation("PATCH", "/people/<person_id>", scope="admin", body=ChangePerson, gives=PERSON, refused=(409,))
def change(body: dict[str, Any], person_id: str) -> Response:
    """Change a name, an address, a zone or the right to manage the platform."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        verbs.change(session, person_id, **body, by=by, now=now)
        return found.one_person(session, person_id)

    return act(verb, PERSON)


@theme.operation("POST", "/people/<person_id>/end", scope="admin", body=EndPerson, gives=PERSON, refused=(409,))
def end(body: dict[str, Any], person_id: str) -> Response:
    """
    Somebody leaves; history keeps the name.

    Refused while anything would be left without him, unless `hand_over_to` says who gets it: then his cases follow
    one by one, and he stays `active` until none is left.
    """

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        departures.leave(session, person_id, **body, by=by, now=now)
        return found.one_person(session, person_id)

    return act(verb, PERSON)


@theme.operation("GET", "/people/<person_id>/holdings", scope="admin", gives=HOLDINGS)
def held(person_id: str) -> Response:
    """What would be left without him, for administrators; what they may not see is one thing without a name."""

    def read(session: Session, by: Person) -> dict[str, Any]:
        verbs.must_manage(by)
        found.one_person(session, person_id)
        return {"items": holdings.of(session, person_id, by=by)}

    return look(read, HOLDINGS)


@theme.operation("PUT", "/people/<person_id>/mandate", scope="admin", body=GiveMandate, gives=MANDATE)
def give_mandate(body: dict[str, Any], person_id: str) -> Response:
    """Say what an auditor reads from now on, and until when."""
    return act(lambda session, by, now: mandates.give(session, person_id, **body, by=by, now=now), MANDATE)


@theme.operation("DELETE", "/people/<person_id>/mandate", scope="admin", refused=(409,))
def end_mandate(person_id: str) -> Response:
    """End a mandate at once; what was read stays in the log."""
    return act(lambda session, by, now: mandates.end(session, person_id, by=by, now=now))


@theme.operation("GET", "/mandates", scope="admin", gives=AUDITORS)
def all_mandates() -> Response:
    """Everybody who reads and changes nothing, with what he may read, and until when."""

    def read(session: Session, by: Person) -> Any:
        verbs.must_manage(by)
        return {"items": auditors(session, caller().now)}

    return look(read, AUDITORS)


@theme.operation("GET", "/people/<person_id>/reads", scope="read", query=PageQuery, gives=READS)
def reads(query: dict[str, Any], person_id: str) -> Response:
    """What an auditor read, oldest first; for himself and for administrators."""

    def read(session: Session, by: Person) -> Any:
        mandates.must_read_log(by, person_id)
        return cases.reads_of(session, by, person_id, query)

    return look(read, READS)


@theme.operation("POST", "/people/<person_id>/password", scope="work", body=SetPassword)
def password(body: dict[str, Any], person_id: str) -> Response:
    """A new password: one's own, proved by the `current` one; or another's, by an administrator."""

    def verb(session: Session, by: Person, now: datetime) -> None:
        if by.id == person_id:
            proving.again(session, by, body["current"] or "", proof.second(body["code"]), now=now)
        passwords.set_password(session, person_id, body["password"], by=by, now=now)

    return act(verb)


@theme.operation("POST", "/people/<person_id>/invite", scope="admin", body=Nothing, refused=(409,))
def invite(_body: dict[str, Any], person_id: str) -> Response:
    """Send somebody a link by mail by which he chooses a password, the first or a new one; it holds for a day."""
    at = services().machine_clock()
    return act(lambda session, by, now: resets.invite(session, person_id, by=by, now=now, machine_now=at))


@theme.operation("POST", "/people/<person_id>/second-factor/remove", scope="admin", body=RemoveSecondFactor)
def remove_second_factor(body: dict[str, Any], person_id: str) -> Response:
    """Take the second factor from somebody who has lost it; nobody takes his own. He is told by mail."""
    return act(lambda session, by, now: factors.remove(session, person_id, **body, by=by, now=now))


@theme.operation("GET", "/people/<person_id>/channels", scope="read", gives=WISHES)
def channels(person_id: str) -> Response:
    """How somebody wishes to be told; for himself, and for administrators."""

    def read(session: Session, by: Person) -> dict[str, Any]:
        choosing.must_choose(by, person_id)
        return choosing.of(session, person_id).content()

    return look(read, WISHES)


@theme.operation("PUT", "/people/<person_id>/channels", scope="work", body=Choose, gives=WISHES)
def choose(body: dict[str, Any], person_id: str) -> Response:
    """Say how one wishes to be told from now on; an administrator may say it for others."""
    quiet = body.get("quiet")
    content = body | {"quiet": {"from": quiet["begins"], "until": quiet["until"]} if quiet else None}

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        choosing.choose(session, person_id, content, by=by, now=now)
        return choosing.of(session, person_id).content()

    return act(verb, WISHES)
