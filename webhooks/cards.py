"""
What a card in a chat says: the same lines as a letter, in the form that each kind of chat reads.

What people have typed stays text: it formats nothing, hides no link and calls
nobody (`@channel`, `@everyone`). Buttons are links.
"""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

OPEN = "Open it"
SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
SHORT, LONG = 150, 250
"""Signs of a title and of a line; every chat takes some twenty lines of these."""

MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|~>])")
AT = "@\N{ZERO WIDTH SPACE}"


@dataclass(frozen=True, kw_only=True)
class Card:
    """
    One message as it stands in a chat.

    Args:
        id: of the delivery.
        title: the deed.
        facts: a name and a sentence each, in their order.
        text: what else is said; None for nothing.
        link: where the button leads.
        buttons: further buttons, a word and a link each.
    """

    id: str
    title: str
    facts: tuple[tuple[str, str], ...]
    text: str | None
    link: str
    buttons: tuple[tuple[str, str], ...] = ()

    @property
    def all_buttons(self) -> tuple[tuple[str, str], ...]:
        """All of them, the first first."""
        return (*self.buttons, (OPEN, self.link))

    def plain(self) -> str:
        """All of it as plain lines."""
        lines = [self.title, *(f"{name}: {said}" for name, said in self.facts), *([self.text] if self.text else [])]
        return "\n".join([*lines, *(f"{word}: {link}" for word, link in self.all_buttons)])


def slack(card: Card) -> dict[str, Any]:
    """Block Kit, for an incoming webhook."""
    lines = [f"*{_mrkdwn(name)}:* {_mrkdwn(said)}" for name, said in card.facts]
    lines += [_mrkdwn(card.text)] if card.text else []
    buttons = [
        {"type": "button", "text": {"type": "plain_text", "text": word}, "url": link} for word, link in card.all_buttons
    ]
    return {
        "text": _mrkdwn(card.title),
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": card.title, "emoji": False}},
            *({"type": "section", "text": {"type": "mrkdwn", "text": line, "verbatim": True}} for line in lines),
            {"type": "actions", "elements": buttons},
        ],
    }


def teams(card: Card) -> dict[str, Any]:
    """An Adaptive Card, for a workflow that posts what a webhook gets."""
    facts = [{"title": name, "value": _markdown(said)} for name, said in card.facts]
    title = {"type": "TextBlock", "text": _markdown(card.title), "weight": "Bolder", "size": "Medium", "wrap": True}
    body: list[dict[str, Any]] = [title, *([{"type": "FactSet", "facts": facts}] if facts else [])]
    body += [{"type": "TextBlock", "text": _markdown(card.text), "wrap": True}] if card.text else []
    content = {
        "$schema": SCHEMA,
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": [{"type": "Action.OpenUrl", "title": word, "url": link} for word, link in card.all_buttons],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "contentUrl": None, "content": content}]}


def mattermost(card: Card) -> dict[str, Any]:
    """An attachment, for an incoming webhook."""
    buttons = " · ".join(f"[{word}]({link})" for word, link in card.all_buttons)
    return {
        "attachments": [
            {
                "fallback": _markdown(card.title),
                "title": _markdown(card.title),
                "title_link": card.link,
                "text": "\n\n".join([*([_markdown(card.text)] if card.text else []), buttons]),
                "fields": [{"short": False, "title": name, "value": _markdown(said)} for name, said in card.facts],
            }
        ]
    }


def google_chat(card: Card) -> dict[str, Any]:
    """A card of version 2, for an incoming webhook."""
    lines: list[dict[str, Any]] = [
        {"decoratedText": {"topLabel": name, "text": html.escape(said, quote=False), "wrapText": True}}
        for name, said in card.facts
    ]
    lines += [{"textParagraph": {"text": html.escape(card.text, quote=False)}}] if card.text else []
    buttons = [{"text": word, "onClick": {"openLink": {"url": link}}} for word, link in card.all_buttons]
    sections = [{"widgets": [*lines, {"buttonList": {"buttons": buttons}}]}]
    shown = {"header": {"title": card.title}, "sections": sections}
    return {"fallbackText": card.title, "cardsV2": [{"cardId": card.id, "card": shown}]}


def discord(card: Card) -> dict[str, Any]:
    """An embed, for a webhook; a webhook has no buttons there, so they are links."""
    buttons = " · ".join(f"[{word}]({link})" for word, link in card.all_buttons)
    said = {
        "title": _markdown(card.title),
        "url": card.link,
        "description": "\n\n".join([*([_markdown(card.text)] if card.text else []), buttons]),
        "fields": [{"name": name, "value": _markdown(said), "inline": False} for name, said in card.facts],
    }
    return {"embeds": [said], "allowed_mentions": {"parse": []}}


def matrix(card: Card) -> dict[str, Any]:
    """A message of the room, as text and as HTML; it mentions nobody."""
    lines = [f"<strong>{html.escape(card.title)}</strong>"]
    lines += [f"{html.escape(name)}: {html.escape(said)}" for name, said in card.facts]
    lines += [html.escape(card.text)] if card.text else []
    lines += [f'<a href="{html.escape(link)}">{html.escape(word)}</a>' for word, link in card.all_buttons]
    return {
        "msgtype": "m.text",
        "body": card.plain(),
        "format": "org.matrix.custom.html",
        "formatted_body": "<br>".join(lines),
        "m.mentions": {},
    }


FORMATS: Mapping[str, Callable[[Card], dict[str, Any]]] = {
    "slack": slack,
    "teams": teams,
    "mattermost": mattermost,
    "google_chat": google_chat,
    "discord": discord,
    "matrix": matrix,
}


def shortened(text: str, most: int = LONG) -> str:
    """One line of at most `most` signs."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _mrkdwn(text: str) -> str:
    """Slack's own marks: an escaped `<` opens no link and calls nobody. Its few signs of emphasis have no escape."""
    return html.escape(text, quote=False)


def _markdown(text: str) -> str:
    return MARKS.sub(r"\\\1", text).replace("@", AT).replace("<", "\\<")
