"""Conditions and texts as Camunda Modeler writes them."""

import re

import pytest

from engine.core.expressions import EvaluationError, ExpressionError, UnknownVariable, compile_condition, compile_text

CASE = {
    "severity": "high",
    "amount": 250,
    "price": 0.1,
    "approved": True,
    "missing": None,
    "due": "2026-03-02T11:00:00+01:00",
    "day": "2026-03-01",
    "team": ["ana", "ben"],
    "order": {"lines": [{"sku": "A1", "count": 2}], "customer name": "Zoe"},
    "case": {"id": "c1", "business_key": "NC-7"},
    "task": {"name": "Fix", "assignee": "ana"},
    "loopCounter": 2,
}
ANSWERS = [
    ("${severity}", "high"),
    ("${severity == 'high'}", True),
    ('${severity eq "high" and approved}', True),
    ("${severity != 'high' || !approved}", False),
    ("${not approved or amount ge 250}", True),
    ("${amount > 100 && amount < 1000}", True),
    ("${amount lt 100}", False),
    ("${approved ? 'yes' : 'no'}", "yes"),
    ("${amount > 1000 ? 'L3' : amount > 100 ? 'L2' : 'L1'}", "L2"),
    ("${5 / 2}", 2.5),
    ("${5 div 2}", 2.5),
    ("${7 % 3}", 1),
    ("${7 mod 3}", 1),
    ("${(1 + 2) * 3 - -1}", 10),
    ("${price + 0.2}", 0.3),
    ("${price + 0.2 == 0.3}", True),
    ("${empty missing}", True),
    ("${!empty team}", True),
    ("${missing == null}", True),
    ("${severity == null}", False),
    ("${order.lines[0].sku}", "A1"),
    ("${order['lines'][0]['count'] * 2}", 4),
    ("${order['customer name']}", "Zoe"),
    ("${team[1]}", "ben"),
    ("${team}", ["ana", "ben"]),
    ("${amount == '250'}", True),
    ("${'9' < 10}", True),
    ("${'abc' < 'abd'}", True),
    ("#{amount}", 250),
    ("  ${amount}  ", 250),
    ("${execution.processBusinessKey}", "NC-7"),
    ("${execution.getVariable('amount') + 1}", 251),
    ("${task.name}", "Fix"),
    ("${task.assignee == 'ana'}", True),
    ("${loopCounter + 1}", 3),
    ("${'it\\'s'}", "it's"),
    ("${'}'}", "}"),
    ("${true}", True),
    ("${null}", None),
    ("${1.50}", 1.5),
    ("${1e3}", 1000),
]


@pytest.mark.parametrize(("text", "answer"), ANSWERS)
def test_a_condition_of_the_modeler_has_its_value(scope, text, answer):
    assert compile_text(text).evaluate(scope(**CASE)) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Fix ${order.lines[0].sku} by ${due}", "Fix A1 by 2026-03-02T11:00:00+01:00"),
        ("${severity}: ${amount}", "high: 250"),
        ("at ${price}!", "at 0.1!"),
        ("none ${missing} at all", "none  at all"),
        ("plain", "plain"),
        ("", ""),
        ("costs $5 {not} an expression", "costs $5 {not} an expression"),
    ],
)
def test_expressions_within_text_become_text(scope, text, answer):
    assert compile_text(text).evaluate(scope(**CASE)) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("${now()}", "2026-03-02T10:30:00+01:00"),
        ("${today()}", "2026-03-02"),
        ("${dateTime().plusDays(3)}", "2026-03-05T10:30:00+01:00"),
        ("${dateTime().plusMonths(1).minusHours(2).toDate()}", "2026-04-02T08:30:00+01:00"),
        ("${dateTime().plusWeeks(1).plusMinutes(30)}", "2026-03-09T11:00:00+01:00"),
        ("${due.plusDays(1)}", "2026-03-03T11:00:00+01:00"),
        ("${due > now()}", True),
        ("${due < dateTime().plusMinutes(29)}", False),
        ("${due == dateTime('2026-03-02T10:00:00Z')}", True),
        ("${day < now()}", True),
        ("${day < today()}", True),
        ("${due < '2026-03-02T10:30:00Z'}", True),
    ],
)
def test_moments_are_compared_and_moved_as_moments(scope, text, answer):
    assert compile_text(text).evaluate(scope(**CASE)) == answer


@pytest.mark.parametrize(
    ("text", "name", "near"),
    [("${severty == 'high'}", "severty", "severity"), ("${execution.getVariable('amuont')}", "amuont", "amount")],
)
def test_an_unknown_variable_is_never_false_and_names_what_was_meant(scope, text, name, near):
    with pytest.raises(UnknownVariable) as caught:
        compile_condition(text).decide(scope(**CASE))

    assert (caught.value.name, caught.value.did_you_mean) == (name, near)
    assert name in str(caught.value).splitlines()[1]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("${severity && approved}", "Expected true or false"),
        ("${missing ? 1 : 2}", "Expected true or false, but this is null"),
        ("${amount > severity}", "cannot compare"),
        ("${amount == severity}", "Cannot compare"),
        ("${missing > 1}", "cannot compare null"),
        ("${missing + 1}", "needs numbers, but this is null"),
        ("${severity + 'x'}", "joined as ${a}${b}"),
        ("${1 / 0}", "Division by zero"),
        ("${1 % 0}", "Division by zero"),
        ("${missing.name}", "Cannot read 'name' of null"),
        ("${team[2]}", "no such item among 2"),
        ("${team[-1]}", "no such item"),
        ("${order.linse}", "There is no 'linse' in this context; did you mean 'lines'?"),
        ("${severity.plusDays(1)}", "needs a date and time"),
        ("${dateTime('soon')}", "dateTime()"),
        ("${dateTime().plusYears(99999999999)}", "beyond all calendars"),
    ],
)
def test_what_has_no_answer_is_an_error_with_the_reason(scope, text, says):
    expression = compile_text(text)

    with pytest.raises(ExpressionError, match=re.escape(says)):
        expression.evaluate(scope(**CASE))


@pytest.mark.parametrize("text", ["${amount}", "${severity}", "${missing}", "${team}"])
def test_a_condition_must_be_true_or_false(scope, text):
    with pytest.raises(EvaluationError, match="must be true or false"):
        compile_condition(text).decide(scope(**CASE))


@pytest.mark.parametrize(
    ("text", "says", "position"),
    [
        ("${a ==}", "ends too early", 6),
        ("${}", "empty", 2),
        ("${a === 1}", "Write '==' instead of '==='", 4),
        ("${a = 1}", "Write '=='", 4),
        ("${a b}", "Unexpected 'b'", 4),
        ("${name.toUpperCase()}", "Methods are not available here: .toUpperCase()", 7),
        ("${execution.setVariable('x', 1)}", "Of 'execution' only", 12),
        ("${new Date()}", "cannot be made here", 2),
        ("hello ${name", "never closed", 6),
        ("one ${a} two ${b +}", "ends too early", 18),
        ("${'open}", "never closed", 0),
        ("${a[1}", "Expected ']'", 5),
        ("${(1 + 2}", "Expected ')'", 8),
        ("${a ? b}", "Expected ':'", 7),
        ("${a; b}", "Unexpected ';'", 3),
    ],
)
def test_a_text_that_does_not_hold_is_refused_when_it_is_compiled(text, says, position):
    with pytest.raises(ExpressionError) as caught:
        compile_text(text)

    assert says in caught.value.message
    assert caught.value.position == position
    assert str(caught.value).splitlines()[2].index("^") == 4 + position


def test_functions_come_from_the_scope_and_a_bare_task_id_is_passed_as_text(scope):
    told = []
    functions = {
        "done_at": lambda task: told.append(task) or "2026-03-01T00:00:00Z",
        "currentUser": lambda: "ana",
        "oncall": lambda subject, rung: f"{subject['id']}-{rung}",
    }
    case = scope(functions, subject={"id": "s1"})

    assert compile_text("${done_at(T_plan) < now()}").evaluate(case) is True
    assert told == ["T_plan"]
    assert compile_text("${currentUser()}").evaluate(case) == "ana"
    assert compile_text("${oncall(subject, 2)}").evaluate(case) == "s1-2"
    assert compile_text("${done_at(T_plan)}").names == frozenset()


def test_an_unknown_function_is_refused_at_once_where_the_functions_are_known(scope):
    with pytest.raises(ExpressionError, match="did you mean 'currentUser'"):
        compile_text("${curentUser()}", functions={"currentUser", "actor"})
    with pytest.raises(EvaluationError, match="Unknown function 'curentUser'"):
        compile_text("${curentUser()}").evaluate(scope())


def test_the_free_names_of_a_text_are_known_before_it_runs():
    assert compile_text("${a.b + c[d] > 0 ? e : f}").names == {"a", "c", "d", "e", "f"}
    assert compile_text("${execution.processBusinessKey}").names == {"case"}
    assert [error.name for error in compile_text("x ${a} ${b}").unknown({"b", "c"})] == ["a"]


@pytest.mark.parametrize("language", ["javascript", "groovy", "python", "freemarker"])
def test_no_other_language_is_run(language):
    with pytest.raises(ExpressionError, match="is not run here"):
        compile_condition("a > 1", language)


def test_plain_text_is_no_condition():
    with pytest.raises(ExpressionError, match="plain text"):
        compile_condition("amount > 5")
