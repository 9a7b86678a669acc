"""What has no answer is said in words, and names the element."""

import pytest
from drawing import Drawing, duration, extension, many, message, messages
from play import CALENDAR, MORNING, Play

from engine.core.advance import advance
from engine.core.effects import OpenTask
from engine.core.events import InstanceAdded, Reopened, TimerDue
from engine.core.stuck import Stuck


def stuck(drawing: Drawing, **variables: object) -> Stuck:
    with pytest.raises(Stuck) as found:
        Play.of(drawing, **variables)
    return found.value


def test_several_starts_need_a_choice():
    drawing = Drawing(beside=messages("a", "b")).start("one", message("a")).start("two", message("b")).user("work")
    with pytest.raises(ValueError, match="several start events"):
        Play.of(drawing.path("one", "work").path("two", "work"))


@pytest.mark.parametrize("times", ["${n}", "x"])
def test_a_number_of_times_must_be_a_number(times):
    found = stuck(Drawing().start().user("work", inner=many(times=times)).path("start", "work"), n=-1)
    assert (found.element, "number of times" in found.message) == ("work", True)


@pytest.mark.parametrize(
    ("inner", "n"),
    [(many(times="${n}"), 10**12), (many(times="${n}", sequential=True), 1_001), (many("n", "one"), [0] * 1_001)],
)
def test_a_number_of_times_that_nobody_can_mean_is_a_stuck_step(inner, n):
    found = stuck(Drawing().start().user("work", inner=inner).path("start", "work"), n=n)
    assert (found.element, "1000 are the most" in found.message) == ("work", True)


def test_a_priority_must_be_a_number():
    found = stuck(Drawing().start().user("work", camunda__priority="${p}").path("start", "work"), p="high")
    assert found.message == "'high' is no priority."


def test_a_due_date_is_no_repetition():
    found = stuck(Drawing().start().user("work", camunda__dueDate="${d}").path("start", "work"), d="R/PT1H")
    assert "due once" in found.message


def test_a_due_date_may_be_null_and_come_later():
    drawing = Drawing().start().user("work", camunda__dueDate="${d}").path("start", "work")
    play = Play.of(drawing, d=None)
    assert play.of_kind(OpenTask)[0].due_at is None
    assert play.correct(d="PT1H").due("work") is not None
    assert play.correct(d=None).due("work") is None


def test_a_text_that_does_not_parse_is_a_stuck_step():
    found = stuck(Drawing().start().user("work", camunda__assignee="${a +}").path("start", "work"))
    assert (found.element, found.expression) == ("work", "${a +}")


def test_a_variable_that_is_to_be_passed_on_must_exist():
    call = Drawing().start().call("ask", inner=extension('<camunda:in source="gone" target="x"/>')).path("start", "ask")
    assert "gone" in stuck(call).message


def test_a_moment_beyond_the_calendar_is_a_stuck_step():
    found = stuck(Drawing().start().catch("wait", duration("2000 bd")).path("start", "wait"))
    assert found.element == "wait"


def test_timers_that_come_round_without_an_end_are_stuck():
    drawing = Drawing().start().xor("again").catch("wait", duration("PT1S")).path("start", "again", "wait", "again")
    play = Play.of(drawing)
    with pytest.raises(Stuck, match="without an end"):
        play.later(days=30).take(TimerDue())


def test_a_standard_loop_may_be_tested_before_its_first_round():
    loop = (
        '<bpmn:standardLoopCharacteristics testBefore="true"><bpmn:loopCondition>${more}</bpmn:loopCondition>'
        "</bpmn:standardLoopCharacteristics>"
    )
    drawing = Drawing().start().user("work", inner=loop).user("next").path("start", "work", "next")
    assert Play.of(drawing, more=False).open == ["next"]
    play = Play.of(drawing, more=True)
    assert play.do("work").open == ["work"]
    assert play.do("work", more=False).open == ["next"]


def test_a_sequential_list_can_grow_too():
    drawing = Drawing().start().user("work", inner=many("items", "item", sequential=True, results="r", result="v"))
    play = Play.of(drawing.user("next").path("start", "work", "next"), items=["a"])
    play.take(InstanceAdded(element="work", item="b")).do("work", v=1)
    assert [effect.locals["item"] for effect in play.of_kind(OpenTask)] == ["b"]
    assert play.do("work", v=2).data["r"] == [1, 2]


def test_an_inclusive_join_goes_on_when_the_other_branch_ends_elsewhere():
    drawing = (
        Drawing().start().inclusive("split").inclusive("meet").user("a", "b", "last").xor("way", "no").end().end("out")
    )
    drawing.path("start", "split").flow("split", "a", "${true}").flow("split", "b", "${true}").path("a", "meet")
    drawing.path("b", "way").flow("way", "meet", "${join}").flow("way", "out", name="no").path("meet", "last", "end")
    play = Play.of(drawing).do("a")
    assert play.open == ["b"]
    assert play.do("b", join=False).open == ["last"]
    assert play.replays()


def test_a_case_that_has_ended_opens_nothing_again():
    play = Play.of(Drawing().start().user("work").end().path("start", "work", "end")).do("work")
    assert play.take(Reopened(element="work")).refused == "The case has ended."


def test_nothing_but_a_known_event_happens():
    play = Play.of(Drawing().start().user("work").path("start", "work"))
    with pytest.raises(TypeError):
        advance(play.definition, play.state, "answer", now=MORNING, calendar=CALENDAR)
