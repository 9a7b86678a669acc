"""
What comes in is kept, and happens once.

A receipt keeps the bytes. Each thing that it tells happens in a transaction
of its own, under the identity that its sender gave it: sent again, or sent to
two servers at once, it has one effect. Under one duplicate key at most one
case runs: whatever comes while it runs joins it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine import audit, instances, messages
from engine.core.expressions import ExpressionError
from engine.errors import Conflict, Invalid, Rejected
from engine.hooks.content import Hook
from engine.hooks.happening import Happening
from engine.identity.person import Person
from engine.ids import new_id
from engine.store.base import table_of
from engine.store.hooks import HookCase, HookEvent, HookReceipt, Sample
from engine.store.running import Instance, Subscription
from engine.topics import lookups

RECEIPT, EVENT, CASE, SAMPLE = (table_of(one) for one in (HookReceipt, HookEvent, HookCase, Sample))


def _once(table: Any) -> dict[str, Any]:
    return {
        "postgresql": postgresql.insert(table).on_conflict_do_nothing(),
        "sqlite": sqlite.insert(table).on_conflict_do_nothing(),
    }


TAKE_RECEIPT = {name: statement.returning(RECEIPT.c.id) for name, statement in _once(RECEIPT).items()}
TAKE_EVENT = {name: statement.returning(EVENT.c.identity) for name, statement in _once(EVENT).items()}
TAKE_CASE = _once(CASE)
SAME = select(RECEIPT.c.id).where(RECEIPT.c.hook == bindparam("of"), RECEIPT.c.sha256 == bindparam("digest"))
MINE = (EVENT.c.hook == bindparam("of"), EVENT.c.identity == bindparam("known"))
KNOWN = select(EVENT).where(*MINE).with_for_update()
SETTLE = update(EVENT).where(*MINE)
UNDER = (CASE.c.hook == bindparam("of"), CASE.c.key == bindparam("under"))
NEWEST = select(CASE.c.instance_id).where(*UNDER).with_for_update()
NAME = update(CASE).where(*UNDER).values(instance_id=bindparam("newest"))
RUNS = (
    select(Instance.id)
    .where(Instance.id == bindparam("case"), Instance.ended_at.is_(None))
    .with_for_update(key_share=True)
)
WAITS = select(Subscription.id).where(
    Subscription.instance_id == bindparam("case"),
    Subscription.kind == "message",
    Subscription.name == bindparam("name"),
)
MEASURE = insert(SAMPLE)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """
    What became of one thing that came in.

    Args:
        outcome: `started` or `joined` a case; `told` a running case that it is over; `kept`; `passed_over` or
            `refused`, and `why`.
        again: it had come in before, and nothing happened now.
    """

    outcome: str
    key: str | None = None
    instance_id: UUID | None = None
    why: str | None = None
    again: bool = False


def chain_of(key: str) -> str:
    """The chain that speaks of what came in through a hook."""
    return f"hook:{key}"


def keep(
    session: Session,
    key: str,
    version: int,
    body: bytes,
    headers: Mapping[str, str],
    *,
    by: Person,
    now: datetime,
) -> UUID:
    """Keep what came in, under its digest; the same bytes again are the same receipt. Returns its id."""
    digest, kept = sha256(body).digest(), dict(headers)
    row = {"id": new_id(), "hook": key, "version": version, "at": now, "sha256": digest, "headers": kept, "body": body}
    made = session.execute(TAKE_RECEIPT[session.get_bind().dialect.name], row).scalar_one_or_none()
    if made is None:
        return UUID(str(session.execute(SAME, {"of": key, "digest": digest}).scalar_one()))
    said = {"sha256": digest.hex(), "bytes": len(body), "version": version, "headers": kept}
    audit.append(session, chain_of(key), "hook.received", made, said, by=by, now=now)
    return UUID(str(made))


def happen(
    session: Session, key: str, hook: Hook, receipt_id: UUID, what: Happening, *, by: Person, now: datetime
) -> Outcome:
    """
    Let one thing happen that came in, unless it has happened already.

    What the hook's expressions or the process have no answer to is refused
    and kept as such; sent again, it is tried again.
    """
    row = {"hook": key, "identity": what.identity, "receipt_id": receipt_id, "at": now, "outcome": "kept"}
    empty = {"key": None, "instance_id": None, "why": None}
    if session.execute(TAKE_EVENT[session.get_bind().dialect.name], row | empty).first() is None:
        known = session.execute(KNOWN, {"of": key, "known": what.identity}).one()
        if known.outcome != "refused":
            return _before(known)
    try:
        with session.begin_nested():
            came = _Coming(session, key, hook, receipt_id, what, by, now).looked_up().happens()
    except (ExpressionError, Rejected) as error:
        came = Outcome(outcome="refused", why=str(error))
    found = {"outcome": came.outcome, "key": came.key, "instance_id": came.instance_id, "why": came.why}
    session.execute(SETTLE.values(**found, receipt_id=receipt_id, at=now), {"of": key, "known": what.identity})
    said = found | {"receipt": receipt_id}
    audit.append(session, chain_of(key), f"hook.{came.outcome}", what.identity, said, by=by, now=now)
    return came


def _before(known: Row[Any]) -> Outcome:
    return Outcome(outcome=known.outcome, key=known.key, instance_id=known.instance_id, why=known.why, again=True)


@dataclass(frozen=True)
class _Coming:
    """One thing on its way in."""

    session: Session
    key: str
    hook: Hook
    receipt_id: UUID
    what: Happening
    by: Person
    now: datetime

    def looked_up(self) -> "_Coming":
        """The same, with what the hook wants looked up among its facts."""
        facts = self.what.facts
        if not self.hook.takes(facts):
            return self
        questions = self.hook.questions(facts, now=self.now)
        answers = {name: self._answer(name, asked) for name, asked in questions.items()}
        return replace(self, what=replace(self.what, facts={**facts, **answers}))

    def _answer(self, name: str, asked: Any) -> dict[str, Any]:
        if not isinstance(asked, Mapping):
            why = f"find.{name} gives no filters."
            raise Invalid(why, {f"find.{name}": [why]})
        return lookups.found(self.session, lookups.Question(asked=asked, now=self.now))

    def happens(self) -> Outcome:
        hook, facts = self.hook, self.what.facts
        counts = hook.takes(facts) and hook.counts(facts, now=self.now)
        under = hook.text("key", facts, now=self.now) if counts else None
        came = self._leads(counts, under)
        if self.what.measured:
            self._measure(counts, came.instance_id)
        return came

    def _leads(self, counts: bool, under: str | None) -> Outcome:
        if not counts:
            if self.what.measured:
                return Outcome(outcome="kept")
            return Outcome(outcome="passed_over", why="The hook does not count this.")
        if not (self.hook.process or self.hook.message):
            return Outcome(outcome="kept", key=under)
        running = self._running(under) if under else None
        if self.what.over:
            return self._is_over(under, running)
        if running:
            return self._joins(under, running)
        return self._starts(under)

    def _running(self, under: str) -> UUID | None:
        """The running case under a duplicate key, locked; whoever comes at the same moment waits here."""
        empty = {"hook": self.key, "key": under, "instance_id": None}
        self.session.execute(TAKE_CASE[self.session.get_bind().dialect.name], empty)
        newest = self.session.execute(NEWEST, {"of": self.key, "under": under}).scalar_one()
        if newest is None:
            return None
        running: UUID | None = self.session.execute(RUNS, {"case": newest}).scalar_one_or_none()
        awaited = self.hook.open_while
        if running and awaited and not self.session.execute(WAITS, {"case": running, "name": awaited}).first():
            return None
        return running

    def _starts(self, under: str | None) -> Outcome:
        hook, facts, session = self.hook, self.what.facts, self.session
        values = hook.values(facts, now=self.now)
        title, business_key = (hook.text(name, facts, now=self.now) for name in ("title", "business_key"))
        outcome = "started"
        if hook.process:
            because = {"hook": self.key, "receipt": self.receipt_id}
            case: UUID | None = instances.start(
                session,
                hook.process,
                variables=values,
                start=hook.start or None,
                business_key=business_key,
                title=title,
                because=because,
                by=self.by,
                now=self.now,
            )
        else:
            sent = messages.correlate(
                session, hook.message, key=business_key, payload=values, life=None, by=self.by, now=self.now
            )
            case, outcome = sent.instance_id, "started" if sent.status == "started" else "joined"
        if under:
            session.execute(NAME, {"of": self.key, "under": under, "newest": case})
        return Outcome(outcome=outcome, key=under, instance_id=case)

    def _joins(self, under: str | None, case: UUID) -> Outcome:
        if not self.what.measured:
            self._tell(case, "hook.joined", self.hook.joined)
        elif self.hook.joined:
            self._send(case, self.hook.joined)
        return Outcome(outcome="joined", key=under, instance_id=case)

    def _is_over(self, under: str | None, running: UUID | None) -> Outcome:
        if running is None:
            return Outcome(outcome="passed_over", key=under, why="It is over, and no case of it is running.")
        self._tell(running, "hook.over", self.hook.resolved)
        return Outcome(outcome="told", key=under, instance_id=running)

    def _tell(self, case: UUID, verb: str, message: str) -> None:
        heard = bool(message) and self._send(case, message)
        said = {"hook": self.key, "receipt": self.receipt_id, "message": message or None, "heard": heard}
        audit.append(self.session, case, verb, self.what.identity, said, by=self.by, now=self.now)

    def _send(self, case: UUID, message: str) -> bool:
        """Whether the case waited for the message."""
        values = self.hook.values(self.what.facts, now=self.now)
        try:
            messages.correlate(
                self.session, message, instance_id=case, payload=values, life=None, by=self.by, now=self.now
            )
        except Conflict:
            return False
        return True

    def _measure(self, breach: bool, case: UUID | None) -> None:
        measured = self.what.measured
        assert measured
        row = {
            "id": new_id(),
            "hook": self.key,
            "receipt_id": self.receipt_id,
            "subject": measured.subject,
            "name": measured.name,
            "part": measured.part,
            "value": measured.value,
            "limit_value": measured.limit,
            "at": measured.at,
            "model_version": measured.model_version,
            "breach": breach,
            "instance_id": case,
        }
        self.session.execute(MEASURE, [row])
        said = {name: row[name] for name in row if name not in ("hook", "receipt_id", "id")}
        audit.append(self.session, chain_of(self.key), "sample.taken", row["id"], said, by=self.by, now=self.now)
