"""
Signed webhooks out: one event a request, as CloudEvents 1.0 in structured form, signed by Standard Webhooks 1.0.

`webhook-id` is the id of the delivery, so it stays the same however often it
is tried; the event's own id stays the same for ever. While a secret is being
rotated both secrets sign. The signed moment is the machine's, which receivers
hold against theirs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from standardwebhooks import Webhook

from engine import strongbox
from engine.errors import StewardError
from engine.outbox import Owed
from engine.strongbox import Strongbox
from engine.subscriptions import book
from engine.subscriptions.content import Subscription
from engine.transactions import Database
from webhooks.safe_http import Answer, Refused, Rules, Unanswered, request
from webhooks.sending import Failed, Sent

CONTENT_TYPE = "application/cloudevents+json"
GONE = 410
SHOWN = 300
"""Signs of an answer that are kept for people."""


@dataclass(frozen=True, kw_only=True)
class Webhooks:
    """
    The way to those who have subscribed.

    Args:
        box: opens their secrets.
        source: where Steward is served; with its id it makes an event unique in the world.
        rules: what requests to the outside may do.
        clock: the product's moment, by which secrets are valid.
        machine_clock: the machine's, which is signed.
    """

    database: Database
    box: Callable[[], Strongbox]
    source: str
    rules: Rules
    clock: Callable[[], datetime]
    machine_clock: Callable[[], datetime]

    def send(self, owed: Owed) -> Sent | Failed:
        """Send one event. What no receiver could change is final; whatever else goes wrong may pass."""
        key = book.key_of(owed.recipient)
        try:
            subscription, secrets = self._looked_up(key)
        except StewardError as error:
            return Failed(str(error), permanent=True)
        if not subscription.active:
            return Failed(f"The subscription {key} is not active.", permanent=True)
        if not secrets:
            return Failed(f"The subscription {key} has no secret. Run `steward subscription rotate {key}`.", True)
        body = event_of(owed.data, self.source)
        headers = signed(body, str(owed.id), secrets, at=self.machine_clock())
        try:
            answer = request("POST", subscription.address, body=body, headers=headers, rules=self.rules)
        except Refused as error:
            return Failed(str(error), permanent=True)
        except Unanswered as error:
            return Failed(str(error), away=True)
        return _told(answer)

    def _looked_up(self, key: str) -> tuple[Subscription, list[str]]:
        with self.database.reading() as session:
            found = book.find(session, key)
            return found, strongbox.valid(session, book.owner_of(key), self.box(), at=self.clock())


def event_of(kept: Mapping[str, Any], source: str) -> bytes:
    """The event of a delivery, as it goes over the wire; the same bytes each time."""
    said = {name: kept[name] for name in ("id", "type", "subject") if kept[name] is not None}
    said |= {"specversion": "1.0", "source": source, "time": datetime.fromisoformat(kept["time"])}
    said |= {"datacontenttype": "application/json"}
    said |= {"replay": kept["replay"]} if "replay" in kept else {}
    return JSONFormat().write(CloudEvent(attributes=said, data=kept["data"]))


def signed(body: bytes, id_: str, secrets: list[str], *, at: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks, with a signature by each of these secrets."""
    moment = at.astimezone(UTC)  # The library would take the hours of another zone for those of UTC.
    signatures = [Webhook(secret).sign(id_, moment, body.decode()) for secret in secrets]
    return {
        "Content-Type": CONTENT_TYPE,
        "webhook-id": id_,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _told(answer: Answer) -> Sent | Failed:
    said = f"{answer.status} {answer.body.decode('utf-8', 'replace')[:SHOWN]}".strip().replace("\0", "")
    if answer.good:
        return Sent(said, reply=_reply(answer.body))
    if 300 <= answer.status < 400:
        where = answer.headers.get("Location", "nowhere")[:SHOWN]
        said = f"{answer.status}: it redirects to {where}, and is not followed."
    return Failed(said, permanent=answer.status == GONE)


def _reply(body: bytes) -> Any:
    """What the receiver answers, where that is JSON; None where it says nothing that a case could keep."""
    try:
        said = orjson.loads(body)
        return None if b"\\u0000" in orjson.dumps(said) else said
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return None
