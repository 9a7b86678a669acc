"""A ladder, a step or a next moment that somebody edited is found."""

import pytest
from sqlalchemy import delete, update

from engine.ladders import acknowledging
from engine.store.ladders import LadderRow, LadderStep, LadderTold
from engine.store.records import Delivery
from engine.store.running import Task
from engine.verify import verify
from tests.integration.ladders.conftest import Tower, at


def found(tower: Tower) -> list[str]:
    report = tower.read(lambda session: verify(session, None))
    return [str(finding.record) for finding in report.findings]


def test_what_was_climbed_acknowledged_and_begun_again_holds(tower: Tower, late):
    tower.climb(until=at("2027-01-11 18:00"))
    tower.act(acknowledging.acknowledge, tower.task(late, "T_do"), by="bert")
    tower.climb(until=at("2027-02-10 10:00"))
    tower.start("one", by="carl")

    assert tower.read(lambda session: verify(session, None)).lines()[0].startswith("Everything holds")


EDITS = [
    (update(Task).values(next_rung_at=at("2027-02-04 10:00")), "tasks"),
    (update(Task).values(next_rung=9), "tasks"),
    (update(Task).values(acknowledged_at=at("2027-01-04 10:00"), acknowledged_by="anna"), "tasks"),
    (update(LadderStep).where(LadderStep.rung == 3).values(outcome="passed_over"), "ladder_steps"),
    (update(LadderStep).where(LadderStep.rung == 3).values(at=at("2027-01-04 10:00")), "ladder_steps"),
    (delete(LadderTold).where(LadderTold.person_id == "bert", LadderTold.rung == 3), "ladder_told"),
    (delete(LadderStep).where(LadderStep.rung == 2), "ladder_steps"),
    (update(LadderRow).where(LadderRow.key == "severe").values(content={"name": "Nothing"}), "ladders"),
    (delete(Delivery).where(Delivery.recipient == "bert"), "deliveries"),
    (delete(LadderRow).where(LadderRow.key == "severe"), "ladders"),
]


@pytest.mark.parametrize(("edit", "table"), EDITS, ids=[f"{table}-{place}" for place, (_, table) in enumerate(EDITS)])
def test_an_edited_row_is_found(tower: Tower, late, edit, table):
    tower.climb(until=at("2027-01-11 18:00"))

    with tower.database.writing() as session:
        session.execute(edit, execution_options={"synchronize_session": False})

    assert table in found(tower)
