"""One field, one answer: what each type takes and what its rules refuse."""

import pytest

OPTIONS = [{"label": "One", "value": "1"}, {"label": "Two", "value": 2}, {"label": "Yes", "value": True}]


def field(kind, validate=None, **more):
    return {"type": kind, "id": "f", "key": "k", "label": "K", **({"validate": validate} if validate else {}), **more}


TAKEN = [
    (field("textfield"), "abc"),
    (field("textfield"), ""),
    (field("textfield", {"minLength": 3, "maxLength": 3}), " abc "),
    (field("textfield", {"minLength": 3}), ""),
    (field("textfield", {"maxLength": 2}), "🙂"),
    (field("textfield", {"pattern": "^[A-Z]+-[0-9]+$"}), "IA-12"),
    (field("textfield", {"pattern": "[0-9]{2}"}), "a12b"),
    (field("textfield", {"pattern": "^\\u00e4$"}), "ä"),
    (field("textfield", {"validationType": "email"}), "a.b+c@d-e.org"),
    (field("textfield", {"validationType": "phone"}), "+4930664040900"),
    (field("textarea"), "x" * 20_000),
    (field("number"), 0),
    (field("number"), -2.5),
    (field("number"), None),
    (field("number", {"min": 0, "max": 100}), 100.0),
    (field("number", {"min": 0.1}, increment=0.1), 0.3),
    (field("number", decimalDigits=2), 99.99),
    (field("number", decimalDigits=0), 3.0),
    (field("number", serializeToString=True, decimalDigits=2), "12345678901234567890.12"),
    (field("checkbox"), True),
    (field("checkbox"), False),
    (field("radio", values=OPTIONS), "1"),
    (field("radio", values=OPTIONS), 2),
    (field("radio", values=OPTIONS), True),
    (field("select", values=OPTIONS), None),
    (field("checklist", values=OPTIONS), ["1", 2]),
    (field("taglist", values=OPTIONS), []),
    (field("datetime", subtype="date"), "2028-02-29"),
    (field("datetime", subtype="date", disallowPassedDates=True), "2027-01-04"),
    (field("datetime", subtype="time", timeInterval=15), "10:45"),
    (field("datetime", subtype="time"), "10:45+01:00"),
    (field("datetime", subtype="datetime"), "2027-01-04T10:30:00.250Z"),
]


@pytest.mark.parametrize(("component", "value"), TAKEN)
def test_an_answer_that_holds_is_kept_as_it_is(ask, component, value):
    checked = ask([component], {"k": value})

    assert checked.errors == {}
    assert checked.values == {"k": value}
    assert type(checked.values["k"]) is type(value)


REFUSED = [
    (field("textfield"), 5, "text"),
    (field("textfield"), ["a"], "text"),
    (field("textfield"), "x" * 2_001, "2000"),
    (field("textfield"), "a\0b", "cannot be kept"),
    (field("textfield"), "\ud800", "cannot be kept"),
    (field("textarea"), "x" * 20_001, "20000"),
    (field("textfield", {"required": True}), "", "answered"),
    (field("textfield", {"required": True}), " \n\u00a0", "answered"),
    (field("textfield", {"required": True}), None, "answered"),
    (field("textfield", {"minLength": 4}), " abc ", "at least 4"),
    (field("textfield", {"maxLength": 1}), "🙂", "at most 1"),
    (field("textfield", {"pattern": "^[A-Z]+$"}), "AB\n", "form that is asked"),
    (field("textfield", {"pattern": "^\\d+$"}), "٣", "form that is asked"),
    (field("textfield", {"pattern": "^a$", "patternErrorMessage": "Only a."}), "b", "Only a."),
    (field("textfield", {"validationType": "email"}), "a@b@c", "e-mail"),
    (field("textfield", {"validationType": "email"}), "a@b.co\n", "e-mail"),
    (field("textfield", {"validationType": "phone"}), "030 123", "phone"),
    (field("number"), "5", "number"),
    (field("number"), True, "number"),
    (field("number"), float("nan"), "number"),
    (field("number"), float("inf"), "number"),
    (field("number"), 10**40, "large"),
    (field("number"), 1e300, "large"),
    (field("number", serializeToString=True), 5, "as text"),
    (field("number", serializeToString=True), "1_0", "number"),
    (field("number", serializeToString=True), "Infinity", "number"),
    (field("number", serializeToString=True), "1e999999999", "large"),
    (field("number", serializeToString=True), "9" * 100, "large"),
    (field("number", serializeToString=True), "many", "number"),
    (field("number", {"required": True}), None, "answered"),
    (field("number", {"min": 1}), 0.99, "at least 1"),
    (field("number", {"max": 99.99}), 100, "at most 99.99"),
    (field("number", decimalDigits=2), 1.234, "2 decimal"),
    (field("number", decimalDigits=0), 1.5, "whole"),
    (field("number", increment=0.1), 0.35, "multiple"),
    (field("checkbox"), "true", "true or false"),
    (field("checkbox"), 1, "true or false"),
    (field("checkbox", {"required": True}), False, "answered"),
    (field("radio", values=OPTIONS), "3", "options"),
    (field("radio", values=OPTIONS), 1, "options"),
    (field("radio", values=OPTIONS), "true", "options"),
    (field("select", values=OPTIONS), ["1"], "options"),
    (field("select", {"required": True}, values=OPTIONS), None, "answered"),
    (field("checklist", values=OPTIONS), "1", "list"),
    (field("checklist", values=OPTIONS), ["1", "9"], "options"),
    (field("checklist", values=OPTIONS), ["1", "1"], "twice"),
    (field("checklist", values=OPTIONS), ["1"] * 501, "at most 500"),
    (field("taglist", {"required": True}, values=OPTIONS), [], "answered"),
    (field("datetime", subtype="date"), "2027-02-30", "no such date"),
    (field("datetime", subtype="date"), "2027-02-03T00:00", "2027-03-01"),
    (field("datetime", subtype="date"), "20270203", "2027-03-01"),
    (field("datetime", subtype="date"), 20270203, "2027-03-01"),
    (field("datetime", subtype="date", disallowPassedDates=True), "2027-01-03", "past"),
    (field("datetime", subtype="time"), "25:00", "09:30"),
    (field("datetime", subtype="time", timeInterval=15), "10:40", "multiple of 15"),
    (field("datetime", subtype="datetime"), "2027-01-04", "09:30"),
    (field("datetime", subtype="datetime", disallowPassedDates=True), "2026-12-31T10:00", "past"),
]


@pytest.mark.parametrize(("component", "value", "said"), REFUSED)
def test_an_answer_that_does_not_hold_is_refused_with_a_sentence(ask, component, value, said):
    checked = ask([component], {"k": value})

    assert list(checked.errors) == ["k"]
    assert said in " ".join(checked.errors["k"])
    assert all(sentence.endswith(".") for sentence in checked.errors["k"])
    assert checked.values == {}


@pytest.mark.parametrize(
    ("kind", "empty"), [("textfield", ""), ("number", None), ("checkbox", False), ("radio", None), ("checklist", [])]
)
def test_an_optional_field_that_nobody_answered_is_empty_and_not_unknown(ask, kind, empty):
    component = field(kind, **({"values": OPTIONS} if kind in ("radio", "checklist") else {}))

    assert ask([component], {}).values == {"k": empty}
    assert ask([component], {"k": None}).values == {"k": empty}


def test_bounds_may_be_expressions_over_the_case(ask):
    component = field("number", {"min": "=least", "max": "=least + 5"})

    assert ask([component], {"k": 7}, {"least": 3}).errors == {}
    assert ask([component], {"k": 9}, {"least": 3}).errors == {"k": ["This must be at most 8."]}
    assert ask([component], {"k": 9}, {"least": "many"}).errors == {}


def test_several_faults_of_one_answer_are_all_named(ask):
    checked = ask([field("textfield", {"minLength": 3, "pattern": "^[A-Z]+$"})], {"k": "a"})

    assert len(checked.errors["k"]) == 2
