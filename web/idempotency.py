"""
Sending a request twice under one Idempotency-Key has one effect.

The key is taken by the first statement of the transaction, so a second
request under the same key waits for the first and then finds its answer,
which was committed together with the effect. A refusal has no effect, and
leaves the key free.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Request, Response
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.errors import Rejected
from engine.store.people import IdempotencyKey
from web.auth import Caller
from web.problems import KeyReused

TABLE: Any = IdempotencyKey.__table__
TAKEN = 0
KEPT_HEADERS = ("Content-Type", "ETag", "Location")
TAKE = {
    "sqlite": sqlite.insert(TABLE).on_conflict_do_nothing().returning(TABLE.c.key),
    "postgresql": postgresql.insert(TABLE).on_conflict_do_nothing().returning(TABLE.c.key),
}
MINE = (TABLE.c.person_id == bindparam("whose"), TABLE.c.key == bindparam("which"))
FIND = select(TABLE.c.fingerprint, TABLE.c.status, TABLE.c.headers, TABLE.c.body).where(*MINE)
KEEP = update(TABLE).where(*MINE)
FREE = delete(TABLE).where(*MINE)
OLD = delete(TABLE).where(TABLE.c.at < bindparam("before"))


def once(session: Session, key: str | None, request: Request, caller: Caller, act: Callable[[], Response]) -> Response:
    """
    What `act` answers; or, when `key` was used for the same request before, what it answered then.

    Raises:
        KeyReused: `key` was used for another request.
    """
    if key is None:
        return act()
    mine = {"whose": caller.person.id, "which": key}
    mark = fingerprint(request)
    row = {"person_id": caller.person.id, "key": key, "fingerprint": mark, "at": caller.now}
    take = TAKE[session.get_bind().dialect.name]
    if session.execute(take, row | {"status": TAKEN, "headers": [], "body": b""}).first() is None:
        return _given_before(session, mine, mark)
    try:
        answer = act()
    except Rejected:
        session.execute(FREE, mine)
        raise
    headers = [f"{name}: {answer.headers[name]}" for name in KEPT_HEADERS if name in answer.headers]
    kept = {"status": answer.status_code, "headers": headers, "body": answer.get_data()}
    session.execute(KEEP.values(**kept), mine)
    return answer


def forget(session: Session, *, before: datetime) -> int:
    """Drop the answers given before a moment, whose keys are free again; returns how many."""
    return int(getattr(session.execute(OLD, {"before": before}), "rowcount", 0))


def fingerprint(request: Request) -> bytes:
    """SHA-256 over method, address and content; a form's boundary, which changes each time, does not count."""
    digest = hashlib.sha256(f"{request.method} {request.full_path}\n".encode())
    if request.mimetype != "multipart/form-data":
        digest.update(request.get_data())
        return digest.digest()
    for name, value in sorted(request.form.items(multi=True)):
        digest.update(repr((name, value)).encode())
    for name, file in request.files.items(multi=True):
        digest.update(repr((name, file.filename, hashlib.sha256(file.stream.read()).hexdigest())).encode())
        file.stream.seek(0)
    return digest.digest()


def _given_before(session: Session, mine: dict[str, str], wanted: bytes) -> Response:
    row = session.execute(FIND, mine).one()
    if row.fingerprint != wanted:
        raise KeyReused
    answer = Response(row.body, row.status)
    for header in row.headers:
        name, _, value = header.partition(": ")
        answer.headers[name] = value
    answer.headers["Idempotent-Replayed"] = "true"
    return answer
