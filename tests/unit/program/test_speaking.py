"""How the command line speaks."""

import time
from types import SimpleNamespace

import pytest

from steward.archive import _plain, _typed
from steward.cli.fields import field_lines
from steward.cli.output import cell, table
from steward.cli.serve import _greeting
from steward.settings import Settings


@pytest.fixture
def berlin(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_moments_read_in_the_readers_zone_without_seconds(berlin):
    assert cell("2027-07-04T08:00:00.123456+00:00") == "2027-07-04 10:00+02:00"
    assert cell("2027-01-04T08:00:00+00:00") == "2027-01-04 09:00+01:00"
    assert cell("2027-99-04T08:00:00+00:00") == "2027-99-04T08:00:00+00:00"
    assert (cell(None), cell(["a", None]), cell(3)) == ("-", "a, -", "3")


def test_a_table_is_as_wide_as_what_it_holds():
    lines = table([{"a": "long text", "b": 1}, {"a": "x"}], {"A": "a", "BEE": "b"}, empty="Nothing.")
    assert lines == ["A          BEE", "long text  1", "x          -"]
    assert table([], {"A": "a"}, empty="Nothing.") == ["Nothing."]


def test_a_form_says_what_each_answer_may_be():
    form = {
        "components": [
            {"type": "text", "text": "Read this."},
            {"type": "radio", "key": "ok", "label": "All right?", "values": [{"value": True}, {"value": False}]},
            {"type": "datetime", "key": "on", "subtype": "date", "dateLabel": "Day", "validate": {"required": True}},
            {"type": "number", "key": "was", "readonly": True},
            {
                "type": "dynamiclist",
                "path": "rows",
                "components": [
                    {"type": "select", "key": "who", "valuesKey": "people.staff", "conditional": {"hide": "=x"}}
                ],
            },
        ]
    }
    assert list(field_lines(form)) == [
        "  ok  (one of true | false)  All right?",
        "  on  (YYYY-MM-DD, required)  Day",
        "  was  (for reading)",
        "  rows  (list of)",
        "    who  (a person of staff, only where it applies)",
    ]
    assert list(field_lines(None)) == []


VALUES = [
    b"\x00\xff",
    {"a": [1, None]},
    {"#bytes": "not ours"},
    {"#id": "x", "more": 1},
    "text",
    7,
    None,
    True,
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_backup_gives_back_each_value_as_it_was(value):
    assert _typed(_plain(value)) == value


def test_the_greeting_says_who_can_log_in_and_what_to_try(tmp_path):
    program = SimpleNamespace(settings=Settings(home=str(tmp_path), port=8123), simulated=False)
    people = [
        {"id": "ann", "password": "secret-1", "groups": ["staff"]},
        {"id": "robert", "password": "s2", "groups": []},
    ]
    lines = _greeting(program, people)
    assert lines[0] == f"Steward serves http://127.0.0.1:8123 from {tmp_path}"
    assert "  ann     secret-1  staff" in lines
    assert "  robert  s2  reporter" in lines
    assert "  steward --server http://127.0.0.1:8123 login ann --password secret-1" in lines
    assert _greeting(program, [])[-1] == "Stop with Ctrl-C."
