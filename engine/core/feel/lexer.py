"""Text to tokens. A name of several words is several tokens; the parser joins them."""

import re
from typing import NamedTuple

from engine.core.feel.errors import ExpressionError

_START = (
    r"A-Za-z_?\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D\u2070-\u218F"
    r"\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_TOKEN = re.compile(
    rf"""(?P<space>(?:[\s\u00a0]+|//[^\n]*|/\*.*?\*/)+)
    |(?P<number>(?:\d+(?:\.(?!\.)\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<name>[{_START}][{_START}0-9\u00B7\u0300-\u036F\u203F-\u2040]*)
    |(?P<string>"(?:[^"\\]|\\.)*")
    |(?P<op>\.\.|\*\*|<=|>=|!=|->|[-+*/<>=.,:()\[\]{{}}@])
    |(?P<other>.)""",
    re.S | re.X,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{6}|.)", re.S)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "'": "'"}
_HINTS = {
    "'": 'FEEL writes texts in double quotes: "..."',
    "=": "FEEL compares with a single '='",
    "&": "FEEL says 'and'",
    "|": "FEEL says 'or'",
    "!": "FEEL says not(...) or '!='",
    "$": "'${' does not belong into FEEL; write the expression alone",
    "%": "FEEL says modulo(a, b)",
    ";": "an expression is one value; a script is a context: { a: 1, b: a + 1 }",
}


class Token(NamedTuple):
    """`text` as written, `value` of a string without its quotes; `start` and `end` count from 0."""

    kind: str
    text: str
    start: int
    end: int
    value: str = ""


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text, spaces and comments left out, with one of kind `end` behind them."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        kind, word = match.lastgroup or "other", match.group()
        if kind == "space":
            continue
        value = _unescaped(word[1:-1], match.start()) if kind == "string" else ""
        found.append(Token(kind, word, match.start(), match.end(), value))
    found.append(Token("end", "the end", len(text), len(text)))
    return found


def hint_for(token: Token, before: Token | None) -> str:
    """What somebody who comes from another language may need to hear about this token."""
    if token.text == '"':
        return "a text that begins here is never closed"
    if token.text == "=" and (before is None or before.text not in ("=", "!=")):
        return ""
    if token.text == "==":
        return _HINTS["="]
    return _HINTS.get(token.text, "")


def _unescaped(body: str, start: int) -> str:
    def letter(match: re.Match[str]) -> str:
        code = match[1]
        if len(code) > 1:
            number = int(code[1:], 16)
            if number > 0x10FFFF:
                raise ExpressionError("There is no such character", position=start + 1 + match.start())
            return chr(number)
        return _LETTERS.get(code, match[0])

    if "\\" not in body:
        return body
    text = _ESCAPE.sub(letter, body)
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeError:
        raise ExpressionError("Half a character", position=start) from None
