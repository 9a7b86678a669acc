"""Tables and nothing else. Importing this package registers every table on `Table.metadata`."""

from engine.store import absence, cycles, definitions, ladders, people, records, running
from engine.store.base import Table

__all__ = ["Table", "absence", "cycles", "definitions", "ladders", "people", "records", "running"]
