"""A standard's file is checked whole, and knows what lies under what."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from engine.core.catalogue import CatalogueError, read_standard
from engine.core.model import read_models

ROOT = Path(__file__).parents[3]
SHIPPED = sorted((ROOT / "config/clauses").glob("*-*.toml"))


def small(**more: Any) -> dict[str, Any]:
    clauses = [
        {"ref": "10", "title": "Improvement", "level": 1},
        {"ref": "10.2", "title": "Nonconformity", "parent": "10"},
        {"ref": "10.2.1", "title": "React", "parent": "10.2"},
    ]
    usual = {"id": "iso1-2027", "family": "iso1", "name": "ISO 1", "edition": "2027", "subject": "one"}
    return usual | {"clause": clauses} | more


def test_a_clause_belongs_under_those_above_it():
    found = read_standard(small())
    assert list(found.above("iso1:10.2.1")) == ["10.2.1", "10.2", "10"]
    assert list(found.above("iso1:10.3")) == []
    assert list(found.above("iso2:10.2.1")) == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"id": "ISO 1"}, "cannot be used"),
        ({"id": "iso2-2027"}, "begin with the family"),
        ({"colour": "red"}, "'colour' is unknown"),
        ({"name": " "}, "name must be a text"),
        ({"clause": []}, "between 1 and"),
        ({"clause": ["4"]}, "no table"),
        ({"clause": [{"ref": "four", "title": "x"}]}, "no number of a clause"),
        ({"clause": [{"ref": "4"}]}, "title must be a text"),
        ({"clause": [{"ref": "4", "title": "x"}, {"ref": "4", "title": "y"}]}, "twice"),
        ({"clause": [{"ref": "4.1", "title": "x", "parent": "4"}]}, "does not come before"),
        ({"clause": [{"ref": "4", "title": "x", "documented": "record"}]}, "list of texts"),
        ({"clause": [{"ref": "4", "title": "x", "same_as": ["9001 4.1"]}]}, "names no clause"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_place(more: dict[str, Any], said: str):
    with pytest.raises(CatalogueError, match=said):
        read_standard(small(**more))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_each_shipped_standard_holds(path: Path):
    found = read_standard(tomllib.loads(path.read_text(encoding="utf-8")))
    assert found.id == path.stem
    assert len(found.clauses) > 80
    assert all(clause.summary for clause in found.clauses)


def test_each_clause_that_a_shipped_diagram_names_is_there():
    standards = [read_standard(tomllib.loads(path.read_text(encoding="utf-8"))) for path in SHIPPED]
    models = [
        model
        for path in sorted((ROOT / "processes").glob("*/*.bpmn"))
        for model in read_models(path.read_bytes(), path.name)
    ]
    named = {
        (model.key, key)
        for model in models
        for rules in (model.rules, *(node.rules for node in model.nodes.values()))
        for key in rules.clauses
    }
    assert len(named) > 10
    assert [one for one in sorted(named) if not any(list(found.above(one[1])) for found in standards)] == []
