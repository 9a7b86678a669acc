"""
Was anything changed? Everything is recomputed: chains, seals, and the records that the trail speaks of.

Finds an entry that was altered, deleted, inserted or moved, a tail that was
cut, a chain that was rehashed whole (by the seals), and records beside the
trail that are not what the trail says. What was erased on purpose is told as
erased.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine import audit
from engine.core.chain_check import first_fault
from engine.hot import Hot
from engine.replay import Replayed
from engine.store.base import table_of
from engine.store.records import AuditEntry, Chain
from engine.store.running import Instance
from engine.verifying import (
    clauses,
    cycles,
    deliveries,
    erased,
    hooks,
    outreach,
    platform,
    records,
    registers,
    seals,
    starts,
    verifications,
)
from engine.verifying.files import Files
from engine.verifying.findings import COUNTS, Finding

ENTRIES = Hot(select(table_of(AuditEntry)).where(AuditEntry.chain == bindparam("of_chain")).order_by(AuditEntry.number))


End = tuple[int, bytes]


@dataclass
class Report:
    """
    What `verify` found.

    Args:
        findings: what does not hold, the first record of each chain first; empty when all holds.
        erased: how many entries were erased on purpose.
        chains, entries, seals: how many were recomputed.
        files: how many files that were handed in were held against their digests.
    """

    findings: list[Finding] = field(default_factory=list)
    erased: int = 0
    chains: int = 0
    entries: int = 0
    seals: int = 0
    files: int = 0

    @property
    def holds(self) -> bool:
        """Whether nothing was changed."""
        return not self.findings

    @property
    def first(self) -> Finding | None:
        """The first record that does not hold."""
        return self.findings[0] if self.findings else None

    def as_json(self) -> dict[str, Any]:
        """The report for machines."""
        counts = {name: getattr(self, name) for name in COUNTS}
        return {"holds": self.holds, **counts, "findings": [finding.as_json() for finding in self.findings]}

    def lines(self) -> list[str]:
        """The report for people."""
        counted = f"{self.entries} entries in {self.chains} chains, {self.seals} seals, {self.files} files"
        counted += f", {self.erased} erased"
        if self.holds:
            return [f"Everything holds: {counted}."]
        return [f"{len(self.findings)} records do not hold ({counted}):", *(str(one) for one in self.findings)]


def verify(
    session: Session,
    key: Ed25519PublicKey | None,
    *,
    evidence: Path | None = None,
    newest: tuple[int, bytes] | None = None,
    only: Collection[str] | None = None,
    replays: dict[UUID, Replayed] | None = None,
) -> Report:
    """
    Recompute everything.

    Args:
        key: the public half of the key that seals; without it signatures are not checked.
        evidence: the folder of files handed in; without it only their digests are compared.
        newest: number and digest of the newest seal, where somebody keeps them outside the database.
        only: these chains alone, for who looks often; deleted chains are then not missed.
        replays: for who looks often, how far each case was computed when he looked last; is kept up. That the events
            up to there are the recorded ones is still held against the trail.
    """
    report, owned = Report(), ends(session)
    sealed = seals.sealed(session, key, report.findings, newest)
    report.seals = sealed.count
    for chain, end in owned.items():
        if only is None or chain in only:
            hold(session, report, chain, end, sealed=sealed, evidence=evidence, replays=replays)
    if only is None:
        miss(session, report, owned, sealed=sealed)
    return report


def hold(
    session: Session,
    report: Report,
    chain: str,
    end: End,
    *,
    sealed: seals.Sealed,
    evidence: Path | None,
    replays: dict[UUID, Replayed] | None = None,
) -> None:
    """
    Recompute one chain, and what stands beside it; what is found goes to `report`.

    Args:
        end: its length and its head, read at the same moment as all the rest.
    """
    entries: list[AuditEntry] = ENTRIES.all(session, {"of_chain": chain})
    report.chains += 1
    report.entries += len(entries)
    report.erased += sum(entry.body is None for entry in entries)
    length, head = end
    if fault := first_fault(entries, length=length, head=head):
        report.findings.append(Finding(kind=fault.kind, chain=chain, number=fault.number, why=fault.why))
    else:
        files = Files(evidence)
        report.findings += seals.against(chain, entries, sealed)
        report.findings += records.against(session, chain, entries, files, replays)
        report.findings += registers.against(session, chain, entries)
        report.findings += erased.against(session, chain, entries)
        report.findings += hooks.of_hook(session, chain, entries)
        report.findings += deliveries.against(session, chain, entries)
        report.files += files.held
        if chain == audit.PLATFORM:
            report.findings += _of_platform(session, entries)
    session.expunge_all()


def miss(session: Session, report: Report, owned: Collection[str], *, sealed: seals.Sealed) -> None:
    """Find what no chain leads to, once all that are `owned` have been recomputed."""
    report.findings += _ownerless(session, set(owned), sealed)
    report.findings += registers.unknown(session, set(owned))
    if audit.PLATFORM not in owned:
        report.findings += _of_platform(session, ())


def _of_platform(session: Session, entries: Sequence[AuditEntry]) -> Iterator[Finding]:
    for one in (platform, starts, cycles, hooks, outreach, clauses, verifications):
        yield from one.of_platform(session, entries)


def ends(session: Session) -> dict[str, End]:
    """What the owner of each chain says about its end: its length and its head."""
    chains = select(Chain.key, Chain.length, Chain.head).order_by(Chain.key)
    found = {key: (length, head) for key, length, head in session.execute(chains)}
    cases = select(Instance.id, Instance.chain_length, Instance.chain_head).order_by(Instance.id)
    return found | {str(id_): (length, head) for id_, length, head in session.execute(cases)}


def _ownerless(session: Session, owned: set[str], sealed: seals.Sealed) -> Iterator[Finding]:
    """Chains whose owner is gone: entries or seals still speak of them."""
    spoken_of = set(session.scalars(select(AuditEntry.chain).distinct())) | set(sealed.heads)
    for chain in sorted(spoken_of - owned):
        yield Finding(kind="missing", chain=chain, number=1, why="Its owner was deleted; the trail still speaks of it.")
