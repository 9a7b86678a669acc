"""Mutated diagrams: whatever is torn, moved or misspelt, the check answers and never raises."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.model import read_models
from engine.core.problem import Problem
from engine.core.profile import check
from engine.core.safe_xml import UnsafeXml

SEED = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:c="http://camunda.org/schema/1.0/bpmn">
<message id="m" name="answer.${key}"/>
<error id="e" name="bad" errorCode="bad"/>
<process id="p" isExecutable="true" c:candidateStarterGroups="qm">
<extensionElements><c:properties><c:property name="limit" value="d = 10 bd from ${done_at(T)}, pause X"/>
<c:property name="pause_clock" value="X"/></c:properties></extensionElements>
<laneSet id="ls"><lane id="L" name="Quality"><flowNodeRef>T</flowNodeRef><flowNodeRef>SP</flowNodeRef></lane></laneSet>
<startEvent id="S"><timerEventDefinition><timeCycle>R/P1M</timeCycle></timerEventDefinition></startEvent>
<sequenceFlow id="f1" sourceRef="S" targetRef="T"/>
<userTask id="T" c:assignee="${owner}" c:dueDate="5 bd from ${case.started_at}" c:formRef="f">
<extensionElements><c:properties><c:property name="evidence" value="report:file, photos:file*"/>
<c:property name="separate_from" value="self, person:builder"/><c:property name="clauses" value="iso9001:8.7"/>
</c:properties><c:inputOutput><c:inputParameter name="x"><c:list><c:value>${1}</c:value></c:list></c:inputParameter>
</c:inputOutput></extensionElements>
<multiInstanceLoopCharacteristics c:collection="${items}" c:elementVariable="i">
<completionCondition>${nrOfCompletedInstances == 1}</completionCondition></multiInstanceLoopCharacteristics>
</userTask>
<boundaryEvent id="B" attachedToRef="T" cancelActivity="false"><timerEventDefinition><timeDuration>PT1H</timeDuration>
</timerEventDefinition></boundaryEvent>
<sequenceFlow id="f2" sourceRef="B" targetRef="E"/>
<sequenceFlow id="f3" sourceRef="T" targetRef="G"/>
<exclusiveGateway id="G" default="f5"/>
<sequenceFlow id="f4" sourceRef="G" targetRef="SP">
<conditionExpression>${amount == 3}</conditionExpression></sequenceFlow>
<sequenceFlow id="f5" sourceRef="G" targetRef="W"/>
<eventBasedGateway id="W"/>
<sequenceFlow id="f6" sourceRef="W" targetRef="C"/>
<intermediateCatchEvent id="C"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>
<sequenceFlow id="f7" sourceRef="C" targetRef="D"/>
<businessRuleTask id="D" c:decisionRef="d" c:resultVariable="r"/>
<sequenceFlow id="f8" sourceRef="D" targetRef="X"/>
<scriptTask id="X" scriptFormat="feel"><script>{ round: 1 + 1 }</script></scriptTask>
<sequenceFlow id="f9" sourceRef="X" targetRef="E"/>
<subProcess id="SP"><startEvent id="SS"/><sequenceFlow id="s1" sourceRef="SS" targetRef="CA"/>
<callActivity id="CA" calledElement="q"><extensionElements><c:in source="a" target="b"/></extensionElements>
</callActivity>
<sequenceFlow id="s2" sourceRef="CA" targetRef="SE"/><endEvent id="SE"><errorEventDefinition errorRef="e"/></endEvent>
</subProcess>
<sequenceFlow id="f10" sourceRef="SP" targetRef="E"/>
<subProcess id="ES" triggeredByEvent="true"><startEvent id="ESS"><errorEventDefinition errorRef="e"/></startEvent>
<sequenceFlow id="e1" sourceRef="ESS" targetRef="ESE"/><endEvent id="ESE"/></subProcess>
<endEvent id="E"/>
</process></definitions>"""

LINES = SEED.splitlines()
WORDS = sorted({word for word in SEED.replace("<", " ").replace(">", " ").replace('"', " ").split() if word.isalnum()})
SPLINTERS = [
    "",
    "<",
    "/>",
    '"',
    "&amp;",
    "${",
    "}",
    "${${",
    "= ",
    "R/",
    "ä",
    "\x0b",
    "#",
    "]]>",
    "9" * 50,
    "(" * 300,
    "P",
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["drop", "double", "swap", "word", "splinter"])):
            case "drop":
                del lines[at]
            case "double":
                lines.insert(at, lines[at])
            case "swap":
                other = draw(st.integers(0, len(lines) - 1))
                lines[at], lines[other] = lines[other], lines[at]
            case "word":
                lines[at] = lines[at].replace(draw(st.sampled_from(WORDS)), draw(st.sampled_from(WORDS)))
            case "splinter":
                cut = draw(st.integers(0, len(lines[at])))
                lines[at] = lines[at][:cut] + draw(st.sampled_from(SPLINTERS)) + lines[at][cut:]
    return "\n".join(lines)


def test_the_seed_itself_is_only_warned_about():
    assert {problem.severity for problem in check({"p.bpmn": SEED.encode()})} == {"warning"}


@settings(max_examples=200, deadline=None, derandomize=True)
@given(mutated())
def test_a_mutated_diagram_gets_problems_and_never_an_exception(xml):
    problems = check({"p.bpmn": xml.encode("utf-8", "surrogatepass")})

    assert all(isinstance(problem, Problem) and problem.line and problem.remedy for problem in problems)
    assert problems == check({"p.bpmn": xml.encode("utf-8", "surrogatepass")})


@settings(max_examples=100, deadline=None, derandomize=True)
@given(mutated())
def test_reading_a_mutated_diagram_either_works_or_is_unsafe(xml):
    try:
        models = read_models(xml.encode("utf-8", "surrogatepass"), "p.bpmn")
    except UnsafeXml:
        return
    assert len(models) <= 2


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.binary(max_size=200))
def test_bytes_of_any_kind_get_problems(data):
    with_prologue = b'<?xml version="1.0"?>' + data
    for name in ("p.bpmn", "t.dmn", "f.form", "c.cmmn", "x.txt"):
        assert isinstance(check({name: data, f"2{name}": with_prologue}), tuple)


@pytest.mark.parametrize("depth", [50, 90])
def test_deeply_nested_sub_processes_are_checked(depth):
    opened = "".join(f'<subProcess id="P{n}"><startEvent id="S{n}"/>' for n in range(depth))
    xml = (
        f'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p" isExecutable="true">{opened}'
    )

    assert check({"p.bpmn": (xml + "</subProcess>" * depth + "</process></definitions>").encode()})
