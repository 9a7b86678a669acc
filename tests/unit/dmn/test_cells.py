"""What stands in the cells of a table."""

from datetime import UTC, datetime

import pytest

from engine.core.dmn import read_decisions
from engine.core.expressions import EvaluationError, UnknownVariable

CELLS = [
    ("-", None, True),
    ("", None, True),
    ("5", 5, True),
    ("5", 5.0, True),
    ("5", 6, False),
    ("-5", -5, True),
    ('"a"', "a", True),
    ('"a", "b"', "b", True),
    ('"a", "b"', "c", False),
    ('not("a", "b")', "c", True),
    ('not("a", "b")', "a", False),
    ("true", True, True),
    ("false", True, False),
    ("null", None, True),
    ("not(null)", 1, True),
    ("not(null)", None, False),
    ("> 5", 6, True),
    ("> 5", None, False),
    ("<= 5, > 10", 11, True),
    ("[1..10]", 10, True),
    ("[1..10)", 10, False),
    ("]1..10]", 1, False),
    ("(1..10[", 10, False),
    ("[1..2], [5..6]", 5, True),
    ("= 5", 5, True),
    ("!= 5", 5, False),
    ("? > 3 and ? < 9", 5, True),
    ("? * 2 = 10", 5, True),
    ("string length(?) = 2", "ab", True),
    ('starts with(?, "a")', "ab", True),
    ('matches(?, "^a.c$")', "abc", True),
    ("list contains(?, 3)", [1, 3], True),
    ("count(?) > 1", [1, 3], True),
    ("some x in ? satisfies x > 2", [1, 3], True),
    ("[1, 2]", [1, 2], True),
    ("limit", 7, True),
    ("> limit", 8, True),
    ("[limit..limit + 3]", 10, True),
    ('"2026-01-31"', "2026-01-31", True),
]


@pytest.mark.parametrize(("cell", "value", "matches"), CELLS)
def test_a_cell_lets_through_what_it_says(table, cell, value, matches):
    decisions = table([[cell, "true"]])

    assert decisions.problems() == ()
    assert bool(decisions.decide("t", {"a": value, "limit": 7}).rows) is matches


@pytest.mark.parametrize(
    ("ref", "cell", "value", "matches"),
    [
        ("date", '< date("2026-02-01")', "2026-01-31", True),
        ("date", '[date("2026-01-01")..date("2026-01-31")]', "2026-02-01", False),
        ("date", '= @"2026-02-01"', "2026-02-01", True),
        ("time", '> time("09:00:00")', "10:30:00", True),
        ("dateTime", '< date and time("2026-01-31T00:00:00Z")', "2026-01-31T00:30:00+01:00", True),
        ("date", '> date and time("2026-01-31T00:00:00Z")', "2026-02-01T00:00:00Z", True),
        ("dayTimeDuration", '> duration("P1D")', "PT25H", True),
        ("integer", "> 1", 2, True),
        ("double", "1.5", 1.5, True),
        ("boolean", "true", True, True),
        ("number", "-", None, True),
    ],
)
def test_a_typed_input_is_read_as_its_type(table, ref, cell, value, matches):
    assert bool(table([[cell, "1"]], inputs=[f"a:{ref}"]).decide("t", {"a": value}).rows) is matches


@pytest.mark.parametrize(
    ("ref", "value"), [("number", "5"), ("string", 5), ("boolean", "true"), ("date", "soon"), ("date", "2026-02-30")]
)
def test_a_value_of_another_type_is_refused_and_names_the_input(table, ref, value):
    with pytest.raises(EvaluationError, match=f"The input 'a' should be a {ref}"):
        table([["-", "1"]], inputs=[f"a:{ref}"]).decide("t", {"a": value})


def test_a_missing_input_raises_even_where_every_cell_is_a_dash(table):
    with pytest.raises(UnknownVariable, match="Unknown variable 'severity'; did you mean 'severty'") as caught:
        table([["-", "1"]], inputs=["severity"]).decide("t", {"severty": 1})

    assert caught.value.did_you_mean == "severty"


def test_an_input_outside_of_the_allowed_values_is_refused(table):
    decisions = table([["-", "1"]], allowed={"a": '"low", "high"'})

    assert decisions.decide("t", {"a": "low"}).rows == [{"o": 1}]
    with pytest.raises(EvaluationError, match="The input 'a' is mid, which is none of its allowed values"):
        decisions.decide("t", {"a": "mid"})


def test_an_output_outside_of_the_allowed_values_is_refused(table):
    decisions = table([["-", "a"]], allowed={"o": '"low", "high"'})

    assert decisions.decide("t", {"a": "low"}).rows == [{"o": "low"}]
    with pytest.raises(EvaluationError, match="The output 'o' of rule t_r1 is mid, which is none of its allowed"):
        decisions.decide("t", {"a": "mid"})


def test_an_output_may_compute_and_is_plain_json(table):
    decided = table([["> 1", "a * 0.1", 'date("2026-01-31")', "{n: a, l: [a]}"]], outputs=["x", "y:date", "z"]).decide(
        "t", {"a": 3}
    )

    assert decided.rows == [{"x": 0.3, "y": "2026-01-31", "z": {"n": 3, "l": [3]}}]


def test_today_is_what_the_caller_says(table):
    decisions = table([["-", "today()"]])

    assert decisions.decide("t", {"a": 1}, now=datetime(2026, 5, 1, 23, 30, tzinfo=UTC)).rows == [{"o": "2026-05-01"}]
    with pytest.raises(EvaluationError, match="Nobody said what time it is"):
        decisions.decide("t", {"a": 1})


def test_a_cell_may_use_the_name_of_its_input_variable(file, decision_table):
    xml = decision_table([["? > 1 and money < 9", "1"]]).replace(
        '<input id="in0">', '<input id="in0" camunda:inputVariable="money">'
    )

    assert file(xml).decide("t", {"a": 5}).rows == [{"o": 1}]


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    ],
)
def test_every_version_of_the_format_is_read(file, decision_table, namespace):
    decisions = file(decision_table([["1", "2"]]), namespace=namespace)

    assert decisions.problems() == ()
    assert decisions.decide("t", {"a": 1}).rows == [{"o": 2}]


def test_an_unknown_decision_is_named_with_the_nearest(table):
    with pytest.raises(EvaluationError, match="There is no decision 'tt'; did you mean 't'"):
        table([["1", "2"]]).decide("tt", {})


def test_deciding_twice_gives_the_same_and_leaves_the_inputs_alone(table):
    inputs = {"a": [3, 1, 2]}
    decisions = table([["-", "sort(a)"]])

    assert decisions.decide("t", inputs) == decisions.decide("t", inputs)
    assert inputs == {"a": [3, 1, 2]}


def test_rubbish_is_a_problem_and_not_an_exception():
    for data in (b"", b"<a/>", b"not xml", b'<!DOCTYPE x [<!ENTITY e "e">]><definitions/>'):
        assert [problem.severity for problem in read_decisions(data, "x.dmn").problems()] == ["error"]
