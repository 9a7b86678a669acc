"""Whatever the ladder, the task and the outages: rungs go up, none twice, and after a standstill only the highest."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.ladders import Climb, Ladder, Rung, TaskFacts, acknowledge, begin, climb_on, look_again, move, schedule

OPENED = datetime(2027, 3, 24, 10, tzinfo=UTC)
BOUNDED = settings(max_examples=120, deadline=None, derandomize=True)
WHENS = st.sampled_from(
    (
        "33.3333% of ${opened_at}..${due_at}",
        "50% of ${opened_at}..${due_at}",
        "PT0S from ${due_at}",
        "1 bd open from ${due_at}",
        "3 bd from ${due_at}",
        "4 bh",
        "PT15M from ${opened_at}",
        "P2D",
        "${due_at}",
        "null",
    )
)
RUNGS = st.builds(
    Rung, when=WHENS, whom=st.just(("lead",)), only=st.sampled_from((None, None, None, "claimed", "unclaimed"))
)
LADDERS = st.builds(
    Ladder,
    key=st.just("any"),
    name=st.just("Any"),
    rungs=st.lists(RUNGS, min_size=1, max_size=6).map(tuple),
    severe=st.booleans(),
    stale=st.sampled_from((None, "PT2H", "1 bd")),
)
SPANS = st.integers(0, 60 * 24 * 20).map(lambda minutes: timedelta(minutes=minutes))
MOMENTS = st.lists(SPANS, min_size=1, max_size=12)
DUES = st.none() | SPANS.map(lambda span: OPENED + span)


def walk(ladder, task, moments, there):
    """Look at these moments after the opening; each look's steps and the moment."""
    climb, now, seen = begin(ladder, task), OPENED, []
    for span in sorted(moments):
        now = OPENED + span
        steps, climb = climb_on(ladder, task, climb, reached=there, now=now)
        seen.append((now, steps, climb))
    return seen


@BOUNDED
@given(LADDERS, DUES, MOMENTS, st.booleans(), st.booleans())
def test_rungs_go_up_and_none_is_climbed_twice(office, ladder, due, moments, claimed, anybody):
    task = TaskFacts(opened_at=OPENED, due_at=due, calendar=office, claimed=claimed)
    there = (lambda _: ("anna",)) if anybody else (lambda _: ())
    final = []
    for now, steps, climb in walk(ladder, task, moments, there):
        rungs = [step.rung for step in steps]
        assert rungs == sorted(set(rungs))
        assert sum(step.outcome == "sent" for step in steps) <= 1
        assert climb.next_at is None or climb.next_at > now or climb.next_rung > len(ladder.rungs) or anybody
        final += [step.rung for step in steps if step.outcome != "held"]
    assert final == sorted(set(final))


@BOUNDED
@given(LADDERS, DUES, SPANS, st.booleans())
def test_planned_moments_never_go_down_and_none_comes_before_the_next_one(office, ladder, due, span, claimed):
    task = TaskFacts(opened_at=OPENED, due_at=due, calendar=office, claimed=claimed)
    climb = begin(ladder, task)
    moments = [at for _, at in schedule(ladder, task, climb)]
    assert moments == sorted(moments)
    assert (moments[0] if moments else None) == climb.next_at

    _, after = climb_on(ladder, task, climb, reached=lambda _: ("anna",), now=OPENED + span)
    assert [at for _, at in schedule(ladder, task, after)][:1] == ([after.next_at] if after.next_at else [])


@BOUNDED
@given(LADDERS, DUES, SPANS, st.booleans())
def test_after_a_standstill_exactly_the_highest_rung_that_is_due_is_sent(office, ladder, due, span, claimed):
    task, now = TaskFacts(opened_at=OPENED, due_at=due, calendar=office, claimed=claimed), OPENED + span
    steps, _ = climb_on(ladder, task, begin(ladder, task), reached=lambda _: ("anna",), now=now)

    coming = [number for number, at in schedule(ladder, task, begin(ladder, task)) if at <= now]
    fitting = [
        number for number in coming if ladder.rungs[number - 1].only in (None, "claimed" if claimed else "unclaimed")
    ]
    assert [step.rung for step in steps] == coming
    assert [step.rung for step in steps if step.outcome == "sent"] == fitting[-1:]


@BOUNDED
@given(LADDERS, DUES, MOMENTS, DUES, st.integers(0, 11))
def test_a_due_date_that_moves_brings_no_rung_back(office, ladder, due, moments, later, when):
    task = TaskFacts(opened_at=OPENED, due_at=due, calendar=office)
    climb, seen = begin(ladder, task), []
    for place, span in enumerate(sorted(moments)):
        if place == when:
            task = replace(task, due_at=later)
            climb = move(ladder, task, climb)
        steps, climb = climb_on(ladder, task, climb, reached=lambda _: ("anna",), now=OPENED + span)
        seen += [step.rung for step in steps]
    assert seen == sorted(set(seen))


@BOUNDED
@given(LADDERS, DUES, MOMENTS, st.booleans())
def test_whoever_looks_how_often_makes_no_difference_to_what_was_sent_last(office, ladder, due, moments, claimed):
    """Looking in between changes which rungs were sent on the way, never how far the task has come."""
    task = TaskFacts(opened_at=OPENED, due_at=due, calendar=office, claimed=claimed)
    often = walk(ladder, task, moments, lambda _: ("anna",))[-1][2]
    once = walk(ladder, task, [max(moments)], lambda _: ("anna",))[-1][2]

    assert often == once


@BOUNDED
@given(LADDERS, DUES, SPANS, SPANS)
def test_an_acknowledged_ladder_stands_still(office, ladder, due, first, second):
    task, now = TaskFacts(opened_at=OPENED, due_at=due, calendar=office), OPENED + first
    _, climb = climb_on(ladder, task, begin(ladder, task), reached=lambda _: ("anna",), now=now)
    _, stopped = acknowledge(ladder, task, climb, now=now)

    assert climb_on(ladder, task, stopped, reached=lambda _: ("anna",), now=now + second) == ((), stopped)
    assert (stopped.next_at is None) == (ladder.stale is None)
    if stopped.next_at:
        again = look_again(ladder, task, stopped, worked_at=None, now=stopped.next_at)
        assert (again.episode, again.next_at, again.acknowledged_at) == (climb.episode + 1, stopped.next_at, None)
        assert isinstance(again, Climb)
