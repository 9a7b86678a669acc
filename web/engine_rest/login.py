"""
Who speaks to the endpoint: a name or e-mail address and a password (RFC 7617), or a token (RFC 6750).

A token also stands in for the password. Nothing else counts: no cookie is
read here, so no page of another site can speak in somebody's name, and
requests may come from anywhere.
"""

import binascii
from base64 import b64decode
from datetime import datetime

from flask import Blueprint, Response, current_app, g, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import CodeNeeded, Forbidden, WrongProof
from engine.identity import factors, mandates, people, proving, tokens, visits
from engine.identity.person import Person
from engine.store.people import PersonRow
from web import proof
from web.auth import Caller, of_token
from web.engine_rest.remembered import Remembered
from web.nul import has_nul
from web.problems import ScopeMissing, SignInFailed
from web.services import services

OF_TOKENS = "stw_"
ASK = "Send a name and a password, or a token. Whoever signs in with a second factor sends a token as the password."
UNREADABLE = "The login cannot be read."
WHY_NOT = "A second factor is on for this account, so a password alone does not open it."
INSTEAD = "Make a token for this program and send it as the password."
REMEMBERED = "steward-remembered"
FROM_ANYWHERE = {"Access-Control-Allow-Origin": "*"}
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "authorization, content-type, accept",
    "Access-Control-Max-Age": "3600",
}


def register(blueprint: Blueprint) -> None:
    """Ask every request to `blueprint` who speaks; preflights are answered without."""
    blueprint.before_request(_authenticate)
    blueprint.after_request(_from_anywhere)


def takes_password(session: Session, person_id: str) -> bool:
    """Whether a password alone is enough: not where a second factor is on, or the person's role asks for one."""
    who = people.find(session, person_id)
    return not factors.is_on(session, person_id) and not (who and proof.role_asks(who))


def wrong_login(answer: Response) -> bool:
    """Whether an answer refuses a login that was tried: only those count against the address they came from."""
    return answer.status_code == 401 and _given() is not None


def _authenticate() -> Response | None:
    if request.method == "OPTIONS":
        return Response(status=204, headers=PREFLIGHT)
    now = services().clock()
    person, scopes = _speaker(now)
    mandates.must_run(person, now)
    scope = getattr(current_app.view_functions[request.endpoint or ""], "engine_scope", "read")
    if scope not in scopes:
        if scope in tokens.scopes_of(person):
            raise ScopeMissing(scope)
        raise Forbidden(f"{person.name} may not do this.", "Ask an administrator of the platform.")
    g.caller = Caller(person, frozenset(scopes), now)
    return None


def _from_anywhere(answer: Response) -> Response:
    answer.headers.extend(FROM_ANYWHERE)
    return answer


def _given() -> tuple[str, str] | None:
    """Kind and content of the login that was sent; None where there is none, or what modelers send for none."""
    kind, _, said = request.headers.get("Authorization", "").partition(" ")
    return (kind.lower(), said.strip()) if kind.lower() in ("basic", "bearer") and said.strip() else None


def _speaker(now: datetime) -> tuple[Person, frozenset[str]]:
    given = _given()
    if given is None:
        raise SignInFailed("This asks who you are.", ASK)
    if given[0] == "bearer":
        known = of_token(given[1], now)
        if known is None:
            raise SignInFailed("This token is wrong, has ended or was revoked.", ASK)
        return known
    said, password = _pair(given[1])
    with services().database.reading() as session:
        person_id = visits.person_called(session, said)
    if password.startswith(OF_TOKENS) and (known := of_token(password, now)) and known[0].id == person_id:
        return known
    person = _by_password(person_id, password, now)
    return person, frozenset(tokens.scopes_of(person))


def _pair(said: str) -> tuple[str, str]:
    """Name and password: in UTF-8, else in Latin-1 as browsers write them."""
    try:
        raw = b64decode(said, validate=True)
    except (binascii.Error, ValueError):
        raise SignInFailed(UNREADABLE, ASK) from None
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    if has_nul(text):
        raise SignInFailed(UNREADABLE, ASK)
    name, _, password = text.partition(":")
    return name, password


def _by_password(person_id: str, password: str, now: datetime) -> Person:
    """Who knows this password; wrong ones are counted, and lock the account, as everywhere."""
    remembered: Remembered = current_app.extensions[REMEMBERED]
    mark, machine_now = remembered.mark(person_id, password), services().machine_clock()
    with services().database.reading() as session:
        hashed, enough = _hash_of(session, person_id), takes_password(session, person_id)
        if enough and hashed and remembered.holds(mark, hashed, machine_now):
            return people.person(session, person_id)

    def check(session: Session) -> tuple[Person, str | None]:
        try:
            proving.prove(session, person_id, password, now=now)
        except WrongProof as error:
            raise SignInFailed.of(error) from error
        except CodeNeeded as error:
            raise SignInFailed(WHY_NOT, INSTEAD) from error
        if not takes_password(session, person_id):
            raise SignInFailed(WHY_NOT, INSTEAD, keeps=True)
        return people.person(session, person_id), _hash_of(session, person_id)

    stranger = Person(id=person_id, name=person_id)
    person, hashed = services().database.perform(check, by=stranger, now=now)
    remembered.keep(mark, hashed or "", machine_now)
    return person


def _hash_of(session: Session, person_id: str) -> str | None:
    return session.execute(select(PersonRow.password).where(PersonRow.id == person_id, PersonRow.active)).scalar()
