"""Every built-in function, by tables of (expression, value)."""

import re
from pathlib import Path

import pytest

from engine.core.feel.builtins import BUILTINS

TEXTS = [
    ("string(1.50)", "1.5"),
    ("string(null)", None),
    ('string([1, "a", null, {b: true}])', '[1, "a", null, {b: true}]'),
    ('string(@"2026-01-31")', "2026-01-31"),
    ("string([1..2))", "[1..2)"),
    ('number("1.5")', 1.5),
    ('number("1 000,5", " ", ",")', 1000.5),
    ('number("1.000,5", ".", ",")', 1000.5),
    ('number("x")', None),
    ('number("1", "x", ".")', None),
    ("number(from: 3)", 3),
    ('substring("foobar", 3)', "obar"),
    ('substring("foobar", 3, 3)', "oba"),
    ('substring("foobar", -2, 1)', "a"),
    ('substring("foobar", 0)', None),
    ('substring("foobar", 7)', None),
    ('substring("\\U01F40Eab", 2)', "ab"),
    ('string length("tes")', 3),
    ('string length("\\U01F40Eab")', 3),
    ('upper case("aBc4")', "ABC4"),
    ('lower case("aBc4")', "abc4"),
    ('substring before("foobar", "bar")', "foo"),
    ('substring before("foobar", "xyz")', ""),
    ('substring after("foobar", "ob")', "ar"),
    ('substring after("foobar", "xyz")', ""),
    ('contains("foobar", "ob")', True),
    ('starts with("foobar", "fo")', True),
    ('ends with("foobar", "r")', True),
    ('matches("foobar", "^fo*b")', True),
    ('matches("FoO", "foo", "i")', True),
    ('matches("a b", "a b", "x")', False),
    ('matches("a", "(")', None),
    ('matches("aa", "(a)\\\\1")', None),
    ('matches("a", "a", "z")', None),
    ('matches("b", "[a-z-[aeiou]]")', True),
    ('replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")', "[1=ab][2=]cd"),
    ('replace("a.b.c", ".", "-", "q")', "a-b-c"),
    ('replace("abc", "x*", "-")', None),
    ('replace("abc", "b", "$")', None),
    ('replace("abc", "b", "\\\\$")', "a$c"),
    ('split("John Doe", "\\\\s")', ["John", "Doe"]),
    ('split("a;b;;c;;", ";")', ["a", "b", "", "c", "", ""]),
    ('string join(["a", "b", null, "c"])', "abc"),
    ('string join(["a", "b", "c"], ", ")', "a, b, c"),
    ('string join(["a", "b"], ", ", "[", "]")', "[a, b]"),
    ("string join([1, 2])", None),
    ('trim("  a b\t")', "a b"),
    ('is blank(" \t")', True),
    ('is blank("a")', False),
    ('is empty("")', True),
    ('extract("refs 12 and 345", "[0-9]+")', ["12", "345"]),
]
NUMBERS = [
    ("decimal(1/3, 2)", 0.33),
    ("decimal(2.5, 0)", 2),
    ("decimal(1234, -2)", 1200),
    ("floor(-1.5)", -2),
    ("floor(1.56, 1)", 1.5),
    ("ceiling(-1.5)", -1),
    ("ceiling(1.56, 1)", 1.6),
    ("round up(5.5, 0)", 6),
    ("round down(-5.5, 0)", -5),
    ("round half up(5.5, 0)", 6),
    ("round half down(5.5, 0)", 5),
    ("round half up(1.126, 2)", 1.13),
    ("round up(1, 6177)", None),
    ("abs(-10)", 10),
    ('abs(@"-PT5H")', "PT5H"),
    ("modulo(12, 5)", 2),
    ("modulo(-12, 5)", 3),
    ("modulo(1, 0)", None),
    ("sqrt(16)", 4),
    ("sqrt(-1)", None),
    ("log(1)", 0),
    ("log(0)", None),
    ("exp(0)", 1),
    ("odd(5)", True),
    ("odd(2.5)", False),
    ("even(-2)", True),
]
LISTS = [
    ("list contains([1, null], null)", True),
    ("count([1, 2, 3])", 3),
    ("count(5)", 1),
    ("min([1, 2, 3])", 1),
    ("min(3, 1, 2)", 1),
    ('max("a", "b")', "b"),
    ('max([@"2026-01-31", @"2025-01-31"])', "2026-01-31"),
    ('min(1, "a")', None),
    ("min([])", None),
    ("sum([1, 2, 3])", 6),
    ("sum(0.1, 0.2)", 0.3),
    ('sum([@"PT1H", @"PT2H"])', "PT3H"),
    ("sum([])", None),
    ("mean([1, 2, 3])", 2),
    ("product([2, 3, 4])", 24),
    ("median(8, 2, 5, 3, 4)", 4),
    ("median([6, 1, 2, 3])", 2.5),
    ("stddev(2, 4, 7, 5)", 2.0816659994661326),
    ("mode(6, 3, 9, 6, 6)", [6]),
    ("mode([6, 1, 9, 6, 1])", [1, 6]),
    ("all([true, null, true])", None),
    ("all([false, null, true])", False),
    ("any([false, null, true])", True),
    ("any([])", False),
    ("sublist([4, 5, 6], 1, 2)", [4, 5]),
    ("sublist([4, 5, 6], -2)", [5, 6]),
    ("sublist([4, 5, 6], 4)", None),
    ("append([1], 2, 3)", [1, 2, 3]),
    ("concatenate([1, 2], [3])", [1, 2, 3]),
    ("insert before([1, 3], 1, 2)", [2, 1, 3]),
    ("remove([1, 2, 3], 2)", [1, 3]),
    ("remove([1], 5)", None),
    ("reverse([1, 2, 3])", [3, 2, 1]),
    ("index of([1, 2, 3, 2], 2)", [2, 4]),
    ("union([1, 2], [2, 3])", [1, 2, 3]),
    ("distinct values([1, 2, 1, 1.0])", [1, 2]),
    ("duplicate values([1, 2, 1, 3, 2])", [1, 2]),
    ("flatten([[1, [2]], [[3]], 4])", [1, 2, 3, 4]),
    ("sort([3, 1, 2])", [1, 2, 3]),
    ("sort([3, 1, 2], function(a, b) a > b)", [3, 2, 1]),
    ('sort([1, "a"])', None),
    ("list replace([1, 2, 3], 2, 9)", [1, 9, 3]),
    ("list replace([1, 2, 3], function(item, new) item > 1, 9)", [1, 9, 9]),
    ("partition([1, 2, 3, 4, 5], 2)", [[1, 2], [3, 4], [5]]),
    ("partition([1], 0)", None),
    ("is empty([])", True),
    ("is empty({a: 1})", False),
]
CONTEXTS = [
    ('get value({a: 1}, "a")', 1),
    ('get value({a: 1}, "b")', None),
    ('get value({a: {b: 2}}, ["a", "b"])', 2),
    ("get entries({a: 1})", [{"key": "a", "value": 1}]),
    ("get entries({b: 2, a: 1})", [{"key": "a", "value": 1}, {"key": "b", "value": 2}]),
    ('context([{key: "a", value: 1}, {key: "b", value: 2}])', {"a": 1, "b": 2}),
    ('context([{key: "a", value: 1}, {key: "a", value: 2}])', None),
    ('context put({a: 1}, "b", 2)', {"a": 1, "b": 2}),
    ('context put({a: {b: 1}}, ["a", "b"], 2)', {"a": {"b": 2}}),
    ('context put({a: 1}, ["a", "b"], 2)', None),
    ('put({a: 1}, "a", 2)', {"a": 2}),
    ("context merge([{a: 1}, {a: 2, b: 3}])", {"a": 2, "b": 3}),
    ("put all([{a: 1}, {b: 2}])", {"a": 1, "b": 2}),
    ("put all([{a: 1}, 2])", None),
    ("get or else(null, 1)", 1),
    ("get or else(2, 1)", 2),
    ("is defined(null)", True),
    ("assert(1, 1 > 0)", 1),
    ("assert(1, 1 < 0)", None),
    ("not(null)", None),
    ("is(1, 1.0)", True),
    ('is(time("10:00:00Z"), time("11:00:00+01:00"))', False),
    ('time("10:00:00Z") = time("11:00:00+01:00")', True),
]
MOMENTS = [
    ('date("2026-02-28")', "2026-02-28"),
    ('date("2026-02-30")', None),
    ("date(2024, 2, 29)", "2024-02-29"),
    ('date(date and time("2026-02-28T10:00:00Z"))', "2026-02-28"),
    ('time("10:30:00+02:00")', "10:30:00+02:00"),
    ("time(10, 30, 0)", "10:30:00"),
    ('time(10, 30, 5.5, @"-PT1H")', "10:30:05.5-01:00"),
    ("time(25, 0, 0)", None),
    ('date and time("2026-03-29T02:30:00@Europe/Berlin")', "2026-03-29T02:30:00+01:00"),
    ('date and time("2026-07-01T00:00:00@Europe/Berlin")', "2026-07-01T00:00:00+02:00"),
    ('date and time("2026-01-31T10:00:00@Nowhere/Land")', None),
    ('date and time(@"2026-01-31", time("10:00:00"))', "2026-01-31T10:00:00"),
    ('date and time(@"2026-07-01T10:00:00Z", "Europe/Berlin")', "2026-07-01T12:00:00+02:00"),
    ('duration("P1Y2M")', "P1Y2M"),
    ('duration("P1DT2H3M4.5S")', "P1DT2H3M4.5S"),
    ('duration("PT36H")', "P1DT12H"),
    ('duration("P1M1D")', None),
    ('years and months duration(@"2011-12-22", @"2013-08-24")', "P1Y8M"),
    ("now()", "2026-03-02T10:30:00+01:00"),
    ("today()", "2026-03-02"),
    ('day of week(@"2026-03-02")', "Monday"),
    ('month of year(@"2026-03-02")', "March"),
    ('day of year(@"2026-03-02")', 61),
    ('week of year(@"2021-01-01")', 53),
    ('last day of month(@"2024-02-10")', "2024-02-29"),
    ('@"2026-01-31" + @"P1M"', "2026-02-28"),
    ('@"2026-01-31" + @"P1D"', "2026-02-01"),
    ('@"2026-03-01" - @"2026-02-28"', "P1D"),
    ('@"2026-03-01T00:00:00Z" - @"2026-02-28T23:00:00Z"', "PT1H"),
    ('@"23:00:00" + @"PT2H"', "01:00:00"),
    ('@"P1D" * 1.5', "P1DT12H"),
    ('@"P1Y" / 2', "P6M"),
    ('@"PT3H" / @"PT2H"', 1.5),
    ('-@"PT3H"', "-PT3H"),
    ('@"2026-01-31" < @"2026-02-01"', True),
    ('@"2026-01-31T10:00:00Z" = @"2026-01-31T11:00:00+01:00"', True),
    ('@"2026-01-31".year + @"2026-01-31".month + @"2026-01-31".day', 2058),
    ('@"2026-03-02".weekday', 1),
    ('@"10:30:05.5+01:00".second', 5.5),
    ('@"10:30:05+01:00".time offset', "PT1H"),
    ('@"2026-07-01T10:00:00@Europe/Berlin".timezone', "Europe/Berlin"),
    ('@"P1Y2M".months', 2),
    ('@"-P1DT2H".days', -1),
    ('@"P1DT26H3M4S".hours', 2),
]
RANGES = [
    ("before(1, 10)", True),
    ("before([1..5], 5)", False),
    ("before([1..5), 5)", True),
    ("before(0, [1..5])", True),
    ("before([1..5), [5..9])", True),
    ("after([5..9], [1..5))", True),
    ("after(9, [1..5])", True),
    ("meets([1..5], [5..9])", True),
    ("met by([5..9], [1..5])", True),
    ("overlaps([1..5], [3..8])", True),
    ("overlaps before([1..5], [3..8])", True),
    ("overlaps after([3..8], [1..5])", True),
    ("finishes(5, [1..5])", True),
    ("finished by([1..5], 5)", True),
    ("finishes([3..5], [1..5])", True),
    ("includes([1..5], 3)", True),
    ("includes([1..5], [1..4])", True),
    ("during(3, [1..5])", True),
    ("starts(1, [1..5])", True),
    ("started by([1..5], [1..3])", True),
    ("coincides([1..5], [1..5])", True),
    ("coincides(1, 2)", False),
    ('before(1, "a")', None),
    ('range("[1..5)").end', 5),
    ('range("[1..5)").end included', False),
    ('range("5..1")', None),
    ('range("[5..1]")', None),
    ('includes(range("[@\\"2026-01-01\\"..@\\"2026-12-31\\"]"), @"2026-05-01")', True),
    ("[1..5].start", 1),
    ("(< 5).end", 5),
    ("3 in (< 5)", True),
]


@pytest.mark.parametrize(("text", "value"), [*TEXTS, *NUMBERS, *LISTS, *CONTEXTS, *MOMENTS, *RANGES])
def test_a_built_in_function_has_its_value(feel, text, value):
    assert feel(text) == value


def test_no_built_in_function_is_without_an_example():
    written = Path(__file__).read_text()

    assert [name for name in sorted(BUILTINS) if not re.search(rf"\b{name}\(", written)] == []


@pytest.mark.parametrize("name", sorted(BUILTINS))
def test_wrong_arguments_are_null_and_never_a_crash(feel, name):
    values = ["null", "1", '"a"', "[]", '@"P1M"']
    calls = [
        f"{name}({one})" for one in ["", *values, "{}", "function(a, b) null", "[1..2]", "true", "1, 2, 3, 4, 5, 6, 7"]
    ]
    calls += [f"{name}({a}, {b})" for a in values for b in values]

    assert len(feel(f"for call in [{', '.join(calls)}] return 1")) == len(calls)


def test_functions_take_their_arguments_by_name(feel):
    assert feel('substring(string: "foobar", start position: 3, length: 2)') == "ob"
    assert feel("decimal(n: 1.256, scale: 2)") == 1.26
    assert feel("concatenate(lists: [1])") == [1]
    assert feel('substring(text: "foobar", start position: 3)') is None


def test_a_variable_may_have_the_name_of_a_function(feel):
    assert feel("count + count([1, 2])", count=5) == 7
    assert feel("for f in [abs, floor] return f(-1.5)") == [1.5, -2]
