"""What somebody who comes from another language may need to hear."""

from collections.abc import Collection

from engine.core.feel.builtins import BUILTINS
from engine.core.feel.errors import nearest

_FOREIGN = {
    "len": "count(list) or string length(text)",
    "size": "count(list)",
    "length": "string length(text)",
    "str": "string(value)",
    "int": "number(text)",
    "float": "number(text)",
    "round": "round half up(number, places)",
    "lower": "lower case(text)",
    "upper": "upper case(text)",
    "isinstance": "value instance of type",
    "any": "some x in list satisfies ...",
    "exists": "is defined(value)",
    "defined": "is defined(value)",
}

REFUSED_LANGUAGES = 'Write the condition as ${...}, or as FEEL with language="feel"'


def unknown_function(name: str, known: Collection[str], *, feel: bool) -> str:
    """The sentence about a function that nobody offers."""
    foreign = _FOREIGN.get(name) if feel else None
    near = foreign or nearest(name, [*known, *(BUILTINS if feel else ())])
    return f"Unknown function '{name}'" + (f"; did you mean {near if foreign else repr(near)}?" if near else "")
