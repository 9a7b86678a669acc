"""What an author may rely on at gateways and conditional flows."""

from itertools import permutations

import pytest
from drawing import Drawing
from play import Play

from engine.core.stuck import Stuck


def choice(*conditions: str, default: bool = False) -> Drawing:
    drawing = (
        Drawing().start().user("decide").xor("gate", "otherwise" if default else None).path("start", "decide", "gate")
    )
    for number, condition in enumerate(conditions):
        drawing.user(f"way{number}").flow("gate", f"way{number}", condition).end(f"end{number}")
        drawing.path(f"way{number}", f"end{number}")
    if default:
        drawing.user("other").flow("gate", "other", name="otherwise")
    return drawing


def test_an_unknown_variable_leaves_the_step_stuck_and_is_never_false():
    play = Play.of(choice("${amount > 5}", default=True))

    with pytest.raises(Stuck) as stuck:
        play.do("decide")

    assert stuck.value.element == "gate"
    assert "gate_to_way0" in stuck.value.message
    assert "amount" in stuck.value.message
    assert stuck.value.expression == "${amount > 5}"
    assert play.open == ["decide"]


def test_after_the_data_are_put_right_the_same_answers_go_on():
    play = Play.of(choice("${amount > limit}", default=True))
    with pytest.raises(Stuck):
        play.do("decide", amount=7)

    play.correct(limit=5).do("decide", amount=7)
    assert play.open == ["way0"]
    assert play.replays()


def test_of_two_true_conditions_the_first_in_the_document_wins():
    play = Play.of(choice("${n > 1}", "${n > 0}"), n=2).do("decide")
    assert play.open == ["way0"]


def test_no_true_condition_and_no_default_is_a_stuck_step_that_names_the_gateway():
    play = Play.of(choice("${n == 1}"), n=2)
    with pytest.raises(Stuck) as stuck:
        play.do("decide")

    assert (stuck.value.element, stuck.value.name) == ("gate", "gate")
    assert play.correct(n=1).do("decide").open == ["way0"]


def test_a_condition_that_is_neither_true_nor_false_is_no_false():
    with pytest.raises(Stuck, match="true or false"):
        Play.of(choice("${n}", default=True), n="yes").do("decide")


def test_three_flows_out_of_a_start_into_a_merge_are_three_tasks():
    drawing = Drawing().start().xor("merge").user("work").end()
    for number in "123":
        drawing.flow("start", "merge", name=f"flow{number}")
    play = Play.of(drawing.path("merge", "work", "end"))

    assert play.open == ["work", "work", "work"]
    assert sorted(flow for flow in play.flows() if flow.startswith("flow")) == ["flow1", "flow2", "flow3"]
    assert play.do("work").do("work").ended is None
    assert play.do("work").ended == "completed"


def forks() -> Drawing:
    drawing = Drawing().start().user("a", "b", "c", "d", "e", "last").parallel("f1", "f2", "j1", "j2").end()
    drawing.path("start", "f1", "a", "f2").path("f1", "b", "j2")
    return drawing.path("f2", "c", "j1").path("f2", "d", "j1").path("j1", "e", "j2").path("j2", "last", "end")


def orders() -> list[tuple[str, ...]]:
    """Every order in which `a` comes before `c` and `d`, and both before `e`."""
    places = ({name: order.index(name) for name in order} for order in permutations("abcde"))
    allowed = [at for at in places if at["a"] < min(at["c"], at["d"]) and at["e"] > max(at["c"], at["d"])]
    return [tuple(sorted(at, key=at.__getitem__)) for at in allowed]


@pytest.mark.parametrize("order", orders())
def test_nested_forks_join_in_whatever_order_the_tokens_allow(order):
    play = Play.of(forks())
    for name in order:
        assert "last" not in play.open
        play.do(name)
    assert play.open == ["last"]
    assert play.do("last").ended == "completed"
    assert play.passed().count("end") == 1
    assert play.replays()


def test_a_join_in_a_loop_waits_for_both_in_the_thousandth_round_as_in_the_first():
    drawing = Drawing().start().xor("merge").parallel("fork", "join").user("a", "b", "ask").xor("gate", "enough").end()
    drawing.path("start", "merge", "fork").path("fork", "a", "join").path("fork", "b", "join").path(
        "join", "ask", "gate"
    )
    drawing.flow("gate", "merge", "${again}").flow("gate", "end", name="enough")
    play = Play.of(drawing)
    sizes = set()
    for _ in range(6):
        for first, second in (("a", "b"), ("b", "a")):
            assert play.do(first).open == [second]
            assert play.do(second).open == ["ask"]
            play.do("ask", again=True)
            sizes.add(play.size // 10)
    assert len(sizes) <= 2
    play.do("a").do("b").do("ask", again=False)
    assert play.ended == "completed"
    assert play.replays()


def inclusive() -> Drawing:
    drawing = (
        Drawing()
        .start()
        .inclusive("split", "otherwise")
        .inclusive("meet")
        .user("low", "high", "top", "none", "last")
        .end()
    )
    drawing.path("start", "split").flow("split", "low", "${n > 0}").flow("split", "high", "${n > 5}").flow(
        "split", "top", "${n > 9}"
    )
    drawing.flow("split", "none", name="otherwise")
    for name in ("low", "high", "top", "none"):
        drawing.path(name, "meet")
    return drawing.path("meet", "last", "end")


@pytest.mark.parametrize(
    ("n", "ways"), [(0, ["none"]), (1, ["low"]), (6, ["high", "low"]), (10, ["high", "low", "top"])]
)
def test_an_inclusive_split_takes_the_true_flows_and_the_default_only_if_none_is(n, ways):
    play = Play.of(inclusive(), n=n)
    assert play.open == ways
    for name in ways:
        assert "last" not in play.open
        play.do(name)
    assert play.open == ["last"]
    assert play.replays()


def test_an_inclusive_join_waits_for_sub_processes_on_its_branches():
    inside = Drawing().start("s1").user("in1", "in2").end("e1").path("s1", "in1", "in2", "e1")
    drawing = Drawing().start().inclusive("split").inclusive("meet").sub("part", inside).user("a", "b", "last").end()
    drawing.path("start", "split").flow("split", "part", "${true}").flow("split", "a", "${n > 0}").flow(
        "split", "b", "${n > 5}"
    )
    drawing.path("part", "meet").path("a", "meet").path("b", "meet").path("meet", "last", "end")
    play = Play.of(drawing, n=3)

    assert play.open == ["a", "in1"]
    assert play.do("a").open == ["in1"]
    assert play.do("in1").open == ["in2"]
    assert play.do("in2").open == ["last"]
    assert play.replays()


def test_an_inclusive_join_in_a_loop_is_right_in_every_round():
    drawing = (
        Drawing()
        .start()
        .xor("again")
        .inclusive("split")
        .inclusive("meet")
        .user("a", "b", "ask")
        .xor("gate", "no")
        .end()
    )
    drawing.path("start", "again", "split").flow("split", "a", "${x}").flow("split", "b", "${y}").path(
        "a", "meet"
    ).path("b", "meet")
    drawing.path("meet", "ask", "gate").flow("gate", "again", "${more}").flow("gate", "end", name="no")
    play = Play.of(drawing, x=True, y=True)
    expected = ["a", "b"]
    for x, y in ((True, False), (False, True), (True, True), (True, False)):
        assert play.open == expected
        for name in expected:
            play.do(name)
        assert play.open == ["ask"]
        play.do("ask", more=True, x=x, y=y)
        expected = [name for name, on in (("a", x), ("b", y)) if on]
    assert play.replays()


def test_conditions_out_of_a_task_take_every_true_flow_and_all_unconditional_ones():
    drawing = Drawing().start().user("work", "yes", "no", "first", "second").path("start", "work")
    drawing.flow("work", "yes", "${n > 1}").flow("work", "no", "${n > 5}").flow("work", "first").flow("work", "second")
    play = Play.of(drawing, n=2).do("work")

    assert play.open == ["first", "second", "yes"]
    assert play.do("yes").do("first").do("second").ended == "completed"
    assert not any("#" in name for name in play.passed() + play.flows())


def test_the_order_of_shapes_in_the_drawing_changes_nothing():
    xml = choice("${n > 1}", "${n > 0}").xml()
    drawn = xml.replace(
        b"</bpmn:definitions>",
        b'<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"'
        b' xmlns:dc="http://www.omg.org/spec/DD/20100524/DC">'
        b"<bpmndi:BPMNPlane>"
        b'<bpmndi:BPMNShape bpmnElement="way1"><dc:Bounds x="0" y="1" width="1" height="1"/></bpmndi:BPMNShape>'
        b'<bpmndi:BPMNShape bpmnElement="way0"><dc:Bounds x="0" y="900" width="1" height="1"/></bpmndi:BPMNShape>'
        b"</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>",
    )
    assert Play.of(drawn, n=2).do("decide").open == ["way0"]
