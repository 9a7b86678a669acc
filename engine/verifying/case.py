"""A case beside its trail, as every check of its history looks at it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.orm import Session

from engine.core.chain import canonical, settled
from engine.store.records import AuditEntry
from engine.store.running import Instance
from engine.verifying.findings import Finding
from engine.verifying.rows import rows


class Told(Protocol):
    """An entry of the trail that was not erased, with what it says."""

    @property
    def entry(self) -> AuditEntry:
        """The entry."""

    @property
    def body(self) -> dict[str, Any]:
        """What it says."""


@dataclass(frozen=True)
class Case:
    """
    A case that is held against its trail.

    Args:
        told: the entries that were not erased.
        hidden: of what erased entries spoke; nobody can tell any more what they said of it.
    """

    session: Session
    row: Instance
    told: Sequence[Told]
    hidden: frozenset[str]

    def finding(self, kind: str, table: str, why: str, number: int | None = None) -> Finding:
        """What is wrong, at an entry; after all of them where none is named."""
        place = len(self.told) if number is None else number
        return Finding(kind=kind, chain=str(self.row.id), number=place, record=table, why=why)

    def about(self, *verbs: str) -> list[Told]:
        """The entries of these verbs."""
        return [one for one in self.told if one.entry.verb in verbs]

    def rows(self, table: Any) -> list[Any]:
        """The rows of a table that are the case's."""
        return rows(self.session, table, instance_id=self.row.id)


def text(value: Any) -> str:
    """A value as the trail writes it, to be compared."""
    return canonical(settled(value)).decode()
