"""The laws of expressions over many more texts. `STEWARD_FUZZ` sets how many (1,500)."""

import os
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.core.dmn import read_decisions
from engine.core.expressions import ExpressionError, Scope, compile_condition, compile_text
from engine.core.feel.builtins import BUILTINS

SEEDS = [
    *("for i in b return i", "{a: 1, c: a + 1}", "some x in b satisfies x = 1", "c.d", "[1..5]", "b[item = 1]"),
    *("sort(b, function(x, y) x < y)", 'date(c.d) + duration("P1D")', "a between 1 and 3", "a in (1, > 3, [1..2])"),
    *("substring(d, 1, 2)", "if a = 1 then b else c", "a instance of list<number>", 'replace(d, "e", "$0")'),
    *("get or else(z.y, 1)", "is defined(b[1].x)", "now() - date and time(c.d)", '@"2026-01-31".day', "not(a = 1)"),
    *("${a > 1 ? b : c.d}", "${empty d && !(a == 1)}", "${dateTime().plusDays(a)}", "x ${a} ${c['d']} y"),
]
PIECES = st.sampled_from([*SEEDS, *sorted(BUILTINS), *"()[]{}<>=+-*/.,:?@!&|'\"\\ \n$#%"]) | st.text(max_size=3)
TEXTS = st.lists(PIECES, min_size=1, max_size=8).map("".join)
VARIABLES = {"a": 1, "b": [1, "x", None, {"c": 2}], "c": {"d": "2026-01-31", "a": True}, "d": "text"}
LAW = settings(
    max_examples=int(os.environ.get("STEWARD_FUZZ", "1500")),
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)


@LAW
@given(TEXTS, st.sampled_from([None, "feel"]))
def test_any_text_is_a_value_or_an_expression_error(text, language):
    scope = Scope(VARIABLES, now=datetime(2026, 3, 2, tzinfo=UTC), zone=UTC)
    try:
        expression = compile_text(text) if language is None else compile_condition(text, language)
        expression.evaluate(scope)
    except ExpressionError as error:
        position = error.position
    else:
        position = None

    assert position is None or 0 <= position <= len(text)


@LAW
@given(TEXTS, TEXTS)
def test_any_cells_make_a_table_that_is_judged_and_decides_or_complains(cell, output):
    xml = _table(_in_xml(cell), _in_xml(output))

    decisions = read_decisions(xml, "t.dmn")
    refused = [problem for problem in decisions.problems() if problem.severity == "error"]
    try:
        rows = decisions.decide("t", VARIABLES).rows
    except ExpressionError:
        rows = []

    assert len(rows) <= 1
    assert all(problem.line and problem.remedy for problem in refused)


def _table(cell: str, output: str) -> bytes:
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"><decision id="t"><decisionTable>'
        '<input><inputExpression><text>a</text></inputExpression></input><output name="o"/>'
        f"<rule><inputEntry><text>{cell}</text></inputEntry><outputEntry><text>{output}</text></outputEntry></rule>"
        "</decisionTable></decision></definitions>"
    ).encode("utf-8", "replace")


def _in_xml(text: str) -> str:
    kept = "".join(letter if letter.isprintable() or letter in "\n\t" else " " for letter in text)
    return kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
