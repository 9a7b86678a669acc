"""Whatever is sent, a form gives a verdict: it raises nothing, keeps nothing foreign, and ends."""

import itertools
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.forms import LIMITS, UnusableForm, check_form, read_form

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
OPTIONS = [{"label": "A", "value": "a"}, {"label": "B", "value": 2}]
CONDITIONS = [
    "=k0 = 1",
    "=flag",
    "=missing.entry = null",
    '=k1 = "a"',
    "=count(k2) > 1",
    "=this.x = 1",
    "=1 / 0 = 1",
    "=date(k1) > date(k3)",
]


def nobody(group: str) -> frozenset[str]:
    return frozenset(("ann",))


def form_of(*components):
    return read_form(json.dumps({"id": "f", "components": list(components)}).encode(), "x.form")


FORM = form_of(
    {"type": "textfield", "id": "t", "key": "t", "validate": {"pattern": "^(a+)+$"}},
    {
        "type": "dynamiclist",
        "id": "l",
        "path": "l",
        "allowAddRemove": True,
        "components": [{"type": "number", "id": "n", "key": "n"}],
    },
)


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = {"l": [value]}
    return value


@pytest.mark.parametrize(
    "answers",
    [
        None,
        [],
        "text",
        5,
        {1: "a"},
        {"t": date(2027, 1, 1)},
        {"t": Decimal(1)},
        {"t": b"bytes"},
        {"t": {1, 2}},
        {"a\0b": 1},
        {"\ud800": 1},
        nested(5000),
        {"l": [{}] * (LIMITS.values + 1)},
        {"t": "x" * (LIMITS.characters + 1)},
        {"x" * (LIMITS.characters + 1): 1},
    ],
    ids=lambda answers: str(type(answers).__name__),
)
def test_what_is_no_sensible_json_is_refused_whole(answers):
    checked = FORM.check(answers, {}, nobody, now=NOW)

    assert list(checked.errors) == [""]
    assert checked.values == {}


@pytest.mark.parametrize(
    ("answers", "path"),
    [
        ({"l": {"0": {}}}, "l"),
        ({"l": [[]]}, "l"),
        ({"l": ["x"]}, "l"),
        ({"l": [{}] * (LIMITS.rows + 1)}, "l"),
        ({"l": [{"n": {"$gt": 0}}]}, "l[0].n"),
        ({"l": [{"n": [1]}]}, "l[0].n"),
        ({"t": {"toString": "x"}}, "t"),
        ({"__proto__": {"admin": True}}, "__proto__"),
        ({"constructor": {"prototype": {}}}, "constructor"),
        ({"t.x": 1}, "t.x"),
        ({"l[0].n": 1}, "l[0].n"),
    ],
)
def test_the_wrong_shape_is_an_error_of_that_field(answers, path):
    assert path in FORM.check(answers, {}, nobody, now=NOW).errors


def test_a_pattern_that_would_run_for_ever_elsewhere_is_answered_at_once():
    assert FORM.check({"t": "a" * 1999 + "!"}, {}, nobody, now=NOW).errors.keys() == {"t"}


def test_thousands_of_unknown_keys_are_not_all_told():
    checked = FORM.check({f"key{number}": 1 for number in range(5000)}, {}, nobody, now=NOW)

    assert len(checked.errors) == 50


def test_an_expression_that_would_never_end_counts_as_null():
    endless = form_of(
        {
            "type": "textfield",
            "id": "a",
            "key": "a",
            "conditional": {"hide": "=count(for x in 1..1000, y in 1..1000 return x * y) > 0"},
        }
    )

    assert endless.check({"a": "x"}, {}, nobody, now=NOW).values == {"a": "x"}


KEYS = st.sampled_from(["k0", "k1", "k2", "k3", "g.k4"])
LEAVES = st.sampled_from(
    ["", "a", "2027-01-01", " ", "x" * 30, 1, 2, 2.5, -1, 10**50, 1e308, True, False, None, "\0", "ä"]
)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=4)
)
VALIDATE = st.fixed_dictionaries(
    {},
    optional={
        "required": st.booleans(),
        "min": st.sampled_from([0, 1.5, "=k0", "=nothing"]),
        "max": st.sampled_from([10, "=limit + 1"]),
        "minLength": st.sampled_from([1, "=k0"]),
        "maxLength": st.sampled_from([3, 10]),
        "pattern": st.sampled_from(["^a", "(x+x+)+y", "\\d$"]),
        "validationType": st.sampled_from(["email", "phone"]),
    },
)
SHARED = {
    "conditional": st.fixed_dictionaries({"hide": st.sampled_from(CONDITIONS)}),
    "readonly": st.sampled_from([True, "=flag"]),
    "disabled": st.booleans(),
    "properties": st.fixed_dictionaries({"check": st.sampled_from(CONDITIONS)}),
}
FIELDS = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            [
                "textfield",
                "textarea",
                "number",
                "datetime",
                "checkbox",
                "radio",
                "select",
                "checklist",
                "taglist",
                "expression",
            ]
        ),
        "key": KEYS,
        "values": st.just(OPTIONS),
        "expression": st.sampled_from(["=k0 + 1", "=k2", "=[k1, k3]"]),
    },
    optional={
        **SHARED,
        "validate": VALIDATE,
        "subtype": st.sampled_from(["date", "time", "datetime"]),
        "decimalDigits": st.sampled_from([0, 2]),
        "increment": st.sampled_from([1, 0.1]),
        "serializeToString": st.booleans(),
        "valuesKey": st.sampled_from(["k2", "people.staff", "deep.list"]),
        "disallowPassedDates": st.booleans(),
    },
)
COMPONENTS = st.recursive(
    FIELDS,
    lambda inner: st.fixed_dictionaries(
        {
            "type": st.sampled_from(["group", "dynamiclist"]),
            "path": st.sampled_from(["k5", "k6", "g.k7"]),
            "components": st.lists(inner, max_size=4),
            "allowAddRemove": st.booleans(),
        },
        optional={"conditional": st.fixed_dictionaries({"hide": st.sampled_from(CONDITIONS)})},
    ),
    max_leaves=8,
)


def numbered(components, counter):
    """The same components with keys of their own, so that most of them make a form."""
    for component in components:
        name = "path" if "components" in component else "key"
        yield {
            **component,
            name: f"k{next(counter)}",
            "components": [*numbered(component.get("components", ()), counter)],
        }


FORMS = st.lists(COMPONENTS, min_size=1, max_size=5).map(lambda components: [*numbered(components, itertools.count())])
ANSWERS = st.dictionaries(st.sampled_from(["k0", "k1", "k2", "k3", "k4", "g", "x"]), JSON, max_size=7)
BOUNDED = settings(max_examples=120, deadline=None, derandomize=True)


@BOUNDED
@given(
    st.lists(COMPONENTS, max_size=5), ANSWERS, ANSWERS | st.just({"flag": True, "limit": 3, "deep": {"list": ["a"]}})
)
def test_random_forms_and_answers_raise_nothing_but_what_is_documented(components, answers, variables):
    data = json.dumps({"id": "f", "components": components}).encode()
    if check_form(data, "x.form"):
        with pytest.raises(UnusableForm):
            read_form(data, "x.form")
        return
    form = read_form(data, "x.form")
    sent, stored = json.dumps(answers), json.dumps(variables)

    checked = form.check(answers, variables, nobody, now=NOW)

    assert not (checked.errors and checked.values)
    assert set(checked.values) <= form.names
    assert (json.dumps(answers), json.dumps(variables)) == (sent, stored)
    assert form.check(answers, variables, nobody, now=NOW) == checked
    json.dumps([checked.values, form.prefilled(variables)])


@BOUNDED
@given(FORMS, ANSWERS, st.just({"flag": False, "limit": 3}))
def test_what_was_accepted_once_is_accepted_again_and_stays_the_same(components, answers, variables):
    try:
        form = read_form(json.dumps({"id": "f", "components": components}).encode(), "x.form")
    except UnusableForm:
        return
    checked = form.check(answers, variables, nobody, now=NOW)
    if checked.errors:
        return

    again = form.check(checked.values, variables, nobody, now=NOW)

    assert again.errors == {}
    assert again.values == checked.values


@BOUNDED
@given(JSON)
def test_random_json_is_never_more_than_a_form_with_problems(content):
    for schema in (content, {"id": "f", "components": content}, {"id": "f", "components": [content]}):
        data = json.dumps(schema).encode()
        assert all(problem.remedy for problem in check_form(data, "x.form"))
