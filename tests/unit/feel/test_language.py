"""FEEL's operators and constructs, by tables of (expression, value)."""

import pytest

from engine.core.expressions import EvaluationError, ExpressionError, UnknownVariable

CASE = {
    "amount": 250,
    "price": 0.1,
    "name": "Ana",
    "nothing": None,
    "ok": True,
    "tags": ["a", "b"],
    "order": {"lines": [{"sku": "A1", "qty": 2}, {"sku": "B2", "qty": 5, "note": "x"}], "net total": 9},
}


def test_numbers_are_exact(feel):
    assert feel("0.1 + 0.2") == 0.3
    assert feel("price + 0.2 = 0.3", **CASE) is True
    assert feel("1 / 3 * 3") == 1.0
    assert feel("10 / 4") == 2.5
    assert feel("99999999999999999 + 1") == 100000000000000000
    assert feel("1.0") == 1
    assert isinstance(feel("1.0"), int)
    assert isinstance(feel("1.5"), float)
    assert feel("2 ** 0.5 > 1.41421356237309504880168872420969") is True


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3 - 4 / 2", 5),
        ("(1 + 2) * 3", 9),
        ("2 ** 3 ** 2", 64),
        ("-2 ** 2", 4),
        ("--1", 1),
        ("-amount", -250),
        ("1e3", 1000),
        (".5", 0.5),
        ('"a" + "b"', "ab"),
        ('"tab\\tquote\\" \\u00e9 \\U01F600"', 'tab\tquote" é 😀'),
        ("1 = 1.0", True),
        ('"a" != "b"', True),
        ("[1, 2] = [1, 2.0]", True),
        ("{a: 1, b: 2} = {b: 2, a: 1}", True),
        ("nothing = null", True),
        ("name = null", False),
        ("nothing != 1", True),
        ("1 < 2 and 2 <= 2 and 3 > 2 and 3 >= 3", True),
        ('"a" < "b"', True),
        ("true and false or true", True),
        ("false and nothing", False),
        ("true or nothing", True),
        ("true and nothing", None),
        ("false or nothing", None),
        ("not(ok)", False),
        ("amount between 200 and 300", True),
        ("amount in [200..300]", True),
        ("amount in (200..250)", False),
        ("amount in ]200..250]", True),
        ("amount in > 200", True),
        ("amount in (< 10, > 200)", True),
        ("amount in (1, 250, 3)", True),
        ("amount in [1, 250]", True),
        ('name in ("Ana", "Ben") and ok', True),
        ("amount in (> 300) or ok", True),
        ("if amount > 100 then name else 1", "Ana"),
        ("if nothing then 1 else 2", 2),
        ("for i in 1..3 return i * i", [1, 4, 9]),
        ("for i in 3..1 return i", [3, 2, 1]),
        ("for i in [1, 2], j in [i..3] return i * 10 + j", [11, 12, 13, 22, 23]),
        ("for i in 1..5 return if i < 3 then 1 else partial[-1] + partial[-2]", [1, 1, 2, 3, 5]),
        ('for d in @"2026-01-30"..@"2026-02-01" return d.day', [30, 31, 1]),
        ("for x in nothing return x", None),
        ("some l in order.lines satisfies l.qty > 4", True),
        ("every l in order.lines satisfies l.qty > 4", False),
        ("every l in [] satisfies l > 4", True),
        ("some l in [] satisfies l > 4", False),
        ("order.lines[1].sku", "A1"),
        ("order.lines[-1].sku", "B2"),
        ("order.lines[qty > 4].sku", ["B2"]),
        ('order.lines[note = "x"].qty', [5]),
        ("order.lines.qty", [2, 5]),
        ("order.lines.note", [None, "x"]),
        ("tags[item != name]", ["a", "b"]),
        ("[1, 2, 3, 4][item > 1][item < 4]", [2, 3]),
        ("[1, 2, 3][5]", None),
        ("amount[1]", 250),
        ("order.net total", 9),
        ("{a: 1, b: a + 1, c: [a, b]}.c", [1, 2]),
        ('{"two words": 1}.two words', 1),
        ("{add: function(a, b) a + b, r: add(1, 2)}.r", 3),
        ("{add: function(a, b) a + b, r: add(b: 1, a: 2)}.r", 3),
        ("(function(x) x * 2)(21)", 42),
        ("amount instance of number", True),
        ("tags instance of list<string>", True),
        ("tags instance of list<number>", False),
        ("order instance of context", True),
        ("nothing instance of Any", False),
        ('@"2026-01-31" instance of date', True),
        ("// why\n1 /* and\nhow */ + 1", 2),
        ("null", None),
        ("[]", []),
        ("{}", {}),
    ],
)
def test_an_expression_has_its_value(feel, text, value):
    assert feel(text, **CASE) == value


@pytest.mark.parametrize(
    "text",
    [
        '1 + "a"',
        "1 < null",
        '1 = "1"',
        "[1] + 1",
        "1 / 0",
        "nothing.x",
        "amount.x",
        "name[2]",
        "-name",
        "nothing + 1",
        "{a: 1, a: 2}",
        "1(2)",
        "tags[name]",
    ],
)
def test_what_makes_no_sense_is_null(feel, text):
    assert feel(text, **CASE) is None


def test_a_condition_that_is_null_says_why(compiled, scope):
    with pytest.raises(EvaluationError, match="must be true or false, but this is null"):
        compiled("amount < name").decide(scope(**CASE))


@pytest.mark.parametrize(
    ("text", "name", "near"),
    [
        ("amuont > 1", "amuont", "amount"),
        ("if ok then amuont else 1", "amuont", "amount"),
        ("order.linse", "linse", "lines"),
        ("tags[itm = 1]", "itm", "item"),
        ("order.lines[qyt > 1]", "qyt", "qty"),
        ("order.lines.qyt", "qyt", "qty"),
        ("zzz", "zzz", None),
    ],
)
def test_an_unknown_name_is_an_error_that_says_what_was_meant(feel, text, name, near):
    with pytest.raises(UnknownVariable) as caught:
        feel(text, **CASE)

    assert (caught.value.name, caught.value.did_you_mean) == (name, near)


def test_what_may_be_missing_is_asked_for_in_so_many_words(feel, compiled):
    assert feel("is defined(amount)", **CASE) is True
    assert feel("is defined(nothing)", **CASE) is True
    assert feel("is defined(zzz)", **CASE) is False
    assert feel("is defined(order.zzz)", **CASE) is False
    assert feel("get or else(zzz, 1)", **CASE) == 1
    assert feel("get or else(nothing, 1)", **CASE) == 1
    assert feel("get or else(amount, 1)", **CASE) == 250
    assert feel("if is defined(zzz) then zzz else amount", **CASE) == 250
    assert compiled("is defined(zzz) and get or else(yyy, a) > b").names == {"a", "b"}


def test_free_names_are_those_that_nothing_within_declares(compiled):
    assert compiled("for i in xs return i + y").names == {"xs", "y"}
    assert compiled("{a: 1, b: a + c}.b").names == {"c"}
    assert compiled("function(x) x + y").names == {"y"}
    assert compiled("some x in xs satisfies x = limit").names == {"xs", "limit"}
    assert compiled("xs[qty > 1]").names == {"xs"}
    assert compiled("date and time(due) < now()").names == {"due"}
    assert compiled("done_at(T_plan)").names == frozenset()
    assert compiled("a.b.c").names == {"a"}


@pytest.mark.parametrize(
    ("text", "says", "position"),
    [
        ("1 +", "ends too early", 3),
        ("", "empty", 0),
        ("a == b", "single '='", 2),
        ("a = = b", "single '='", 2),
        ("a && b", "FEEL says 'and'", 2),
        ("a || b", "FEEL says 'or'", 2),
        ("!a", "not(...)", 0),
        ("a % b", "modulo", 2),
        ("'a'", "double quotes", 0),
        ('"a', "never closed", 0),
        ("a.size()", "no methods", 2),
        ("a; b", "one value", 1),
        ("[1, 2", "Expected ']'", 5),
        ("(1", "Expected ')'", 2),
        ("{a 1}", "Expected a name and ':'", 1),
        ("if a then b", "Expected 'else'", 11),
        ("for i in xs", "Expected 'return'", 11),
        ("for in xs return 1", "Expected a name and 'in'", 4),
        ("a b", "Unexpected 'b'", 2),
        ("function(1) 2", "name of a parameter", 9),
        ("function() external {}", "External functions", 11),
        ('@"soon"', "no date, time or duration", 1),
        ("@soon", "in quotes", 1),
        ("f(a: 1, 2)", "Either every argument", 0),
        ('"\\U110000"', "no such character", 1),
        ("x instance of", "Expected a type", 13),
        ("1e99999", "too large", 0),
        ("then", "Unexpected 'then'", 0),
        ("a\n + b +", "ends too early", 8),
    ],
)
def test_a_text_that_is_no_feel_is_refused_with_its_place(compiled, text, says, position):
    with pytest.raises(ExpressionError) as caught:
        compiled(text)

    assert says in caught.value.message
    assert caught.value.position == position


def test_the_caret_stands_under_the_place_of_a_long_or_broken_text(compiled):
    with pytest.raises(ExpressionError) as caught:
        compiled("a +\n  b + ) + c")
    assert str(caught.value).splitlines()[1:] == ["      b + ) + c", "          ^"]

    with pytest.raises(ExpressionError) as caught:
        compiled("a + " * 40 + ") + b")
    line, caret = str(caught.value).splitlines()[1:]
    assert line[caret.index("^")] == ")"
    assert len(line) < 120
