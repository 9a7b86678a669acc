"""What the page of a case calls things: states, ties to other cases, parts of its story, and cells of tables."""

import re
from typing import Any

from web.language import _, ngettext
from web.pages import deliveries

SPAN = re.compile(r"(P|PT|)(\d+) ?(D|H|M|bd|bh)")


def states() -> dict[str, tuple[str, str]]:
    """What each state of a case is called, and its class of the stylesheet."""
    return {
        "running": (_("Goes on"), "is-here"),
        "suspended": (_("Rests"), "is-soon"),
        "completed": (_("Finished"), "is-done"),
        "failed": (_("Ended by an error"), "is-late"),
        "cancelled": (_("Ended before its time"), ""),
    }


def ties() -> dict[tuple[str, bool], str]:
    """What another case is to this one, by the kind of their link and whether this one is its source."""
    return {
        ("caused_by", True): _("Caused by"),
        ("caused_by", False): _("Caused"),
        ("raises", True): _("Raised"),
        ("raises", False): _("Raised by"),
        ("joins", True): _("Joined to"),
        ("joins", False): _("Joined by"),
        ("blocks", True): _("Blocks"),
        ("blocks", False): _("Blocked by"),
        ("evidence_for", True): _("Evidence for"),
        ("evidence_for", False): _("Proven by"),
        ("called", True): _("Called"),
        ("called", False): _("Called by"),
    }


def story_parts() -> tuple[tuple[str, str], ...]:
    """The parts of a story, and what each is called."""
    return (
        ("", _("What happened")),
        ("signed", _("Signatures")),
        ("refused", _("Refusals")),
        ("told", _("Messages sent")),
        ("all", _("All")),
    )


def policies() -> dict[str, str]:
    """How many rows of a table may answer, in words."""
    return {
        "UNIQUE": _("one row answers"),
        "FIRST": _("the first row that matches answers"),
        "ANY": _("all rows that match answer the same"),
        "PRIORITY": _("the answer of the highest rank counts"),
        "RULE ORDER": _("every row that matches answers, in their order"),
        "OUTPUT ORDER": _("every row that matches answers, by rank"),
        "COLLECT": _("every row that matches answers"),
        "COLLECT SUM": _("the answers are added up"),
        "COLLECT COUNT": _("the answers are counted"),
        "COLLECT MIN": _("the least answer counts"),
        "COLLECT MAX": _("the greatest answer counts"),
    }


def ladder_words() -> dict[str, dict[str, Any]]:
    """What a ladder is told with: states of messages, and what people did about the task between two of them."""
    return {"message_states": deliveries.states(), "acts": _acts()}


def _acts() -> dict[str, str]:
    return {
        "task.claimed": _("%(person)s took it on"),
        "task.given_back": _("%(person)s gave it back"),
        "task.assigned": _("%(person)s gave it to somebody"),
        "task.delegated": _("%(person)s handed it over"),
        "task.completed": _("%(person)s finished it"),
        "ladder.acknowledged": _("%(person)s sees to it"),
    }


def cell(text: str) -> str:
    """A cell of a table without the marks that only a table needs, and spans in words."""
    if text in ("", "-"):
        return _("any")
    plain, unmarked = {"true": _("Yes"), "false": _("No"), "null": _("nothing")}, text.replace('"', "").strip("[]")
    return plain.get(text) or _span(unmarked) or unmarked


def _span(text: str) -> str:
    """`4 working hours` for `4 bh`, `60 days` for `P60D`, in one line; nothing for what is no plain span."""
    found = SPAN.fullmatch(text)
    if found is None:
        return ""
    number = int(found[2])
    words = {
        "PD": ngettext("%(num)d day", "%(num)d days", number),
        "PTH": ngettext("%(num)d hour", "%(num)d hours", number),
        "PTM": ngettext("%(num)d minute", "%(num)d minutes", number),
        "bd": ngettext("%(num)d working day", "%(num)d working days", number),
        "bh": ngettext("%(num)d working hour", "%(num)d working hours", number),
    }
    return words.get(found[1] + found[3], "").replace(" ", "\u00a0")
