"""Tokens."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from engine.errors import Forbidden
from engine.identity import passwords, people
from engine.identity import tokens as verbs
from engine.identity.person import Person
from web.acts import act, answer, look
from web.auth import PUBLIC
from web.operations import Theme
from web.problems import SignInFailed
from web.reads import people as found
from web.schemas.base import list_of
from web.schemas.identity import IssueToken, NewTokenOut, TokenOut
from web.services import services

theme = Theme("tokens", __name__, description="A program's way in, in a person's name.")
NEW = NewTokenOut()
LIST = list_of(TokenOut)


@theme.operation("POST", "/tokens", scope=PUBLIC, body=IssueToken, gives=NEW, status=201, refused=(401, 429))
def issue(body: dict[str, Any]) -> Response:
    """
    Trade a password for a token, which is shown this once.

    Too many wrong passwords lock the account for a while, and one address may try only so often.
    """
    now = services().clock()
    life = timedelta(days=body["days"]) if body["days"] else services().token_life
    told = {"name": body["name"], "scopes": body["scopes"] or (), "expires_at": now + life}

    def verb(session: Session) -> Any:
        try:
            passwords.check_password(session, body["person"], body["password"], now=now)
        except Forbidden as error:
            raise SignInFailed(error.why, error.remedy, record=error.record, keeps=error.keeps) from error
        return verbs.issue(session, **told, by=people.person(session, body["person"]), now=now)

    stranger = Person(id=body["person"], name=body["person"])
    return answer(services().database.perform(verb, by=stranger, now=now), NEW, status=201)


@theme.operation("GET", "/tokens", scope="read", gives=LIST)
def mine() -> Response:
    """The caller's tokens, newest first; never their secrets."""
    return look(lambda session, person: found.tokens_of(session, person.id), LIST)


@theme.operation("DELETE", "/tokens/<uuid:token_id>", scope="read")
def revoke(token_id: UUID) -> Response:
    """Make a token void at once."""

    def verb(session: Session, by: Person, now: datetime) -> None:
        verbs.revoke(session, token_id, by=by, now=now)

    return act(verb)
