"""A case of three people's tasks, from start to end."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import instances, tasks
from engine.errors import SeparationOfDuties
from engine.store.running import Event, Instance, Passage, Task
from engine.transactions import Database
from tests.factories import NOW, deploy, people, three_tasks


def test_a_case_goes_from_start_to_end(database: Database):
    who = people(database, "olga", staff=["anna", "bert"])
    deploy(database, three_tasks(), owner="olga")
    case = database.perform(
        lambda s: instances.start(s, "three", variables={"what": "leak"}, by=who["anna"], now=NOW),
        by=who["anna"],
        now=NOW,
    )

    def do(person: str, answers: dict[str, object], minutes: int) -> None:
        now = NOW + timedelta(minutes=minutes)
        with database.reading() as session:
            task = session.scalars(select(Task).where(Task.instance_id == case, Task.status == "open")).one()
        database.perform(lambda s: tasks.claim(s, task.id, by=who[person], now=now), by=who[person], now=now)
        database.perform(
            lambda s: tasks.complete(s, task.id, answers=answers, by=who[person], now=now), by=who[person], now=now
        )

    do("anna", {"asked": True}, 1)
    do("bert", {"done": 3}, 2)
    with pytest.raises(SeparationOfDuties):
        do("bert", {"fine": True}, 3)
    do("anna", {"fine": True}, 4)

    with database.reading() as session:
        instance = session.scalars(select(Instance).where(Instance.id == case)).one()
        assert instance.status == "completed"
        assert instance.ended_at == NOW + timedelta(minutes=4)
        assert [row.element for row in session.scalars(select(Passage).order_by(Passage.id)) if not row.flow] == [
            "start",
            "T_ask",
            "T_do",
            "T_check",
            "end",
        ]
        assert len(session.scalars(select(Event)).all()) == 4
