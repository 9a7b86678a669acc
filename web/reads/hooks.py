"""What came in through hooks, for lists."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import access
from engine.hooks import book
from engine.identity.person import Person
from engine.store.hooks import HookEvent, HookReceipt
from engine.store.running import Instance


def receipts_of(session: Session, person: Person, key: str, limit: int) -> dict[str, Any]:
    """
    The newest receipts of a hook, each with what became of what it told; cases only as `person` may know of them.

    Raises:
        NotFound: there is no such hook.
        Forbidden: `person` does not manage the platform.
    """
    book.must_manage(person)
    book.history(session, key)
    size = func.length(HookReceipt.body).label("bytes")
    query = select(HookReceipt.id, HookReceipt.at, HookReceipt.version, HookReceipt.sha256, size)
    rows = session.execute(query.where(HookReceipt.hook == key).order_by(HookReceipt.id.desc()).limit(limit)).all()
    came: dict[Any, list[dict[str, Any]]] = {row.id: [] for row in rows}
    events = select(HookEvent).where(HookEvent.receipt_id.in_(list(came))).order_by(HookEvent.identity)
    found = session.scalars(events).all()
    wanted = [one.instance_id for one in found if one.instance_id]
    seen = set(session.scalars(select(Instance.id).where(Instance.id.in_(wanted), access.visible_instances(person))))
    for one in found:
        case = one.instance_id if one.instance_id in seen else None
        told = {"outcome": one.outcome, "key": one.key, "instance_id": case, "why": one.why, "at": one.at}
        came[one.receipt_id].append(told)
    return {"items": [{**row._mapping, "sha256": row.sha256.hex(), "events": came[row.id]} for row in rows]}
