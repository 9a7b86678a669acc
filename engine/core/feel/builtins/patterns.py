"""
Patterns of XML Schema run by RE2, whose time grows with the text and never explodes.

Back-references and look-around do not exist in RE2; such a pattern is an error.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import re2

_LONGEST = 1000
_ESCAPED = re.compile(r"\\[\\$]|\$(\d+)")
_STRAY = re.compile(r"(?<!\\)(?:\\\\)*(?:\\(?![\\$])|\$(?!\d))")
_SUBTRACTION = re.compile(r"\[([^\[\]]*)-\[([^\[\]]*)\]\]")


@lru_cache(maxsize=512)
def compiled(pattern: str, flags: str) -> Any:
    """An RE2 pattern. Raises ValueError, with what is wrong, for a pattern that is none."""
    if not set(flags) <= set("smixq"):
        raise ValueError("the flags of a pattern are s, m, i, x and q")
    if len(pattern) > _LONGEST:
        raise ValueError(f"a pattern may have at most {_LONGEST} characters")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    kept = "".join(letter for letter in "smi" if letter in flags)
    try:
        return re2.compile((f"(?{kept})" if kept else "") + _for_re2(pattern, flags), options)
    except re2.error as error:
        raise ValueError(f"the pattern does not hold: {_said(error)}") from None


def _said(error: Exception) -> str:
    what = error.args[0] if error.args else ""
    return what.decode("utf-8", "replace") if isinstance(what, bytes) else str(what)


def replacement(new: str, groups: int, flags: str) -> Callable[[Any], str]:
    """What fills the place of a match: `$1` is a group, `\\$` a dollar sign. Raises ValueError for stray signs."""
    if "q" in flags:
        return lambda match: new
    if _STRAY.search(new):
        raise ValueError("in a replacement, '$' needs a number and '\\' a '$' or '\\' behind it")

    def fill(match: Any) -> str:
        return _ESCAPED.sub(lambda piece: _piece(piece, match, groups), new)

    return fill


def _piece(piece: re.Match[str], match: Any, groups: int) -> str:
    if piece[0][0] == "\\":
        return piece[0][1:]
    digits = piece[1]
    while digits and (len(digits) > 6 or int(digits) > groups):
        digits = digits[:-1]
    group = match.group(int(digits)) if digits else ""
    return (group or "") + piece[1][len(digits) :]


def _for_re2(pattern: str, flags: str) -> str:
    if "q" in flags:
        return str(re2.escape(pattern))
    if "x" in flags:
        pattern = _without_spaces(pattern)
    if re.search(r"(?<!\\)(?:\\\\)*\\\d", pattern):
        raise ValueError("the pattern does not hold: back-references are not known here")
    if re.search(r"\(\?(?!:)", pattern):
        raise ValueError("the pattern does not hold: '(?' is not known here")
    pattern = _SUBTRACTION.sub(_subtracted, pattern)
    return pattern.replace(r"\i", "[A-Za-z_:]").replace(r"\c", r"[A-Za-z0-9._:\-]")


def _without_spaces(pattern: str) -> str:
    """White space outside of character classes, and behind a backslash, means nothing."""
    kept: list[str] = []
    depth = 0
    escaped = False
    for letter in pattern:
        if letter.isspace() and depth <= 0:
            continue
        if not escaped:
            depth += (letter == "[") - (letter == "]")
        escaped = letter == "\\" and not escaped
        kept.append(letter)
    return "".join(kept)


def _subtracted(match: re.Match[str]) -> str:
    left = sorted(_members(match[1]) - _members(match[2]))
    return "[" + "".join(re.escape(letter) for letter in left) + "]" if left else r"[^\x00-\x{10FFFF}]"


def _members(inside: str) -> set[str]:
    if "\\" in inside or inside.startswith("^"):
        raise ValueError("the pattern does not hold: such a subtraction is not known here")
    members: set[str] = set()
    place = 0
    while place < len(inside):
        if inside[place + 1 : place + 2] == "-" and place + 2 < len(inside):
            first, last = ord(inside[place]), ord(inside[place + 2])
            if last - first > 300:
                raise ValueError("the pattern does not hold: the class is too large")
            members.update(map(chr, range(first, last + 1)))
            place += 3
        else:
            members.add(inside[place])
            place += 1
    return members
