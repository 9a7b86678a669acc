"""Tables and nothing else. Importing this package registers every table on `Table.metadata`."""

from engine.store import (
    absence,
    accounts,
    clauses,
    cycles,
    definitions,
    hooks,
    ladders,
    outreach,
    people,
    public,
    records,
    registers,
    running,
    subscriptions,
    verifications,
)
from engine.store.base import Table

__all__ = [
    "Table",
    "absence",
    "accounts",
    "clauses",
    "cycles",
    "definitions",
    "hooks",
    "ladders",
    "outreach",
    "people",
    "public",
    "records",
    "registers",
    "running",
    "subscriptions",
    "verifications",
]
