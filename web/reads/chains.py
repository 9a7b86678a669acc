"""
Entries of the trail as a person may read them: without those that speak of a case that does not exist for him.

Their numbers run on, since the chain is one; nothing else tells that there is something more.
"""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from engine import access
from engine.identity.mandates import READS
from engine.identity.person import Person
from engine.store.records import AuditEntry
from engine.store.running import Instance

AN_ID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def bounds(person: Person, chain: str) -> list[ColumnElement[bool]]:
    """What narrows the entries of a chain: outside of cases, an auditor reads those of the period of his mandate."""
    mandate = person.mandate
    if not person.auditor or mandate is None or chain.startswith(READS) or _is_of_case(chain):
        return []
    since = [AuditEntry.recorded_at >= mandate.since] if mandate.since else []
    return since + ([AuditEntry.recorded_at < mandate.until] if mandate.until else [])


def allowed(session: Session, person: Person, entries: Sequence[Any]) -> list[Any]:
    """
    Those of these entries of one chain that name no case which `person` may not see.

    A case whose trail he reads goes on telling that it called others, or was tied to them, unless they are
    confidential: only of those is it a secret that they are there.

    Args:
        entries: rows with `chain`, `subject` and `body`.
    """
    named = {one: _named(one) - {one.chain} for one in entries}
    ids = {UUID(name) for names in named.values() for name in names}
    if not ids:
        return list(entries)
    rule = access.tellable(person) if _is_of_case(entries[0].chain) else access.visible_instances(person)
    rows = session.execute(select(Instance.id, rule.label("told")).where(Instance.id.in_(ids)))
    hidden = {str(row.id) for row in rows if not row.told}
    return [one for one in entries if not named[one] & hidden]


def _is_of_case(chain: str) -> bool:
    return AN_ID.fullmatch(chain.encode()) is not None


def _named(entry: Any) -> set[str]:
    return {found.decode() for found in AN_ID.findall(entry.subject.encode() + b" " + (entry.body or b""))}
