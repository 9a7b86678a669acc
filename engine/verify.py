"""
Was anything changed? Everything is recomputed: chains, seals, and the records that the trail speaks of.

Finds an entry that was altered, deleted, inserted or moved, a tail that was
cut, a chain that was rehashed whole (by the seals), and records beside the
trail that are not what the trail says. What was erased on purpose is told as
erased.
"""

from collections.abc import Collection, Iterator
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
)
from engine.verifying.findings import Finding

ENTRIES = Hot(select(table_of(AuditEntry)).where(AuditEntry.chain == bindparam("of_chain")).order_by(AuditEntry.number))


@dataclass
class Report:
    """
    What `verify` found.

    Args:
        findings: what does not hold, the first record of each chain first; empty when all holds.
        erased: how many entries were erased on purpose.
        chains, entries, seals: how many were recomputed.
    """

    findings: list[Finding] = field(default_factory=list)
    erased: int = 0
    chains: int = 0
    entries: int = 0
    seals: int = 0

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
        counts = {name: getattr(self, name) for name in ("chains", "entries", "seals", "erased")}
        return {"holds": self.holds, **counts, "findings": [finding.as_json() for finding in self.findings]}

    def lines(self) -> list[str]:
        """The report for people."""
        counted = f"{self.entries} entries in {self.chains} chains, {self.seals} seals, {self.erased} erased"
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
    erasures = erased.told(session)
    for chain, (length, head) in owned.items():
        if only is not None and chain not in only:
            continue
        entries: list[AuditEntry] = ENTRIES.all(session, {"of_chain": chain})
        report.chains += 1
        report.entries += len(entries)
        report.erased += sum(entry.body is None for entry in entries)
        fault = first_fault(entries, length=length, head=head)
        if fault:
            report.findings.append(Finding(kind=fault.kind, chain=chain, number=fault.number, why=fault.why))
        else:
            report.findings += seals.against(chain, entries, sealed)
            report.findings += records.against(session, chain, entries, evidence, replays)
            report.findings += registers.against(session, chain, entries)
            report.findings += erased.against(chain, entries, erasures)
            report.findings += hooks.of_hook(session, chain, entries)
            report.findings += deliveries.against(session, chain, entries)
        if chain == audit.PLATFORM and not fault:
            report.findings += platform.against(session, entries)
            report.findings += starts.against(session, entries)
            report.findings += cycles.against(session, entries)
            report.findings += hooks.of_platform(session, entries)
            report.findings += outreach.of_platform(session, entries)
            report.findings += clauses.against(session, entries)
        session.expunge_all()
    if only is not None:
        return report
    report.findings += _ownerless(session, set(owned), sealed)
    report.findings += registers.unknown(session, set(owned))
    if audit.PLATFORM not in owned:
        report.findings += platform.against(session, ())
        report.findings += cycles.against(session, ())
        report.findings += clauses.against(session, ())
    return report


def ends(session: Session) -> dict[str, tuple[int, bytes]]:
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
