"""What is wrong with an answer, in sentences that name its field: the same in the browser and from the server."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from web.language import _

FROM_SERVER = (
    (r"This must be answered\.", "Field is required."),
    (r"This needs at least (.+) characters\.", "Field must have minimum length of {value}."),
    (r"This may have at most (.+) characters\.", "Field must have maximum length of {value}."),
    (r"This must be at least (.+)\.", "Field must have minimum value of {value}."),
    (r"This must be at most (.+)\.", "Field must have maximum value of {value}."),
    (r"This must be a whole number\.", "Value is expected to be an integer."),
    (r"This must be a number\.", "Value is not a number."),
    (r"This must be an e-mail address\.", "Field must be a valid email."),
    (r"This must be a phone number.*", "Field must be a valid international phone number. (e.g. +4930664040900)"),
)
"""What the form's check says, and what form-js says in the same case."""

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
NAMED = re.compile(r"\{\{\s*(\w+)\s*\}\}")
"""A variable of the case in a text of a form, and nothing but it."""


def in_moments(schema: Mapping[str, Any], data: Mapping[str, Any], said: Callable[[datetime], str]) -> dict[str, Any]:
    """The schema whose texts say moments of the case as people do; `{{name}}` of anything else is left to the form."""

    def told(found: re.Match[str]) -> str:
        value = data.get(found[1])
        if not isinstance(value, str) or not MOMENT.fullmatch(value):
            return found[0]
        return said(datetime.fromisoformat(value))

    def of(component: Mapping[str, Any]) -> dict[str, Any]:
        return in_moments(component, data, said)

    made = dict(schema)
    if made.get("type") == "text" and isinstance(made.get("text"), str):
        made["text"] = NAMED.sub(told, made["text"])
    if "components" in made:
        made["components"] = [of(one) for one in made["components"]]
    return made


def sentences() -> dict[str, str]:
    """In the reader's language, under what form-js says; `{label}` is the field, `{value}` its bound."""
    return {
        "Field is required.": _("Fill in “{label}”."),
        "Field must have minimum length of {value}.": _("Write at least {value} signs in “{label}”."),
        "Field must have maximum length of {value}.": _("Write at most {value} signs in “{label}”."),
        "Field must have minimum value of {value}.": _("“{label}” must be at least {value}."),
        "Field must have maximum value of {value}.": _("“{label}” must be at most {value}."),
        "Value is expected to be an integer.": _("“{label}” must be a whole number."),
        "Value is expected to have at most 1 decimal digit.": _("“{label}” takes one decimal at most."),
        "Value is expected to have at most {value} decimal digits.": _("“{label}” takes {value} decimals at most."),
        "Value is not a number.": _("“{label}” must be a number."),
        "Field must match pattern {value}.": _("“{label}” does not have the form that is asked for."),
        "Field must be a valid email.": _("“{label}” must be an e-mail address."),
        "Field must be a valid international phone number. (e.g. +4930664040900)": _(
            "“{label}” must be a phone number with its country, such as +4930664040900."
        ),
        "Please select a valid value, the two nearest valid values are {previousValue} and {nextValue}.": _(
            "“{label}” must be {previousValue} or {nextValue}, or further such a step away."
        ),
    }


def problems(found: Mapping[str, Any], labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """
    Paths, and a whole sentence for each.

    Args:
        found: as the form's check says it, by path.
        labels: of the form's fields, by their path without the numbers of rows.
    """
    words = sentences()
    told = []
    for path, said in found.items():
        label = labels.get(re.sub(r"\[\d+\]", "[]", path), "")
        for one in said if isinstance(said, list) else [said]:
            told.append((path, _sentence(str(one), label, words)))
    return told


def _sentence(said: str, label: str, words: Mapping[str, str]) -> str:
    if not label:
        return said
    for pattern, key in FROM_SERVER:
        if match := re.fullmatch(pattern, said):
            value = match.group(1) if match.groups() else ""
            return words[key].replace("{label}", label).replace("{value}", value)
    return _("“%(label)s”: %(said)s", label=label, said=said)
