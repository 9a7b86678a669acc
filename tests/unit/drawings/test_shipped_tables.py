"""The shipped decision tables say, cell by cell, what was agreed."""

import tomllib
from pathlib import Path

import pytest
from lxml import etree

PROCESSES = Path(__file__).parents[3] / "processes"
AGREED = tomllib.loads(Path(__file__).with_name("decisions.toml").read_text("utf-8"))["decision"]
DMN = {"d": "https://www.omg.org/spec/DMN/20191111/MODEL/"}
BARE = ("true", "false")


def one_file(table: str) -> Path:
    """The file of a table, in whichever folder it is."""
    [found] = PROCESSES.glob(f"*/{table}.dmn")
    return found


def texts(parent, path: str) -> list[str]:
    return [(found.text or "").strip() for found in parent.iterfind(path, DMN)]


def wanted_input(cell: str) -> str:
    """A dash is an empty cell; words are quoted, true and false are not."""
    if cell == "-":
        return ""
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
        else:
            assert expression.get("typeRef") == "string"
            assert texts(column, "d:inputValues/d:text") == [",".join(f'"{value}"' for value in given["values"])]
