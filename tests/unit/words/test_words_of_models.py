"""Keys and spans of models stand on pages as people say them."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from web import language
from web.model_words import cell, item, keyless, named_item, span


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    app = Flask(__name__)
    language.register(app)
    with app.test_request_context("/"):
        yield


def task(values: dict[str, Any], **more: Any) -> Any:
    return SimpleNamespace(name="Review the change", locals=values, holder=None, accountable="lucia", **more)


def test_a_key_is_said_in_words_and_what_people_wrote_stays() -> None:
    assert keyless("user_affecting") == "user affecting"
    assert keyless("eu_ai_act") == "EU AI act"
    for written in ("data_2027.csv", "Two lines_of text", "priya.raman", "T3", ""):
        assert keyless(written) == written


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("PT24H", "24 hours"),
        ("P6M", "6 months"),
        ("P1Y", "1 year"),
        ("PT15M", "15 minutes"),
        ("4 bh", "4 working hours"),
    ],
)
def test_a_span_is_said_in_words(written: str, said: str) -> None:
    assert span(written).replace("\u00a0", " ") == said


def test_what_is_no_plain_span_is_none() -> None:
    assert [span(one) for one in ("P1DT2H", "soon", "P6X", "6")] == ["", "", "", ""]


def test_a_cell_of_a_table_loses_its_marks() -> None:
    assert cell('["top_management", "ai_officer"]') == "top management, AI officer"
    assert cell('"P6M"').replace("\u00a0", " ") == "6 months"
    assert cell("-") == "any"


def test_tasks_side_by_side_are_told_apart_by_what_they_are_about() -> None:
    assert named_item(task({"loopCounter": 0, "topic": "domain_safety"})) == "Review the change: domain safety"
    assert item(
        task({"nrOfInstances": 2, "loopCounter": 1, "todo": {"by": "2027-04-30", "text": "Alarm at 0.15"}})
    ) == ("Alarm at 0.15")
    assert item(task({"loopCounter": 0, "decider": {"role": "ai_officer"}})) == ""
    assert item(task({"loopCounter": 0, "member": "lucia"})) == ""
    assert named_item(task({"verdict": "pass"})) == "Review the change"
