"""The shipped decision tables say, cell by cell, what was agreed."""

import tomllib
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from engine.core.dmn import read_decisions

PROCESSES = Path(__file__).parents[3] / "processes"
AGREED = tomllib.loads(Path(__file__).with_name("decisions.toml").read_text("utf-8"))["decision"]
DMN = {"d": "https://www.omg.org/spec/DMN/20191111/MODEL/"}
BARE = ("true", "false")
ANSWERS_ALWAYS = [table for table in AGREED if table["hit_policy"] in ("FIRST", "UNIQUE")]
COUNTS = (0, 1, 9, 10, 49, 50, 99, 100, 5_000)
"""What is tried for a number: both sides of each limit that a table has."""
NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)


def one_file(table: str) -> Path:
    """The file of a table, in whichever folder it is."""
    [found] = PROCESSES.glob(f"*/{table}.dmn")
    return found


def texts(parent, path: str) -> list[str]:
    return [(found.text or "").strip() for found in parent.iterfind(path, DMN)]


def wanted_input(cell: str) -> str:
    """A dash is an empty cell; words are quoted; true, false and comparisons are not."""
    if cell == "-":
        return ""
    if cell.startswith(">="):
        return cell
    return ", ".join(part if part in BARE else f'"{part}"' for part in cell.split(","))


def wanted_output(cell: str, kind: str) -> str:
    """Lists are lists, texts are quoted, null is null."""
    if cell == "null" or kind in ("number", "boolean"):
        return cell
    if kind.startswith("list of"):
        return "[" + ", ".join(f'"{part}"' for part in cell.split(",")) + "]"
    return f'"{cell}"'


@pytest.mark.parametrize("agreed", [pytest.param(table, id=table["id"]) for table in AGREED])
def test_a_table_says_cell_by_cell_what_was_agreed(agreed):
    decision = etree.parse(one_file(agreed["id"])).getroot().find("d:decision", DMN)
    table = decision.find("d:decisionTable", DMN)

    assert (decision.get("id"), decision.get("name")) == (agreed["id"], agreed["title"])
    assert table.get("hitPolicy", "UNIQUE") == agreed["hit_policy"]
    assert texts(table, "d:input/d:inputExpression/d:text") == [given["name"] for given in agreed["inputs"]]
    assert [output.get("name") for output in table.iterfind("d:output", DMN)] == agreed["outputs"]
    width = len(agreed["inputs"])
    rules = [
        (texts(rule, "d:inputEntry/d:text"), texts(rule, "d:outputEntry/d:text"))
        for rule in table.iterfind("d:rule", DMN)
    ]
    assert rules == [
        (
            [wanted_input(cell) for cell in row[:width]],
            [wanted_output(cell, kind) for cell, kind in zip(row[width:], agreed["types"], strict=True)],
        )
        for row in agreed["rules"]
    ]


@pytest.mark.parametrize("agreed", [pytest.param(table, id=table["id"]) for table in AGREED])
def test_an_input_offers_the_agreed_values(agreed):
    table = etree.parse(one_file(agreed["id"])).getroot().find("d:decision/d:decisionTable", DMN)

    for given, column in zip(agreed["inputs"], table.iterfind("d:input", DMN), strict=True):
        expression = column.find("d:inputExpression", DMN)
        if given["values"] == list(BARE):
            assert expression.get("typeRef") == "boolean"
        elif not given["values"]:
            assert expression.get("typeRef") == "number"
        else:
            assert expression.get("typeRef") == "string"
            assert texts(column, "d:inputValues/d:text") == [",".join(f'"{value}"' for value in given["values"])]


def inputs_of(table: dict) -> list[dict]:
    """Every combination of what the inputs of a table may be."""
    columns = []
    for given in table["inputs"]:
        boolean = given["values"] == list(BARE)
        columns.append([value == "true" for value in BARE] if boolean else given["values"] or COUNTS)
    names = [given["name"] for given in table["inputs"]]
    return [dict(zip(names, values, strict=True)) for values in product(*columns)]


@pytest.mark.parametrize("agreed", [pytest.param(table, id=table["id"]) for table in ANSWERS_ALWAYS])
def test_a_table_answers_every_combination_by_one_row(agreed):
    """UNIQUE refuses two rows that match, so one answer for each means that no two rows overlap."""
    file = one_file(agreed["id"])
    decisions = read_decisions(file.read_bytes(), file.name)

    for inputs in inputs_of(agreed):
        decided = decisions.decide(agreed["id"], inputs, now=NOW, zone=ZoneInfo("Europe/Berlin"))
        assert len(decided.rows) == 1, inputs
        assert len(decided.matched) == 1, inputs


def tiers_of_change(**fixed) -> list[tuple[dict, str]]:
    """Every combination of inputs with these values among them, and the tier of the change."""
    [agreed] = [table for table in AGREED if table["id"] == "ai_change_tier"]
    file = one_file("ai_change_tier")
    decisions = read_decisions(file.read_bytes(), file.name)
    found = [one | fixed for one in inputs_of(agreed) if fixed.items() <= one.items()]
    zone = ZoneInfo("Europe/Berlin")
    return [(one, decisions.decide("ai_change_tier", one, now=NOW, zone=zone).rows[0]["change_tier"]) for one in found]


def test_more_autonomy_is_always_of_the_highest_tier_that_is_allowed():
    """A system of tier T4 is not changed at all."""
    found = tiers_of_change(kind="autonomy_increase")
    assert {tier for one, tier in found if one["system_tier"] != "T4"} == {"C3"}
    assert {tier for one, tier in found if one["system_tier"] == "T4"} == {"C4"}


def test_a_worse_figure_raises_the_tier_of_a_change_and_never_lowers_it():
    better, worse = (tiers_of_change(metric_or_fairness_worse=one) for one in (False, True))
    pairs = [(low, high) for (_, low), (_, high) in zip(better, worse, strict=True)]
    assert all(low <= high for low, high in pairs)
    assert any(low < high for low, high in pairs)
