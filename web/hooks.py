"""
The door for machines: `POST /hooks/KEY`.

What was signed is kept before it is read, and each thing that it tells
happens in a transaction of its own, so that a sender who repeats himself
after a fault finds done what was done.
"""

import logging
from datetime import datetime
from uuid import UUID

import orjson
import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import UnsupportedMediaType

from engine import acting, strongbox
from engine.errors import Invalid, Rejected
from engine.hooks import book, receiving
from engine.hooks.content import Hook
from engine.hooks.happening import Happening
from engine.hooks.receiving import Outcome
from engine.identity.person import Person
from web.services import services
from webhooks.inbound import reading, signatures

blueprint = Blueprint("machines", __name__)
log = structlog.get_logger()
JSON_TYPES = ("application/json", "application/cloudevents+json", "application/cloudevents-batch+json")


@blueprint.post("/hooks/<key>")
def receive(key: str) -> Response:
    """200 what became of each thing that came in; 401, 404, 413, 415, 422 or 429 a problem document."""
    over = services()
    request.max_content_length = over.limits.hook
    body, now = request.get_data(), over.clock()
    if request.mimetype not in JSON_TYPES:
        raise UnsupportedMediaType("Send JSON, or CloudEvents in their structured form.")
    headers = {name.lower(): value for name, value in request.headers.items()}
    with over.database.reading() as session:
        hook, version = book.find(session, key)
        secrets = strongbox.valid(session, receiving.chain_of(key), over.strongbox, at=now)
    _must_be_signed(key, hook, body, headers, secrets, now)
    by = acting.operator(over.database, "hooks", now=now)
    kept = {name: headers[name] for name in signatures.KEPT if name in headers}
    receipt = over.database.perform(
        lambda session: receiving.keep(session, key, version, body, kept, by=by, now=now), by=by, now=now
    )
    came = [_happen(key, hook, receipt, one, by, now) for one in reading.read(hook, body, headers)]
    over.ring()
    refused = {f"events.{number}": [one.why] for number, one in enumerate(came) if one.outcome == "refused"}
    if refused:
        raise Invalid("It was kept, and not all of it could be acted on.", refused)
    said = {"receipt": str(receipt), "events": [{"outcome": one.outcome, "again": one.again} for one in came]}
    return Response(orjson.dumps(said), 200, mimetype="application/json")


def _must_be_signed(
    key: str, hook: Hook, body: bytes, headers: dict[str, str], secrets: list[str], now: datetime
) -> None:
    try:
        signatures.must_be_signed(hook, body, headers, secrets, now=now)
    except Rejected as error:
        log.log(logging.WARNING, "hook refused", hook=key, code=error.code, address=request.remote_addr)
        raise


def _happen(key: str, hook: Hook, receipt: UUID, one: Happening, by: Person, now: datetime) -> Outcome:
    return services().database.perform(
        lambda session: receiving.happen(session, key, hook, receipt, one, by=by, now=now), by=by, now=now
    )
