"""What is refused of a form before anybody is asked to answer it."""

import json
from pathlib import Path

import pytest

from engine.core.forms import LIMITS, UnusableForm, check_form, read_form
from engine.core.problem import Problem

SHIPPED = sorted((Path(__file__).parents[3] / "processes").glob("*/*.form"))


def text(**more):
    return {"type": "textfield", "id": "f", "key": "k", "label": "K", **more}


def hidden_by(condition, **more):
    return text(conditional={"hide": condition}, **more)


PROBLEMS = [
    ({"type": "zzz"}, "form-unknown-type"),
    ({}, "form-unknown-type"),
    ({"type": ["textfield"]}, "form-unknown-type"),
    ({"type": "html", "content": "<b>"}, "form-forbidden-type"),
    ({"type": "iframe", "url": "https://example.org"}, "form-forbidden-type"),
    ({"type": "filepicker", "key": "k"}, "form-forbidden-type"),
    (text(key=None), "form-bad-key"),
    (text(key=""), "form-bad-key"),
    (text(key="a b"), "form-bad-key"),
    (text(key="a..b"), "form-bad-key"),
    (text(key="1a"), "form-bad-key"),
    (text(key="a" * 300), "form-bad-key"),
    (text(key="__proto__"), "form-bad-key"),
    (text(key="a.constructor.b"), "form-bad-key"),
    (text(key="case"), "form-bad-key"),
    (text(key="subject.tier"), "form-bad-key"),
    ({"type": "dynamiclist", "components": []}, "form-bad-key"),
    (text(validate={"pattern": "^(?=.*x).*$"}), "form-bad-pattern"),
    (text(validate={"pattern": "(a)\\1"}), "form-bad-pattern"),
    (text(validate={"pattern": "("}), "form-bad-pattern"),
    (text(validate={"pattern": "a" * 5000}), "form-bad-pattern"),
    (text(validate={"pattern": "((((a{1000}){1000}){1000}){1000})"}), "form-bad-pattern"),
    (text(validate={"validationType": "iban"}), "form-bad-rule"),
    (text(validate={"minLength": "many"}), "form-bad-rule"),
    (text(validate={"minLength": 5, "maxLength": 4}), "form-never-answerable"),
    (text(readonly=True, validate={"required": True}), "form-never-answerable"),
    (text(disabled=True, validate={"required": True}), "form-never-answerable"),
    (text(readonly="=a ="), "form-bad-expression"),
    (hidden_by("a = 1"), "form-bad-expression"),
    (hidden_by("=a = = 1"), "form-bad-expression"),
    (hidden_by('=k = "x"'), "form-self-hiding"),
    (hidden_by('=a = 1 and k = "x"'), "form-self-hiding"),
    (hidden_by("=is blank(a)"), "form-bad-expression"),
    ({"type": "text", "text": 'Told: {{get or else(a.told, "")}}'}, "form-bad-expression"),
    ({"type": "text", "text": '=if is defined(a) then "there" else "not"'}, "form-bad-expression"),
    (text(properties={"check": "k > 1"}), "form-bad-expression"),
    (text(properties={"people": "process_owner"}), "form-bad-options"),
    ({"type": "number", "key": "k", "decimalDigits": -1}, "form-bad-rule"),
    ({"type": "number", "key": "k", "increment": 0}, "form-bad-rule"),
    ({"type": "number", "key": "k", "validate": {"min": "=1 +"}}, "form-bad-expression"),
    ({"type": "datetime", "key": "k", "subtype": "week"}, "form-bad-rule"),
    ({"type": "expression", "key": "k"}, "form-bad-expression"),
    ({"type": "select", "key": "k"}, "form-bad-options"),
    ({"type": "select", "key": "k", "values": []}, "form-bad-options"),
    ({"type": "select", "key": "k", "values": [{"label": "A"}]}, "form-bad-options"),
    (
        {"type": "select", "key": "k", "values": [{"label": "A", "value": 1}, {"label": "B", "value": 1}]},
        "form-bad-options",
    ),
    ({"type": "select", "key": "k", "values": list(range(1, 700))}, "form-bad-options"),
    ({"type": "select", "key": "k", "valuesExpression": "=a +"}, "form-bad-expression"),
    ({"type": "select", "key": "k", "valuesKey": "people."}, "form-bad-options"),
    ({"type": "select", "key": "k", "properties": {"people": 5}}, "form-bad-options"),
    ({"type": "dynamiclist", "path": "l", "components": [hidden_by("=this.k = 1")]}, "form-self-hiding"),
    ({"type": "group", "components": "none"}, "form-too-large"),
    ({"type": "group", "components": [5]}, "form-bad-component"),
]


@pytest.mark.parametrize(("component", "code"), PROBLEMS)
def test_what_cannot_be_enforced_is_refused_with_a_remedy(problems_of, component, code):
    assert problems_of(component) == [code]


@pytest.mark.parametrize(
    "components",
    [
        [text(), text(id="other")],
        [text(key="a"), text(key="a.b", id="other")],
        [text(key="g.a"), {"type": "group", "path": "g", "components": [text(key="a", id="other")]}],
        [{"type": "dynamiclist", "path": "l", "components": [text(), text(id="other")]}],
        [{"type": "dynamiclist", "path": "l", "components": []}, text(key="l")],
    ],
)
def test_two_components_with_one_key_are_refused(problems_of, components):
    assert problems_of(*components) == ["form-duplicate-key"]


@pytest.mark.parametrize(
    "components",
    [
        [{"type": "dynamiclist", "path": "l", "components": [text()]}, text(id="other")],
        [text(key="g.a"), {"type": "group", "path": "g", "components": [text(key="b", id="other")]}],
        [hidden_by('=mode = "k"'), hidden_by("=other.k = 1", key="j", id="j")],
        [text(key="case_number"), text(key="größe", id="g")],
        [text(properties={"check": "=not(is blank(k))"}), hidden_by('=a = "is blank(b)"', key="j", id="j")],
        [{"type": "text", "text": "only words"}, {"type": "button", "action": "reset"}],
        [],
    ],
)
def test_what_only_looks_alike_is_accepted(problems_of, components):
    assert problems_of(*components) == []


def test_every_problem_is_named_at_once_with_file_line_and_component():
    schema = {
        "id": "f",
        "components": [
            {"type": "textfield", "id": "first", "key": "a"},
            {"type": "iframe", "id": "second", "label": "Page"},
            {"type": "textfield", "id": "third", "key": "a", "label": "Again"},
        ],
    }

    problems = check_form(json.dumps(schema, indent=2).encode(), "dir/some.form")

    assert [(problem.code, problem.line, problem.element, problem.name) for problem in problems] == [
        ("form-forbidden-type", 11, "second", "Page"),
        ("form-duplicate-key", 16, "third", "Again"),
    ]
    assert {problem.file for problem in problems} == {"dir/some.form"}
    assert all(problem.severity == "error" and problem.remedy for problem in problems)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"5", b'{"components": {}}', b"\xff\xfe", b'{"components": [NaN]}', b"[" * 100_000],
)
def test_what_is_no_form_is_one_problem(data):
    assert [problem.code for problem in check_form(data, "x.form")] == ["form-not-json"]


def test_a_form_needs_an_id():
    assert [problem.code for problem in check_form(b'{"components": []}', "x.form")] == ["form-without-id"]


def test_a_form_beyond_all_bounds_is_refused_at_once():
    many = {"id": "f", "components": [text(key=f"k{number}") for number in range(LIMITS.components + 1)]}
    deep: dict[str, object] = {"type": "group", "components": []}
    for _ in range(60):
        deep = {"type": "group", "components": [deep]}

    for data in (
        b" " * (LIMITS.bytes + 1),
        json.dumps(many).encode(),
        json.dumps({"id": "f", "components": [deep]}).encode(),
    ):
        assert [problem.code for problem in check_form(data, "x.form")] == ["form-too-large"]


def test_reading_a_form_that_cannot_be_used_raises_all_its_problems():
    with pytest.raises(UnusableForm) as refused:
        read_form(json.dumps({"components": [{"type": "html", "id": "h"}]}).encode(), "x.form")

    assert [problem.code for problem in refused.value.problems] == ["form-without-id", "form-forbidden-type"]
    assert all(isinstance(problem, Problem) for problem in refused.value.problems)
    assert "x.form: The form has no id." in str(refused.value)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_forms_that_are_shipped_have_no_problem(path):
    assert check_form(path.read_bytes(), path.name) == ()
