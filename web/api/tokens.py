"""Tokens."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from engine.errors import Forbidden, WrongProof
from engine.identity import people, proving
from engine.identity import tokens as verbs
from engine.identity.person import Person
from web import proof
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


@theme.operation("POST", "/tokens", scope=PUBLIC, body=IssueToken, gives=NEW, status=201, refused=(401, 403, 429))
def issue(body: dict[str, Any]) -> Response:
    """
    Trade a password for a token, which is shown this once.

    Where a second factor is on, a `code` of it goes along; without one this answers 403 `code-needed`. Too many wrong
    passwords or codes lock the account for a while, and one address may be wrong only so often.
    """
    now = services().clock()
    life = timedelta(days=body["days"]) if body["days"] else services().token_life
    told = {"name": body["name"], "scopes": body["scopes"] or (), "expires_at": now + life}

    def verb(session: Session) -> Any:
        try:
            proving.prove(session, body["person"], body["password"], proof.second(body["code"]), now=now)
        except WrongProof as error:
            raise SignInFailed.of(error) from error
        by = people.person(session, body["person"])
        if proof.must_set_up(session, by):
            raise Forbidden("Your role asks for a second factor.", "Sign in at a browser and set one up there.")
        return verbs.issue(session, **told, by=by, now=now)

    stranger = Person(id=body["person"], name=body["person"])
    return answer(proof.let(verb, by=stranger, now=now), NEW, status=201)


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
