"""
Links between cases: typed, seen from both sides, and never taken away.

A link of kind `blocks` keeps the other case from handing in its tasks marked
`unblocked`, as long as the case that blocks runs; somebody who answers for
that one may lift it, with a reason.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.orm import Session

from engine import access, audit
from engine.cases import Case, lock
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.identity.person import Person
from engine.store.base import table_of
from engine.store.running import Instance, Link

KINDS = ("caused_by", "raises", "joins", "blocks", "evidence_for")
LINK = table_of(Link)
_THIS = (
    LINK.c.source_id == bindparam("source"),
    LINK.c.target_id == bindparam("target"),
    LINK.c.kind == bindparam("of_kind"),
)
ONE = select(LINK).where(*_THIS)
TIE = insert(LINK)
LIFT = (
    update(LINK)
    .where(*_THIS)
    .values(lifted_at=bindparam("moment"), lifted_by=bindparam("who"), reason=bindparam("why"))
)
BLOCKING = (
    select(Instance.title, Instance.confidential)
    .join(Link, Link.source_id == Instance.id)
    .where(
        Link.target_id == bindparam("case"),
        text("links.kind = 'blocks'"),
        text("links.lifted_at IS NULL"),
        text("instances.ended_at IS NULL"),
    )
    .order_by(Instance.started_at, Instance.id)
)


def tie(session: Session, source_id: UUID, target_id: UUID, kind: str, *, by: Person, now: datetime) -> None:
    """
    Tie a case to another one. The same link twice is one.

    Raises:
        NotFound: there is no such case, or `by` may not know of it.
        Forbidden: `by` only reads.
        Invalid: there is no such kind, or the case is tied to itself.
    """
    if kind not in KINDS or source_id == target_id:
        why = f"There are {', '.join(KINDS)}." if kind not in KINDS else "A case is not tied to itself."
        raise Invalid("The cases cannot be tied like this.", {"kind" if kind not in KINDS else "target_id": [why]})
    access.must_act(by)
    access.must_know(session, by, target_id)
    case = lock(session, source_id)
    access.must_see(session, by, case)
    if session.execute(ONE, _named(source_id, target_id, kind)).first() is None:
        session.execute(TIE, [{"source_id": source_id, "target_id": target_id, "kind": kind, "at": now}])
        audit.append(session, source_id, "instance.linked", target_id, {"kind": kind}, by=by, now=now)


def lift(session: Session, source_id: UUID, target_id: UUID, *, reason: str, by: Person, now: datetime) -> None:
    """
    Let a case no longer block another one; the link stays, and says who lifted it and why.

    Raises:
        NotFound: there is no such link, or `by` may not know of the case that blocks.
        Forbidden: `by` neither manages the case that blocks nor holds or answers for a task of it.
        Conflict: it was lifted already.
        Invalid: no reason is given.
    """
    case = lock(session, source_id)
    access.must_see(session, by, case)
    access.must_act(by)
    found = session.execute(ONE, _named(source_id, target_id, "blocks")).one_or_none()
    if found is None:
        raise NotFound("link", f"{source_id} blocks {target_id}")
    if found.lifted_at is not None:
        raise Conflict(f"{found.lifted_by} has lifted it already.")
    if not reason.strip():
        raise Invalid("Say why it no longer blocks.", {"reason": ["A reason is needed."]})
    _must_answer(session, case, by)
    given = {"moment": now, "who": by.id, "why": reason.strip()}
    session.execute(LIFT, _named(source_id, target_id, "blocks") | given)
    body = {"kind": "blocks", "reason": reason.strip()}
    audit.append(session, source_id, "instance.unblocked", target_id, body, by=by, now=now)


def must_be_unblocked(session: Session, case: Case, task: str) -> None:
    """
    Refuse what must wait until no running case blocks this one.

    Raises:
        Conflict: with the titles of those that do; a confidential one is only counted.
    """
    found = session.execute(BLOCKING, {"case": case.id}).all()
    if found:
        named = [row.title for row in found if not row.confidential]
        hidden = len(found) - len(named)
        titles = ", ".join([*named, *([f"{hidden} that you may not see"] if hidden else [])])
        raise Conflict(
            f"{task} must wait: the case is blocked by {titles}. Finish what blocks it, or have the link lifted there."
        )


def _must_answer(session: Session, case: Case, by: Person) -> None:
    if any(by.id in (task.holder, task.accountable) for task in case.live.values()):
        return
    try:
        access.must_manage(session, by, case)
    except Forbidden as error:
        raise Forbidden(
            f"{by.name} does not answer for {case.title}.", f"Ask its owner, {case.owner}, or who works on it."
        ) from error


def _named(source: UUID, target: UUID, kind: str) -> dict[str, Any]:
    return {"source": source, "target": target, "of_kind": kind}
