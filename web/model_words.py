"""What models say in keys and spans, as people read it: `user affecting`, `24 hours`, which of several side by side."""

import re
from collections.abc import Mapping
from typing import Any

from web.language import _, ngettext

KEY = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b")
SPAN = re.compile(r"\b(P|PT|)(\d+) ?(Y|M|W|D|H|bd|bh)\b")
CAPITALS = ("ai", "eu", "iso", "mdr")
COUNTERS = ("loopCounter", "nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances")
"""What the standard counts where a step is done by several side by side."""
NAMES = ("title", "name", "text")
"""Under which of its values one of several says what it is."""


def keyless(text: str) -> str:
    """`user affecting` for `user_affecting`; all that is no key stays."""
    return _parted(text) if KEY.fullmatch(text) else text


def in_text(text: str) -> str:
    """Keys in a sentence that a program wrote: `RA-2027-001: continue with conditions`."""
    return KEY.sub(lambda found: _parted(found[0]), text)


def span(text: str) -> str:
    """`4 working hours` for `4 bh`, `6 months` for `P6M`, in one line; nothing for what is no plain span."""
    found = SPAN.fullmatch(text)
    return _spanned(found) if found else ""


def cell(text: str) -> str:
    """A cell of a table without the marks that only a table needs; keys and spans in words."""
    if text in ("", "-"):
        return _("any")
    plain, unmarked = {"true": _("Yes"), "false": _("No"), "null": _("nothing")}, text.replace('"', "").strip("[]")
    return plain.get(text) or in_text(SPAN.sub(_spanned, unmarked))


def item(task: Any) -> str:
    """What one task of several side by side is about; nothing where it stands alone or is only for somebody."""
    values = task.locals or {}
    if COUNTERS[0] not in values:
        return ""
    value = next((one for name, one in values.items() if name not in COUNTERS), None)
    if isinstance(value, Mapping):
        value = next((value[name] for name in NAMES if value.get(name)), None)
    people = [getattr(task, name, None) for name in ("holder", "completed_by", "accountable")]
    return keyless(value) if isinstance(value, str) and value not in people else ""


def named_item(task: Any) -> str:
    """What a task is called in a list: `Review the change: bias` where it is one of several side by side."""
    about = item(task)
    return _("%(task)s: %(about)s", task=task.name, about=about) if about else task.name


def _parted(key: str) -> str:
    return " ".join(word.upper() if word in CAPITALS else word for word in key.split("_"))


def _spanned(found: re.Match[str]) -> str:
    number = int(found[2])
    words = {
        "PY": ngettext("%(num)d year", "%(num)d years", number),
        "PM": ngettext("%(num)d month", "%(num)d months", number),
        "PW": ngettext("%(num)d week", "%(num)d weeks", number),
        "PD": ngettext("%(num)d day", "%(num)d days", number),
        "PTH": ngettext("%(num)d hour", "%(num)d hours", number),
        "PTM": ngettext("%(num)d minute", "%(num)d minutes", number),
        "bd": ngettext("%(num)d working day", "%(num)d working days", number),
        "bh": ngettext("%(num)d working hour", "%(num)d working hours", number),
    }
    return words.get(found[1] + found[3], found[0]).replace(" ", "\u00a0")
