"""What is wrong with an answer, in sentences that name its field: the same in the browser and from the server."""

import re
from collections.abc import Mapping
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
