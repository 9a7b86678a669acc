"""What was filled into a form reads as people say it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask

from web import language
from web.filled import Filled, How, Table, filled

HOW = How(datetime(2026, 11, 26, 8, 0, tzinfo=UTC), "Europe/Oslo", {"ole": "Ole Dahl"})
FORM = {
    "components": [
        {"type": "text", "text": "# Read this"},
        {"type": "select", "key": "tier", "label": "Tier", "values": [{"value": "T3", "label": "Highest"}]},
        {"type": "checkbox", "key": "undone", "label": "Can be undone"},
        {"type": "number", "key": "missed", "label": "Missed", "appearance": {"suffixAdorner": "%"}},
        {"type": "datetime", "key": "on", "dateLabel": "Measured on"},
        {
            "type": "group",
            "path": "phases",
            "label": "By phase",
            "components": [{"type": "select", "key": "data", "label": "Data", "valuesKey": "people.stewards"}],
        },
        {
            "type": "dynamiclist",
            "path": "actions",
            "label": "Actions",
            "components": [
                {"type": "textfield", "key": "deed", "label": "What"},
                {"type": "select", "key": "who", "label": "Who", "valuesKey": "people.owners"},
            ],
        },
    ]
}


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Within a request of somebody whose browser says nothing of languages."""
    app = Flask(__name__)
    language.register(app)
    with app.test_request_context("/"):
        yield


def test_labels_options_people_dates_and_lists_are_said_in_words() -> None:
    values = {
        "tier": "T3",
        "undone": False,
        "missed": 0.5,
        "on": "2026-11-20",
        "phases": {"data": "ole"},
        "actions": [{"deed": "Weigh anew", "who": "ole"}],
    }
    assert filled(FORM, values, HOW) == [
        Filled("tier", "Tier", "Highest"),
        Filled("undone", "Can be undone", "No"),
        Filled("missed", "Missed", "0.5 %"),
        Filled("on", "Measured on", "Fri 20 Nov"),
        Filled("phases.data", "Data", "Ole Dahl", person="ole", group="By phase"),
        Filled("actions", "Actions", "", Table(("What", "Who"), (("Weigh anew", "Ole Dahl"),))),
    ]


def test_what_is_missing_is_empty_and_what_the_form_does_not_name_is_not_hidden() -> None:
    found = {one.key: one.text for one in filled(FORM, {"made_up": ["a", "ole"]}, HOW)}
    assert found == {
        "tier": "",
        "undone": "",
        "missed": "",
        "on": "",
        "phases.data": "",
        "actions": "",
        "made_up": "a, Ole Dahl",
    }
