"""The one sign that no text may hold: PostgreSQL keeps none that does."""

from typing import Any

NO_NUL = "A text must not hold the sign U+0000."


def has_nul(value: Any) -> bool:
    """Whether some text in a value holds it, however deep."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(has_nul(key) or has_nul(held) for key, held in value.items())
    return isinstance(value, list) and any(has_nul(held) for held in value)
