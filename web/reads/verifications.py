"""Verifications, as far as somebody may see them, and of what was found as much as he is told."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import access
from engine.errors import NotFound
from engine.identity.person import Person
from engine.store.running import Instance
from engine.store.verifications import FindingRow, VerificationRow
from engine.verifications import keeping, sight, starting
from engine.verifying.findings import Finding
from web.paging import Key, Page, Query, page

COLUMNS = (
    VerificationRow.id,
    VerificationRow.status,
    VerificationRow.scope,
    VerificationRow.started_by,
    VerificationRow.asked_at,
    VerificationRow.begun_at,
    VerificationRow.ended_at,
    VerificationRow.in_all,
    VerificationRow.chains,
    VerificationRow.entries,
    VerificationRow.seals,
    VerificationRow.files,
    VerificationRow.erased,
)
FOUND = (
    FindingRow.kind,
    FindingRow.chain,
    FindingRow.entry,
    FindingRow.record,
    FindingRow.why,
    FindingRow.case_id,
    Instance.title,
)
NOBODYS = UUID(int=0)


def verifications(session: Session, person: Person, filters: dict[str, Any]) -> Page:
    """
    The newest first.

    Raises:
        Forbidden: `person` may not verify.
    """
    keys = (Key(VerificationRow.id.expression, descending=True),)
    listed = page(session, _seen(session, person), keys, limit=filters["limit"], cursor=filters["cursor"])
    return Page([_one(row) for row in listed.items], listed.next)


def one_verification(session: Session, person: Person, verification: UUID) -> dict[str, Any]:
    """
    One of them: how far it is, what was counted, and how much was found.

    Raises:
        Forbidden: `person` may not verify.
        NotFound: there is none that he may see.
    """
    row = session.execute(_seen(session, person).where(VerificationRow.id == verification)).one_or_none()
    if row is None:
        raise NotFound("verification", str(verification))
    return _one(row)


def findings(session: Session, person: Person, verification: UUID, filters: dict[str, Any]) -> Page:
    """
    What did not hold, as it was found.

    Raises:
        Forbidden: `person` may not verify.
        NotFound: there is no such verification that he may see.
    """
    one_verification(session, person, verification)
    query: Query = select(*FOUND).outerjoin(Instance, Instance.id == FindingRow.case_id)
    query = query.where(FindingRow.verification_id == verification, sight.told(session, person))
    keys = (Key(FindingRow.id.expression),)
    return page(session, query, keys, limit=filters["limit"], cursor=filters["cursor"])


def under_way(session: Session, person: Person) -> dict[str, Any] | None:
    """What is under way; of one that `person` may not see no more than that there is one."""
    running = starting.under_way(session)
    if running is None:
        return None
    try:
        return one_verification(session, person, running)
    except NotFound:
        return {"id": None}


def of_chain(session: Session, person: Person, chain: str) -> tuple[Any, int] | None:
    """When everything was last verified, and how much of one chain did not hold then; None where all of it did."""
    whole = VerificationRow.scope.is_(None) & (VerificationRow.status == "done")
    newest = select(func.max(VerificationRow.ended_at)).where(whole).scalar_subquery()
    of_newest = (VerificationRow.id == FindingRow.verification_id) & (VerificationRow.ended_at == newest)
    query = select(VerificationRow.ended_at, func.count()).join(FindingRow, of_newest).where(FindingRow.chain == chain)
    told = query.where(whole, sight.told(session, person)).group_by(VerificationRow.ended_at)
    row = session.execute(told).one_or_none()
    return (row[0], row[1]) if row else None


def tellable(session: Session, person: Person, found: list[Finding]) -> list[Finding]:
    """Those that speak of no confidential case which `person` may not see."""
    secrets = [row["secret_id"] for row in keeping.rows_of(session, NOBODYS, found)]
    visible = select(Instance.id).where(Instance.id.in_(set(secrets) - {None}), access.visible_instances(person))
    seen = {None, *session.scalars(visible)}
    return [one for one, secret in zip(found, secrets, strict=True) if secret in seen]


def _seen(session: Session, person: Person) -> Query:
    sight.must_verify(person)
    told = select(func.count()).where(FindingRow.verification_id == VerificationRow.id, sight.told(session, person))
    return select(*COLUMNS, told.scalar_subquery().label("findings")).where(sight.seen(person))


def _one(row: Any) -> dict[str, Any]:
    """A verification as it is told; whether all holds is known once it is done, and that something does not at once."""
    holds = False if row.findings else (True if row.status == "done" else None)
    return {**row._mapping, "whole": row.scope is None, "holds": holds}
