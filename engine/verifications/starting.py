"""Somebody wants everything recomputed: it is written down, and a worker begins. One at a time."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, not_, select
from sqlalchemy.orm import Session

from engine import access, audit
from engine.errors import Conflict
from engine.identity.person import Mandate, Person
from engine.ids import new_id
from engine.store.base import table_of
from engine.store.records import Chain
from engine.store.running import Instance
from engine.store.verifications import VerificationRow
from engine.verifications.sight import bound, must_verify
from engine.verifying.findings import COUNTS

RUNNING = VerificationRow.status == "running"


def start(session: Session, *, by: Person, now: datetime) -> UUID:
    """
    Have everything recomputed, or all cases of a mandate that bounds `by`; returns the id of the verification.

    Raises:
        Forbidden: `by` may not.
        Conflict: one is under way.
    """
    must_verify(by)
    audit.extend(session, audit.PLATFORM)  # Of two who start at once, the second one waits here and sees the first.
    if under_way(session) is not None:
        raise Conflict("A verification is under way already. They are done one at a time: wait until it has ended.")
    mandate, verification = bound(by), new_id()
    scope = scope_of(mandate) if mandate else None
    row: dict[str, Any] = dict.fromkeys((*COUNTS, "tries"), 0)
    row |= {"id": verification, "status": "running", "scope": scope, "started_by": by.id, "asked_at": now}
    row |= {"reached": "", "in_all": _in_all(session, mandate)}
    session.execute(insert(table_of(VerificationRow)), [row])
    audit.append(session, audit.PLATFORM, "verification.started", verification, {"scope": scope}, by=by, now=now)
    return verification


def under_way(session: Session) -> UUID | None:
    """The verification that is under way, if one is."""
    return session.scalars(select(VerificationRow.id).where(RUNNING)).one_or_none()


def scope_of(mandate: Mandate) -> dict[str, Any]:
    """What of a mandate bounds a verification, as it is kept."""
    moments = {name: getattr(mandate, name) for name in ("since", "until", "ends_at")}
    return {"processes": sorted(mandate.processes)} | {name: at and at.isoformat() for name, at in moments.items()}


def mandate_of(scope: dict[str, Any]) -> Mandate:
    """The mandate that was kept so."""
    moments = {name: datetime.fromisoformat(scope[name]) for name in ("since", "until") if scope[name]}
    ends_at = datetime.fromisoformat(scope["ends_at"])
    return Mandate(processes=frozenset(scope["processes"]), ends_at=ends_at, **moments)


def covered(mandate: Mandate | None) -> list[ColumnElement[bool]]:
    """What bounds the cases of a verification."""
    return [access.audited(mandate)] if mandate else []


def _in_all(session: Session, mandate: Mandate | None) -> int:
    cases = select(func.count()).select_from(Instance).where(not_(Instance.confidential), *covered(mandate))
    others = 0 if mandate else session.execute(select(func.count()).select_from(Chain)).scalar_one()
    return session.execute(cases).scalar_one() + others
