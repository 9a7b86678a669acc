"""Messages and signals."""

from datetime import datetime
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from engine import messages as verbs
from engine.identity.person import Person
from web.acts import act
from web.operations import Theme
from web.reads import cases
from web.schemas.traffic import Broadcast, HeardOut, SendMessage, SentOut
from web.services import services

theme = Theme("messages", __name__, description="What cases wait for.")
HEARD, SENT = HeardOut(), SentOut()


@theme.operation("POST", "/messages", scope="work", body=SendMessage, gives=SENT, status=202, refused=(404, 409))
def send(body: dict[str, Any]) -> Response:
    """Send a message to exactly one case: to the one that waits for it, or to one that it starts, or to wait."""

    def verb(session: Session, by: Person, now: datetime) -> Any:
        if body["instance_id"]:
            cases.one_case(session, by, body["instance_id"])
        return verbs.correlate(session, body["name"], **_rest(body), life=services().message_life, by=by, now=now)

    return act(verb, SENT, status=202)


@theme.operation("POST", "/signals", scope="work", body=Broadcast, gives=HEARD, status=202)
def signal(body: dict[str, Any]) -> Response:
    """Tell everybody who waits for this signal."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        return {"instances": verbs.broadcast(session, body["name"], payload=body["payload"], by=by, now=now)}

    return act(verb, HEARD, status=202)


def _rest(body: dict[str, Any]) -> dict[str, Any]:
    return {name: body[name] for name in ("key", "instance_id", "payload")}
