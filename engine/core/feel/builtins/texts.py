"""Functions of texts (DMN 1.3, section 10.3.4.3), and `trim`, `is blank` and `extract`."""

import re
from decimal import Decimal

from engine.core.feel.builtins.patterns import compiled, replacement
from engine.core.feel.builtins.registry import builtin
from engine.core.feel.run import Run
from engine.core.feel.text import text_of
from engine.core.feel.values import NUMBERS, Value

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def _pay(run: Run, text: str, pattern: str) -> None:
    """What a search costs: a compiled pattern grows with its text, a search with what it reads."""
    run.sized(len(text))
    run.tick(20 + len(pattern))


@builtin("string", "from:any")
def _string(run: Run, value: Value) -> Value:
    return None if value is None else text_of(run, value)


@builtin("number", "from:string", "grouping separator?:string|null", "decimal separator?:string|null")
def _number(run: Run, text: str, grouping: str | None, point: str | None) -> Value:
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", ".") or (grouping and grouping == point):
        return run.warn("number(): separators are ' ', ',' or '.', and differ")
    run.sized(len(text))
    text = text.replace(grouping, "") if grouping else text
    text = text.replace(point, ".") if point else text
    if not _NUMBER.fullmatch(text):
        return run.warn(f"number(): '{text[:40]}' is no number")
    return NUMBERS.create_decimal(text)


@builtin("number", "from:number")
def _number_itself(run: Run, number: Decimal) -> Value:
    return number


@builtin("substring", "string:string", "start position:number", "length?:number")
def _substring(run: Run, text: str, start: Decimal, length: Decimal | None) -> Value:
    place = int(start)
    begin = place - 1 if place > 0 else len(text) + place
    if place == 0 or begin < 0 or begin >= len(text) > 0:
        return run.warn("substring(): the start lies outside of the text")
    run.sized(len(text))
    if length is None:
        return text[begin:]
    return None if length < 1 else text[begin : begin + int(min(length, Decimal(len(text))))]


@builtin("string length", "string:string")
def _length(run: Run, text: str) -> Value:
    return Decimal(len(text))


@builtin("upper case", "string:string")
def _upper(run: Run, text: str) -> Value:
    run.sized(len(text))
    return text.upper()


@builtin("lower case", "string:string")
def _lower(run: Run, text: str) -> Value:
    run.sized(len(text))
    return text.lower()


@builtin("substring before", "string:string", "match:string")
def _before(run: Run, text: str, match: str) -> Value:
    run.sized(len(text))
    place = text.find(match)
    return text[:place] if place >= 0 else ""


@builtin("substring after", "string:string", "match:string")
def _after(run: Run, text: str, match: str) -> Value:
    run.sized(len(text))
    place = text.find(match)
    return text[place + len(match) :] if place >= 0 else ""


@builtin("contains", "string:string", "match:string")
def _contains(run: Run, text: str, match: str) -> Value:
    run.sized(len(text))
    return match in text


@builtin("starts with", "string:string", "match:string")
def _starts(run: Run, text: str, match: str) -> Value:
    run.sized(len(text))
    return text.startswith(match)


@builtin("ends with", "string:string", "match:string")
def _ends(run: Run, text: str, match: str) -> Value:
    run.sized(len(text))
    return text.endswith(match)


@builtin("matches", "input:string", "pattern:string", "flags?:string|null")
def _matches(run: Run, text: str, pattern: str, flags: str | None) -> Value:
    _pay(run, text, pattern)
    return compiled(pattern, flags or "").search(text) is not None


@builtin("replace", "input:string", "pattern:string", "replacement:string", "flags?:string|null")
def _replace(run: Run, text: str, pattern: str, new: str, flags: str | None) -> Value:
    _pay(run, text, pattern)
    run.sized(len(new))
    found = compiled(pattern, flags or "")
    if found.search("") is not None:
        return run.warn("replace(): the pattern matches the empty text")
    fill = replacement(new, found.groups, flags or "")
    parts: list[str] = []
    size = end = 0
    for match in found.finditer(text):
        parts += [text[end : match.start()], fill(match)]
        size += len(parts[-1]) + len(parts[-2])
        run.sized(size)
        run.tick(4)
        end = match.end()
    run.sized(size + len(text) - end)
    return "".join(parts) + text[end:]


@builtin("split", "string:string", "delimiter:string")
def _split(run: Run, text: str, delimiter: str) -> Value:
    _pay(run, text, delimiter)
    parts: list[str] = []
    end = 0
    for match in compiled(delimiter, "").finditer(text):
        run.tick(3)
        if match.end() > match.start():
            parts.append(text[end : match.start()])
            run.listed(1)
            end = match.end()
    parts.append(text[end:])
    run.listed(len(parts))
    return parts


@builtin("string join", "list:list", "delimiter?:string|null")
def _join(run: Run, items: list[Value], delimiter: str | None) -> Value:
    texts = [item for item in items if item is not None]
    if not all(isinstance(item, str) for item in texts):
        return run.warn("string join(): not all items are texts")
    run.sized(sum(map(len, texts)) + len(delimiter or "") * len(texts))
    return (delimiter or "").join(texts)


@builtin("string join", "list:list", "delimiter:string|null", "prefix:string|null", "suffix:string|null")
def _join_between(run: Run, items: list[Value], delimiter: str | None, prefix: str | None, suffix: str | None) -> Value:
    joined = _join(run, items, delimiter)
    if joined is None:
        return None
    run.sized(len(joined) + len(prefix or "") + len(suffix or ""))
    return f"{prefix or ''}{joined}{suffix or ''}"


@builtin("trim", "string:string")
def _trim(run: Run, text: str) -> Value:
    run.sized(len(text))
    return text.strip()


@builtin("is blank", "string:string")
def _is_blank(run: Run, text: str) -> Value:
    run.sized(len(text))
    return not text.strip()


@builtin("extract", "string:string", "pattern:string")
def _extract(run: Run, text: str, pattern: str) -> Value:
    _pay(run, text, pattern)
    found = []
    for match in compiled(pattern, "").finditer(text):
        run.tick(4)
        found.append(match.group())
    run.listed(len(found))
    return found
