"""A definition is parsed once, shared by all threads, and gives the same bytes in every process."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from blocks import Artist, lived
from drawing import Drawing, duration, extension, link, message, messages
from laws import live
from play import CALENDAR, MORNING, Play, defined

from engine.core.advance import advance, next_due_of
from engine.core.definition import define
from engine.core.effects import OpenTask, Subscribe, Throw
from engine.core.events import Started, TaskCompleted, TimerDue
from engine.core.model.read import read_models
from engine.core.stuck import Stuck
from engine.core.translate import TRANSLATOR, translate


def test_a_translation_keeps_the_ids_and_drops_the_drawing():
    drawing = Drawing().start().throw("out", link("A")).catch("into", link("A")).user("work").path("start", "out")
    xml = drawing.path("into", "work").xml()
    translated = translate(xml)
    for name in (b'id="out"', b'id="into"', b'id="work"', b'id="start_to_out"'):
        assert name in translated
    assert b"linkEventDefinition" not in translated
    assert b'sourceRef="out" targetRef="into"' in translated
    assert b'id="#work.end"' in translated
    assert translate(translated) == translated
    assert TRANSLATOR >= 1


def test_data_associations_and_data_objects_are_no_part_of_the_execution():
    inner = "<bpmn:dataInputAssociation id='in'><bpmn:sourceRef>paper</bpmn:sourceRef></bpmn:dataInputAssociation>"
    drawing = Drawing().start().user("work", inner=inner).path("start", "work")
    drawing.nodes.append('<bpmn:dataObjectReference id="paper" dataObjectRef="data"/><bpmn:dataObject id="data"/>')
    assert Play.of(drawing).open == ["work"]


@pytest.mark.parametrize("broken", ["gone", "start"])
def test_what_cannot_be_executed_is_a_value_error_with_the_key(broken):
    xml = Drawing().start().user("work").path("start", "work").xml()
    [model] = read_models(xml, "drawn.bpmn")
    spoiled = translate(
        xml.replace(b'id="process"', b'id="other"')
        if broken == "gone"
        else xml.replace(b'targetRef="work"', b'targetRef="x"')
    )
    with pytest.raises(ValueError, match="process"):
        define(model, spoiled)


def test_a_case_begins_once_and_only_with_a_start():
    play = Play.of(Drawing().start().user("work").path("start", "work"))
    with pytest.raises(ValueError, match="once"):
        advance(play.definition, play.state, Started(), now=MORNING, calendar=CALENDAR)
    with pytest.raises(ValueError, match="once"):
        advance(play.definition, None, TimerDue(), now=MORNING, calendar=CALENDAR)


def test_threads_share_a_definition():
    life = lived(11)
    definition = defined(Artist().model(life.block))
    alone = live(definition, life.day).state
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: live(definition, life.day).state, range(8))) == {alone}


SCRIPT = """
import sys; sys.path.insert(0, sys.argv[1])
from blocks import Artist, lived
from laws import live
from play import defined
from hashlib import sha256
for seed in (3, 8):
    life = lived(seed)
    kept = live(defined(Artist().model(life.block)), life.day)
    print(sha256(kept.state + repr(kept.effects).encode()).hexdigest())
"""


def test_another_process_with_another_hash_seed_gives_the_same_bytes():
    def run(seed: str) -> str:
        env = {**os.environ, "PYTHONHASHSEED": seed}
        arguments = [sys.executable, "-c", SCRIPT, str(Path(__file__).parent)]
        return subprocess.run(arguments, env=env, capture_output=True, text=True, check=True).stdout

    assert run("1") == run("4242") != ""


def test_the_initiator_becomes_a_variable_where_the_start_event_says_so():
    drawing = Drawing().start(camunda__initiator="starter").user("work", camunda__assignee="${starter}")
    play = Play(defined(drawing.path("start", "work"))).begin(Started(case={"initiator": "ann"}))
    assert play.of_kind(OpenTask)[0].assignee == "ann"
    assert play.data == {"starter": "ann"}


def test_the_name_and_the_key_of_a_message_may_depend_on_data():
    beside = '<bpmn:message id="message_m" name="reply-${n}"/>'
    key = extension(
        '<camunda:properties><camunda:property name="correlation_key" value="${order}"/></camunda:properties>'
    )
    drawing = (
        Drawing(beside=beside).start().parallel("fork").catch("wait", key + message("m")).throw("send", message("m"))
    )
    play = Play.of(drawing.path("start", "fork").path("fork", "wait").path("fork", "send"), n=3, order="A-7")
    assert [(e.name, e.key) for e in play.of_kind(Subscribe)] == [("reply-3", "A-7")]
    assert [e.name for e in play.of_kind(Throw)] == ["reply-3"]


def test_an_event_may_map_what_it_takes_of_its_payload():
    out = '<camunda:outputParameter name="got">${text}</camunda:outputParameter>'
    drawing = (
        Drawing(beside=messages("m"))
        .start()
        .catch("wait", extension(f"<camunda:inputOutput>{out}</camunda:inputOutput>") + message("m"))
        .user("next")
    )
    play = Play.of(drawing.path("start", "wait", "next")).message("wait", text="hello", noise=1)
    assert play.data == {"got": "hello"}


def test_a_fact_about_a_task_that_does_not_exist_is_an_error():
    drawing = Drawing().start().user("work", camunda__assignee="${actor(plam)}").path("start", "work")
    with pytest.raises(Stuck, match="plam"):
        Play.of(drawing)


def limited(due: str, *limits: str) -> Drawing:
    properties = "".join(f'<camunda:property name="limit" value="{limit}"/>' for limit in limits)
    drawing = Drawing().start().user("ask").user("decide", camunda__dueDate=due).path("start", "ask", "decide")
    drawing.nodes.insert(0, extension(f"<camunda:properties>{properties}</camunda:properties>"))
    return drawing


def test_named_limits_run_from_stated_facts():
    limits = ("decision = PT4H from ${done_at(ask)}, pause ask", "other = ${unknown} from ${done_at(ask)}")
    play = Play.of(limited("${limit.decision}", *limits)).later(hours=1).do("ask")
    [opened] = play.of_kind(OpenTask)
    assert (opened.due_at - MORNING).total_seconds() == 5 * 3600


def test_a_limit_that_reads_itself_leaves_the_step_stuck():
    with pytest.raises(Stuck, match="another limit"):
        Play.of(limited("${limit.a}", "a = PT4H from ${limit.a}")).do("ask")


def test_the_next_moment_of_a_case_can_be_asked_for():
    drawing = Drawing().start().user("work", camunda__dueDate="PT1H").path("start", "work")
    drawing.boundary("late", "work", duration("PT3H")).boundary("later", "work", duration("PT4H"))
    play = Play.of(drawing)
    assert next_due_of(play.definition, play.state) == play.due("late")
    play.take(TaskCompleted(token=play.token("work"), by="ann"))
    assert next_due_of(play.definition, play.state) is None
