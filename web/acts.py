"""From a view to a verb and back: one transaction, one verb, one dump."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from flask import Response, request
from marshmallow import Schema
from sqlalchemy.orm import Session

from engine import instances
from engine.errors import Invalid, Outdated, WrongProof
from engine.identity import attempts
from engine.identity.people import Person
from web import proof
from web.auth import Caller, caller
from web.idempotency import once
from web.operations import VERSIONS
from web.reads.tasks import one_task
from web.services import services

Verb = Callable[[Session, Person, datetime], Any]
Read = Callable[[Session, Person], Any]
Name = Callable[[Any], str]
KEY = re.compile(r"[\x21-\x7e]{8,200}")


def act(
    verb: Verb,
    out: Schema | None = None,
    *,
    status: int = 200,
    tag: Name | None = None,
    at: Name | None = None,
    task_id: UUID | None = None,
    dry: bool = False,
) -> Response:
    """
    Let `verb` happen in one transaction and answer with what it returns, dumped by `out`.

    With `dry_run=true` in the address everything is done and undone again.

    Args:
        verb: called with the session, the person and the moment.
        out: how the answer reads; None answers 204 without content.
        status: of the answer when `out` is given.
        tag: names the version of what is answered, for the ETag.
        at: the address of what was made, for the Location.
        task_id: the task that an If-Match header speaks of, if there is one.
        dry: as if the address said `dry_run=true`.
    """
    who, key, expected = caller(), idempotency_key(), expected_version()

    def answer_of(session: Session) -> Response:
        if task_id is not None and expected is not None:
            expect(session, who.person, task_id, expected)
        return answer(verb(session, who.person, who.now), out, status=status, tag=tag, at=at)

    def transaction(session: Session) -> Response:
        return once(session, key, request, who, lambda: answer_of(session))

    if is_dry_run() or dry:
        return _tried(answer_of, who)
    given = proof.let(transaction, by=who.person, now=who.now)
    services().ring()
    return given


class _Undo(Exception):
    """Carries an answer out of a transaction that must leave nothing behind."""

    def __init__(self, answer: Response) -> None:
        self.answer = answer


def _tried(answer_of: Callable[[Session], Response], who: Caller) -> Response:
    """
    What would be answered; everything is undone again, and no refusal is recorded.

    A wrong password or code counts all the same: else it could be guessed without an end.
    """
    try:
        with services().database.writing() as session:
            raise _Undo(answer_of(session))
    except _Undo as undo:
        undo.answer.headers["Steward-Dry-Run"] = "true"
        return undo.answer
    except WrongProof as error:
        if not error.keeps:
            raise
        wrong = error

        def counted(session: Session) -> Response:
            attempts.failed(session, who.person.id, wrong.kind, place=attempts.SIGNED_IN, now=who.now)
            raise wrong

        return proof.let(counted, by=who.person, now=who.now)


def look(read: Read, out: Schema, *, tag: Name | None = None) -> Response:
    """Answer with what `read` finds; 304 when the caller has that version already."""
    who = caller()
    if tag:
        check_versions("If-None-Match")
    with services().database.reading() as session:
        given = answer(read(session, who.person), out, tag=tag)
    if tag:
        given.make_conditional(request)
    return given


def answer(
    result: Any, out: Schema | None, *, status: int = 200, tag: Name | None = None, at: Name | None = None
) -> Response:
    """A JSON answer."""
    if out is None:
        return Response(status=204)
    given = Response(orjson.dumps(out.dump(result)), status, mimetype="application/json")
    if tag:
        given.set_etag(tag(result))
    if at:
        given.headers["Location"] = at(result)
    return given


def idempotency_key() -> str | None:
    """
    The request's Idempotency-Key.

    Raises:
        Invalid: it is shorter than 8 or longer than 200 visible ASCII signs.
    """
    key = request.headers.get("Idempotency-Key")
    if key is not None and not KEY.fullmatch(key):
        raise Invalid("An Idempotency-Key has 8 to 200 visible ASCII signs.", {"Idempotency-Key": ["wrong length"]})
    return key


def is_dry_run() -> bool:
    """
    Whether the request only asks what would happen.

    Raises:
        Invalid: it says neither true nor false, or sends another filter, which a change does not take.
    """
    if others := sorted(set(request.args) - {"dry_run"}):
        raise Invalid(f"This address does not know {others[0]}.", dict.fromkeys(others, "Unknown."))
    said = request.args.get("dry_run", "false")
    if said not in ("true", "false"):
        raise Invalid("dry_run is true or false.", {"dry_run": "true or false."})
    return said == "true"


def expected_version() -> set[str] | None:
    """The versions that the request's If-Match names; None when it names none or any."""
    check_versions("If-Match")
    if "If-Match" not in request.headers or request.if_match.star_tag:
        return None
    return set(request.if_match.as_set(include_weak=True))


def check_versions(header: str) -> None:
    """
    Refuse a header that names no versions.

    Raises:
        Invalid: it reads neither `*` nor `"7"` nor a list of such.
    """
    if not re.fullmatch(VERSIONS, request.headers.get(header, "*")):
        raise Invalid(f'{header} names versions as they were given, such as "7".', {header: "No version."})


def expect(session: Session, person: Person, task_id: UUID, versions: set[str]) -> None:
    """
    Make sure the task is as the caller last saw it, and keep it so until the transaction ends.

    Raises:
        NotFound: there is no such task that `person` may see.
        Outdated: it has changed.
    """
    one_task(session, person, task_id)
    instances.lock_for_task(session, task_id)
    version = one_task(session, person, task_id).version
    if str(version) not in versions:
        raise Outdated(f"The task has changed since you read it; it is at version {version} now.")
