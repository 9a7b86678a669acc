"""FEEL's built-in functions. Importing this package declares them all."""

from engine.core.feel.builtins import contexts, lists, moments, numbers, ranges, texts, totals
from engine.core.feel.builtins.registry import BUILTINS, Builtin, call_builtin

__all__ = [
    "BUILTINS",
    "MANY_WORDS",
    "Builtin",
    "call_builtin",
    "contexts",
    "lists",
    "moments",
    "numbers",
    "ranges",
    "texts",
    "totals",
]

#: The names of several words; the parser must know them to read them as one.
MANY_WORDS = tuple(sorted(name for name in BUILTINS if " " in name))
