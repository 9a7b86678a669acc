"""The cases that one is tied to, with the direction and their state; those that the reader may not see are not told."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import access
from engine.identity.person import Person
from engine.store.running import Instance
from web.reads import cases

SHOWN = select(Instance.id, Instance.title, Instance.business_key, Instance.status).order_by(Instance.started_at)


@dataclass(frozen=True, kw_only=True)
class Relative:
    """
    Another case.

    Args:
        tie: a kind of link, or `called`; `outward` says whether this case is its source.
        lifted: why a case that blocks no longer does; None where it was not lifted.
    """

    tie: str
    outward: bool
    case: Any
    lifted: str | None = None


def of_case(session: Session, person: Person, case: Any) -> list[Relative]:
    """
    By what a case that `person` may see is tied to others that he may see.

    Args:
        case: as `web.reads.cases.one_case` finds it.
    """
    links = cases.ties(session, person, case.id)
    ends: dict[UUID, Any] = {one.target_id if one.source_id == case.id else one.source_id: None for one in links}
    seen = access.visible_instances(person)
    known = {
        row.id: row for row in session.execute(SHOWN.where(Instance.id.in_({*ends, case.caller_id} - {None}), seen))
    }
    found = []
    if case.caller_id in known:
        found.append(Relative(tie="called", outward=False, case=known[case.caller_id]))
    for one in links:
        outward = one.source_id == case.id
        other = known[one.target_id if outward else one.source_id]
        found.append(Relative(tie=one.kind, outward=outward, case=other, lifted=one.reason))
    called = session.execute(SHOWN.where(Instance.caller_id == case.id, seen))
    return found + [Relative(tie="called", outward=True, case=row) for row in called]
