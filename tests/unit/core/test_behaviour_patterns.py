"""Shapes that processes of management systems are drawn in, each played through several rounds."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from drawing import (
    TERMINATE,
    Drawing,
    cycle,
    date,
    duration,
    error,
    errors,
    escalation,
    escalations,
    many,
    message,
    messages,
)
from play import MORNING, Play

from engine.core.effects import ClearTimer


def change() -> Drawing:
    """Reviews of several topics, a called reassessment and a rollback plan, then three gates, and a way back."""
    drawing = Drawing().start().xor("again").parallel("fork", "join").user("review", inner=many("topics", "topic"))
    drawing.call("reassess").user("rollback", "gate_q", "gate_ai", "gate_top", "rework").inclusive("gates").inclusive(
        "met"
    )
    drawing.xor("verdict", "fine").end().path("start", "again", "fork").path("fork", "review", "join")
    drawing.path("fork", "reassess", "join").path("fork", "rollback", "join").path("join", "gates")
    drawing.flow("gates", "gate_q", "${true}").flow("gates", "gate_ai", "${true}").flow(
        "gates", "gate_top", "${tier == 'C3'}"
    )
    for name in ("gate_q", "gate_ai", "gate_top"):
        drawing.path(name, "met")
    drawing.path("met", "verdict").flow("verdict", "rework", "${answer == 'rework'}").flow(
        "verdict", "end", name="fine"
    )
    return drawing.path("rework", "again")


@pytest.mark.parametrize("order", sorted(set(permutations(["review", "review", "reassess", "rollback"]))))
def test_reviews_a_call_and_gates_wait_for_each_other_in_every_round(order):
    play = Play.of(change(), topics=["data", "bias"], tier="C3", answer="rework")
    for round_ in range(3):
        for name in order:
            assert not {"gate_q", "rework"} & set(play.open)
            play.returned(name) if name == "reassess" else play.do(name)
        assert play.open == ["gate_ai", "gate_q", "gate_top"]
        play.do("gate_top").do("gate_q").do("gate_ai", answer="fine" if round_ == 2 else "rework")
        if round_ < 2:
            play.do("rework")
    assert play.ended == "completed"
    assert play.replays()


def test_a_watch_that_is_kept_waits_for_the_rest_of_its_time():
    drawing = (
        Drawing(beside=messages("breach"))
        .start()
        .xor("again")
        .node("eventBasedGateway", "watch")
        .user("judge", "after")
    )
    drawing.catch("observe", date("${until}")).catch("breach", message("breach")).xor("keep", "no").user("undo")
    drawing.path("start", "again", "watch").path("watch", "observe", "after").path("watch", "breach", "judge", "keep")
    drawing.flow("keep", "again", "${kept}").flow("keep", "undo", name="no")
    until = datetime(2027, 1, 18, 9, tzinfo=UTC)
    play = Play.of(drawing, until=until.isoformat())
    for days in (5, 2):
        play.later(days=days).message("breach").do("judge", kept=True)
        assert play.due("observe") == until
    assert play.after(days=8).open == ["after"]
    assert play.replays()


def test_status_is_asked_for_until_the_repair_is_done():
    inside = Drawing().start("s1").parallel("fork").user("repair", "status").end("done", inner=TERMINATE).xor("again")
    inside.catch("wait", duration("${every}")).path("s1", "fork").path("fork", "repair", "done")
    inside.path("fork", "again", "wait", "status", "again").service("missed")
    inside.boundary("silent", "status", duration("PT10M"), interrupting=False).path("silent", "missed")
    play = Play.of(
        Drawing().start().sub("hold", inside).user("recheck").path("start", "hold", "recheck"), every="PT30M"
    )
    play.after(minutes=31)
    assert (play.open, play.waiting("service")) == (["repair", "status"], [])
    play.after(minutes=10)
    assert play.waiting("service") == ["missed"]
    play.do("status").served("missed").correct(every="PT10M")
    assert play.due("wait") == play.now + timedelta(minutes=10)
    assert play.after(hours=5).open == ["repair", "status"]
    play.do("repair")
    assert (play.open, play.waiting("timer"), play.waiting("service")) == (["recheck"], [], [])
    assert play.replays()


def test_a_ladder_adds_people_and_repeats_until_somebody_acknowledges():
    drawing = Drawing().start().user("acknowledge", "lead").end().path("start", "acknowledge", "lead", "end")
    for number, span in ((2, "PT15M"), (3, "PT30M"), (4, "PT45M")):
        drawing.service(f"add{number}").boundary(f"to_l{number}", "acknowledge", duration(span), interrupting=False)
        drawing.path(f"to_l{number}", f"add{number}")
    drawing.service("shout").boundary("again", "acknowledge", cycle("R/2027-01-04T10:00:00Z/PT30M"), interrupting=False)
    play = Play.of(drawing.path("again", "shout")).after(minutes=16)
    assert play.waiting("service") == ["add2"]
    play.after(minutes=75)
    assert play.waiting("service") == ["add2", "add3", "add4", "shout"]
    assert play.due("again") == MORNING + timedelta(hours=2)
    play.do("acknowledge")
    assert [(e.element, e.fired) for e in play.of_kind(ClearTimer)] == [("again", False)]
    for name in list(play.waiting("service")):
        play.served(name)
    assert play.do("lead").ended == "completed"


def test_each_of_a_list_may_call_for_help():
    inside = (
        Drawing()
        .start("s1")
        .throw("shout", escalation("help"))
        .user("work")
        .end("e1")
        .path("s1", "shout", "work", "e1")
    )
    drawing = (
        Drawing(beside=escalations("help")).start().sub("each", inside, many("items", "item")).user("next", "assist")
    )
    drawing.path("start", "each", "next").boundary("heard", "each", escalation("help"), interrupting=False)
    play = Play.of(drawing.path("heard", "assist"), items=[1, 2, 3])
    assert play.open == ["assist"] * 3 + ["work"] * 3


def test_a_message_reaches_one_of_three_that_wait_in_a_list():
    drawing = Drawing(beside=messages("reply")).start().user("next")
    drawing.node("receiveTask", "wait", many("suppliers", "supplier"), messageRef="message_reply").path(
        "start", "wait", "next"
    )
    play = Play.of(drawing, suppliers=["a", "b", "c"]).message("wait", 1)
    assert play.waiting("message") == ["wait", "wait"]
    assert play.message("wait").message("wait").open == ["next"]


def test_a_list_grows_by_an_event_sub_process_beside_it():
    more = (
        Drawing()
        .start("more_start", message("more"), isInterrupting="false")
        .user("do_more")
        .path("more_start", "do_more")
    )
    inside = (
        Drawing()
        .start("s1")
        .user("do", inner=many("items", "item"))
        .end("e1")
        .path("s1", "do", "e1")
        .event_sub("es", more)
    )
    drawing = Drawing(beside=messages("more")).start().sub("all", inside).user("after").path("start", "all", "after")
    play = Play.of(drawing, items=[1, 2]).message("more_start").message("more_start").do("do").do("do")
    assert play.open == ["do_more", "do_more"]
    assert play.do("do_more").do("do_more").open == ["after"]


def test_an_approval_that_runs_out_is_asked_for_again_whoever_is_first():
    for first, second in (("a", "b"), ("b", "a")):
        drawing = Drawing().start().user("screen", "a", "b", "deploy").parallel("fork", "join").end()
        drawing.path("start", "screen", "fork").path("fork", "a", "join").path("fork", "b", "join").path(
            "join", "deploy", "end"
        )
        play = Play.of(drawing.boundary("expired", "deploy", duration("PT720H")).path("expired", "screen"))
        for _ in range(4):
            assert play.do("screen").open == ["a", "b"]
            assert play.do(first).open == [second]
            assert play.do(second).open == ["deploy"]
            assert play.after(days=31).open == ["screen"]
        assert play.replays()


def test_a_late_trigger_past_the_review_finds_nobody():
    join = (
        Drawing()
        .start("join_start", message("trigger"), isInterrupting="false")
        .script("widen", "{scope: append(scope, why)}")
    )
    inside = Drawing().start("s1").user("scope", "risk").end("e1").path("s1", "scope", "risk", "e1")
    inside.event_sub("es", join.end("join_end").path("join_start", "widen", "join_end"))
    drawing = (
        Drawing(beside=messages("trigger"))
        .start()
        .sub("assess", inside)
        .user("decide")
        .path("start", "assess", "decide")
    )
    play = (
        Play.of(drawing, scope=[]).message("join_start", why="a").do("scope").message("join_start", why="b").do("risk")
    )
    assert play.data["scope"] == ["a", "b"]
    assert (play.open, play.waiting("message")) == (["decide"], [])


def test_an_error_of_a_service_sends_back_to_the_step_before_as_often_as_it_takes():
    drawing = Drawing(beside=errors("mismatch")).start().user("deploy", "after").service("check", "raise").xor("again")
    drawing.path("start", "again", "deploy", "check", "after").boundary("caught", "check", error("mismatch"))
    play = Play.of(drawing.path("caught", "raise", "again"))
    for _ in range(3):
        play.do("deploy").failed("check", "mismatch")
        assert play.waiting("service") == ["raise"]
        assert play.served("raise").open == ["deploy"]
    assert play.do("deploy").served("check").open == ["after"]


def test_a_terminate_end_in_one_of_a_list_ends_that_one_only():
    inside = Drawing().start("s1").parallel("fork").user("x", "y").end("stop", inner=TERMINATE).path("s1", "fork")
    inside.path("fork", "x", "stop").path("fork", "y")
    drawing = Drawing().start().sub("each", inside, many("items", "item")).user("next").path("start", "each", "next")
    play = Play.of(drawing, items=[1, 2]).do("x")
    assert play.open == ["x", "y"]
    assert play.do("x").open == ["next"]
