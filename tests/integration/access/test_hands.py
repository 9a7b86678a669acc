"""Whoever was given a task once goes on seeing its case; whoever only reads is given none."""

import pytest
from sqlalchemy import select

from engine import access, instances, tasks
from engine.cases import lock
from engine.errors import Forbidden, NotFound
from engine.identity import groups, people
from engine.identity.people import SETUP
from engine.store.running import Task
from engine.transactions import Database
from tests.factories import NOW, deploy, three_tasks
from tests.factories import people as organise


class World:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.who = organise(database, "olga", "xena", "yuri", "rita", staff=["anna", "bert"])
        with database.writing() as session:
            groups.create(session, "auditors", name="Auditors", grants="read", by=SETUP, now=NOW)
            groups.join(session, "auditors", "rita", by=SETUP, now=NOW)
            groups.join(session, "staff", "rita", by=SETUP, now=NOW)
        deploy(database, three_tasks(), owner="olga")
        self.case = self.act("anna", lambda s, by: instances.start(s, "three", by=by, now=NOW))
        with database.reading() as session:
            self.task = session.scalars(select(Task.id)).one()

    def act(self, who: str, verb):
        with self.database.reading() as session:
            by = people.person(session, who)
        return self.database.perform(lambda session: verb(session, by), by=by, now=NOW)

    def sees(self, who: str) -> bool:
        try:
            self.act(who, lambda s, by: access.must_see(s, by, lock(s, self.case)))
        except NotFound:
            return False
        return True


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def test_who_was_assigned_and_passed_the_task_on_still_sees_the_case(world):
    assert not world.sees("xena")
    world.act("olga", lambda s, by: tasks.assign(s, world.task, to="xena", reason="You know it.", by=by, now=NOW))
    world.act("xena", lambda s, by: tasks.delegate(s, world.task, to="yuri", by=by, now=NOW))

    assert world.sees("xena")
    assert world.sees("yuri")


def test_whoever_only_reads_neither_claims_nor_is_given_a_task(world):
    with pytest.raises(Forbidden, match="may read and change nothing"):
        world.act("rita", lambda s, by: tasks.claim(s, world.task, by=by, now=NOW))
    with pytest.raises(Forbidden, match="may read and change nothing"):
        world.act("olga", lambda s, by: tasks.assign(s, world.task, to="rita", reason="Please.", by=by, now=NOW))
