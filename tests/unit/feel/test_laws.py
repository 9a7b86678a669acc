"""Laws that hold for every text and every value."""

from datetime import date, timedelta
from decimal import Context, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.expressions import ExpressionError, compile_condition, compile_text
from engine.core.feel.builtins import BUILTINS
from engine.core.feel.parser import parse_tests
from engine.core.feel.temporal_text import parse_date, parse_duration, parse_moment, parse_time
from engine.core.feel.temporals import Months, Span, civil, days_of

WORDS = [
    *("if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "and", "or", "between", "not"),
    *("instance", "of", "function", "true", "false", "null", "list", "context", "item", "partial", "?", "external"),
    *("+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "(", ")", "[", "]", "{", "}", ",", ":", ".", ".."),
    *("@", '"', '"a"', '"2026-01-31"', '@"P1D"', '@"2026-01-31"', "0", "1", "2.5", "1e3", "a", "b", "c", "d", "->"),
    *("'", "$", "&&", "||", "!", "==", "%", ";", "\\", "\n", "//", "/*", "*/", "é", "\U0001f600", "\x00", "empty"),
    *sorted(BUILTINS),
]
DOLLAR = [
    *("(", ")", "[", "]", ".", ",", "?", ":", "+", "-", "*", "/", "%", "<", "<=", ">", ">=", "==", "!=", "&&", "||"),
    *("!", "and", "or", "not", "eq", "lt", "div", "mod", "empty", "true", "false", "null", "a", "b", "c", "d", "0"),
    *("1", "2.5", "'x'", "'2026-01-31T10:00:00Z'", '"y"', "now()", "dateTime()", ".plusDays(1)", ".toDate()", "'"),
    *("execution", ".getVariable('a')", ".hasVariable('z')", "done_at(T_x)", "f(", "}", "${", "#{", "=", "===", "\\"),
]
VARIABLES = {"a": 1, "b": [1, "x", None, {"c": 2}], "c": {"d": "2026-01-31", "a": True}, "d": "text"}
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(-(2.0**53), 2.0**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
NUMBERS = st.decimals(min_value=Decimal("-1e20"), max_value=Decimal("1e20"), allow_nan=False, places=9)


def soup(words):
    return st.lists(st.sampled_from(words), max_size=25).map(" ".join) | st.lists(
        st.sampled_from(words), max_size=25
    ).map("".join)


def complaint(run):
    """The expression error of a call, or None; anything else that is raised is the test's failure."""
    try:
        run()
    except ExpressionError as error:
        return error
    return None


@settings(max_examples=500, deadline=None)
@given(soup(WORDS) | st.text(max_size=60))
def test_any_soup_of_feel_is_a_value_or_an_expression_error(scope, text):
    error = complaint(lambda: compile_condition(text, "feel").evaluate(scope(**VARIABLES)))

    assert error is None or error.position is None or 0 <= error.position <= len(error.text)


@settings(max_examples=300, deadline=None)
@given(soup(DOLLAR) | st.text(max_size=60))
def test_any_soup_of_the_other_language_is_a_value_or_an_expression_error(scope, text):
    error = complaint(lambda: compile_text("${" + text + "}").evaluate(scope(**VARIABLES)))

    assert error is None or error.position is None or 0 <= error.position <= len(error.text)


@settings(max_examples=200, deadline=None)
@given(soup(WORDS))
def test_any_soup_in_a_cell_is_a_test_or_an_error_with_its_place(text):
    error = complaint(lambda: parse_tests(text))

    assert error is None or error.position is not None


@settings(max_examples=150, deadline=None)
@given(PLAIN)
def test_a_plain_value_comes_out_as_it_went_in(feel, value):
    assert feel("a", a=value) == value
    assert feel("{x: [a]}", a=value) == {"x": [value]}
    assert feel("a = a", a=value) is True


@settings(max_examples=150, deadline=None)
@given(NUMBERS)
def test_a_number_written_and_read_is_the_same(feel, number):
    assert feel("number(string(a)) = a", a=number) is True
    assert feel(f"{number:f} = a", a=number) is True
    assert feel("a * 2 - a = a and a / 1 = a and -(-a) = a", a=number) is True


@settings(max_examples=150, deadline=None)
@given(NUMBERS, NUMBERS)
def test_arithmetic_is_exact(feel, a, b):
    assert feel("a + b = c", a=a, b=b, c=Context(prec=60).add(a, b)) is True
    assert feel("a + b = b + a and a - b = -(b - a)", a=a, b=b) is True


@settings(max_examples=150, deadline=None)
@given(NUMBERS, NUMBERS)
def test_exactly_one_of_less_equal_greater_holds(feel, a, b):
    assert feel("count([a < b, a = b, a > b][item])", a=a, b=b) == 1
    assert feel("(a <= b) = (not(a > b))", a=a, b=b) is True


@settings(max_examples=150, deadline=None)
@given(st.dates())
def test_days_are_those_of_the_calendar(day):
    since = (day - date(1970, 1, 1)).days

    assert days_of(day.year, day.month, day.day) == since
    assert civil(since) == (day.year, day.month, day.day)


@settings(max_examples=150, deadline=None)
@given(st.integers(-(10**11), 10**11))
def test_every_number_of_days_is_one_date(days):
    assert days_of(*civil(days)) == days


@settings(max_examples=150, deadline=None)
@given(st.datetimes(), st.none() | st.integers(-18 * 60, 18 * 60))
def test_moments_written_and_read_are_the_same(moment, minutes):
    sign, away = ("-", -minutes) if minutes is not None and minutes < 0 else ("+", minutes or 0)
    text = moment.isoformat() + ("" if minutes is None else f"{sign}{away // 60:02d}:{away % 60:02d}")

    first = parse_moment(text)
    assert first is not None
    assert parse_moment(str(first)) == first
    assert parse_date(str(first.date)) == first.date
    assert parse_time(str(first.time)) == first.time


@settings(max_examples=150, deadline=None)
@given(st.integers(-(10**20), 10**20))
def test_durations_written_and_read_are_the_same(amount):
    assert parse_duration(str(Span(amount))) == Span(amount)
    assert parse_duration(str(Months(amount % 10**9))) == Months(amount % 10**9)


@settings(max_examples=150, deadline=None)
@given(st.dates(), st.integers(-1000, 1000))
def test_adding_days_is_undone_by_taking_them_away(feel, day, days):
    later = feel('date(a) + duration("P1D") * b', a=day.isoformat(), b=days)

    try:
        assert later == (day + timedelta(days=days)).isoformat()
    except OverflowError:
        assert feel("date(a).year", a=later) not in range(1, 10_000)
    assert feel('string(date(a) - duration("P1D") * b)', a=later, b=days) == day.isoformat()


@settings(max_examples=100, deadline=None)
@given(st.lists(NUMBERS, max_size=12))
def test_sorting_and_counting_agree_with_python(feel, numbers):
    assert feel("sort(a) = b", a=numbers, b=sorted(numbers)) is True
    assert feel("reverse(reverse(a)) = a", a=numbers) is True
    assert feel("count(distinct values(a))", a=numbers) == len(set(numbers))
    assert feel("for x in a return x", a=numbers) == feel("a", a=numbers)


@settings(max_examples=100, deadline=None)
@given(st.text(), st.text(min_size=1))
def test_texts_are_cut_where_they_match(feel, text, part):
    assert feel("contains(a + b, b)", a=text, b=part) is True
    assert feel("substring before(a, b) + b + substring after(a, b) = a or not(contains(a, b))", a=text, b=part) is True
    assert feel('replace(a, b, "", "q") = string join(split(a, "z"), "z") or contains(a, b)', a=text, b=part) is True


@pytest.mark.parametrize("text", ["sort(a)", "for i in a return i * 2", "{x: a}", "a[item > 1]", 'put({}, "k", a)'])
def test_an_evaluation_changes_nothing_and_gives_the_same_again(feel, text):
    values = [3, 1, 2]

    assert feel(text, a=values) == feel(text, a=values)
    assert values == [3, 1, 2]
