"""What the chain `platform` leads to, thing by thing, and how the rows of a table are held against that."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from engine import audit
from engine.verifying.findings import Finding

Things = dict[Any, dict[str, Any]]


@dataclass
class Known:
    """What the trail leads to, by table, and the entry that last spoke of each thing."""

    tables: dict[str, Things] = field(default_factory=dict)
    number: dict[tuple[str, Any], int] = field(default_factory=dict)

    def of(self, table: str) -> Things:
        """What is known of the things of a table."""
        return self.tables.setdefault(table, {})

    def put(self, table: str, key: Any, said: dict[str, Any], number: int) -> None:
        """What is known of a thing from here on, beside what was known before."""
        self.of(table).setdefault(key, {}).update(said)
        self.number[table, key] = number

    def drop(self, table: str, key: Any, number: int) -> None:
        """It is gone from here on."""
        self.of(table).pop(key, None)
        self.number[table, key] = number


def compared(table: str, rows: Things, known: Known, hidden: set[str], last: int) -> Iterator[Finding]:
    """The rows of a table against what is known of them; of what is `hidden`, an erased entry spoke."""
    told = known.of(table)
    for key in sorted(told.keys() | rows.keys(), key=str):
        if hidden & {str(part) for part in (key if isinstance(key, tuple) else (key,))}:
            continue
        name = " ".join(str(part) for part in key) if isinstance(key, tuple) else key
        number = known.number.get((table, key), last)
        if key not in rows:
            yield finding("missing", number, table, f"{name} is missing.")
        elif key not in told:
            yield finding("inserted", number, table, f"The trail knows nothing of {name}.")
        else:
            for field_name, value in sorted(told[key].items()):
                if rows[key].get(field_name) != value:
                    yield finding("altered", number, table, f"The trail says otherwise of {name}: {field_name}.")


def finding(kind: str, number: int, table: str, why: str) -> Finding:
    """A finding about a row that the chain `platform` speaks of."""
    return Finding(kind=kind, chain=audit.PLATFORM, number=number, record=table, why=why)
