"""
A pack: picked cases and rows of registers with all that belongs to them, in one ZIP file, and nothing confidential.

`manifest.json` names each file with its SHA-256; the trails carry the hashes
of their chains. The same content is the same file, byte for byte.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import registers
from engine.errors import Invalid, NotFound
from engine.evidence import Store
from engine.identity.person import Person
from engine.store.records import Evidence, FrozenDocument, Signature
from engine.store.running import Task
from engine.subject import read_subject
from web.reads import cases, clauses
from web.schemas.clauses import FiguresOut

MOST = 200
"""Cases and rows that one pack may hold."""

TASKS = tuple(
    getattr(Task, name)
    for name in ("id", "element", "name", "status", "completed_by", "acting_for", "opened_at", "due_at", "closed_at")
)
EVIDENCE = tuple(
    getattr(Evidence, name)
    for name in (
        "id",
        "task_id",
        "slot",
        "kind",
        "name",
        "url",
        "sha256",
        "effective_on",
        "version",
        "replaces_id",
        "by",
        "received_at",
    )
)
UNFIT = re.compile(r"[^\w.-]")

STILL = (1980, 1, 1, 0, 0, 0)
"""The moment of every file in a pack: what counts is in the files."""


def pack(
    session: Session,
    person: Person,
    *,
    ids: Sequence[UUID],
    rows: Sequence[str],
    period: dict[str, datetime] | None,
    store: Store,
    now: datetime,
) -> bytes:
    """
    The ZIP file with these cases and rows, and with the figures of a period if one is given.

    Raises:
        NotFound: `person` may not know of one of them.
        Invalid: one of them is confidential, or there are none, or too many.
    """
    if not 0 < len(ids) + len(rows) <= MOST:
        raise Invalid(f"A pack holds between 1 and {MOST} cases and rows.", {"cases": ["Name what belongs to it."]})
    files: dict[str, bytes] = {}
    for case in dict.fromkeys(ids):
        files |= _case(session, person, case, store)
    for name in dict.fromkeys(rows):
        files |= _row(session, person, name)
    if period:
        files["figures.json"] = _json(FiguresOut().dump(clauses.figures(session, person, period)))
    listed = {name: sha256(data).hexdigest() for name, data in sorted(files.items())}
    manifest = {"packed_at": now, "packed_by": person.id, "files": listed}
    return _zipped({"manifest.json": _json(manifest), **files})


def faults(data: bytes) -> list[str]:
    """What of a pack is not as its manifest says, file by file; nothing when all is."""
    with ZipFile(BytesIO(data)) as archive:
        names = set(archive.namelist()) - {"manifest.json"}
        listed = orjson.loads(archive.read("manifest.json"))["files"]
        found = [f"{name} is not there." for name in sorted(set(listed) - names)]
        found += [f"{name} is not in the manifest." for name in sorted(names - set(listed))]
        changed = [one for one in sorted(names & set(listed)) if sha256(archive.read(one)).hexdigest() != listed[one]]
    return found + [f"{name} was changed." for name in changed]


def _case(session: Session, person: Person, case: UUID, store: Store) -> dict[str, bytes]:
    row = cases.one_case(session, person, case)
    if row.confidential:
        raise Invalid(f"{row.title} is confidential: it leaves the house in no pack.", {"cases": [str(case)]})
    folder = f"cases/{_plain(row.business_key)}-{case}" if row.business_key else f"cases/{case}"
    told = dict(row._mapping) | cases.variables(session, person, case)
    told["tasks"] = _all(session, select(*TASKS).where(Task.instance_id == case).order_by(Task.id))
    told["signatures"] = _all(session, select(*Signature.__table__.columns).where(Signature.instance_id == case))
    told["evidence"] = _all(session, select(*EVIDENCE).where(Evidence.instance_id == case).order_by(Evidence.id))
    files = {f"{folder}/case.json": _json(told), f"{folder}/trail.json": _json(_trail(session, person, case))}
    for document in session.scalars(select(FrozenDocument).where(FrozenDocument.instance_id == case)):
        files[f"{folder}/documents/{document.id}.json"] = document.content
    for one in told["evidence"]:
        if one["kind"] == "file":
            files[f"{folder}/evidence/{one['id']}-{_plain(one['name'])}"] = store.read(one["sha256"])
    return files


def _row(session: Session, person: Person, name: str) -> dict[str, bytes]:
    subject = read_subject(name)
    register = registers.defined(session, subject.register)
    registers.must_read(register, person)
    found = registers.seen_row(session, subject.register, subject.row, by=person)
    if found is None:
        raise NotFound("row", name)
    if register.definition.may_read:
        raise Invalid(f"{register.definition.name} is not for everybody: no pack holds it.", {"rows": [name]})
    history = [dict(one._mapping) for one in registers.changes(session, subject.register, subject.row)]
    told: dict[str, Any] = {
        "register": subject.register,
        "key": found.key,
        "title": found.title,
        "values": found.values,
    }
    told |= {"number": found.number, "ended": found.ended, "in_force": found.in_force, "history": history}
    return {f"rows/{subject.register}/{found.key}.json": _json(told)}


def _trail(session: Session, person: Person, case: UUID) -> list[Any]:
    entries: list[Any] = []
    cursor: str | None = None
    while True:
        page = cases.trail(session, person, case, {"limit": 200, "cursor": cursor})
        entries, cursor = [*entries, *page.items], page.next
        if cursor is None:
            return entries


def _all(session: Session, query: Any) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in session.execute(query)]


def _json(value: Any) -> bytes:
    return orjson.dumps(value, default=_said, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)


def _said(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else str(value)


def _plain(name: str) -> str:
    """A name that is no path."""
    return UNFIT.sub("_", name)[-100:]


def _zipped(files: dict[str, bytes]) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(ZipInfo(name, STILL), data, compress_type=ZIP_DEFLATED)
    return made.getvalue()
