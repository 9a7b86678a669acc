"""A database written by an earlier version: it migrates, its cases go on to their end, and every proof holds."""

import json
import lzma
import tarfile
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from engine import instances, migrations, timetable
from engine.calendars import CalendarSettings
from engine.identity import passwords, people
from engine.replay import replay
from engine.store.running import Event, Instance
from engine.verify import verify
from steward import founding
from steward.keys import public_key
from steward.program import prepare
from steward.scenarios.acts import Cast, act
from steward.scenarios.story import read_organisation, read_story
from steward.scenarios.world import World
from steward.settings import load
from tests.fixtures.upgrade.timeline import CASES, STORIES, WRITTEN, steps
from tests.postgres import connect

HERE = STORIES.parent
ORGANISATION = read_organisation(STORIES)
ZONE = ZoneInfo(ORGANISATION.zone)
HELD = json.loads((HERE / "cases.json").read_text())


@pytest.fixture(autouse=True)
def quick_hashing():
    """The passwords were hashed with little work, so they are checked with little."""
    usual = passwords.Hashing.hasher
    passwords.Hashing.use(time_cost=1, memory_cost=8)
    yield
    passwords.Hashing.hasher = usual


@pytest.fixture
def folder(tmp_path):
    """The working folder as the earlier version left it."""
    with tarfile.open(HERE / "sqlite.tar.xz") as tar:
        tar.extractall(tmp_path / "home", filter="data")
    return tmp_path / "home"


@pytest.fixture
def earlier_postgres(postgres):
    """The address of a database with the rows of the earlier version."""
    name = "steward_earlier"
    with connect(postgres) as admin:
        admin.execute(f"create database {name}")
        url = postgres.set(database=name)
        with connect(url) as filling:
            filling.execute(lzma.decompress((HERE / "postgresql.sql.xz").read_bytes()).decode())
        yield url.render_as_string(hide_password=False)
        admin.execute(f"drop database {name} with (force)")


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request, folder):
    """Where the earlier version's rows are."""
    url = request.getfixturevalue("earlier_postgres") if request.param == "postgresql" else ""
    return load({"home": str(folder), "database_url": url}, {})


def test_an_earlier_database_migrates_and_its_cases_go_on_to_their_end(settings):
    with closing(prepare(settings, simulated_from=WRITTEN.replace(tzinfo=ZONE))) as program:
        assert migrations.current(program.database.engine) == migrations.head()
        everything_holds(program)
        founding.seed(program)
        after = other_holidays(program)
        go_on(World(program, ORGANISATION, "corrective_action", program.clock()))
        program.seal()
        everything_holds(program)
        with program.database.reading() as session:
            assert set(session.scalars(select(Instance.status))) == {"completed"}
            used = select(Event.calendar).where(Event.at > WRITTEN.replace(tzinfo=ZONE))
            began = set(session.scalars(select(Instance.calendar)))
            assert set(session.scalars(used)) == began  # A running case counts days as when it began.
            assert after not in began
        with program.database.writing() as session:
            priya = people.person(session, "priya")
            new = instances.start(session, "corrective_action", start="S_form", by=priya, now=program.clock())
            assert session.get_one(Instance, new).calendar == after


def everything_holds(program):
    """No record was altered, and each case is computed again from its events, byte for byte."""
    home = program.settings.folder
    with program.database.reading() as session:
        report = verify(session, public_key(home / "seal.pub"), evidence=home / "evidence")
        assert report.holds, report.lines()
        assert all(replay(session, one).equal for one in session.scalars(select(Instance.id)).all())


def other_holidays(program):
    """Adopt a calendar with holidays as today's library knows them; its digest."""
    now = program.clock()
    with program.database.writing() as session:
        setup = people.operator(session, "setup", now=now)
        given = CalendarSettings(zone=ORGANISATION.zone, country="DE", region="BY")
        timetable.adopt(session, given, by=setup, now=now)
        return timetable.in_use(session, by=setup, now=now)


def go_on(world):
    """Each case follows its story to the end, all of them interleaved as time passes."""
    plan = []
    for name, (story, shift) in CASES.items():
        found = enumerate(steps(read_story(STORIES / f"{story}.toml"), shift))
        plan += [(moment, name, number, step) for number, (moment, step) in found if number >= HELD[name]["taken"]]
    for moment, name, _, step in sorted(plan, key=lambda one: one[:3]):
        world.move(max(world.now, moment.replace(tzinfo=ZONE)))
        act(world, Cast(case=UUID(HELD[name]["case"])), replace(step, at=None, until=None))
    world.move(world.now + timedelta(minutes=1))
