"""In whose name the worker acts."""

from datetime import datetime

from engine.identity import people
from engine.identity.person import Person
from engine.transactions import Database


def worker(database: Database, *, now: datetime) -> Person:
    """`operator:worker`."""
    return operator(database, "worker", now=now)


def operator(database: Database, name: str, *, now: datetime) -> Person:
    """`operator:NAME`: looked up without taking a turn at writing, and written down the first time it acts."""
    with database.reading() as session:
        found = people.find(session, f"operator:{name}")
    return found or database.perform(lambda session: people.operator(session, name, now=now), by=people.SETUP, now=now)
