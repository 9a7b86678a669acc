"""People."""

from datetime import datetime
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from engine import passwords
from engine import people as verbs
from engine.person import Person
from web.acts import act, look
from web.operations import Theme
from web.reads import people as found
from web.schemas.base import page_of
from web.schemas.identity import ChangePerson, CreatePerson, EndPerson, PersonOut, PersonQuery, SetPassword

theme = Theme("people", __name__, description="Who works here, and who did.")
PERSON = PersonOut()
PAGE = page_of(PersonOut)


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
    """Somebody leaves. Refused while tasks, groups or processes would be left without him; history keeps the name."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        verbs.end(session, person_id, **body, by=by, now=now)
        return found.one_person(session, person_id)

    return act(verb, PERSON)


@theme.operation("POST", "/people/<person_id>/password", scope="work", body=SetPassword)
def password(body: dict[str, Any], person_id: str) -> Response:
    """A new password: one's own, proved by the `current` one; or another's, by an administrator."""

    def verb(session: Session, by: Person, now: datetime) -> None:
        if by.id == person_id:
            passwords.check_password(session, person_id, body["current"] or "", now=now)
        passwords.set_password(session, person_id, body["password"], by=by, now=now)

    return act(verb)
