"""Tokens of the `${...}` language, and where it begins and ends in an attribute's text."""

import re

from engine.core.feel.errors import ExpressionError
from engine.core.feel.lexer import Token

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    |(?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    |(?P<name>[^\W\d]\w*)
    |(?P<op>===|!==|&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()\[\]])
    |(?P<other>.)""",
    re.S | re.X,
)
_WORDS = {
    "and": "&&",
    "or": "||",
    "not": "!",
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "gt": ">",
    "le": "<=",
    "ge": ">=",
    "div": "/",
    "mod": "%",
}


def tokens_of(text: str) -> list[Token]:
    """The tokens; operators written as words become signs."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        kind, word = match.lastgroup or "other", match.group()
        if kind == "space":
            continue
        if kind == "name" and word in _WORDS and not (found and found[-1].text == "."):
            kind, word = "op", _WORDS[word]
        value = re.sub(r"\\(.)", r"\1", word[1:-1], flags=re.S) if kind == "string" else ""
        found.append(Token(kind, word, match.start(), match.end(), value))
    found.append(Token("end", "the end", len(text), len(text)))
    return found


def pieces_of(text: str) -> list[tuple[str, int, bool]]:
    """
    The text in pieces: (piece, where it begins, is it an expression).

    Raises:
        ExpressionError: a `${` is never closed.
    """
    pieces: list[tuple[str, int, bool]] = []
    place = 0
    for start in _openings(text):
        if start < place:
            continue
        if start > place:
            pieces.append((text[place:start], place, False))
        end = _closing(text, start + 2)
        pieces.append((text[start + 2 : end], start + 2, True))
        place = end + 1
    if place < len(text):
        pieces.append((text[place:], place, False))
    return pieces


def _openings(text: str) -> list[int]:
    return [match.start() for match in re.finditer(r"[$#]\{", text)]


def _closing(text: str, start: int) -> int:
    """The brace that closes the expression; those within quotes do not count."""
    quote = ""
    skip = False
    for place in range(start, len(text)):
        letter = text[place]
        if skip:
            skip = False
        elif quote:
            skip = letter == "\\"
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter == "}":
            return place
    raise ExpressionError("'${' is never closed by '}'", text, start - 2)
