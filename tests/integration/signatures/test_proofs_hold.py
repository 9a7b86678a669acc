"""Whatever is altered, added or taken away beside the trail is found, and named."""

from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from engine import records
from engine.ids import new_id
from engine.store.records import Comment, Evidence, Signature
from engine.transactions import Database
from engine.verify import verify
from tests.factories import NOW
from tests.integration.signatures.test_signatures import World, quick_hashing

__all__ = ["quick_hashing"]


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    """A case with evidence, two signatures of which one is for an earlier version, and a comment."""
    world = World(database, tmp_path / "evidence")
    task = world.claim("T_plan", "anna")
    world.attach(task, "sketch", b"v1", who="anna")
    plan = world.do("T_plan", {"actions": ["mend"]}, note="Seen on site.")
    world.amend(plan, {"actions": ["replace"]})
    approved = world.approve()
    world.amend(approved, {"decision": "no"}, who="bert")
    world.act("anna", lambda s, by, now: records.comment(s, world.case, "Soon.", by=by, now=now))
    return world


def found(world: World) -> list[tuple[str, str | None]]:
    with world.database.reading() as session:
        report = verify(session, None, evidence=world.store.path)
        return [(one.kind, one.record) for one in report.findings]


def tamper(world: World, statement) -> None:
    with world.database.writing() as session:
        session.execute(statement)


def test_a_case_that_nobody_touched_holds(world):
    assert found(world) == []


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        (update(Evidence).values(name="other.pdf"), ("altered", "evidence")),
        (update(Evidence).values(effective_on=NOW.date()), ("altered", "evidence")),
        (delete(Evidence), ("missing", "evidence")),
        (update(Signature).values(meaning="reviewed"), ("altered", "signatures")),
        (update(Signature).values(covered={"whole": True}), ("altered", "signatures")),
        (update(Signature).values(outdated_at=None), ("altered", "signatures")),
        (delete(Signature), ("missing", "signatures")),
        (update(Comment).where(Comment.text == "Soon.").values(text="Never."), ("altered", "comments")),
        (delete(Comment).where(Comment.text == "Seen on site."), ("missing", "comments")),
    ],
)
def test_an_altered_or_missing_row_is_named(world, statement, finding):
    tamper(world, statement)
    assert found(world) == [finding]


def test_a_row_put_in_afterwards_is_found(world):
    with world.database.writing() as session:
        session.add(Comment(id=new_id(), instance_id=world.case, task_id=None, by="anna", at=NOW, text="Agreed."))
    assert found(world) == [("inserted", "comments")]


def test_an_altered_or_lost_file_is_found(world):
    with world.database.reading() as session:
        digest = session.scalars(select(Evidence.sha256)).one()
    world.store.place(digest).write_bytes(b"v3")
    assert found(world) == [("altered", "evidence")]
    world.store.place(digest).unlink()
    assert found(world) == [("missing", "evidence")]
