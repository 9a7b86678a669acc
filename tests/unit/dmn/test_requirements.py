"""Decisions that rest on others, on inputs and on knowledge models."""

import pytest

from engine.core.dmn import Match
from engine.core.expressions import EvaluationError, UnknownVariable


def needs(*refs: str) -> str:
    tags = {"#i": "requiredInput", "#k": "requiredKnowledge"}
    parts = []
    for ref in refs:
        tag = tags.get(ref[:2], "requiredDecision")
        kind = "knowledgeRequirement" if tag == "requiredKnowledge" else "informationRequirement"
        parts.append(f"<{kind}><{tag} href='{ref}'/></{kind}>")
    return "".join(parts)


def literal(id_: str, text: str, requires: str = "", name: str | None = None, variable: str = "") -> str:
    return (
        f'<decision id="{id_}" name="{name or id_}">{variable}{requires}'
        f"<literalExpression><text>{text}</text></literalExpression></decision>"
    )


def test_a_required_decision_is_known_by_name_id_and_output(file, decision_table):
    base = decision_table([["> 1", '"high"']], id="risk", outputs=["level"])
    for name in ("Decision risk", "risk", "level"):
        top = decision_table([['"high"', "1"]], id="top", inputs=[name], requires=needs("#risk"))

        decided = file(base, top).decide("top", {"a": 5})

        assert decided.rows == [{"o": 1}]
        assert decided.matched == [Match("risk", "risk_r1", 1), Match("top", "top_r1", 1)]


def test_the_outputs_of_a_required_table_are_read_by_path_or_alone(file, decision_table):
    base = decision_table([["-", '"high"', "3"]], id="risk", outputs=["level", "days"])
    top = literal("top", "risk.days + days", needs("#risk"))

    assert file(base, top).decide("top", {"a": 5}).rows == [{"top": 6}]


def test_the_rows_of_a_collecting_table_are_a_list_for_others(file, decision_table):
    base = decision_table([["> 1", "1"], ["> 2", "2"]], id="points", policy="COLLECT")

    assert file(base, literal("top", "sum(points)", needs("#points"))).decide("top", {"a": 5}).value == 3


def test_input_data_has_a_type_and_must_be_given(file):
    decisions = file(
        '<inputData id="i1" name="Due day"><variable name="Due day" typeRef="date"/></inputData>',
        literal("d", "Due day + duration(&quot;P1D&quot;)", needs("#i1")),
    )

    assert decisions.problems() == ()
    assert decisions.inputs("d") == {"Due day"}
    assert decisions.decide("d", {"Due day": "2026-01-31"}).rows == [{"d": "2026-02-01"}]
    with pytest.raises(UnknownVariable, match="Due day"):
        decisions.decide("d", {})
    with pytest.raises(EvaluationError, match="The input 'Due day' should be a date"):
        decisions.decide("d", {"Due day": 5})


def test_the_inputs_of_a_decision_are_those_of_all_it_rests_on(file, decision_table):
    base = decision_table([["-", "b"]], id="base")
    top = literal("top", "base + c", needs("#base"))

    assert file(base, top).inputs("top") == {"a", "b", "c"}
    assert file(base, top).inputs("base") == {"a", "b"}


def test_a_knowledge_model_is_a_function(file):
    model = """<businessKnowledgeModel id="k1" name="working days">
      <encapsulatedLogic><formalParameter name="n" typeRef="number"/>
      <literalExpression><text>if n = 0 then 0 else 1 + working days(n - 1)</text></literalExpression>
    </encapsulatedLogic></businessKnowledgeModel>"""
    invocation = f"""<decision id="d" name="d">{needs("#k1")}
      <invocation><literalExpression><text>working days</text></literalExpression><binding>
      <parameter name="n"/><literalExpression><text>a</text></literalExpression></binding></invocation></decision>"""

    decisions = file(model, invocation, literal("e", "working days(n: a) + 1", needs("#k1")))

    assert decisions.problems() == ()
    assert decisions.decide("d", {"a": 5}).value == 5
    assert decisions.decide("e", {"a": 5}).value == 6
    with pytest.raises(EvaluationError, match="The argument 'n'"):
        decisions.decide("d", {"a": "five"})
    with pytest.raises(EvaluationError, match="levels deep"):
        decisions.decide("d", {"a": 5000})


def test_a_knowledge_model_may_hold_a_table(file, decision_table):
    inner = decision_table([["> 1", '"b"'], ["<= 1", '"a"']], inputs=["x"])
    body = inner[inner.index("<decisionTable") : inner.index("</decision>")]
    model = f"""<businessKnowledgeModel id="k1" name="grade"><encapsulatedLogic><formalParameter name="x"/>{body}
      </encapsulatedLogic></businessKnowledgeModel>"""

    decided = file(model, literal("d", "[grade(1), grade(2)]", needs("#k1"))).decide("d", {})

    assert decided.value == ["a", "b"]
    assert [match.index for match in decided.matched] == [2, 1]


def boxed(*parts: str) -> str:
    """A decision of boxed parts, in which `{text}` is a literal expression."""
    inside = "".join(parts).replace("{", "<literalExpression><text>").replace("}", "</text></literalExpression>")
    return f'<decision id="d" name="d">{inside}</decision>'


NET = '<contextEntry><variable name="net" typeRef="number"/>{a * 2}</contextEntry>'
GROSS = '<contextEntry><variable name="gross"/>{net + 1}</contextEntry>'
RELATION = '<relation><column name="x"/><column name="y z"/><row>{a}{2}</row></relation>'
LOOP = '<for iteratorVariable="x"><in>{[1..a]}</in><return>{x * 2}</return></for>'
SOME = '<some iteratorVariable="x"><in>{[1..a]}</in><satisfies>{x > 2}</satisfies></some>'
CHOICE = "<conditional><if>{a > 2}</if><then>{1}</then><else>{2}</else></conditional>"
FILTER = "<filter><in>{[1, 2, 3]}</in><match>{item >= a}</match></filter>"


@pytest.mark.parametrize(
    ("parts", "rows"),
    [
        (("<context>", NET, GROSS, "</context>"), [{"net": 6, "gross": 7}]),
        (("<context>", NET, GROSS, "<contextEntry>{gross}</contextEntry></context>"), [{"d": 7}]),
        (("<list>{a}{2}</list>",), [{"d": [3, 2]}]),
        ((RELATION,), [{"x": 3, "y z": 2}]),
        ((LOOP,), [{"d": [2, 4, 6]}]),
        ((SOME,), [{"d": True}]),
        ((SOME.replace("some", "every"),), [{"d": False}]),
        ((CHOICE,), [{"d": 1}]),
        ((FILTER,), [{"d": [3]}]),
    ],
)
def test_boxed_expressions_are_run(file, parts, rows):
    decisions = file(boxed(*parts))

    assert decisions.problems(known={"a"}) == ()
    assert decisions.decide("d", {"a": 3}).rows == rows


def test_types_of_the_model_are_enforced(file):
    types = """<itemDefinition name="tLevel"><typeRef>string</typeRef>
        <allowedValues><text>"low","high"</text></allowedValues></itemDefinition>
      <itemDefinition name="tRisk"><itemComponent name="level"><typeRef>tLevel</typeRef></itemComponent>
        <itemComponent name="since"><typeRef>date</typeRef></itemComponent></itemDefinition>
      <inputData id="i1" name="risk"><variable name="risk" typeRef="tRisk"/></inputData>"""
    decisions = file(types, literal("d", "risk.since.year", needs("#i1")))

    assert decisions.decide("d", {"risk": {"level": "low", "since": "2026-01-31"}}).value == 2026
    with pytest.raises(EvaluationError, match="'level' of The input 'risk' is mid, which is none of its allowed"):
        decisions.decide("d", {"risk": {"level": "mid", "since": "2026-01-31"}})
    with pytest.raises(EvaluationError, match="lacks 'since'"):
        decisions.decide("d", {"risk": {"level": "low"}})


def test_errors_name_the_decision_and_show_the_place(file):
    with pytest.raises(EvaluationError, match="Decision 'Top': ") as caught:
        file(literal("top", "1 + cont(a)", name="Top")).decide("top", {"a": [1]})

    assert str(caught.value).splitlines()[1:] == ["    1 + cont(a)", "        ^"]
