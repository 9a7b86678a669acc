"""A form-js form as plain HTML, for people who have no script: what is asked, field by field, and what was answered."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

INPUTS = {"textfield": "text", "textarea": "textarea", "number": "number", "datetime": "date", "checkbox": "checkbox"}
CHOICES = {"radio": "radio", "select": "select", "checklist": "checkboxes", "taglist": "checkboxes"}


@dataclass(frozen=True)
class Asked:
    """
    One field.

    Args:
        kind: `text`, `textarea`, `number`, `date`, `datetime-local`, `checkbox`, `radio`, `select`, `checkboxes`.
        options: value and label of what can be chosen.
    """

    key: str
    kind: str
    label: str
    hint: str
    required: bool
    options: tuple[tuple[str, str], ...] = ()
    least: int | None = None
    most: int | None = None


def asked(schema: Mapping[str, Any], people: Mapping[str, Iterable[Mapping[str, str]]]) -> list[Asked]:
    """
    The fields in their order. What a plain form cannot ask, such as lists and conditions, is left out.

    Args:
        people: under `people.GROUP` those who can be chosen: `value` and `label`.
    """
    return list(_fields(schema.get("components", ()), people))


def answers(fields: Iterable[Asked], sent: "MultiDict[str, str]") -> dict[str, Any]:
    """What was answered, as form-js would send it; what was left empty is not among it."""
    found: dict[str, Any] = {}
    for one in fields:
        text = sent.get(one.key, "").strip()
        if one.kind == "checkboxes":
            found[one.key] = sent.getlist(one.key)
        elif one.kind == "checkbox":
            found[one.key] = bool(text)
        elif text:
            found[one.key] = _number(text) if one.kind == "number" else text
    return found


def _fields(components: Iterable[Mapping[str, Any]], people: Mapping[str, Any]) -> Iterator[Asked]:
    for one in components:
        kind = INPUTS.get(one["type"]) or CHOICES.get(one["type"])
        if one["type"] == "group" and not one.get("path"):
            yield from _fields(one.get("components", ()), people)
        if kind is None or not one.get("key") or one.get("conditional") or one.get("readonly"):
            continue
        rules = one.get("validate") or {}
        offered = people.get(one.get("valuesKey", ""), one.get("values") or ())
        yield Asked(
            key=one["key"],
            kind="datetime-local" if one.get("subtype") == "datetime" else kind,
            label=one.get("label") or one.get("dateLabel") or one["key"],
            hint=one.get("description") or "",
            required=bool(rules.get("required")),
            options=tuple((str(each["value"]), str(each["label"])) for each in offered)
            if one["type"] in CHOICES
            else (),
            least=rules.get("minLength", rules.get("min")),
            most=rules.get("maxLength", rules.get("max")),
        )


def _number(text: str) -> Any:
    try:
        return int(text) if text.lstrip("+-").isdigit() else float(text)
    except ValueError:
        return text
