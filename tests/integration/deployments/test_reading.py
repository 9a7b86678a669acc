"""Who has a role in a diagram is asked to read each version of it that is released."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import deployments, tasks
from engine.errors import Refused
from engine.identity import people
from engine.store.running import Instance, Task, Variable
from engine.transactions import Database
from tests.factories import END, START, process, sequence, three_tasks, user_task
from tests.integration.organisation import NOW, group, person

SHIPPED = Path(__file__).parents[3] / "processes" / "version_reading"
READING = {path.name: path.read_bytes() for path in SHIPPED.iterdir() if path.suffix in (".bpmn", ".form")}
SECOND = three_tasks().replace(b"T do", b"Do")
THIRD = three_tasks().replace(b"T do", b"Do it")


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        person(session, "ada", admin=True)
        for one in ("anna", "bert", "carl", "olga", "otto"):
            person(session, one)
        group(session, "staff", "anna", "bert", "olga", lead="anna")
        group(session, "others", "otto", lead="otto")
        yield session


def released(session: Session, files: dict[str, bytes] | bytes, *, minutes: int = 0, **more: object) -> None:
    given = files if isinstance(files, dict) else {"p.bpmn": files}
    now = NOW + timedelta(minutes=minutes)
    made = deployments.deploy(session, given, name=next(iter(given)), by=people.person(session, "ada"), now=now)
    assert made.id is not None
    olga = people.person(session, "olga")
    deployments.release(session, made.id, owner="olga", by=olga, now=now, **more)  # type: ignore[arg-type]


def asked(session: Session, *, status: str = "claimed") -> dict[str, datetime | None]:
    """Whom a task to read waits for, and until when."""
    rows = session.scalars(select(Task).where(Task.element == "T_read", Task.status == status)).all()
    return {str(row.holder): row.due_at for row in rows}


def version_to_read(session: Session) -> int:
    (case,) = session.scalars(select(Instance).where(Instance.ended_at.is_(None))).all()
    query = select(Variable.value).where(Variable.instance_id == case.id, Variable.name == "process_version")
    return int(session.execute(query).scalar_one())


def test_a_released_diagram_makes_a_task_to_read_it_for_everybody_who_has_a_role_in_it(session):
    released(session, READING)

    released(session, three_tasks())

    assert set(asked(session)) == {"anna", "bert"}, "olga released it, ada deployed it, and the others have no role"
    assert all(asked(session).values()), "each has a day by which it is to be read"
    assert version_to_read(session) == 1


def test_who_stands_for_a_role_reads_it_instead_of_whom_the_diagram_names(session):
    released(session, READING)
    named = process("named", sequence(START, user_task("T_one", groups="staff"), user_task("T_two"), END))

    released(session, named, bindings={"group:staff": "group:others", "task:T_two": "person:carl"})

    assert set(asked(session)) == {"otto", "carl"}


def test_each_says_for_himself_that_he_has_understood_it(session):
    released(session, READING)
    released(session, three_tasks())

    for one in ("anna", "bert"):
        query = select(Task.id).where(Task.element == "T_read", Task.holder == one)
        now = NOW + timedelta(hours=1)
        done = {"answers": {"understood": True}, "by": people.person(session, one), "now": now}
        tasks.complete(session, session.execute(query).scalar_one(), **done)

    assert set(asked(session, status="completed")) == {"anna", "bert"}
    assert session.scalars(select(Instance).where(Instance.status == "running")).all() == []


def test_a_newer_version_withdraws_what_nobody_has_read_yet(session):
    released(session, READING)
    released(session, three_tasks())

    released(session, SECOND, minutes=5)
    released(session, THIRD, minutes=9)

    assert set(asked(session)) == {"anna", "bert"}
    assert version_to_read(session) == 3
    withdrawn = select(Task).where(Task.element == "T_read", Task.status == "withdrawn")
    assert len(session.scalars(withdrawn).all()) == 4


def test_nobody_is_asked_where_no_process_asks(session):
    released(session, three_tasks())
    released(session, SECOND, minutes=5)

    released(session, READING)

    assert asked(session) == {}


def test_a_release_that_is_refused_asks_nobody(session):
    released(session, READING)
    silent = process("silent", sequence(START, user_task("T_one", groups="staff"), user_task("T_two"), END))

    with pytest.raises(Refused, match="nothing was released"), session.begin_nested():
        released(session, silent)

    assert asked(session) == {}
