"""What does not hold: findings, and how the rows of a table are held against the trail."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from engine.store.records import AuditEntry

COUNTS = ("chains", "entries", "seals", "files", "erased")
"""What a report counts."""

Told = dict[str, dict[str, Any]]
"""What the trail says of each row of a table, by the row's key; the number of the entry under `#`."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """
    One record that is not what it was.

    Args:
        kind: `altered`, `missing`, `inserted`, `reordered`, or `seal` for a seal itself.
        chain: an instance's id, or `platform`.
        number: of the entry in its chain, or of the seal.
        record: the table beside the trail that is concerned, if it is not the trail itself.
        why: a whole sentence.
    """

    kind: str
    chain: str
    number: int
    why: str
    record: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The finding for machines."""
        return asdict(self)

    def __str__(self) -> str:
        where = f"{self.record} of {self.chain}" if self.record else self.chain
        return f"{self.kind}: {where}, record {self.number}. {self.why}"


def hidden(entries: Sequence[AuditEntry], verb: str | None = None) -> frozenset[str]:
    """What erased entries spoke of; of these nothing is compared."""
    return frozenset(entry.subject for entry in entries if entry.body is None and verb in (None, entry.verb))


def compared(
    table: str, chain: str, told: Told, rows: dict[str, dict[str, Any]], gone: frozenset[str], last: int
) -> Iterator[Finding]:
    """
    Both sides of one table. Where an entry was erased, a row that the trail does not know proves nothing.

    Args:
        told: what the trail says; nothing else of a row is compared.
        gone: what erased entries spoke of.
        last: the number to name where no entry speaks of a row.
    """
    for key in sorted(told.keys() | rows.keys()):
        if key.split(" ")[0] in gone:
            continue
        said, row = dict(told.get(key, {})), rows.get(key)
        number = said.pop("#", last)
        if row is None:
            yield _finding("missing", chain, number, table, f"{key} of {table} is missing.")
        elif not said:
            if not gone:
                yield _finding("inserted", chain, number, table, f"The trail knows no {key} of {table}.")
        elif said != row:
            yield _finding("altered", chain, number, table, f"The trail says otherwise of {key} of {table}.")


def _finding(kind: str, chain: str, number: int, table: str, why: str) -> Finding:
    return Finding(kind=kind, chain=chain, number=number, record=table, why=why)
