"""
Links by which one person acknowledges one task, once, within hours, without logging in. Pure.

A link says for whom, which task and which climb of its ladder, and until
when, under an HMAC-SHA256 (RFC 2104) with a key that is not in the database.
It gives no other right: nothing can be read, done or signed by it.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import orjson

LIFE = timedelta(hours=4)
"""How long a link holds from the moment at which its message is sent."""

PURPOSE = b"steward acknowledge 1\0"
LONGEST = 1_000


@dataclass(frozen=True, kw_only=True)
class Acknowledgement:
    """What a link stands for: `person` acknowledges the task in this episode of its ladder, until then."""

    task_id: UUID
    person: str
    episode: int
    until: datetime


def signed(key: bytes, one: Acknowledgement) -> str:
    """The text of a link, safe in a URL."""
    body = orjson.dumps([str(one.task_id), one.person, one.episode, int(one.until.timestamp())])
    return f"{_text(body)}.{_text(_seal(key, body))}"


def opened(key: bytes, text: str) -> Acknowledgement | None:
    """What a link stands for, whether or not its time is over; None where it was not made with this key."""
    body, _, seal = text.partition(".")
    if len(text) > LONGEST or not text.isascii():
        return None
    try:
        said, sealed = _bytes(body), _bytes(seal)
    except ValueError:
        return None
    if not hmac.compare_digest(sealed, _seal(key, said)):
        return None
    task, person, episode, until = orjson.loads(said)
    moment = datetime.fromtimestamp(until, UTC)
    return Acknowledgement(task_id=UUID(task), person=person, episode=episode, until=moment)


def _seal(key: bytes, body: bytes) -> bytes:
    return hmac.new(key, PURPOSE + body, sha256).digest()


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
