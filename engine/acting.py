"""In whose name the worker acts."""

from datetime import datetime

from engine import people
from engine.person import Person
from engine.transactions import Database


def worker(database: Database, *, now: datetime) -> Person:
    """`operator:worker`: looked up without taking a turn at writing, and written down the first time it acts."""
    with database.reading() as session:
        found = people.find(session, "operator:worker")
    return found or database.perform(
        lambda session: people.operator(session, "worker", now=now), by=people.SETUP, now=now
    )
