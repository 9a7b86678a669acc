"""Who acts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["person", "operator"]


@dataclass(frozen=True, kw_only=True)
class Mandate:
    """
    What an auditor reads, and until when he reads at all.

    Args:
        ends_at: from then on he reads nothing but his own account.
        processes: keys of the processes whose cases he reads; empty for all.
        since, until: only cases that ran at some time in between; None for no bound.
    """

    ends_at: datetime
    processes: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None

    def covers(self, process: str, started_at: datetime, ended_at: datetime | None) -> bool:
        """Whether a case of this process, which ran then, is one of those."""
        named = not self.processes or process in self.processes
        late_enough = self.since is None or ended_at is None or ended_at >= self.since
        return named and late_enough and (self.until is None or started_at < self.until)


@dataclass(frozen=True, kw_only=True)
class Person:
    """
    Somebody who acts, with the groups he belongs to and those he leads or deputises.

    `kind` is `operator` for acts on the machine itself, such as `operator:worker`.
    `auditor` reads what his `mandate` covers and is not confidential, nothing without one, and changes nothing.
    """

    id: str
    name: str
    kind: Kind = "person"
    groups: frozenset[str] = frozenset()
    leads: frozenset[str] = frozenset()
    platform_admin: bool = False
    auditor: bool = False
    mandate: Mandate | None = None

    @property
    def parties(self) -> frozenset[str]:
        """What stands for this person in lists of candidates: `person:ID`, and `group:KEY` for each group."""
        return frozenset({f"person:{self.id}", *(f"group:{key}" for key in self.groups)})
