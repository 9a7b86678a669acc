"""
How a worker comes through a verification: piece by piece, each looked at as of one moment and kept at once.

While one is looked at nothing is locked. A worker that dies leaves its piece to
the next one, once its lease has run out; if none gets on, the verification is
broken off, and can be started again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import bindparam, func, or_, select, text
from sqlalchemy.orm import Session

from engine import acting
from engine.hot import Hot
from engine.identity.person import Person
from engine.store.records import Chain, Evidence
from engine.store.running import Instance
from engine.store.verifications import VerificationRow
from engine.transactions import Database
from engine.verifications.keeping import Piece, case_of, end, keep, rows_of
from engine.verifications.starting import covered, mandate_of
from engine.verify import End, Report, ends, hold, miss
from engine.verifying import seals
from engine.verifying.findings import Finding

LEASE, EACH = timedelta(minutes=2), timedelta(milliseconds=10)
"""A piece is leased for so long, and for each entry so much longer: more than any worker takes for it."""
MOST_TRIES = 5
"""So often one is taken up without getting on; then it is broken off."""
A_PIECE = 500
"""How much a piece weighs at most, but for one chain that weighs more alone."""
MEGABYTE = 1_000_000
RUNNING = text("verifications.status = 'running'")
NEXT = Hot(select(func.min(VerificationRow.asked_at)).where(RUNNING, VerificationRow.asked_at > bindparam("after")))


@dataclass(frozen=True)
class Trail:
    """A chain to be recomputed, where it ends, and of a case whether it is confidential and how large its files are."""

    chain: str
    end: End
    secret: bool = False
    bytes: int = 0

    @property
    def weight(self) -> int:
        """How long it takes, in entries: a megabyte of files takes as long as one."""
        return self.end[0] + self.bytes // MEGABYTE


@dataclass
class Verifier:
    """
    Recomputes what somebody has started.

    Args:
        evidence: the folder of files handed in.
        key: the public half of the key that seals; None where nothing is sealed.
        newest: number and digest of the newest seal, as they are kept outside the database.
    """

    database: Database
    evidence: Path
    key: Callable[[], Ed25519PublicKey | None]
    newest: Callable[[], tuple[int, bytes] | None] = lambda: None
    _sealed: tuple[UUID, seals.Sealed, list[Finding]] | None = field(default=None, init=False, repr=False)
    """What the seals say, read once for a verification: chains only grow, so it goes on to hold."""

    def drain(self, *, now: datetime, machine_now: datetime) -> int:
        """
        Do one piece of what is under way; safe to call from anywhere and at once.

        Returns:
            How many pieces were done.
        """
        with self.database.reading() as session:
            if session.scalars(select(VerificationRow.id).where(*_free(machine_now))).one_or_none() is None:
                return 0
        worker = acting.worker(self.database, now=now)
        taken = partial(take, by=worker, now=now, machine_now=machine_now)
        row = self.database.perform(taken, by=worker, now=now)
        if row is None:
            return 0
        kept = partial(keep, verification=row.id, piece=self.looked_at(row), by=worker, now=now)
        if not self.database.perform(kept, by=worker, now=now):
            self._sealed = None
        self.database.breathe()
        return 1

    def looked_at(self, row: VerificationRow) -> Piece:
        """The next piece, as of one moment."""
        newest, report, apart = self.newest(), Report(), Report()
        with self.database.still() as session:
            sealed, faults = self._seals(session, row.id, newest)
            if not row.reached:
                report.seals, report.findings = sealed.count, list(faults)
            trails = next_trails(session, row.reached, row.scope, most=A_PIECE)
            for one in trails:
                into = apart if one.secret else report
                hold(session, into, one.chain, one.end, sealed=sealed, evidence=self.evidence)
            if not trails and row.scope is None:
                miss(session, report, ends(session), sealed=sealed)
            rows = rows_of(session, row.id, [*report.findings, *apart.findings])
        reached = trails[-1].chain if trails else row.reached
        return Piece(before=row.reached, reached=reached, report=report, rows=rows, over=not trails)

    def _seals(
        self, session: Session, verification: UUID, newest: tuple[int, bytes] | None
    ) -> tuple[seals.Sealed, list[Finding]]:
        if self._sealed is None or self._sealed[0] != verification:
            faults: list[Finding] = []
            self._sealed = verification, seals.sealed(session, self.key(), faults, newest), faults
        return self._sealed[1:]


def take(session: Session, *, by: Person, now: datetime, machine_now: datetime) -> VerificationRow | None:
    """Lease what is under way to this worker; None where another one has it, or where it is broken off."""
    query = select(VerificationRow).where(*_free(machine_now)).with_for_update(skip_locked=True)
    row = session.scalars(query).one_or_none()
    if row is None:
        return None
    if row.tries >= MOST_TRIES:
        end(session, row, "broken_off", by=by, now=now)
        return None
    ahead = sum(one.weight for one in next_trails(session, row.reached, row.scope, most=A_PIECE)) or row.in_all
    row.tries, row.leased_until, row.begun_at = row.tries + 1, machine_now + LEASE + ahead * EACH, row.begun_at or now
    return row


def next_due(session: Session, after: datetime) -> datetime | None:
    """The earliest moment strictly after `after` at which something was started that is under way."""
    return NEXT.earliest(session, {"after": after})


def next_trails(session: Session, reached: str, scope: dict[str, Any] | None, *, most: int) -> list[Trail]:
    """The chains after `reached`, those of no case first, which weigh `most` together; a heavier one alone."""
    at = case_of(reached)
    if scope is None and at is None:
        chains = select(Chain.key, Chain.length, Chain.head).where(Chain.key > reached).order_by(Chain.key).limit(most)
        if others := [Trail(key, (length, head)) for key, length, head in session.execute(chains)]:
            return _within(most, others)
    files = select(func.sum(Evidence.size)).where(Evidence.instance_id == Instance.id).scalar_subquery()
    columns = (Instance.id, Instance.chain_length, Instance.chain_head, Instance.confidential, files)
    cases = select(*columns).where(*covered(mandate_of(scope) if scope else None)).order_by(Instance.id).limit(most)
    rows = session.execute(cases.where(Instance.id > at) if at else cases)
    return _within(most, (Trail(str(row[0]), (row[1], row[2]), row[3], int(row[4] or 0)) for row in rows))


def _within(most: int, trails: Iterable[Trail]) -> list[Trail]:
    found, weight = list[Trail](), 0
    for one in trails:
        weight += one.weight
        if found and weight > most:
            break
        found.append(one)
    return found


def _free(machine_now: datetime) -> tuple[Any, Any]:
    lease = VerificationRow.leased_until
    return RUNNING, or_(lease.is_(None), lease <= machine_now)
