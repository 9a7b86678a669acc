"""Are a register's definitions and rows what its own chain says of them?"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.core.chain import canonical, content_digest
from engine.registers.signing import digest_of
from engine.store.base import table_of
from engine.store.records import AuditEntry
from engine.store.registers import (
    Register,
    RegisterChange,
    RegisterEnding,
    RegisterRow,
    RegisterSignature,
    RegisterVersion,
    RowLink,
)
from engine.verifying.findings import Finding

PREFIX = "register:"
KINDS = {"row.added": "added", "row.changed": "changed", "row.ended": "ended"}


def against(session: Session, chain: str, entries: Sequence[AuditEntry]) -> Iterator[Finding]:
    """What differs from what the chain of a register says, which itself holds; nothing for other chains."""
    if not chain.startswith(PREFIX):
        return
    register = chain.removeprefix(PREFIX)
    told = [(entry, orjson.loads(entry.body)) for entry in entries if entry.body is not None]
    found = [
        *_definitions(session, register, told),
        *_changes(session, register, told),
        *_rows(session, register, told),
        *_signatures(session, register, told),
        *_endings(session, register, told),
        *_links(session, register, told),
    ]
    for kind, record, why in found:
        yield Finding(kind=kind, chain=chain, number=len(entries), record=record, why=why)


def unknown(session: Session, chains: set[str]) -> Iterator[Finding]:
    """Registers that no chain speaks of."""
    for key in session.scalars(select(Register.key).order_by(Register.key)):
        if f"{PREFIX}{key}" not in chains:
            why = f"The trail says nothing of the register {key}."
            yield Finding(kind="inserted", chain=f"{PREFIX}{key}", number=1, record="registers", why=why)


def _definitions(session: Session, register: str, told: list[Any]) -> Iterator[tuple[str, str, str]]:
    said = {
        (body["number"], body["digest"], entry.actor, entry.recorded_at)
        for entry, body in told
        if entry.verb == "register.defined"
    }
    rows = session.scalars(select(RegisterVersion).where(RegisterVersion.register == register)).all()
    there = {(row.number, sha256(canonical(row.content) + row.form).hexdigest(), row.by, row.since) for row in rows}
    yield from _compared("register_versions", said, there, "The definition")
    now = session.scalar(select(Register.version).where(Register.key == register))
    if now != max((number for number, *_ in said), default=None):
        yield "altered", "registers", f"Version {now} of the register is not the newest that was defined."


def _changes(session: Session, register: str, told: list[Any]) -> Iterator[tuple[str, str, str]]:
    said = {
        (
            entry.subject,
            body["number"],
            KINDS[entry.verb],
            body["digest"],
            body["reason"],
            body["defined"],
            entry.actor,
            entry.recorded_at,
        )
        for entry, body in told
        if entry.verb in KINDS
    }
    rows = session.scalars(select(RegisterChange).where(RegisterChange.register == register)).all()
    there = {
        (row.key, row.number, row.kind, content_digest(row.values).hex(), row.reason, row.defined, row.by, row.at)
        for row in rows
    }
    yield from _compared("register_changes", said, there, "The version of a row")


def _rows(session: Session, register: str, told: list[Any]) -> Iterator[tuple[str, str, str]]:
    """Each row as its last entry says; its title follows from its values."""
    last: dict[str, Any] = {}
    first: dict[str, Any] = {}
    for entry, body in told:
        if entry.verb in KINDS:
            last[entry.subject] = (entry, body)
            first.setdefault(entry.subject, entry)
    signed = set(_signed_versions(session, register))
    counting = {(key, body["number"]) for key, (_, body) in last.items() if body["defined"] not in signed}
    counting |= {
        (entry.subject, body["number"]) for entry, body in told if entry.verb == "row.signed" and body["in_force"]
    }
    said = {
        (
            key,
            body["number"],
            body["digest"],
            first[key].recorded_at,
            entry.recorded_at,
            entry.recorded_at if entry.verb == "row.ended" else None,
            entry.verb != "row.ended" and (key, body["number"]) in counting,
        )
        for key, (entry, body) in last.items()
    }
    rows = session.scalars(select(RegisterRow).where(RegisterRow.register == register)).all()
    there = {
        (
            row.key,
            row.number,
            content_digest(row.values).hex(),
            row.created_at,
            row.changed_at,
            row.ended_at,
            row.in_force,
        )
        for row in rows
    }
    yield from _compared("register_rows", said, there, "The row")
    titles = dict(_titles(session, register))
    for row in rows:
        title = titles.get(row.key)
        if title is not None and row.title != title:
            yield "altered", "register_rows", f"The title of the row {row.key} was altered."


def _signatures(session: Session, register: str, told: list[Any]) -> Iterator[tuple[str, str, str]]:
    """Each signature as the trail says, and under the row's version as it is kept."""
    said = {
        (entry.subject, body["number"], body["role"], body["digest"], entry.actor, entry.recorded_at)
        for entry, body in told
        if entry.verb == "row.signed"
    }
    table = RegisterSignature
    rows = session.execute(
        select(table_of(table), RegisterChange.values)
        .join(
            RegisterChange,
            (RegisterChange.register == table.register)
            & (RegisterChange.key == table.key)
            & (RegisterChange.number == table.number),
        )
        .where(table.register == register)
    ).all()
    there = {(row.key, row.number, row.role, row.digest, row.by, row.at) for row in rows}
    yield from _compared("register_signatures", said, there, "The signature under")
    for row in rows:
        if digest_of(dict(row._mapping), row.values) != row.digest:
            yield "altered", "register_signatures", f"What {row.by} signed of {row.key} is not what is kept."


def _endings(session: Session, register: str, told: list[Any]) -> Iterator[tuple[str, str, str]]:
    answers = {body["wish"]: (entry, body) for entry, body in told if entry.verb == "row.end_answered"}
    said = set()
    for entry, body in told:
        if entry.verb == "row.end_asked":
            by, answer = answers.get(body["wish"], (None, None))
            decided = (by.actor, by.recorded_at, answer["agreed"], answer["reason"]) if by else (None, None, None, "")
            said.add((entry.subject, body["reason"], entry.actor, entry.recorded_at, *decided))
    rows = session.scalars(select(RegisterEnding).where(RegisterEnding.register == register)).all()
    there = {
        (row.key, row.reason, row.asked_by, row.asked_at, row.decided_by, row.decided_at, row.agreed, row.answer)
        for row in rows
    }
    yield from _compared("register_endings", said, there, "The wish to end")


def _links(session: Session, register: str, told: list[Any]) -> Iterator[tuple[str, str, str]]:
    said = {
        (entry.subject, body["case"], body["kind"], entry.actor, entry.recorded_at)
        for entry, body in told
        if entry.verb == "row.linked"
    }
    rows = session.scalars(select(RowLink).where(RowLink.register == register)).all()
    there = {(row.key, str(row.instance_id), row.kind, row.by, row.at) for row in rows}
    yield from _compared("register_links", said, there, "The case tied to")


def _signed_versions(session: Session, register: str) -> Iterator[int]:
    """The versions of the definition under which rows are signed."""
    for row in session.scalars(select(RegisterVersion).where(RegisterVersion.register == register)):
        if row.content.get("signed_by"):
            yield row.number


def _titles(session: Session, register: str) -> Iterator[tuple[str, str]]:
    """What each row is called by its last values and the definition they were checked with."""
    fields = {
        row.number: row.content.get("row_title")
        for row in session.scalars(select(RegisterVersion).where(RegisterVersion.register == register))
    }
    query = select(RegisterChange).where(RegisterChange.register == register).order_by(RegisterChange.number)
    for row in session.scalars(query):
        yield row.key, str(row.values.get(fields.get(row.defined) or "") or row.key)


def _compared(table: str, said: set[Any], there: set[Any], what: str) -> Iterator[tuple[str, str, str]]:
    for one in sorted(said - there, key=str)[:1]:
        yield "missing", table, f"{what} {one[0]} is not as the trail says, or gone."
    for one in sorted(there - said, key=str)[:1]:
        yield "inserted", table, f"{what} {one[0]} is not what the trail speaks of."
