"""Which rules answer, and which may not match together (DMN 1.3, section 8.2.8)."""

import pytest

from engine.core.dmn import HitPolicyViolated, Match

ABOVE = [["> 1", '"low"'], ["> 2", '"high"'], ["> 100", '"never"']]
ORDER = {"o": '"high","low","never"'}
NUMBERS = [["> 1", "1"], ["> 2", "2"], ["> 3", "4"], ["> 100", "8"]]


@pytest.mark.parametrize(
    ("policy", "rows"),
    [
        ("FIRST", [{"o": "low"}]),
        ("PRIORITY", [{"o": "high"}]),
        ("RULE ORDER", [{"o": "low"}, {"o": "high"}]),
        ("OUTPUT ORDER", [{"o": "high"}, {"o": "low"}]),
        ("COLLECT", [{"o": "low"}, {"o": "high"}]),
        ("RULE  order", [{"o": "low"}, {"o": "high"}]),
    ],
)
def test_each_policy_gives_its_rows(table, policy, rows):
    assert table(ABOVE, policy=policy, allowed=ORDER).decide("t", {"a": 5}).rows == rows


def test_a_unique_table_answers_with_its_one_rule(table):
    decided = table(ABOVE).decide("t", {"a": 2})

    assert decided.rows == [{"o": "low"}]
    assert decided.matched == [Match("t", "t_r1", 1)]


@pytest.mark.parametrize("policy", [None, "UNIQUE"])
def test_two_matching_rules_of_a_unique_table_are_an_error_that_names_them(table, policy):
    with pytest.raises(HitPolicyViolated) as caught:
        table(ABOVE, policy=policy).decide("t", {"a": 3})

    assert caught.value.rules == (1, 2)
    assert "rules 1 (t_r1) and 2 (t_r2) do (UNIQUE)" in str(caught.value)


def test_any_accepts_equal_outputs_only(table):
    rows = [["> 1", '"x"', "[1]"], ["> 2", '"x"', "[1.0]"], ["> 3", '"y"', "[1]"]]
    decisions = table(rows, outputs=["o", "p"], policy="ANY")

    assert decisions.decide("t", {"a": 3}).rows == [{"o": "x", "p": [1]}]
    with pytest.raises(HitPolicyViolated, match=r"Rules 1 \(t_r1\), 2 \(t_r2\) and 3 \(t_r3\)") as caught:
        decisions.decide("t", {"a": 4})
    assert caught.value.rules == (1, 2, 3)


@pytest.mark.parametrize(("aggregation", "value"), [("SUM", 7), ("MIN", 1), ("MAX", 4), ("COUNT", 3)])
def test_collect_can_make_one_value_of_all(table, aggregation, value):
    decided = table(NUMBERS, policy="COLLECT", aggregation=aggregation).decide("t", {"a": 50})

    assert decided.rows == [{"o": value}]
    assert [match.index for match in decided.matched] == [1, 2, 3]


@pytest.mark.parametrize(("aggregation", "rows"), [("SUM", []), ("MIN", []), ("MAX", []), ("COUNT", [{"o": 0}])])
def test_collecting_nothing_counts_zero(table, aggregation, rows):
    assert table(NUMBERS, policy="COLLECT", aggregation=aggregation).decide("t", {"a": 0}).rows == rows


@pytest.mark.parametrize("policy", ["UNIQUE", "FIRST", "ANY", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT"])
def test_no_matching_rule_gives_no_row(table, policy):
    decided = table(ABOVE, policy=policy, allowed=ORDER).decide("t", {"a": 0})

    assert (decided.rows, decided.matched, decided.value) == ([], [], None)


@pytest.mark.parametrize("policy", ["UNIQUE", "FIRST", "COLLECT"])
def test_a_default_output_stands_in_when_no_rule_matches(table, policy):
    decisions = table(ABOVE, policy=policy, allowed=ORDER, default={"o": '"never"'})

    assert decisions.decide("t", {"a": 0}).rows == [{"o": "never"}]
    assert decisions.decide("t", {"a": 0}).matched == []


def test_defaults_of_several_outputs_make_one_row(table):
    decisions = table([["> 9", "1", "2"]], outputs=["o", "p"], default={"o": "7"})

    assert decisions.decide("t", {"a": 0}).rows == [{"o": 7, "p": None}]


def test_priority_looks_at_the_leftmost_output_first(table):
    rows = [["-", '"b"', "1"], ["-", '"a"', "2"], ["-", '"a"', "1"], ["-", '"b"', "2"]]
    decisions = table(rows, outputs=["o", "p"], policy="OUTPUT ORDER", allowed={"o": '"a","b"', "p": "1,2"})

    assert [tuple(row.values()) for row in decisions.decide("t", {"a": 0}).rows] == [
        ("a", 1),
        ("a", 2),
        ("b", 1),
        ("b", 2),
    ]


def test_a_list_as_one_output_stays_one_row(table):
    decided = table([["-", '["ana", "ben"]']]).decide("t", {"a": 1})

    assert decided.rows == [{"o": ["ana", "ben"]}]


def test_a_rule_that_answers_null_is_still_a_row(table):
    assert table([["-", ""]]).decide("t", {"a": 1}).rows == [{"o": None}]


def test_a_table_is_printed_as_it_is_written(table):
    sheet = table(NUMBERS, policy="COLLECT", aggregation="SUM").sheet("t")

    assert (sheet.policy, sheet.asks, sheet.answers) == ("COLLECT SUM", ("a",), ("o",))
    assert [(row.number, row.asks, row.answers) for row in sheet.rows] == [
        (number, (ask,), (answer,)) for number, (ask, answer) in enumerate(NUMBERS, 1)
    ]
