"""Hooks: which there are, how they change, their secrets, and what came in."""

from datetime import datetime, timedelta
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from engine import strongbox
from engine.hooks import book, receiving
from engine.identity.person import Person
from web.acts import act, look
from web.operations import Theme
from web.reads.hooks import receipts_of
from web.schemas.base import list_of
from web.schemas.hooks import HookOut, ReceiptOut, ReceiptQuery, RotateSecret, SecretOut, SetHook
from web.services import services

theme = Theme("hooks", __name__, description="What comes in from machines, and what it leads to.")
LIST, ONE, SECRET, RECEIPTS = list_of(HookOut), HookOut(), SecretOut(), list_of(ReceiptOut)


@theme.operation("GET", "/hooks", scope="admin", gives=LIST)
def all_hooks() -> Response:
    """The hooks in force, by key."""

    def read(session: Session, person: Person) -> dict[str, Any]:
        book.must_manage(person)
        return {"items": [_said(row) for row in book.in_force(session)]}

    return look(read, LIST)


@theme.operation("GET", "/hooks/<hook_key>", scope="admin", gives=ONE)
def one(hook_key: str) -> Response:
    """One hook in the version in force."""

    def read(session: Session, person: Person) -> dict[str, Any]:
        book.must_manage(person)
        return _said(book.history(session, hook_key)[-1])

    return look(read, ONE)


@theme.operation("GET", "/hooks/<hook_key>/history", scope="admin", gives=LIST)
def history(hook_key: str) -> Response:
    """All versions of a hook, the newest first."""

    def read(session: Session, person: Person) -> dict[str, Any]:
        book.must_manage(person)
        return {"items": [_said(row) for row in book.history(session, hook_key)[::-1]]}

    return look(read, LIST)


@theme.operation("PUT", "/hooks/<hook_key>", scope="admin", body=SetHook, gives=ONE)
def change(body: dict[str, Any], hook_key: str) -> Response:
    """Make a hook, or a new version of it. The same again is no new version."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        book.change(session, hook_key, body, by=by, now=now)
        return _said(book.history(session, hook_key)[-1])

    return act(verb, ONE)


@theme.operation("PUT", "/hooks/<hook_key>/secret", scope="admin", body=RotateSecret, gives=SECRET)
def rotate(body: dict[str, Any], hook_key: str) -> Response:
    """Give the hook a new secret, which is told this once; the one before stays valid for a while."""
    overlap = timedelta(hours=body["overlap_hours"])

    def verb(session: Session, by: Person, now: datetime) -> dict[str, str]:
        book.must_manage(by)
        book.history(session, hook_key)
        owner, box = receiving.chain_of(hook_key), services().strongbox
        return {"secret": strongbox.rotate(session, owner, box, secret=body["secret"], overlap=overlap, by=by, now=now)}

    return act(verb, SECRET)


@theme.operation("GET", "/hooks/<hook_key>/receipts", scope="admin", query=ReceiptQuery, gives=RECEIPTS)
def receipts(query: dict[str, Any], hook_key: str) -> Response:
    """What came in through a hook, the newest first, and what became of it."""
    return look(lambda session, person: receipts_of(session, person, hook_key, query["limit"]), RECEIPTS)


def _said(row: Any) -> dict[str, Any]:
    return book.said(row) | {"key": row.key}
