"""What an author may rely on with messages, signals, errors, escalations and event sub-processes."""

import pytest
from drawing import (
    TERMINATE,
    Drawing,
    conditional,
    duration,
    error,
    errors,
    escalation,
    escalations,
    link,
    many,
    message,
    messages,
    signal,
    signals,
)
from play import Play, defined

from engine.core.effects import CancelCalled, Finish, Subscribe, Throw, Unsubscribe, WithdrawService
from engine.core.events import MessageArrived, Started
from engine.core.stuck import Stuck


def test_a_message_reaches_exactly_the_token_that_was_chosen():
    drawing = Drawing(beside=messages("reply")).start().parallel("fork").catch("one", message("reply"))
    drawing.catch("two", message("reply")).user("a", "b").path("start", "fork").path("fork", "one", "a").path(
        "fork", "two", "b"
    )
    play = Play.of(drawing)
    assert [(e.element, e.kind, e.name) for e in play.of_kind(Subscribe)] == [
        ("one", "message", "reply"),
        ("two", "message", "reply"),
    ]

    play.message("two", text="hello")
    assert play.open == ["b"]
    assert play.data == {"text": "hello"}
    assert [e.element for e in play.of_kind(Unsubscribe)] == ["two"]
    assert play.waiting("message") == ["one"]


def test_a_message_nobody_waits_for_any_more_is_refused_and_changes_nothing():
    drawing = (
        Drawing(beside=messages("reply")).start().catch("one", message("reply")).user("a").path("start", "one", "a")
    )
    play = Play.of(drawing)
    again = MessageArrived(token=play.token("one"), payload={"n": 2})
    state = play.message("one", n=1).state
    play.take(again)
    assert play.refused is not None
    assert (play.state, play.last) == (state, ())


def test_a_thrown_message_leaves_the_case_even_if_the_case_waits_for_its_name():
    drawing = Drawing(beside=messages("ping")).start().parallel("fork").catch("wait", message("ping")).user("a", "b")
    drawing.throw(
        "send", message("ping", '<bpmn:extensionElements><camunda:in source="n" target="m"/></bpmn:extensionElements>')
    )
    play = Play.of(drawing.path("start", "fork").path("fork", "wait", "a").path("fork", "send", "b"), n=3)

    assert [(e.kind, e.name, e.payload) for e in play.of_kind(Throw)] == [("message", "ping", {"m": 3})]
    assert play.waiting("message") == ["wait"]


def test_a_signal_reaches_everything_in_the_case_that_waits_for_it():
    drawing = Drawing(beside=signals("stop", "other")).start().parallel("fork").user("work", "late", "a")
    drawing.catch("wait", signal("stop")).boundary("halt", "work", signal("stop")).catch("not", signal("other"))
    drawing.path("start", "fork").path("fork", "work").path("fork", "wait", "a").path("fork", "not").path(
        "halt", "late"
    )
    play = Play.of(drawing).signal("stop", why="fire")
    assert play.open == ["a", "late"]
    assert play.data == {"why": "fire"}
    assert play.signal("stop").refused is not None
    assert play.replays()


def test_a_non_interrupting_message_catches_again_and_what_it_started_outlives_the_task():
    drawing = Drawing(beside=messages("ask")).start().user("work", "reply").end().path("start", "work", "end")
    drawing.boundary("asked", "work", message("ask"), interrupting=False).path("asked", "reply")
    play = Play.of(drawing).message("asked").message("asked").message("asked")
    assert play.open == ["reply", "reply", "reply", "work"]
    assert play.do("work").ended is None
    assert play.waiting("message") == []
    assert play.do("reply").do("reply").do("reply").ended == "completed"
    assert play.replays()


def test_a_receive_task_waits_for_its_message_and_may_be_interrupted():
    drawing = (
        Drawing(beside=messages("reply"))
        .start()
        .node("receiveTask", "wait", messageRef="message_reply")
        .user("a", "late")
    )
    drawing.path("start", "wait", "a").boundary("due", "wait", duration("PT1H")).path("due", "late")
    assert Play.of(drawing).message("wait").open == ["a"]
    assert Play.of(drawing).after(hours=1).open == ["late"]


def nested(*caught: tuple[str, str | None], thrown: str = "red") -> Drawing:
    inner = Drawing().start("s2").user("work").end("failed", inner=error(thrown)).path("s2", "work", "failed")
    outer = Drawing().start("s1").sub("inner", inner).end("e1").path("s1", "inner", "e1")
    drawing = Drawing(beside=errors("red", "blue")).start().sub("outer", outer).end().path("start", "outer", "end")
    for level, code in caught:
        holder = outer if level == "inner" else drawing
        holder.boundary(f"{level}_caught", level, error(code)).user(f"{level}_mend").path(
            f"{level}_caught", f"{level}_mend"
        )
    drawing.nodes = [n for n in drawing.nodes if 'id="outer"' not in n] + [
        f'<bpmn:subProcess id="outer">{outer.inner()}</bpmn:subProcess>'
    ]
    return drawing


@pytest.mark.parametrize(
    ("caught", "expected"),
    [
        ([("inner", "red"), ("outer", "blue")], "inner_mend"),
        ([("inner", "blue"), ("outer", "red")], "outer_mend"),
        ([("inner", None), ("outer", "red")], "inner_mend"),
    ],
)
def test_the_code_decides_which_level_catches_an_error(caught, expected):
    play = Play.of(nested(*caught)).do("work")
    assert play.open == [expected]
    assert "failed" in play.passed()
    assert play.replays()


def test_an_error_nobody_catches_is_no_silent_end():
    play = Play.of(nested(("inner", "blue"), ("outer", "blue")))
    with pytest.raises(Stuck, match="red") as stuck:
        play.do("work")
    assert stuck.value.element == "failed"
    assert play.open == ["work"]


def test_in_a_called_case_an_error_nobody_catches_ends_the_case_and_goes_to_the_caller():
    play = Play(defined(nested())).begin(Started(called=True)).do("work")
    [finish] = play.of_kind(Finish)
    assert (finish.outcome, finish.code, finish.element) == ("failed", "red", "failed")


def test_an_error_of_a_service_reaches_only_its_own_boundary_event():
    drawing = (
        Drawing(beside=errors("red"))
        .start()
        .parallel("fork")
        .service("one", "two")
        .user("mend1", "mend2")
        .path("start", "fork")
    )
    for number, name in (("1", "one"), ("2", "two")):
        red = error("red", camunda__errorCodeVariable="code", camunda__errorMessageVariable="said")
        drawing.path("fork", name).boundary(f"caught{number}", name, red)
        drawing.path(f"caught{number}", f"mend{number}")
    play = Play.of(drawing).failed("two", "red", "no paper", tray=2)
    assert play.open == ["mend2"]
    assert play.waiting("service") == ["one"]
    assert play.data == {"code": "red", "said": "no paper", "tray": 2}
    with pytest.raises(Stuck, match="blue"):
        play.failed("one", "blue")


def test_an_error_of_a_called_case_crosses_the_call_and_leaves_its_siblings_alone():
    inside = Drawing().start("s1").call("call").user("mend").end("e1").path("s1", "call", "e1")
    inside.boundary("caught", "call", error("red")).path("caught", "mend")
    drawing = Drawing(beside=errors("red")).start().sub("each", inside, many("items", "item")).user("next")
    play = Play.of(drawing.path("start", "each", "next"), items=[1, 2, 3]).call_failed("call", "red")
    assert play.open == ["mend"]
    assert play.waiting("call") == ["call", "call"]
    assert play.of_kind(CancelCalled) == []
    with pytest.raises(Stuck, match="green"):
        play.call_failed("call", "green")
    assert play.do("mend").returned("call").returned("call").open == ["next"]
    assert play.replays()


def escalating(interrupting: bool, code: str = "help") -> Drawing:
    inside = (
        Drawing()
        .start("s1")
        .throw("shout", escalation("help"))
        .user("work")
        .end("e1")
        .path("s1", "shout", "work", "e1")
    )
    drawing = Drawing(beside=escalations("help", "other")).start().sub("part", inside).user("next", "assist").end()
    drawing.boundary(
        "heard", "part", escalation(code, camunda__escalationCodeVariable="code"), interrupting=interrupting
    )
    return drawing.path("start", "part", "next", "end").path("heard", "assist")


def test_an_escalation_that_interrupts_ends_the_activity():
    play = Play.of(escalating(True))
    assert play.open == ["assist"]
    assert play.data == {"code": "help"}
    assert [(e.name, e.caught) for e in play.of_kind(Throw)] == [("help", True)]


def test_an_escalation_that_does_not_interrupt_starts_help_beside_it():
    play = Play.of(escalating(False))
    assert play.open == ["assist", "work"]
    assert play.do("work").open == ["assist", "next"]


def test_an_escalation_nobody_catches_goes_on_and_is_recorded():
    play = Play.of(escalating(True, "other"))
    assert play.open == ["work"]
    assert [(e.kind, e.name, e.caught) for e in play.of_kind(Throw)] == [("escalation", "help", False)]


def test_an_escalation_brings_what_is_mapped_to_whoever_catches_it():
    tells = '<bpmn:extensionElements><camunda:in sourceExpression="${6 * 7}" target="n"/></bpmn:extensionElements>'
    drawing = Drawing(beside=escalations("help")).start().user("assist")
    drawing.sub("part", Drawing().start("s1").throw("shout", tells + escalation("help")).path("s1", "shout"))
    drawing.boundary("heard", "part", escalation("help")).path("start", "part").path("heard", "assist")
    play = Play.of(drawing)
    assert (play.open, play.data) == (["assist"], {"n": 42})
    assert [(e.name, e.payload, e.caught) for e in play.of_kind(Throw)] == [("help", {"n": 42}, True)]
    assert play.replays()


def test_an_escalation_of_a_called_case_is_heard_while_the_call_goes_on():
    drawing = (
        Drawing(beside=escalations("help")).start().call("call").user("assist", "next").path("start", "call", "next")
    )
    drawing.boundary("heard", "call", escalation("help"), interrupting=False).path("heard", "assist")
    play = Play.of(drawing).call_escalated("call", "help").call_escalated("call", "help")
    assert play.open == ["assist", "assist"]
    assert play.waiting("call") == ["call"]
    assert [(e.name, e.caught) for e in play.call_escalated("call", "x").of_kind(Throw)] == [("x", False)]


def beside(interrupting: bool, inner: str, beside: str = "") -> Drawing:
    branch = Drawing().start("es_start", inner, isInterrupting=str(interrupting).lower()).user("extra").end("es_end")
    branch.path("es_start", "extra", "es_end")
    return Drawing(beside=beside).start().user("work").end().path("start", "work", "end").event_sub("es", branch)


def test_a_non_interrupting_event_sub_process_starts_each_time_and_the_case_ends_with_the_last():
    play = Play.of(beside(False, message("note"), messages("note"))).message("es_start", n=1).message("es_start", n=2)
    assert play.open == ["extra", "extra", "work"]
    assert play.do("work").ended is None
    assert play.message("es_start").open == ["extra", "extra", "extra"]
    assert play.do("extra").do("extra").ended is None
    assert play.do("extra").ended == "completed"
    assert play.waiting("message") == []
    assert play.replays()


def test_the_waiting_event_sub_process_does_not_keep_the_case_alive():
    play = Play.of(beside(False, message("note"), messages("note"))).do("work")
    assert play.ended == "completed"
    assert [e.element for e in play.of_kind(Unsubscribe)] == ["es_start"]


def test_an_interrupting_event_sub_process_withdraws_everything_else():
    play = Play.of(beside(True, message("stop"), messages("stop"))).message("es_start")
    assert play.open == ["extra"]
    assert play.withdrawn() == {"work": "es_start"}
    assert play.do("extra").ended == "completed"
    assert play.passed() == ["start", "es_start", "extra", "es_end", "es"]


def test_a_definition_is_not_changed_by_an_event_sub_process():
    definition = defined(beside(True, message("stop"), messages("stop")))
    Play.of(definition).message("es_start").do("extra")
    play = Play.of(definition)
    assert play.open == ["work"]
    assert play.do("work").ended == "completed"


def test_a_timer_may_start_an_event_sub_process():
    play = Play.of(beside(False, duration("PT1H"))).after(hours=1)
    assert play.open == ["extra", "work"]


def test_an_error_event_sub_process_catches_what_its_scope_throws():
    branch = Drawing().start("es_start", error("red")).user("mend").end("es_end").path("es_start", "mend", "es_end")
    inside = (
        Drawing()
        .start("s1")
        .user("work")
        .end("failed", inner=error("red"))
        .path("s1", "work", "failed")
        .event_sub("es", branch)
    )
    drawing = Drawing(beside=errors("red")).start().sub("part", inside).user("next").path("start", "part", "next")
    play = Play.of(drawing).do("work")
    assert play.open == ["mend"]
    assert play.do("mend").open == ["next"]


def test_two_persons_void_a_case_by_an_escalation_into_an_interrupting_event_sub_process():
    ask = Drawing().start("ask_start", message("void"), isInterrupting="false").user("first", "second")
    ask.end("agreed", inner=escalation("void")).path("ask_start", "first", "second", "agreed")
    stop = Drawing().start("stop_start", escalation("void")).script("mark", '{outcome: "void"}').end("stop_end")
    stop.path("stop_start", "mark", "stop_end")
    drawing = (
        Drawing(beside=messages("void") + escalations("void")).start().user("work").end().path("start", "work", "end")
    )
    play = Play.of(drawing.event_sub("ask", ask).event_sub("stop", stop))
    play.message("ask_start").do("first").do("second")
    assert play.ended == "completed"
    assert play.data == {"outcome": "void"}
    assert play.withdrawn() == {"work": "stop_start"}
    assert play.replays()


def test_a_terminate_end_ends_its_sub_process_only():
    inside = Drawing().start("s1").parallel("fork").user("x", "y").end("stop", inner=TERMINATE).end("e1")
    inside.path("s1", "fork").path("fork", "x", "stop").path("fork", "y", "e1")
    drawing = Drawing().start().parallel("all").sub("part", inside).user("next", "other")
    play = Play.of(drawing.path("start", "all").path("all", "part", "next").path("all", "other")).do("x")
    assert play.open == ["next", "other"]
    assert play.withdrawn() == {"y": "stop"}
    assert play.replays()


def test_a_terminate_end_ends_event_sub_processes_too():
    drawing = beside(False, message("note"), messages("note"))
    drawing.parallel("fork").user("x").end("stop", inner=TERMINATE)
    drawing.flows = []
    drawing.path("start", "fork").path("fork", "work", "stop").path("fork", "x")
    play = Play.of(drawing).message("es_start").do("work")
    assert play.ended == "completed"
    assert play.withdrawn() == {"x": "stop", "extra": "stop"}


def test_a_conditional_event_reacts_to_whatever_changes_the_variable():
    drawing = (
        Drawing(beside=messages("raise"))
        .start()
        .parallel("fork")
        .user("a", "c")
        .catch("wait", conditional("${level > 2}"))
    )
    drawing.catch("raised", message("raise")).path("start", "fork").path("fork", "a").path("fork", "wait", "c").path(
        "fork", "raised"
    )
    assert Play.of(drawing, level=1).do("a", level=3).open == ["c"]
    assert Play.of(drawing, level=1).message("raised", level=3).open == ["a", "c"]
    assert Play.of(drawing, level=1).correct(level=3).open == ["a", "c"]
    assert Play.of(drawing, level=3).open == ["a", "c"]
    assert Play.of(drawing, level=1).correct(level=2).open == ["a"]


def test_a_conditional_boundary_event_fires_once_each_time_its_condition_becomes_true():
    drawing = Drawing().start().user("work", "extra").path("start", "work")
    drawing.boundary("high", "work", conditional("${level > 2}"), interrupting=False).path("high", "extra")
    play = Play.of(drawing, level=1).correct(level=3).correct(level=4)
    assert play.open == ["extra", "work"]
    assert play.correct(level=1).correct(level=5).open == ["extra", "extra", "work"]
    assert play.replays()


def test_a_link_goes_on_where_it_is_caught():
    drawing = Drawing().start().throw("out", link("A")).catch("into", link("A")).user("a").end()
    play = Play.of(drawing.path("start", "out").path("into", "a", "end"))
    assert play.open == ["a"]
    assert play.passed() == ["start", "out", "into"]


def test_an_interrupted_sub_process_takes_its_work_its_calls_and_its_timers_with_it():
    inside = Drawing().start("s1").parallel("fork").call("call").service("job").user("task").path("s1", "fork")
    inside.path("fork", "call").path("fork", "job").path("fork", "task").boundary("remind", "task", duration("P9D"))
    drawing = (
        Drawing().start().sub("part", inside, many("items", "item")).user("next", "late").path("start", "part", "next")
    )
    play = Play.of(drawing.boundary("stop", "part", duration("PT120H")).path("stop", "late"), items=[1, 2]).after(
        days=6
    )
    assert play.open == ["late"]
    assert (play.waiting("call"), play.waiting("service"), play.waiting("timer")) == ([], [], [])
    assert [e.element for e in play.of_kind(CancelCalled)] == ["call", "call"]
    assert [e.element for e in play.of_kind(WithdrawService)] == ["job", "job"]
    assert play.replays()


def test_a_cancelled_case_waits_for_nothing():
    play = Play.of(beside(False, message("note"), messages("note"))).message("es_start").cancel()
    [finish] = play.of_kind(Finish)
    assert finish.outcome == "cancelled"
    assert sorted(play.withdrawn()) == ["extra", "work"]
    assert play.cancel().refused == "The case has ended."
    assert play.replays()


def test_of_several_starts_the_chosen_one_begins():
    drawing = (
        Drawing(beside=messages("report"))
        .start()
        .start("reported", message("report"))
        .user("a", "b")
        .path("start", "a")
    )
    drawing.path("reported", "b")
    assert Play.of(drawing).open == ["a"]
    play = Play.of(drawing, start="reported")
    assert play.open == ["b"]
    assert play.passed() == ["reported"]
    with pytest.raises(ValueError, match="nowhere"):
        Play.of(drawing, start="nowhere")
