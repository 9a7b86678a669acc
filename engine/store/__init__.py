"""Tables and nothing else. Importing this package registers every table on `Table.metadata`."""

from engine.store import cycles, definitions, ladders, people, records, running
from engine.store.base import Table

__all__ = ["Table", "cycles", "definitions", "ladders", "people", "records", "running"]
