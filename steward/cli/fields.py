"""A form as a terminal shows it: which answers it asks for, and what they may be."""

from collections.abc import Iterator
from typing import Any

KINDS = {"textfield": "text", "textarea": "text", "checkbox": "true or false", "datetime": "date", "taglist": "list"}
SILENT = ("text", "separator", "spacer", "image", "button", "html")


def field_lines(form: dict[str, Any] | None, indent: str = "  ") -> Iterator[str]:
    """One line a field: its key, what it takes, and what it asks; fields of a list follow, further in."""
    for part in (form or {}).get("components", []):
        if part["type"] in SILENT:
            continue
        if part["type"] == "group":
            yield from field_lines(part, indent)
            continue
        key = part.get("key") or part.get("path")
        yield f"{indent}{key}  ({', '.join(_takes(part))})  {_label(part)}".rstrip()
        if part["type"] == "dynamiclist":
            yield from field_lines(part, indent + "  ")


def _label(part: dict[str, Any]) -> str:
    return str(part.get("label") or part.get("dateLabel") or part.get("timeLabel") or "")


def _takes(part: dict[str, Any]) -> Iterator[str]:
    if part.get("readonly") or part.get("disabled"):
        yield "for reading"
        return
    yield _kind(part)
    if (part.get("validate") or {}).get("required"):
        yield "required"
    if part.get("conditional"):
        yield "only where it applies"


def _kind(part: dict[str, Any]) -> str:
    options = [str(one["value"]).lower() if isinstance(one["value"], bool) else str(one["value"]) for one in _of(part)]
    many = part["type"] in ("checklist", "taglist")
    if options:
        return f"{'list out of' if many else 'one of'} {' | '.join(options)}"
    if str(part.get("valuesKey", "")).startswith("people."):
        return f"a person of {part['valuesKey'].removeprefix('people.')}"
    if part["type"] == "datetime":
        return {"date": "YYYY-MM-DD", "time": "HH:MM"}.get(part.get("subtype", ""), "moment")
    if part["type"] == "dynamiclist":
        return "list of"
    return KINDS.get(part["type"], str(part["type"]))


def _of(part: dict[str, Any]) -> list[dict[str, Any]]:
    return list(part.get("values") or [])
