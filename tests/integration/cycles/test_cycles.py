"""A cycle starts its case once each time it comes round, whatever happens in between."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text

from engine import cycles, instances
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.store.cycles import OccurrenceRow
from engine.store.running import Instance
from tests.integration.cycles.conftest import MONTHLY, Rota


def test_a_case_starts_at_the_opening_of_the_day_a_lead_before_the_planned_date(rota: Rota):
    rota.begin("look")
    rota.at("2027-02-19T08:00+01:00")
    assert rota.drain() == 0
    assert rota.series("look")[""].next_at == datetime(2027, 2, 22, 8, tzinfo=UTC)

    rota.at("2027-02-22T09:00+01:00")
    assert [rota.drain(), rota.drain()] == [1, 0]
    assert rota.came("look") == [("2027-02-28", "started")]
    assert rota.occurrences("look")[0].planned_at == datetime(2027, 3, 1, 8, tzinfo=UTC)


def test_a_month_end_keeps_its_anchor_day_and_being_late_moves_nothing(rota: Rota):
    rota.begin("look")
    for month in range(2, 8):
        rota.at(f"2027-{month:02}-28T22:00+01:00")
        rota.drain()
    days = [day for day, _ in rota.came("look")]
    assert days == ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31", "2027-06-30", "2027-07-31"]


def test_an_old_anchor_brings_nothing_from_before_the_activation(rota: Rota):
    rota.begin("look", anchor="2019-01-31")
    rota.drain()
    assert rota.came("look") == []


def test_a_date_after_the_activation_whose_lead_has_begun_starts_at_once(rota: Rota):
    rota.at("2027-01-28T12:00+01:00")
    rota.begin("look", anchor="2019-01-31")
    rota.drain()
    assert rota.came("look") == [("2027-01-31", "started")]


def test_a_clock_that_jumps_back_starts_nothing_again(rota: Rota):
    rota.begin("look")
    rota.at("2027-03-02T09:00+01:00")
    rota.drain()
    rota.at("2027-02-20T09:00+01:00")
    rota.drain()
    rota.at("2027-03-02T09:00+01:00")
    rota.drain()
    assert rota.came("look") == [("2027-02-28", "started")]
    assert len(rota.all_cases()) == 1


@pytest.mark.parametrize(
    ("on_missed", "outcomes"),
    [
        ("run_once", ["passed_over", "passed_over", "started", "started"]),
        ("run_all", ["started", "started", "started", "started"]),
        ("skip", ["skipped", "skipped", "skipped", "started"]),
    ],
)
def test_a_machine_that_slept_for_months_does_what_the_cycle_says(rota: Rota, on_missed: str, outcomes: list[str]):
    rota.begin("look", on_missed=on_missed)
    rota.at("2027-05-25T12:00+02:00")
    rota.drain()
    assert [outcome for _, outcome in rota.came("look")] == outcomes
    assert rota.series("look")[""].next_at == datetime(2027, 6, 23, 7, tzinfo=UTC)


def test_an_open_case_does_not_stop_the_next_and_that_is_marked(rota: Rota):
    rota.begin("look")
    for month in (2, 3):
        rota.at(f"2027-{month:02}-26T12:00+01:00")
        rota.drain()
    assert [one.overlaps for one in rota.occurrences("look")] == [False, True]
    assert len(rota.all_cases()) == 2


def test_an_open_case_can_take_the_next_occurrence_on(rota: Rota):
    rota.begin("look", overlap="join", join_message="again")
    for month in (2, 3):
        rota.at(f"2027-{month:02}-26T12:00+01:00")
        rota.drain()
    first, second = rota.occurrences("look")
    assert second.outcome == "joined"
    assert second.instance_id == first.instance_id
    assert "Nobody waits" in (second.note or "")
    assert "occurrence.joined" in rota.verbs(rota.all_cases()[0])


def test_an_open_case_can_let_the_next_occurrence_be_refused(rota: Rota):
    rota.begin("look", overlap="refuse")
    for month in (2, 3):
        rota.at(f"2027-{month:02}-26T12:00+01:00")
        rota.drain()
    rota.act(instances.cancel, rota.all_cases()[0], reason="enough", by="olga")
    rota.at("2027-04-26T12:00+01:00")
    rota.drain()
    assert [outcome for _, outcome in rota.came("look")] == ["started", "refused", "started"]


def test_after_completion_the_next_date_is_counted_from_the_end_of_the_case(rota: Rota):
    rota.begin("look", basis="after_completion", anchor="2027-01-10", lead=None)
    rota.at("2027-02-10T09:00+01:00")
    rota.drain()
    assert rota.series("look")[""].next_at is None
    rota.at("2027-05-20T10:00+02:00")
    assert rota.drain() == 0
    rota.do(rota.all_cases()[0], "T_look")
    rota.drain()
    assert rota.series("look")[""].next_at == datetime(2027, 6, 21, 7, tzinfo=UTC)


def test_a_cycle_ends_after_so_many_times_or_on_a_day(rota: Rota):
    rota.begin("twice", ends={"count": 2})
    rota.begin("until", ends={"until": "2027-03-15"})
    for month in range(2, 7):
        rota.at(f"2027-{month:02}-28T22:00+01:00")
        rota.drain()
    assert [day for day, _ in rota.came("twice")] == ["2027-02-28", "2027-03-31"]
    assert [day for day, _ in rota.came("until")] == ["2027-02-28"]


def test_a_changed_rule_counts_anew_from_the_anchor_and_only_what_lies_ahead(rota: Rota):
    rota.begin("look", lead=None, rule="P1Y", anchor="2026-01-15")
    rota.at("2027-08-20T12:00+02:00")
    rota.plan(cycles.change, "look", {**MONTHLY, "rule": "P3M", "anchor": "2026-01-15", "lead": None})
    rota.drain()
    assert [day for day, _ in rota.came("look")] == ["2027-01-15"]
    assert rota.series("look")[""].planned_on.isoformat() == "2027-10-15"


def test_what_fell_due_before_a_change_happens_as_it_was_planned(rota: Rota):
    rota.begin("look", lead=None)
    rota.at("2027-03-10T12:00+01:00")
    rota.plan(cycles.change, "look", {**MONTHLY, "rule": "P1Y", "lead": None})
    assert rota.came("look") == [("2027-02-28", "started")]


def test_a_pause_brings_nothing_and_a_later_start_makes_nothing_up(rota: Rota):
    rota.begin("look", lead=None)
    rota.at("2027-02-10T12:00+01:00")
    rota.plan(cycles.pause, "look", reason="moving house")
    rota.at("2027-05-10T12:00+02:00")
    rota.drain()
    rota.plan(cycles.activate, "look")
    rota.drain()
    assert rota.came("look") == []
    rota.plan(cycles.end, "look", reason="not needed")
    with pytest.raises(Conflict, match="ended"):
        rota.plan(cycles.activate, "look")


def test_a_case_that_cannot_start_is_a_gap_that_is_tried_again_by_hand(rota: Rota):
    rota.begin("look", variables={"who": "${nobody}"})
    rota.at("2027-02-26T12:00+01:00")
    rota.drain()
    failed = rota.occurrences("look")[0]
    assert failed.outcome == "failed"
    assert "nobody" in (failed.note or "")
    rota.plan(cycles.change, "look", {**MONTHLY, "variables": {"who": "anna", "day": "${planned_day}"}})
    rota.plan(cycles.retry, failed.id)
    assert rota.came("look") == [("2027-02-28", "started")]
    assert rota.variables(rota.all_cases()[0]) == {"who": "anna", "day": "2027-03-01"}
    assert rota.verified().lines()[0].startswith("Everything holds")


def test_a_cycle_whose_process_is_not_there_cannot_be_activated(rota: Rota):
    rota.plan(cycles.define, "later", {**MONTHLY, "process": "unknown"})
    with pytest.raises(Conflict, match="not released"):
        rota.plan(cycles.activate, "later")


def test_only_administrators_plan(rota: Rota):
    with pytest.raises(Forbidden):
        rota.act(cycles.define, "look", MONTHLY, by="anna")
    with pytest.raises(NotFound):
        rota.plan(cycles.activate, "nothing")


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("rule", "every month", "no rule"),
        ("rule", "0 0 9,17 * * ?", "more than once a day"),
        ("rule", "PT4H", "no interval"),
        ("rule", "FREQ=HOURLY", "not understood"),
        ("lead", "soon", "no due date"),
        ("overlap", "maybe", "Say one of"),
        ("zone", "Mars/Olympus", "no time zone"),
        ("colour", "red", "no such part"),
        ("ends", {"count": 0}, "count = 4"),
        ("decision", "table", "for_each"),
    ],
)
def test_what_does_not_hold_is_refused_by_name(rota: Rota, part: str, value: object, said: str):
    with pytest.raises(Invalid, match=said):
        rota.plan(cycles.define, "look", {**MONTHLY, part: value})


def test_a_preview_shows_ten_dates_and_how_many_past_ones_are_left_out(rota: Rota):
    found = rota.plan(cycles.preview, "look", {**MONTHLY, "anchor": "2026-01-31"})
    (alone,) = found.subjects
    assert len(alone.dates) == 10
    assert alone.dates[0].on.isoformat() == "2027-01-31"
    assert alone.past == 11
    assert found.lacks is None


def test_a_cycle_comes_round_once_more_when_somebody_asks_and_its_regular_dates_stay(rota: Rota):
    rota.begin("look", must_end=True, variables={"day": "${planned_day}"})
    regular = rota.series("look")[""]
    rota.at("2027-02-10T11:00+01:00")
    with pytest.raises(Forbidden):
        rota.act(cycles.run, "look", reason="Now.", by="anna")
    with pytest.raises(Invalid, match="Say why"):
        rota.plan(cycles.run, "look", reason=" ")

    def ask(_number: int) -> str:
        try:
            rota.plan(cycles.run, "look", reason="A customer asked for it.")
        except Conflict as error:
            return str(error)
        return "begun"

    with ThreadPoolExecutor(2) as two:
        refused, begun = sorted(two.map(ask, range(2)))
    assert "outside its rhythm for 2027-02-17 already" in refused
    assert begun == "begun"
    (extra,) = rota.occurrences("look")
    assert (extra.extra, extra.outcome, extra.reason) == (True, "started", "A customer asked for it.")
    assert rota.read(lambda session: session.get_one(Instance, extra.instance_id).started_at) == rota.now
    after = rota.series("look")[""]
    assert (after.next_at, after.last_on, after.recorded) == (regular.next_at, None, 0)

    rota.at("2027-02-26T12:00+01:00")
    rota.drain()
    assert rota.came("look") == [("2027-02-17", "started"), ("2027-02-28", "started")]
    assert rota.series("look")[""].planned_on.isoformat() == "2027-03-31"
    rota.at("2027-06-01T12:00+02:00")
    gaps = select(OccurrenceRow.extra).outerjoin(Instance, Instance.id == OccurrenceRow.instance_id)
    assert rota.read(lambda session: list(session.scalars(gaps.where(cycles.is_gap(rota.now))))) == [False]
    rota.plan(cycles.pause, "look", reason="over")
    rota.plan(cycles.activate, "look")
    assert rota.verified().findings == []
    with rota.database.writing() as session:
        session.execute(text("UPDATE occurrences SET reason = 'It was due.' WHERE extra"))
    assert rota.verified().findings


def test_what_begins_outside_its_rhythm_heeds_what_its_cycle_says(rota: Rota):
    rota.begin("look", overlap="refuse", lead=None)
    rota.plan(cycles.pause, "look", reason="Nobody is here.")
    rota.plan(cycles.run, "look", reason="One is needed.")
    rota.at("2027-01-08T10:00+01:00")
    with pytest.raises(Conflict, match="still open"):
        rota.plan(cycles.run, "look", reason="Another.")
    with pytest.raises(Invalid, match="does not come round for press"):
        rota.plan(cycles.run, "look", reason="Another.", subject="press")
    assert len(rota.occurrences("look")) == 1
    rota.plan(cycles.end, "look", reason="over")
    with pytest.raises(Conflict, match="has ended"):
        rota.plan(cycles.run, "look", reason="Another.")
    with pytest.raises(NotFound):
        rota.plan(cycles.run, "other", reason="Another.")
    rota.begin("broken", variables={"who": "${nobody}"})
    with pytest.raises(Conflict, match="nobody"):
        rota.plan(cycles.run, "broken", reason="Try.")
    assert rota.occurrences("broken") == []
