"""Auditors with what they may read, and what each has read."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.identity.mandates import READS
from engine.identity.person import Person
from engine.store.people import GroupRow, MandateRow, Membership, PersonRow
from engine.store.records import AuditEntry
from web.paging import Key, Page, page
from web.reads import chains

AUDITORS = (
    select(
        PersonRow.id,
        PersonRow.name,
        MandateRow.processes,
        MandateRow.since,
        MandateRow.until,
        MandateRow.ends_at,
    )
    .join(Membership, Membership.person_id == PersonRow.id)
    .join(GroupRow, GroupRow.key == Membership.group_key)
    .outerjoin(MandateRow, MandateRow.person_id == PersonRow.id)
    .where(GroupRow.grants == "read", PersonRow.active)
    .order_by(PersonRow.name, PersonRow.id)
)


def auditors(session: Session, now: datetime) -> list[dict[str, Any]]:
    """Everybody who reads and changes nothing, by name, with his mandate; `state` is `runs`, `ended` or `none`."""
    rows = {row.id: row for row in session.execute(AUDITORS)}
    return [{**row._mapping, "state": _state(row.ends_at, now)} for row in rows.values()]


def log(session: Session, person: Person, auditor: str, *, cursor: str | None) -> Page:
    """What an auditor read, the newest first, as far as `person` may know of it."""
    query = select(*AuditEntry.__table__.columns).where(AuditEntry.chain == READS + auditor)
    found = page(session, query, (Key(AuditEntry.number.expression, descending=True),), limit=50, cursor=cursor)
    return Page(chains.allowed(session, person, found.items), found.next)


def _state(ends_at: datetime | None, now: datetime) -> str:
    return "none" if ends_at is None else "runs" if now < ends_at else "ended"
