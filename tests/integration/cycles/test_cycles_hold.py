"""Whoever edits what a cycle did, or will do, behind the product's back is found."""

import pytest
from sqlalchemy import text

from engine import cycles
from tests.integration.cycles.conftest import Rota

EDITS = {
    "cycles": "UPDATE cycles SET status = 'inactive'",
    "the next date": "UPDATE series SET next_at = '2030-01-01 00:00:00+00:00', planned_on = '2030-01-01'",
    "no next date": "UPDATE series SET next_at = NULL, planned_on = NULL",
    "since": "UPDATE series SET since = '2026-01-01 00:00:00+00:00'",
    "series": "DELETE FROM series",
    "an outcome": "UPDATE occurrences SET outcome = 'imported', instance_id = NULL",
    "a limit": "UPDATE occurrences SET limit_at = '2030-01-01 00:00:00+00:00'",
    "an explanation": "UPDATE occurrences SET explanation = 'it was done', explained_by = 'olga',"
    " explained_at = '2027-01-01 00:00:00+00:00'",
    "occurrences": "DELETE FROM occurrences",
}


@pytest.mark.parametrize("what", EDITS)
def test_an_edited_row_is_found(rota: Rota, what: str):
    rota.begin("look")
    rota.at("2027-02-26T12:00+01:00")
    rota.drain()
    assert rota.verified().findings == []
    with rota.database.writing() as session:
        session.execute(text(EDITS[what]))
    assert rota.verified().findings


def test_what_was_explained_tried_again_changed_paused_and_ended_holds(rota: Rota):
    rota.begin("look", process="look", must_end=True, on_missed="skip", rule="P1D", anchor="2027-01-01", lead=None)
    rota.at("2027-01-08T20:00+01:00")
    rota.drain()
    rota.plan(cycles.explain, rota.occurrences("look")[0].id, note="The machine was down.")
    rota.plan(cycles.pause, "look", reason="over")
    rota.plan(cycles.activate, "look")
    rota.plan(cycles.end, "look", reason="over")
    assert rota.verified().findings == []
