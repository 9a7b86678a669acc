"""What the page of a case calls things: states, ties to other cases, and parts of its story."""

from typing import Any

from web.language import _
from web.pages import deliveries


def states() -> dict[str, tuple[str, str]]:
    """What each state of a case is called, and its class of the stylesheet."""
    return {
        "running": (_("Open"), "is-here"),
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
