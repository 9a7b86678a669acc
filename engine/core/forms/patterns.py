"""Texts as JavaScript measures and matches them, in time that only their length decides."""

import re
from functools import lru_cache
from typing import Any

import re2

_EMAIL_PART = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
EMAIL = re2.compile(rf"^[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{_EMAIL_PART}(?:\.{_EMAIL_PART})*$")
PHONE = re2.compile(r"^(\+|00)[1-9][0-9]{6,19}$")
_BLANKS = (
    " \t\n\v\f\r\u00a0\ufeff\u2028\u2029\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
    "\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)


class BadPattern(ValueError):
    """The pattern cannot be matched in bounded time, or is none."""


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> Any:
    """
    A JavaScript pattern without flags, for RE2: ASCII classes, linear time.

    Raises:
        BadPattern: RE2 refuses it; so it does look-around and back-references.
    """
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        return re2.compile(
            re.sub(r"\\u([0-9a-fA-F]{4})", r"\\x{\1}", pattern).replace("[^]", "(?s:.)"), options=options
        )
    except re2.error as error:
        reason = error.args[0] if error.args else error
        raise BadPattern(reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)) from None


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern is found in the text."""
    return compiled(pattern).search(text) is not None


def length(text: str) -> int:
    """The length as JavaScript counts it: without blanks around it, in UTF-16 units."""
    return len(text.strip(_BLANKS).encode("utf-16-le", "surrogatepass")) // 2


def is_blank(text: str) -> bool:
    """Whether there is nothing but blanks."""
    return not text.strip(_BLANKS)


def can_be_kept(text: str) -> bool:
    """Whether every database can keep the text: no NUL, no half of a surrogate pair."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False
