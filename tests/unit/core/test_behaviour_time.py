"""What an author may rely on where time passes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from drawing import Drawing, cycle, date, duration, message, messages
from play import CALENDAR, MORNING, Play

from engine.core.advance import Advance, advance
from engine.core.effects import ClearTimer, CloseTask, Finish, OpenTask, SetTimer, TaskChanged, VariablesChanged
from engine.core.events import Cancelled, DataChanged, Event, MessageArrived, TaskCompleted, TimerDue
from engine.core.stuck import Stuck


def deadlines(*spans: str) -> Drawing:
    drawing = Drawing().start().user("work").end().path("start", "work", "end")
    for number, span in enumerate(spans):
        drawing.boundary(f"t{number}", "work", duration(span)).user(f"late{number}").path(f"t{number}", f"late{number}")
    return drawing


def test_of_three_interrupting_timers_the_earliest_ends_the_task_and_the_others():
    play = Play.of(deadlines("PT3H", "PT1H", "PT2H"))
    assert play.waiting("timer") == ["t0", "t1", "t2"]

    play.after(days=1)
    assert play.open == ["late1"]
    assert play.withdrawn() == {"work": "t1"}
    assert sorted((e.element, e.fired) for e in play.of_kind(ClearTimer)) == [
        ("t0", False),
        ("t1", True),
        ("t2", False),
    ]
    assert play.waiting("timer") == []


def test_of_two_timers_at_one_moment_the_first_drawn_fires_alone():
    assert Play.of(deadlines("PT1H", "PT1H")).after(days=1).open == ["late0"]


def test_an_answer_after_the_deadline_finds_its_task_withdrawn_and_hears_by_what():
    play = Play.of(deadlines("PT1H"))
    late = TaskCompleted(token=play.token("work"), by="ann")
    play.later(hours=2).take(late)

    assert play.refused == "The task was withdrawn by t0."
    assert play.open == ["late0"]
    assert play.replays()


def test_what_a_late_timer_caused_belongs_to_its_own_moment():
    play = Play.of(deadlines("PT1H")).after(days=3)
    [closed], [opened] = play.of_kind(CloseTask), play.of_kind(OpenTask)
    assert closed.at == opened.at == MORNING + timedelta(hours=1)


def test_a_worker_that_wakes_exactly_at_the_moment_fires_it():
    assert Play.of(deadlines("PT1H")).after(hours=1).open == ["late0"]


def chain() -> Drawing:
    drawing = Drawing().start().user("a", "b").end().end("end2")
    drawing.catch("wait1", duration("P1D")).catch("wait2", duration("PT36H")).path(
        "start", "wait1", "wait2", "a", "end"
    )
    return drawing.boundary("nudge", "a", duration("PT5H"), interrupting=False).path("nudge", "b", "end2")


def test_a_late_worker_and_a_punctual_one_give_equal_bytes():
    late = Play.of(chain()).after(days=5)
    punctual = Play.of(chain()).after(days=1).after(hours=36).after(hours=8).after(days=1, hours=4)

    assert late.now - punctual.now == timedelta(days=1)
    punctual.at(late.now).take(TimerDue())
    assert late.state == punctual.state
    assert late.effects == punctual.effects


def hourly(text: str = "R/PT1H") -> Drawing:
    drawing = Drawing().start().user("work").end().end("end2").path("start", "work", "end")
    return drawing.boundary("hour", "work", cycle(text), interrupting=False).user("note").path("hour", "note", "end2")


def test_a_repeating_timer_gives_one_task_an_hour_while_the_first_is_open():
    play = Play.of(hourly())
    for count in (1, 2, 3):
        assert play.after(hours=1).open == ["note"] * count + ["work"]
    play.do("work")
    assert play.after(hours=5).open == ["note", "note", "note"]
    assert play.do("note").do("note").do("note").ended == "completed"


def test_a_standstill_of_five_hours_fires_once_not_five_times():
    play = Play.of(hourly()).after(hours=5, minutes=10)
    assert play.open == ["note", "work"]
    assert play.due("hour") == MORNING + timedelta(hours=6)
    assert play.replays()


def test_a_counted_repetition_ends():
    play = Play.of(hourly("R2/PT1H")).after(hours=1).after(hours=1).after(hours=1)
    assert play.open == ["note", "note", "work"]
    assert play.waiting("timer") == []


def test_where_a_timer_can_happen_only_once_a_repetition_happens_once():
    drawing = Drawing().start().catch("wait", cycle("R3/PT1H")).user("work", "late").path("start", "wait", "work")
    drawing.boundary("due", "work", cycle("R3/PT1H")).path("due", "late")
    play = Play.of(drawing).after(hours=5)
    assert play.open == ["late"]
    assert play.waiting("timer") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${when}", "PT2H"),
        ("${when}", "2027-01-04T11:00:00Z"),
        ("${when}", "2027-01-04T12:00:00+01:00"),
        ("${span} from ${when}", "2027-01-04T09:00:00Z"),
    ],
)
def test_a_timer_that_reads_data_is_computed_when_it_starts(text, value):
    drawing = Drawing().start().catch("wait", duration(text)).user("a").end().path("start", "wait", "a", "end")
    assert Play.of(drawing, when=value, span="PT2H").due("wait") == MORNING + timedelta(hours=2)


def test_a_date_is_a_timer_too():
    drawing = Drawing().start().catch("wait", date("${day}")).user("a").end().path("start", "wait", "a", "end")
    assert Play.of(drawing, day="2027-01-06").due("wait") == datetime(2027, 1, 6, 17, tzinfo=UTC)


def test_null_is_no_timer():
    drawing = Drawing().start().catch("wait", date("${day}")).user("a").end().path("start", "wait", "a", "end")
    play = Play.of(drawing, day=None)
    assert play.waiting("timer") == []
    assert play.correct(day="2027-01-06").due("wait") == datetime(2027, 1, 6, 17, tzinfo=UTC)


def test_a_text_that_is_no_time_leaves_the_step_stuck():
    drawing = Drawing().start().user("ask").catch("wait", duration("${when}")).end().path("start", "ask", "wait", "end")
    with pytest.raises(Stuck) as stuck:
        Play.of(drawing).do("ask", when="soon")
    assert stuck.value.element == "wait"


def test_a_timer_follows_the_data_that_it_reads():
    drawing = Drawing().start().catch("wait", duration("-18 bd from ${meeting}")).user("prepare").end()
    play = Play.of(drawing.path("start", "wait", "prepare", "end"), meeting="2027-03-09T10:00:00Z")
    before = play.due("wait")

    play.correct(meeting="2027-03-23T10:00:00Z")
    assert play.due("wait") == before + timedelta(days=14)
    assert [e.due_at for e in play.of_kind(SetTimer)] == [play.due("wait")]

    assert play.correct(meeting="2027-01-08T10:00:00Z").open == ["prepare"]
    assert play.replays()


def test_the_due_date_of_an_open_task_follows_the_data_that_it_reads():
    drawing = (
        Drawing()
        .start()
        .user("fix", camunda__dueDate="${contain} from ${registered}")
        .end()
        .path("start", "fix", "end")
    )
    play = Play.of(drawing, contain="PT4H", registered="2027-01-04T08:00:00Z")
    assert play.due("fix") == datetime(2027, 1, 4, 12, tzinfo=UTC)

    play.correct(contain="PT1H")
    [changed] = play.of_kind(TaskChanged)
    assert changed.due_at == play.due("fix") == datetime(2027, 1, 4, 9, tzinfo=UTC)
    assert "contain" in changed.why


def test_now_in_a_timer_is_the_moment_since_which_it_runs():
    drawing = Drawing().start().user("work").end().path("start", "work", "end")
    drawing.boundary("due", "work", date("PT2H from ${now()}")).user("late").path("due", "late")
    play = Play.of(drawing).later(hours=1).correct(x=1)
    assert play.due("due") == MORNING + timedelta(hours=2)


def race() -> Drawing:
    drawing = (
        Drawing(beside=messages("reply", "stop"))
        .start()
        .node("eventBasedGateway", "race")
        .user("late", "answer", "stopped")
    )
    drawing.catch("wait", duration("PT1H")).catch("reply", message("reply")).catch("stop", message("stop"))
    drawing.path("start", "race").path("race", "wait", "late").path("race", "reply", "answer")
    return drawing.path("race", "stop", "stopped")


def test_in_a_race_the_timer_withdraws_the_messages():
    play = Play.of(race())
    reply = MessageArrived(token=play.token("reply"))
    assert play.after(hours=1).open == ["late"]
    assert play.waiting("message") == []
    assert play.take(reply).refused is not None
    assert play.open == ["late"]


def test_in_a_race_the_message_withdraws_the_timer():
    play = Play.of(race()).message("reply", text="yes")
    assert play.open == ["answer"]
    assert play.data["text"] == "yes"
    assert [(e.element, e.fired) for e in play.of_kind(ClearTimer)] == [("wait", False)]
    assert play.after(days=1).open == ["answer"]
    assert play.replays()


def test_time_never_goes_back():
    play = Play.of(deadlines("PT1H")).after(hours=2)
    play.at(MORNING).do("late0")
    assert play.last[0].at == MORNING + timedelta(hours=2)


def test_advance_is_the_same_in_any_zone():
    play = Play.of(chain())
    zone = play.now.astimezone(ZoneInfo("Asia/Tokyo")) + timedelta(days=5)
    here = advance(play.definition, play.state, TimerDue(), now=zone, calendar=CALENDAR)
    there = advance(play.definition, play.state, TimerDue(), now=zone.astimezone(UTC), calendar=CALENDAR)
    assert here == there


def test_where_a_late_timer_is_stuck_the_data_can_still_be_put_right():
    drawing = (
        Drawing().start().catch("wait", duration("PT1H")).xor("gate", "no").user("a", "b").path("start", "wait", "gate")
    )
    play = Play.of(drawing.flow("gate", "a", "${x and y}").flow("gate", "b", name="no")).later(hours=2)
    with pytest.raises(Stuck, match="x"):
        play.take(TimerDue())

    def going_on(state: bytes, event: Event) -> Advance:
        return advance(play.definition, state, event, now=play.now, calendar=CALENDAR)

    once = going_on(play.state, DataChanged(variables={"x": True}))
    assert [type(effect) for effect in once.effects] == [VariablesChanged]
    with pytest.raises(Stuck, match="y"):
        going_on(once.state, TimerDue())
    twice = going_on(once.state, DataChanged(variables={"y": True}))
    then = going_on(twice.state, TimerDue())
    assert [effect.element for effect in then.effects if isinstance(effect, OpenTask)] == ["a"]

    cancelled = going_on(play.state, Cancelled())
    assert [effect.outcome for effect in cancelled.effects if isinstance(effect, Finish)] == ["cancelled"]
