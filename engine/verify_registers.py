"""Are a register's definitions and rows what its own chain says of them?"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.core.chain import canonical, content_digest
from engine.findings import Finding
from engine.store.records import AuditEntry
from engine.store.registers import Register, RegisterChange, RegisterRow, RegisterVersion

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
    said = {
        (
            key,
            body["number"],
            body["digest"],
            first[key].recorded_at,
            entry.recorded_at,
            entry.recorded_at if entry.verb == "row.ended" else None,
        )
        for key, (entry, body) in last.items()
    }
    rows = session.scalars(select(RegisterRow).where(RegisterRow.register == register)).all()
    there = {
        (row.key, row.number, content_digest(row.values).hex(), row.created_at, row.changed_at, row.ended_at)
        for row in rows
    }
    yield from _compared("register_rows", said, there, "The row")
    titles = dict(_titles(session, register))
    for row in rows:
        title = titles.get(row.key)
        if title is not None and row.title != title:
            yield "altered", "register_rows", f"The title of the row {row.key} was altered."


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
