"""The modeler's templates offer every word of the vocabulary, and no other."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.core.profile.extras import ATTRIBUTES, PROPERTIES
from engine.topics import BUILT_IN

FOLDER = Path(__file__).parents[3] / "processes" / ".camunda" / "element-templates"
TEMPLATES = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}
TYPES = {
    "property": {"String", "Text", "Boolean", "Dropdown", "Hidden"},
    "camunda:property": {"String", "Dropdown", "Hidden"},
    "camunda:inputParameter": {"String", "Text", "Dropdown", "Hidden"},
    "camunda:outputParameter": {"String", "Dropdown", "Hidden"},
}
"""Which kinds of fields the modeler can bind to what."""
SYNONYMS = {"clause"}
"""Accepted, and not offered."""


def bound(template: dict[str, Any], kind: str) -> set[str]:
    return {one["binding"].get("name") for one in template["properties"] if one["binding"]["type"] == kind}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_says_only_what_a_model_may_say(name: str):
    template = TEMPLATES[name]
    elements = {applies.removeprefix("bpmn:") for applies in template["appliesTo"]}
    elements = {element[0].lower() + element[1:] for element in elements} - {"task"}

    assert {one.removeprefix("camunda:") for one in bound(template, "property")} <= ATTRIBUTES
    for word in bound(template, "camunda:property"):
        assert elements & PROPERTIES[word], f"{word} means nothing on {', '.join(elements)}"


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_field_can_be_bound_and_says_what_it_is_for(name: str):
    for one in TEMPLATES[name]["properties"]:
        assert one["type"] in TYPES[one["binding"]["type"]]
        if one["type"] != "Hidden":
            assert one["label"]
            assert one["description"] or one.get("choices")


def test_every_property_is_offered_somewhere():
    offered = set().union(*(bound(template, "camunda:property") for template in TEMPLATES.values()))

    assert offered == set(PROPERTIES) - SYNONYMS


def test_every_topic_of_our_own_has_a_template():
    """Counting is finding with a number for an answer, and a link is what raising a case leaves behind."""
    topics = {
        one["value"]
        for template in TEMPLATES.values()
        for one in template["properties"]
        if one["binding"].get("name") == "camunda:topic" and one["type"] == "Hidden"
    }

    assert topics >= set(BUILT_IN) - {"steward.count", "steward.link"}
