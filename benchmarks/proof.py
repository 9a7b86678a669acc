"""Counts rather than speed: cases that a replay arrives at, and wake-ups that came late and changed nothing."""

import re
from datetime import datetime, timedelta

from sqlalchemy import select

from benchmarks.place import NOW, Place
from engine import instances
from engine.replay import replay
from engine.store.running import Instance
from engine.timers import drain_timers

Figures = dict[str, float]


def replayed(place: Place) -> Figures:
    """How many of the cases made so far are computed again from their events, byte for byte; none may differ."""
    with place.database.reading() as session:
        ids = list(session.scalars(select(Instance.id).order_by(Instance.id)))
        differ = [id_ for id_ in ids if not replay(session, id_).equal]
    assert not differ, f"{len(differ)} of {len(ids)} cases differ, the first is {differ[0]}"
    return {"replayed_instances": len(ids)}


def late_equals_punctual(place: Place, count: int = 50) -> Figures:
    """
    Pairs of cases, one woken at its deadline and one hours later, that stand in the same state.

    A state names the moment of its latest event, so both of a pair hear of one more thing at one moment.
    """
    due = NOW + timedelta(hours=1)
    punctual = [place.start("timer") for _ in range(count)]
    _wake(place, due)
    late = [place.start("timer") for _ in range(count)]
    _wake(place, due + timedelta(hours=5))
    for case in (*punctual, *late):
        evening = due + timedelta(hours=6)
        place.act(instances.correct, case, changes={"seen": True}, reason="As of one moment.", by="ann", now=evening)
    with place.database.reading() as session:
        states = {row.id: row.state for row in session.execute(select(Instance.id, Instance.state))}
    pairs = zip(punctual, late, strict=True)
    return {"worker_late_equals_punctual": sum(_same(states[a], states[b]) for a, b in pairs)}


def _wake(place: Place, now: datetime) -> None:
    while drain_timers(place.database, now=now, limit=100):
        pass


def _same(one: bytes, other: bytes) -> bool:
    """Whether two states differ in nothing but the id of their case."""
    return _without_id(one) == _without_id(other)


def _without_id(state: bytes) -> bytes:
    return re.sub(rb"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", b"ID", state)
