"""A concern told at the public door of the shipped process reaches who handles concerns, and nobody else."""

import tomllib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from engine import access, tasks
from engine.cases import lock
from engine.errors import NotFound
from engine.identity import people
from engine.public import book, coming
from engine.store.running import Instance, Task
from engine.verify import verify
from steward.scenarios.player import Stage
from steward.scenarios.world import World
from steward.settings import ROOT
from tests.acceptance.scenarios.shipped import PROCESSES

NOON = datetime(2027, 4, 26, 12)
CONCERN = {"title": "Told to follow it", "what": "Staff are told to follow the AI without question.", "protection": ""}


@pytest.fixture
def world(stage_of: Callable[[Path], Stage]) -> World:
    made = stage_of(PROCESSES / "incident_escalation").world(NOON)
    ways = tomllib.loads((ROOT / "config" / "public.toml").read_text())
    setup = made.program.operator("setup")
    made.program.perform(lambda session: book.seed(session, ways, by=setup, now=made.now), by=setup)
    return made


def do(world: World, element: str, by: str, answers: dict[str, object]) -> None:
    def verb(session):
        who = people.person(session, by)
        task = session.scalars(select(Task.id).where(Task.element == element, Task.closed_at.is_(None))).one()
        tasks.claim(session, task, by=who, now=world.now)
        tasks.complete(session, task, answers=answers, by=who, now=world.now)

    world.program.perform(verb, by=world.program.operator("setup"))


def sees(world: World, person: str) -> bool:
    with world.program.database.reading() as session:
        case = session.scalars(select(Instance.id)).one()
        try:
            access.must_see(session, people.person(session, person), lock(session, case))
        except NotFound:
            return False
        return True


def test_a_concern_is_told_handled_and_answered_without_a_name(world: World):
    program, database = world.program, world.program.database
    nobody = program.operator("public")
    told = program.perform(
        lambda s: coming.report(s, "concern", CONCERN, store=program.evidence, by=nobody, now=world.now), by=nobody
    )

    assert [one for one in ("sofia", "ingrid", "henrik", "priya", "hannah") if sees(world, one)] == ["sofia", "ingrid"]
    do(world, "T_report", "sofia", {"title": "Told to follow it", "concerned": "priya"})
    do(world, "T_concern_answer", "sofia", {"concern_answer": "It was heard; you hear from us again."})
    with database.reading() as session:
        assert [one["text"] for one in coming.read(session, told)] == ["It was heard; you hear from us again."]
    program.perform(lambda s: coming.write(s, told, "One more thing.", by=nobody, now=world.now), by=nobody)
    world.move(world.now)
    do(world, "T_read", "ingrid", {"answer": "Noted, thank you."})
    with database.reading() as session:
        assert [one["number"] for one in coming.read(session, told)] == [1, 2]
        assert verify(session, None).holds


def test_a_concern_about_who_handles_concerns_is_kept_from_him(world: World):
    program = world.program
    nobody = program.operator("public")
    about = CONCERN | {"concerned": "sofia"}
    program.perform(
        lambda s: coming.report(s, "concern", about, store=program.evidence, by=nobody, now=world.now), by=nobody
    )
    world.move(world.now)

    assert [one for one in ("sofia", "ingrid", "henrik") if sees(world, one)] == ["ingrid"]
