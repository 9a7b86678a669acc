"""
What a chat channel is: a kind of chat, whom it is for, and what follows when it fails. Pure.

Deliveries name a channel `mail`, or `chat:KEY`. Its address is a secret and
stands elsewhere.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from hashlib import sha256
from typing import Any

from engine.core.chain import canonical
from engine.errors import Invalid

MAIL, CHAT = "mail", "chat"
KINDS = ("slack", "teams", "mattermost", "google_chat", "discord", "matrix")
KEY = re.compile(r"[a-z][a-z0-9_-]{0,59}")
PARTY = re.compile(r"(?:group|person):[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}")
ROOM = re.compile(r"![^\s/?#]{1,250}")
LONGEST_NAME = 300
MOST = 100
TYPES: Mapping[str, type] = {"name": str, "kind": str, "active": bool, "room": str, "fallback": str}


@dataclass(frozen=True, kw_only=True)
class Channel:
    """
    One chat channel in one version.

    Args:
        serves: `group:KEY` and `person:ID` whom it is for; empty means everybody.
        room: the id of the room, for Matrix alone.
        fallback: the channel that takes over when this one has failed three times: `mail`, `chat:KEY`, or none.
    """

    name: str
    kind: str
    active: bool = True
    serves: tuple[str, ...] = field(default=())
    room: str = ""
    fallback: str = MAIL

    @property
    def personal(self) -> bool:
        """Whether one person alone reads it."""
        return len(self.serves) == 1 and self.serves[0].startswith("person:")

    def content(self) -> dict[str, Any]:
        """The channel as it is kept, and as people write it."""
        kept = asdict(self)
        return {"for": list(kept.pop("serves")), **kept}


def read(key: str, content: Mapping[str, Any]) -> Channel:
    """
    The channel that `content` describes, as `docs/reference/deliveries.md` says.

    Raises:
        Invalid: with one problem a place.
    """
    given = {name: value for name, value in content.items() if value is not None}
    known = {one.name for one in fields(Channel)} - {"serves"} | {"for"}
    problems = {name: ["A channel has no such part."] for name in sorted(set(given) - known)}
    if not KEY.fullmatch(key):
        problems["key"] = ["A key has lower-case letters, digits, - and _, and begins with a letter."]
    wrong = [name for name, kind in TYPES.items() if name in given and not isinstance(given[name], kind)]
    problems |= {name: ["Of the wrong kind."] for name in wrong}
    problems = problems or _wrong(key, given)
    if problems:
        first = next(iter(problems))
        raise Invalid(f"The channel {key} cannot be used. {first}: {problems[first][0]}", problems)
    return Channel(serves=tuple(given.pop("for", ())), **given)


def digest_of(key: str, content: Mapping[str, Any]) -> str:
    """SHA-256 over a channel's key and what it says."""
    return sha256(canonical([key, dict(content)])).hexdigest()


def is_name(text: object) -> bool:
    """Whether a text is a name that a channel for people can have: `mail` or `chat:KEY`."""
    if not isinstance(text, str):
        return False
    family, _, key = text.partition(":")
    return text == MAIL or (family == CHAT and bool(KEY.fullmatch(key)))


def family(channel: str) -> str:
    """What a channel is sent by: `mail`, `chat`."""
    return channel.partition(":")[0]


def name_of(key: str) -> str:
    """The channel's name in deliveries."""
    return f"{CHAT}:{key}"


def _wrong(key: str, given: Mapping[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if not 0 < len(given.get("name", "").strip()) <= LONGEST_NAME:
        found["name"] = ["A channel has a name."]
    if given.get("kind") not in KINDS:
        found["kind"] = [f"One of {', '.join(KINDS)}."]
    serves = given.get("for", [])
    if not isinstance(serves, list | tuple) or not all(isinstance(one, str) and PARTY.fullmatch(one) for one in serves):
        found["for"] = ["A list of group:KEY and person:ID."]
    elif len(serves) > MOST:
        found["for"] = [f"At most {MOST} of them; name a group."]
    room = given.get("room", "")
    if given.get("kind") == "matrix" and not ROOM.fullmatch(room):
        found["room"] = ["For Matrix it names the room by its id, such as !abc:example.org."]
    elif room and given.get("kind") != "matrix":
        found["room"] = ["Only Matrix has rooms; elsewhere the address says which."]
    fallback = given.get("fallback", MAIL)
    if fallback and (not is_name(fallback) or fallback == name_of(key)):
        found["fallback"] = ["Another channel: mail or chat:KEY. Empty for none."]
    return found
