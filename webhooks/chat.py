"""
Chat: one card a delivery, posted to the address that the chat gave for a channel.

Through `safe_http`, like everything that goes to an address somebody wrote
down. Matrix gets the delivery's id as transaction, so the same card twice is
one; the others may show it twice after a crash.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import quote

import orjson

from engine.errors import StewardError
from engine.outbox import Owed
from engine.outreach import book
from engine.outreach.book import Place
from engine.strongbox import Strongbox
from engine.transactions import Database
from webhooks.cards import FORMATS, SHORT, Card, shortened
from webhooks.letters import Told, told
from webhooks.links import Links
from webhooks.safe_http import Answer, Refused, Rules, Unanswered, request
from webhooks.sending import Failed, Sent

PASSING = (408, 421, 425, 429)
"""Refusals that pass; every other 4xx means that this card, or this address, will never be taken."""

SHOWN_AT_ONCE = 20
"""Messages that a card lists."""

SHOWN = 300
"""Signs of an answer that are kept for people."""


@dataclass(frozen=True, kw_only=True)
class Chat:
    """
    The way to the chat channels.

    Args:
        box: opens their addresses.
        rules: what requests to the outside may do.
        public_url: where Steward is served, for links.
        zone: the organisation's.
        clock: the product's moment, by which addresses are valid.
        links: makes those by which a call is acknowledged, for channels that one person alone reads.
    """

    database: Database
    box: Callable[[], Strongbox]
    rules: Rules
    public_url: str
    zone: str
    clock: Callable[[], datetime]
    links: Links | None = None

    def send(self, owed: Owed) -> Sent | Failed:
        """Post one card. What nobody there would ever take is final; whatever else goes wrong may pass."""
        key = owed.channel.partition(":")[2]
        try:
            place = self._place(key)
        except StewardError as error:
            return Failed(str(error), permanent=True)
        if not place.channel.active:
            return Failed(f"The channel {key} is not active.", permanent=True)
        if place.address is None:
            return Failed(f"The channel {key} has no address. Run `steward channel address {key}`.", permanent=True)
        links = self.links if place.channel.personal else None  # In a room anybody could speak for him.
        card = card_of(owed, told(owed, address=self.public_url, zone=self.zone, links=links))
        method, url, headers = _addressed(place, place.address, owed)
        body = orjson.dumps(FORMATS[place.channel.kind](card))
        try:
            return outcome(request(method, url, body=body, headers=headers, rules=self.rules))
        except Refused as error:
            return Failed(str(error), permanent=True)
        except Unanswered as error:
            return Failed(str(error))

    def _place(self, key: str) -> Place:
        with self.database.reading() as session:
            return book.place(session, key, self.box(), at=self.clock())


def card_of(owed: Owed, said: Told) -> Card:
    """The card for a delivery: for whom, which case, until when, why, what otherwise."""
    if said.items:
        return _digest(owed, said)
    lines = {"For": said.name, "Case": said.case, "Due": said.due}
    if not owed.confidential:
        lines |= {"Why you": said.why, "Otherwise": said.otherwise}
    facts = tuple((name, shortened(text)) for name, text in lines.items() if text)
    text = shortened(said.text) if said.text else None
    buttons = (("I see to it", said.acknowledge),) if said.acknowledge else ()
    title = shortened(said.deed, SHORT)
    return Card(id=str(owed.id), title=title, facts=facts, text=text, link=said.link, buttons=buttons)


def _digest(owed: Owed, said: Told) -> Card:
    """A card that gathers messages, a line each; what does not fit is counted."""
    lines = [(str(place), shortened(_line(one))) for place, one in enumerate(said.items[:SHOWN_AT_ONCE], 1)]
    left = len(said.items) - len(lines)
    text = f"And {left} more." if left else None
    return Card(id=str(owed.id), title=said.deed, facts=(("For", said.name), *lines), text=text, link=said.link)


def _line(said: Told) -> str:
    due = f", due {said.due}" if said.due else ""
    return f"{said.deed}{due}" + (f" ({said.case})" if said.case and said.case != said.deed else "")


def outcome(answer: Answer) -> Sent | Failed:
    """What an answer means, and how long the other side wants to be left alone."""
    said = f"{answer.status} {answer.body.decode('utf-8', 'replace')[:SHOWN]}".strip().replace("\0", "")
    if answer.good:
        return Sent(said)
    if 300 <= answer.status < 400:
        return Failed(f"{answer.status}: it redirects, and redirects are not followed.", permanent=True)
    return Failed(said, permanent=answer.status < 500 and answer.status not in PASSING, after=retry_after(answer))


def retry_after(answer: Answer) -> timedelta | None:
    """The rest that `Retry-After` asks for: seconds, or a date by the other side's own clock (RFC 9110, 10.2.3)."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    asked = headers.get("retry-after", "").strip()
    try:
        return timedelta(seconds=min(max(float(asked), 0), 86_400))
    except ValueError:
        return _until(headers, asked)


def _until(headers: Mapping[str, str], asked: str) -> timedelta | None:
    try:
        until, there = parsedate_to_datetime(asked), parsedate_to_datetime(headers.get("date", ""))
        return max(until.astimezone(UTC) - there.astimezone(UTC), timedelta(0))
    except ValueError:
        return None


def _addressed(place: Place, address: str, owed: Owed) -> tuple[str, str, dict[str, str]]:
    headers = {"Content-Type": "application/json"}
    if place.channel.kind != "matrix":
        return "POST", address, headers
    server, _, token = address.partition("#")
    path = f"/_matrix/client/v3/rooms/{quote(place.channel.room, safe='')}/send/m.room.message/{owed.id}"
    return "PUT", server.rstrip("/") + path, headers | {"Authorization": f"Bearer {token}"}
