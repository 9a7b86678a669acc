"""
What a letter says: the deed, by when, which case; why you, what happens else.

The same sentences as text and as HTML. Of a confidential case it says only
that there is something to read.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from engine.outbox import Owed
from webhooks import account_letters
from webhooks.account_letters import Words
from webhooks.links import Links

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(("html",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
WHY = {
    "assigned": "It was given to you, and you hold it now.",
    "reminder": "You hold this task, and half of its time is gone.",
    "due": "It is due, and you hold it or may take it on.",
    "overdue": "It is late, and you are the next to be told.",
    "unclaimed": "Nobody has taken it on yet, and you may.",
    "call": "You are on call, and somebody must act now.",
    "notice": "The process says that you are told.",
    "mention": "Somebody speaks to you in a comment.",
    "vacant": "You look after who holds which role, or hold the other place of this one.",
    "role": "It is your role, you asked for it, or you are one of those who agree to it.",
    "test": "Somebody wanted to see whether messages reach you.",
}
ELSE = {
    "assigned": "If you cannot do it, hand it on or give it back.",
    "reminder": "If nothing is done until it is due, the group is told as well.",
    "due": "If nothing is done, the lead of the group is told next.",
    "overdue": "If nothing is done, the next level is told.",
    "unclaimed": "If nobody takes it on, the lead of the group sees to it.",
    "call": "If nobody acknowledges it, the next level is called.",
    "vacant": "As long as the place is empty, it stands on the dashboard as lapsed.",
}
HOW = "You get this because Steward has your address; your administrator can change how you are told."
HIDDEN = "There is something for you to read"


@dataclass(frozen=True, kw_only=True)
class Told:
    """
    What a message says, whatever it goes by. Of a confidential case only that there is something to read.

    Args:
        case, due, text, otherwise: None where there is nothing to say, or it may not be said.
        link, button: where one reads on, and what stands on the button that leads there.
        acknowledge: where he says that he sees to it; for him alone.
        items: what a digest gathers; a digest itself says nothing else.
    """

    name: str
    deed: str
    case: str | None
    due: str | None
    text: str | None
    why: str
    otherwise: str | None
    link: str
    button: str = "Open it"
    acknowledge: str | None = None
    items: tuple["Told", ...] = ()


@dataclass(frozen=True)
class Letter:
    """One message, twice the same."""

    subject: str
    text: str
    html: str


def told(owed: Owed, *, address: str, zone: str, links: Links | None = None) -> Told:
    """
    What a delivery says.

    Args:
        address: where Steward is served, for the link.
        zone: the organisation's; the reader's own goes before.
        links: makes those by which a call is acknowledged; only where nobody else reads it.
    """
    if owed.kind in account_letters.WORDS:
        link = links.choosing(owed) if links else None
        return _of_account(owed, account_letters.WORDS[owed.kind], address.rstrip("/"), link)
    deed, said = _deed(owed), None if owed.confidential else owed.data.get("text")
    return Told(
        name=owed.name,
        deed=deed,
        case=None if owed.confidential else owed.title,
        due=_due(owed, owed.zone or zone),
        text=str(said) if said and said != deed else None,
        why=WHY.get(owed.kind, WHY["notice"]),
        otherwise=ELSE.get(owed.kind),
        link=_link(owed, address.rstrip("/")),
        acknowledge=links.acknowledging(owed) if links else None,
        items=tuple(told(item, address=address, zone=zone) for item in owed.items),
    )


def written(owed: Owed, *, address: str, zone: str, links: Links | None = None) -> Letter:
    """The letter for a delivery; all else as for `told`."""
    said = told(owed, address=address, zone=zone, links=links)
    how = account_letters.HOW if owed.kind in account_letters.WORDS else HOW
    facts, name = {**asdict(said), "told": how}, "digest" if said.items else "letter"
    html = css_inline.inline(TEMPLATES.get_template(f"{name}.html").render(facts))
    return Letter(_subject(owed, said), TEMPLATES.get_template(f"{name}.txt").render(facts), html)


def _deed(owed: Owed) -> str:
    if owed.confidential:
        return HIDDEN
    if owed.items:
        return "One message for you" if len(owed.items) == 1 else f"{len(owed.items)} messages for you"
    return owed.task or str(owed.data.get("text") or owed.data.get("title") or owed.title or HIDDEN)


def _of_account(owed: Owed, words: Words, address: str, link: str | None) -> Told:
    return Told(
        name=owed.name,
        deed=words.deed,
        case=None,
        due=None,
        text=None,
        why=words.why,
        otherwise=words.otherwise,
        link=link or f"{address}{words.page}",
        button=words.button,
    )


def _subject(owed: Owed, said: Told) -> str:
    """Deed, due, id; on one line, whatever people have typed."""
    if owed.confidential:
        return HIDDEN
    key = f" ({owed.key})" if owed.key else ""
    by = f", due {said.due}" if said.due else ""
    return " ".join(f"{said.deed[:120]}{by}{key}".split())


def _due(owed: Owed, zone: str) -> str | None:
    if owed.due_at is None or owed.confidential:
        return None
    local: datetime = owed.due_at.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} ({zone.rpartition('/')[2].replace('_', ' ')} time)"


def _link(owed: Owed, address: str) -> str:
    if owed.task_id:
        return f"{address}/tasks/{owed.task_id}"
    return f"{address}/cases/{owed.instance_id}" if owed.instance_id else address
