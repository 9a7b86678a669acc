"""
How points and ranges lie to each other (DMN 1.3, table 78): before, meets, overlaps, includes and their kin.

Each of them answers for points and ranges as the table allows, or null where
the ends have no common order.
"""

import re
from collections.abc import Callable
from typing import Any

from engine.core.feel.builtins.registry import builtin
from engine.core.feel.run import Run
from engine.core.feel.temporal_text import parse_date, parse_duration, parse_moment, parse_temporal, parse_time
from engine.core.feel.values import NUMBERS, Range, Value, compare, contains, equal, same

Relation = Callable[[Run, Any, Any], "bool | None"]
_POINT = "number|string|date|time|date and time|duration"
_RANGE_TEXT = re.compile(r"\s*([\[\](])(.*?)\.\.(.*?)([\])\[])\s*", re.S)
_CALL = re.compile(r'(date|time|date and time|duration)\("([^"]*)"\)')
_NUMBER = re.compile(r"-?(\d+(\.\d+)?|\.\d+)", re.ASCII)


def _declare(name: str, relations: dict[str, Relation]) -> None:
    """`relations` by what they are between: `pp`, `pr`, `rp` or `rr` for points and ranges."""
    for between, relation in relations.items():
        names = ["point" if side == "p" else "range" for side in between]
        if names[0] == names[1]:
            names = [f"{names[0]}1", f"{names[1]}2"]
        types = [_POINT if side == "p" else "range" for side in between]
        builtin(name, *(f"{n}:{t}" for n, t in zip(names, types, strict=True)))(relation)


def _before_rr(run: Run, a: Range, b: Range) -> bool | None:
    earlier = compare("<", a.high, b.low)
    if earlier is None:
        return None
    return earlier or (same(run, a.high, b.low) and not (a.high_included and b.low_included))


def _before_pr(run: Run, point: Value, within: Range) -> bool | None:
    earlier = compare("<", point, within.low)
    return None if earlier is None else earlier or (same(run, point, within.low) and not within.low_included)


def _before_rp(run: Run, within: Range, point: Value) -> bool | None:
    earlier = compare("<", within.high, point)
    return None if earlier is None else earlier or (same(run, within.high, point) and not within.high_included)


def _low_before(run: Run, a: Range, b: Range) -> bool:
    """Does `a` begin before `b`?"""
    return compare("<", a.low, b.low) is True or (same(run, a.low, b.low) and a.low_included and not b.low_included)


def _high_after(run: Run, a: Range, b: Range) -> bool:
    """Does `a` end after `b`?"""
    return compare(">", a.high, b.high) is True or (
        same(run, a.high, b.high) and a.high_included and not b.high_included
    )


def _overlaps(run: Run, a: Range, b: Range) -> bool | None:
    first, second = _before_rr(run, a, b), _before_rr(run, b, a)
    return None if first is None or second is None else not first and not second


def _overlaps_before(run: Run, a: Range, b: Range) -> bool | None:
    met = _overlaps(run, a, b)
    return None if met is None else met and _low_before(run, a, b) and not _high_after(run, a, b)


def _overlaps_after(run: Run, a: Range, b: Range) -> bool | None:
    met = _overlaps(run, a, b)
    return None if met is None else met and _low_before(run, b, a) and not _high_after(run, b, a)


def _includes(run: Run, a: Range, b: Range) -> bool | None:
    if compare("<=", a.low, b.low) is None or compare(">=", a.high, b.high) is None:
        return None
    return not _low_before(run, b, a) and not _high_after(run, b, a)


def _starts(run: Run, a: Range, b: Range) -> bool:
    return same(run, a.low, b.low) and a.low_included == b.low_included and not _high_after(run, a, b)


def _finishes(run: Run, a: Range, b: Range) -> bool:
    return same(run, a.high, b.high) and a.high_included == b.high_included and not _low_before(run, a, b)


def _begins_at(run: Run, within: Range, point: Value) -> bool:
    return within.low_included and same(run, point, within.low)


def _ends_at(run: Run, within: Range, point: Value) -> bool:
    return within.high_included and same(run, point, within.high)


def _meets(run: Run, a: Range, b: Range) -> bool:
    return a.high_included and b.low_included and same(run, a.high, b.low)


def _coincide(run: Run, a: Range, b: Range) -> bool | None:
    return same(run, a, b) if type(a.low) is type(b.low) else None


def _turned(relation: Relation) -> Relation:
    return lambda run, a, b: relation(run, b, a)


_declare(
    "before",
    {"pp": lambda run, a, b: compare("<", a, b), "pr": _before_pr, "rp": _before_rp, "rr": _before_rr},
)
_declare(
    "after",
    {
        "pp": lambda run, a, b: compare(">", a, b),
        "pr": _turned(_before_rp),
        "rp": _turned(_before_pr),
        "rr": _turned(_before_rr),
    },
)
_declare("meets", {"rr": _meets})
_declare("met by", {"rr": _turned(_meets)})
_declare("overlaps", {"rr": _overlaps})
_declare("overlaps before", {"rr": _overlaps_before})
_declare("overlaps after", {"rr": _overlaps_after})
_declare("finishes", {"pr": _turned(_ends_at), "rr": _finishes})
_declare("finished by", {"rp": _ends_at, "rr": _turned(_finishes)})
_declare("includes", {"rp": lambda run, within, point: contains(within, point), "rr": _includes})
_declare("during", {"pr": lambda run, point, within: contains(within, point), "rr": _turned(_includes)})
_declare("starts", {"pr": _turned(_begins_at), "rr": _starts})
_declare("started by", {"rp": _begins_at, "rr": _turned(_starts)})
_declare("coincides", {"pp": equal, "rr": _coincide})


@builtin("range", "from:string")
def _range(run: Run, text: str) -> Value:
    """A range from its text, such as `[1..10)`; the ends are plain values."""
    found = _RANGE_TEXT.fullmatch(text)
    if not found:
        return run.warn(f"range(): '{text[:40]}' is no range")
    (low, low_holds), (high, high_holds) = _end(found[2].strip()), _end(found[3].strip())
    low_included, high_included = found[1] == "[", found[4] == "]"
    holds = low_holds and high_holds and not (low is None and (high is None or low_included))
    if not holds or (high is None and high_included):
        return run.warn(f"range(): '{text[:40]}' is no range")
    if low is not None and high is not None and compare("<=", low, high) is not True:
        return run.warn("range(): the ends are not in order")
    return Range(low, high, low_included, high_included)


def _end(text: str) -> tuple[Value, bool]:
    """The value of an end, None for an open one, and whether the text holds."""
    if not text:
        return None, True
    value: Value = None
    if _NUMBER.fullmatch(text):
        value = NUMBERS.create_decimal(text)
    elif text.startswith('@"') and text.endswith('"'):
        value = parse_temporal(text[2:-1])
    elif len(text) > 1 and text[0] == text[-1] == '"' and '"' not in text[1:-1]:
        value = text[1:-1]
    elif found := _CALL.fullmatch(text):
        value = _READERS[found[1]](found[2])
    return value, value is not None


_READERS: dict[str, Callable[[str], Value]] = {
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_moment,
    "duration": parse_duration,
}
