"""A process of people, gateways and time, from its start to its end."""

from datetime import timedelta

from drawing import Drawing, duration
from play import MORNING, Play

from engine.core.effects import ClearTimer, CloseTask, Finish, OpenTask, SetTimer


def review() -> Drawing:
    drawing = Drawing().start().parallel("fork", "join").xor("verdict", default="fine").end().end("nudged")
    drawing.user("read", "test", "approve", "nudge", camunda__candidateGroups="owners", camunda__dueDate="5 bd")
    drawing.path("start", "fork").path("fork", "read", "join").path("fork", "test", "join").path("join", "verdict")
    drawing.flow("verdict", "read", "${again == 'yes'}").flow("verdict", "approve", name="fine").path("approve", "end")
    drawing.boundary("late", "approve", duration("PT1H"), interrupting=False).path("late", "nudge", "nudged")
    return drawing


def test_tasks_open_with_the_people_and_the_dates_that_the_model_names():
    play = Play.of(review(), again="no")

    [read, test] = play.of_kind(OpenTask)
    assert (read.element, test.element) == ("read", "test")
    assert read.candidate_groups == ("owners",)
    assert read.due_at == MORNING + timedelta(days=7, hours=8)


def test_a_parallel_join_waits_for_all_and_goes_on_once():
    play = Play.of(review(), again="no").do("read")
    assert play.open == ["test"]

    play.do("test")
    assert play.open == ["approve"]
    assert [effect.element for effect in play.of_kind(SetTimer)] == ["late"]


def test_a_late_review_is_nudged_once_and_stays_open():
    play = Play.of(review(), again="no").do("read").do("test").after(days=4)
    assert [effect.element for effect in play.of_kind(ClearTimer)] == ["late"]
    assert play.of_kind(CloseTask) == []
    assert play.open == ["approve", "nudge"]

    assert play.after(days=1).last == ()


def test_the_case_ends_when_nothing_is_left_to_do():
    play = Play.of(review(), again="no").do("read").do("test").after(hours=2).do("approve")
    assert play.ended is None

    play.do("nudge")
    assert play.ended == "completed"
    assert [effect.element for effect in play.of_kind(Finish)] == ["nudged"]
    assert play.replays()
    assert play.take(play.log[-1][0]).refused == "The case has ended."
