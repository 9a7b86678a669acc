"""What an author may rely on in activities: lists, loops, mappings, decisions, services and calls."""

import pytest
from drawing import Drawing, duration, extension, many, messages
from play import CALENDAR, MORNING, Play, defined, rows

from engine.core.advance import advance, facts_of
from engine.core.effects import CallService, CloseTask, Decide, OpenTask, StartCalled, WithdrawService
from engine.core.events import InstanceAdded, Reopened, ServiceDone, Started, TaskCompleted
from engine.core.stuck import Stuck


def listed(inner: str, **variables: object) -> Play:
    drawing = Drawing().start().user("work", inner=inner).user("next").end().path("start", "work", "next", "end")
    return Play.of(drawing, **variables)


def locals_of(play: Play, name: str) -> list[object]:
    return [effect.locals[name] for effect in play.of_kind(OpenTask)]


def test_a_sequential_list_counts_from_zero_and_ends_early_when_its_condition_holds():
    play = listed(many(times="${n}", sequential=True, until="${nrOfCompletedInstances == 2}"), n=5)
    assert locals_of(play, "loopCounter") == [0]
    assert locals_of(play.do("work"), "loopCounter") == [1]
    assert play.do("work").open == ["next"]
    assert play.replays()


def test_a_parallel_list_that_is_done_at_half_withdraws_the_rest_and_says_why():
    until = "${nrOfCompletedInstances / nrOfInstances >= 0.5}"
    play = listed(many("people", "person", until=until), people=["a", "b", "c", "d"])
    assert locals_of(play, "person") == ["a", "b", "c", "d"]
    assert play.do("work").open == ["work"] * 3
    play.do("work")
    assert play.open == ["next"]
    withdrawn = [e for e in play.of_kind(CloseTask) if e.reason == "withdrawn"]
    assert [e.because for e in withdrawn] == ["work", "work"]
    assert "person" not in play.data


def test_results_come_in_the_order_of_the_list_whoever_is_first():
    play = listed(many("people", "person", results="votes", result="vote"), people=["a", "b", "c"])
    play.do("work", number=2, vote="no").do("work", number=0, vote="yes").do("work", vote="maybe")
    assert play.data["votes"] == ["yes", "maybe", "no"]
    assert "vote" not in play.data
    assert play.replays()


def test_the_counts_are_known_while_the_list_is_worked_on_and_gone_after_it():
    play = listed(many("people", "person"), people=["a", "b"])
    assert locals_of(play, "nrOfInstances") == [2, 2]
    assert "nrOfInstances" not in play.do("work").do("work").data


def test_the_list_is_that_of_the_moment_of_entry():
    play = listed(many("people", "person", sequential=True), people=["a", "b"]).correct(people=["x"])
    assert locals_of(play.do("work"), "person") == ["b"]


def test_null_items_are_items_and_an_empty_list_is_passed():
    play = listed(many("people", "person", sequential=True), people=[1, None, 3])
    assert locals_of(play.do("work"), "person") == [None]
    assert play.do("work").do("work").open == ["next"]
    assert listed(many("people", "person"), people=[]).open == ["next"]


@pytest.mark.parametrize("value", [{}, {"people": None}, {"people": "anna"}])
def test_a_missing_list_leaves_the_step_stuck(value):
    with pytest.raises(Stuck, match="people"):
        listed(many("people", "person"), **value)


def test_a_list_in_a_loop_is_fresh_in_every_round():
    drawing = Drawing().start().xor("again").user("work", inner=many("people", "p", results="votes", result="vote"))
    drawing.user("ask").xor("gate", "no").end().path("start", "again", "work", "ask", "gate")
    drawing.flow("gate", "again", "${more}").flow("gate", "end", name="no")
    play = Play.of(drawing, people=[1, 2])
    for size in (2, 3, 1):
        for number in range(size):
            play.do("work", number=0, vote=number)
        assert play.data["votes"] == list(range(size))
        play.do("ask", more=True, people=list(range({2: 3, 3: 1, 1: 2}[size])))
    assert play.replays()


def test_an_item_can_join_a_list_that_is_being_worked_on():
    play = listed(many("people", "person"), people=["a"]).take(InstanceAdded(element="work", item="b"))
    assert locals_of(play, "person") == ["b"]
    assert play.do("work").open == ["work"]
    assert play.do("work").open == ["next"]
    assert play.take(InstanceAdded(element="work", item="c")).refused is not None
    assert play.replays()


def test_a_standard_loop_goes_on_while_its_condition_holds():
    loop = '<bpmn:standardLoopCharacteristics loopMaximum="5"><bpmn:loopCondition>${more}</bpmn:loopCondition>'
    loop += "</bpmn:standardLoopCharacteristics>"
    play = listed(loop)
    assert play.do("work", more=True).do("work", more=True).open == ["work"]
    assert play.do("work", more=False).open == ["next"]
    play = listed(loop.replace("5", "2"))
    assert play.do("work", more=True).do("work", more=True).open == ["next"]


def test_a_loop_of_a_thousand_rounds_without_a_person_ends():
    drawing = Drawing().start().xor("again").script("count", "{n: n + 1}").xor("gate", "done").user("next")
    drawing.path("start", "again", "count", "gate").flow("gate", "again", "${n < 1000}").flow(
        "gate", "next", name="done"
    )
    play = Play.of(drawing, n=0)
    assert play.data == {"n": 1000}
    assert play.open == ["next"]
    assert play.size < 500


def test_a_loop_that_never_ends_is_a_stuck_step():
    drawing = Drawing().start().xor("again").script("count", "{n: 1}").path("start", "again", "count", "again")
    with pytest.raises(Stuck, match="without an end") as stuck:
        Play.of(drawing)
    assert stuck.value.element in ("again", "count")


def test_a_thousand_rounds_by_people_leave_the_state_small():
    drawing = Drawing().start().xor("again").user("work", "review").xor("gate", "done").end()
    drawing.path("start", "again", "work", "review", "gate").flow("gate", "again", "${more}").flow(
        "gate", "end", name="done"
    )
    play = Play.of(drawing)
    state = play.state
    for answers in [{}, {"more": True}] * 1000:
        [open_task] = rows(state)
        event = TaskCompleted(token=open_task[0], by="ann", answers=answers)
        state = advance(play.definition, state, event, now=MORNING, calendar=CALENDAR).state
    assert len(state) < 600
    assert facts_of(state)["review"]["round"] == 1000


MAPPED = extension(
    "<camunda:inputOutput>"
    '<camunda:inputParameter name="text">Part ${part.id}</camunda:inputParameter>'
    '<camunda:inputParameter name="list"><camunda:list><camunda:value>a</camunda:value>'
    "<camunda:value>${n + 1}</camunda:value></camunda:list></camunda:inputParameter>"
    '<camunda:inputParameter name="map"><camunda:map><camunda:entry key="x">${n}</camunda:entry></camunda:map>'
    "</camunda:inputParameter>"
    '<camunda:outputParameter name="verdict">${answer}</camunda:outputParameter>'
    "</camunda:inputOutput>"
)


def test_inputs_may_be_texts_lists_and_maps_and_are_local():
    play = listed(MAPPED, part={"id": 7}, n=1)
    [opened] = play.of_kind(OpenTask)
    assert opened.locals == {"text": "Part 7", "list": ["a", 2], "map": {"x": 1}}
    play.do("work", answer="fine")
    assert play.data == {"part": {"id": 7}, "n": 1, "answer": "fine", "verdict": "fine"}


def test_a_service_gets_what_is_mapped_and_gives_its_result():
    drawing = Drawing().start().service("send", inner=MAPPED, topic="mail").user("next").path("start", "send", "next")
    play = Play.of(drawing, part={"id": 7}, n=1)
    [called] = play.of_kind(CallService)
    assert (called.topic, called.inputs) == ("mail", {"text": "Part 7", "list": ["a", 2], "map": {"x": 1}})
    play.served("send", answer="sent", noise=1)
    assert play.data == {"part": {"id": 7}, "n": 1, "verdict": "sent"}
    assert play.open == ["next"]


def test_without_mappings_a_service_sees_all_and_sets_all():
    drawing = Drawing().start().service("send").user("next").path("start", "send", "next")
    play = Play.of(drawing, n=1)
    assert play.of_kind(CallService)[0].inputs == {"n": 1}
    assert play.served("send", m=2).data == {"n": 1, "m": 2}


def test_a_second_result_of_the_same_work_has_no_effect():
    drawing = Drawing().start().service("send").user("next").path("start", "send", "next")
    play = Play.of(drawing)
    twice = ServiceDone(token=play.token("send"), result={"m": 1})
    assert play.take(twice).refused is None
    assert play.take(twice).refused is not None
    assert play.open == ["next"]


def test_work_that_is_no_longer_wanted_is_withdrawn():
    drawing = Drawing().start().service("send").user("late").path("start", "send")
    play = Play.of(drawing.boundary("due", "send", duration("PT1H")).path("due", "late")).after(hours=1)
    assert [e.element for e in play.of_kind(WithdrawService)] == ["send"]


def test_an_expression_may_be_all_of_a_service():
    drawing = (
        Drawing()
        .start()
        .node("serviceTask", "sum", camunda__expression="${a + b}", camunda__resultVariable="c")
        .user("next")
    )
    assert Play.of(drawing.path("start", "sum", "next"), a=1, b=2).data == {"a": 1, "b": 2, "c": 3}


def test_a_script_sets_variables_by_a_context_or_one_by_its_value():
    drawing = (
        Drawing()
        .start()
        .script("many", "{a: n + 1, b: a * 2}")
        .script("one", "a + b", camunda__resultVariable="c")
        .user("next")
    )
    assert Play.of(drawing.path("start", "many", "one", "next"), n=1).data == {"n": 1, "a": 2, "b": 4, "c": 6}
    with pytest.raises(Stuck, match="result variable"):
        Play.of(Drawing().start().script("lost", "1 + 1").path("start", "lost"))


ROWS = [{"level": "SEV1", "due": "PT4H"}, {"level": "SEV2", "due": "5 bd"}]
ENTRIES = [{"level": "SEV1"}, {"level": "SEV2"}]


def deciding(shape: str) -> Play:
    drawing = Drawing().start().user("next").node(
        "businessRuleTask", "rate", camunda__decisionRef="severity", camunda__mapDecisionResult=shape,
        camunda__resultVariable="found", camunda__decisionRefBinding="deployment",
    )  # fmt: skip
    return Play.of(drawing.path("start", "rate", "next"), impact=3)


@pytest.mark.parametrize(
    ("shape", "rows", "value"),
    [
        ("singleEntry", ENTRIES[:1], "SEV1"),
        ("singleEntry", [], None),
        ("singleResult", ROWS[:1], ROWS[0]),
        ("collectEntries", ENTRIES, ["SEV1", "SEV2"]),
        ("resultList", ROWS, ROWS),
    ],
)
def test_a_decision_gives_its_result_in_the_shape_that_the_model_asks_for(shape, rows, value):
    play = deciding(shape)
    [decide] = play.of_kind(Decide)
    assert (decide.decision, decide.binding, decide.inputs) == ("severity", "deployment", {"impact": 3})
    play.decided("rate", *rows)
    assert play.data["found"] == value
    assert play.open == ["next"]
    assert play.replays()


@pytest.mark.parametrize(
    ("shape", "rows"),
    [("singleEntry", ROWS[:1]), ("singleEntry", ENTRIES), ("singleResult", ROWS), ("collectEntries", ROWS)],
)
def test_a_result_that_does_not_fit_leaves_the_step_stuck_with_the_name_of_the_decision(shape, rows):
    with pytest.raises(Stuck, match="severity") as stuck:
        deciding(shape).decided("rate", *rows)
    assert stuck.value.element == "rate"


CALL = extension(
    '<camunda:in source="item" target="topic"/><camunda:in sourceExpression="${n * 2}" target="double"/>'
    '<camunda:in businessKey="${key}"/><camunda:out source="answer" target="vote"/>'
    '<camunda:out sourceExpression="${score + 1}" target="score"/>'
)


def test_only_what_is_mapped_crosses_the_border_of_a_call():
    drawing = Drawing().start().call("ask", "survey", CALL).user("next").path("start", "ask", "next")
    play = Play.of(drawing, item="a", n=2, key="K-1", secret="s")
    [started] = play.of_kind(StartCalled)
    assert (started.process, started.variables, started.business_key) == ("survey", {"topic": "a", "double": 4}, "K-1")
    play.returned("ask", answer="yes", score=1, hidden=True)
    assert play.data == {"item": "a", "n": 2, "key": "K-1", "secret": "s", "vote": "yes", "score": 2}
    assert play.open == ["next"]


def test_a_call_that_maps_nothing_gives_nothing_and_takes_nothing():
    drawing = Drawing().start().call("ask").user("next").path("start", "ask", "next")
    play = Play.of(drawing, n=1)
    assert play.of_kind(StartCalled)[0].variables == {}
    assert play.returned("ask", n=2, m=3).data == {"n": 1}


def test_all_variables_cross_where_the_model_says_so():
    inner = extension('<camunda:in variables="all"/><camunda:out variables="all"/>')
    drawing = Drawing().start().call("ask", inner=inner).user("next").path("start", "ask", "next")
    play = Play.of(drawing, n=1)
    assert play.of_kind(StartCalled)[0].variables == {"n": 1}
    assert play.returned("ask", n=2, m=3).data == {"n": 2, "m": 3}


def test_parallel_calls_give_their_results_in_the_order_of_the_list():
    inner = CALL + many("topics", "item", results="votes", result="vote")
    drawing = Drawing().start().call("ask", "survey", inner).user("next").path("start", "ask", "next")
    play = Play.of(drawing, topics=["a", "b"], n=2, key="K")
    assert [e.variables["topic"] for e in play.of_kind(StartCalled)] == ["a", "b"]
    play.returned("ask", 1, answer="no", score=0).returned("ask", 0, answer="yes", score=0)
    assert play.data["votes"] == ["yes", "no"]
    assert "vote" not in play.data


def test_a_call_may_name_its_version_and_its_process_by_data():
    which = {"camunda__calledElementBinding": "version", "camunda__calledElementVersion": "3"}
    drawing = Drawing().start().node("callActivity", "ask", calledElement="${which}", **which).path("start", "ask")
    [started] = Play.of(drawing, which="survey").of_kind(StartCalled)
    assert (started.process, started.binding, started.version) == ("survey", "version", "3")


def test_who_and_when_are_evaluated_when_the_task_opens():
    who = {"camunda__assignee": "${owner}", "camunda__candidateUsers": "${people}, dora"}
    who |= {"camunda__candidateGroups": "g,${group}", "camunda__priority": "${weight * 10}"}
    when = {"camunda__dueDate": "PT2H", "camunda__followUpDate": "PT1H"}
    drawing = Drawing().start().user("first").user("work", **who, **when)
    play = Play.of(drawing.path("start", "first", "work"), owner="ann", people=["bob", "cy"], group="h", weight=7).do(
        "first"
    )
    [opened] = play.of_kind(OpenTask)
    assert (opened.assignee, opened.candidate_users, opened.candidate_groups) == (
        "ann",
        ("bob", "cy", "dora"),
        ("g", "h"),
    )
    assert opened.priority == 70
    assert opened.due_at - opened.follow_up_at == opened.follow_up_at - opened.at


def test_an_unknown_variable_in_an_assignment_leaves_the_step_stuck():
    with pytest.raises(Stuck, match="owner") as stuck:
        Play.of(Drawing().start().user("work", camunda__assignee="${owner}").path("start", "work"))
    assert stuck.value.element == "work"


def test_facts_of_finished_tasks_can_be_asked_for():
    facts = {"camunda__assignee": "${actor(plan)}", "camunda__dueDate": "PT3H from ${done_at(plan)}"}
    drawing = Drawing().start().user("plan").user("check", **facts).xor("gate", "no").user("end")
    drawing.path("start", "plan", "check", "gate").flow("gate", "plan", "${round(plan) < 2}")
    drawing.flow("gate", "end", name="no")
    play = Play.of(drawing).later(hours=1).do("plan", by="bob")
    [opened] = play.of_kind(OpenTask)
    assert opened.assignee == "bob"
    assert (opened.due_at - play.now).total_seconds() == 3 * 3600
    assert play.do("check").do("plan").do("check").open == ["end"]
    assert facts_of(play.state)["plan"] == {"actor": "ann", "done_at": "2027-01-04T10:00:00+00:00", "round": 2}


def test_case_and_subject_are_always_there():
    drawing = (
        Drawing()
        .start()
        .user("work", camunda__assignee="${case.initiator}", camunda__candidateUsers="${subject.steward}")
    )
    started = Started(case={"id": "9", "initiator": "ann"}, subject={"steward": "sue"})
    [opened] = Play(defined(drawing.path("start", "work"))).begin(started).of_kind(OpenTask)
    assert (opened.assignee, opened.candidate_users) == ("ann", ("sue",))


def test_a_finished_task_can_be_opened_again_and_moves_nothing_else():
    drawing = Drawing().start().user("sign", "next").path("start", "sign", "next")
    play = Play.of(drawing).do("sign").take(Reopened(element="sign", locals={"earlier": 1}))
    assert play.open == ["next", "sign"]
    assert play.of_kind(OpenTask)[0].locals == {"earlier": 1}
    assert play.do("next").ended is None
    assert play.do("sign").ended == "completed"
    assert play.replays()


def test_one_of_a_list_can_be_opened_again_too():
    play = (
        listed(many("people", "person"), people=["a"]).do("work").take(Reopened(element="work", locals={"person": "a"}))
    )
    assert play.open == ["next", "work"]
    assert play.do("work").open == ["next"]
    assert play.take(Reopened(element="nothing")).refused == "The model has no task nothing."


def test_a_value_that_is_no_json_leaves_the_step_stuck():
    drawing = Drawing().start().user("ask").path("start", "ask")
    play = Play.of(drawing)
    with pytest.raises(Stuck, match="JSON"):
        play.do("ask", huge=10**30)
    assert play.open == ["ask"]


def test_a_sub_process_has_inputs_that_only_its_inside_sees():
    inner = '<camunda:inputOutput><camunda:inputParameter name="x">${n + 1}</camunda:inputParameter>'
    inner += '<camunda:outputParameter name="y">${x * 10}</camunda:outputParameter></camunda:inputOutput>'
    inside = (
        Drawing()
        .start("s1")
        .script("set", "{x: x + 1}")
        .user("in", camunda__assignee="${x}")
        .end("e1")
        .path("s1", "set", "in", "e1")
    )
    play = Play.of(
        Drawing().start().sub("part", inside, extension(inner)).user("next").path("start", "part", "next"), n=1
    )
    assert play.of_kind(OpenTask)[0].assignee == "3"
    assert play.do("in").data == {"n": 1, "y": 30}


def test_plain_and_manual_tasks_are_passed_and_leave_their_trace():
    drawing = Drawing(beside=messages("m")).start().node("task", "plain").node("manualTask", "by_hand").user("next")
    drawing.node("sendTask", "tell", messageRef="message_m")
    play = Play.of(drawing.path("start", "plain", "by_hand", "tell", "next"))
    assert play.passed() == ["start", "plain", "by_hand", "tell"]
    assert play.flows() == ["start_to_plain", "plain_to_by_hand", "by_hand_to_tell", "tell_to_next"]
