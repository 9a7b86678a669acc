"""What a public way in says: which process begins, at which start event, and by which message it hears more. Pure."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from typing import Any

from engine.core.chain import canonical
from engine.errors import Invalid

KEY = re.compile(r"[a-z][a-z0-9_-]{0,59}")
LONGEST = 2000


@dataclass(frozen=True, kw_only=True)
class Way:
    """
    One way in, in one version.

    Args:
        name, text: what people read before they begin.
        process, start: what begins, and at which of its start events; the form of that event is asked.
        told: the message by which the case hears that whoever reported has written again, with his words in
            `reporter_message`; without it he cannot write again.
        shows: groups whose members a form of this way may offer by name; people of other groups are never shown.
        files: how many files may come with a report.
    """

    name: str
    process: str
    start: str
    active: bool = True
    text: str = ""
    told: str = ""
    shows: tuple[str, ...] = ()
    files: int = 5

    def content(self) -> dict[str, Any]:
        """The way as it is kept."""
        return asdict(self) | {"shows": list(self.shows)}


def read(key: str, content: Mapping[str, Any]) -> Way:
    """
    The way in that `content` describes, as `docs/reference/public.md` says.

    Raises:
        Invalid: with one problem a place.
    """
    problems: dict[str, list[str]] = {}
    if not KEY.fullmatch(key):
        problems["key"] = ["A key has lower-case letters, digits, - and _, and begins with a letter."]
    known = {one.name for one in fields(Way)}
    problems |= {name: ["A way in has no such part."] for name in sorted(set(content) - known)}
    given = {name: value for name, value in content.items() if name in known and value is not None}
    problems |= {name: ["Of the wrong kind."] for name, value in given.items() if not _typed(name, value)}
    problems |= {name: ["It must be said."] for name in ("name", "process", "start") if not given.get(name)}
    if not problems and not 0 <= given.get("files", 5) <= 20:
        problems["files"] = ["Between 0 and 20."]
    if problems:
        first = next(iter(problems))
        raise Invalid(f"The way in {key} cannot be used. {first}: {problems[first][0]}", problems)
    return Way(**given | {"shows": tuple(given.get("shows", ()))})


def digest_of(key: str, content: Mapping[str, Any]) -> str:
    """SHA-256 over a way's key and what it says."""
    return sha256(canonical([key, dict(content)])).hexdigest()


def _typed(name: str, value: Any) -> bool:
    if name == "active":
        return isinstance(value, bool)
    if name == "files":
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "shows":
        return isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)
    return isinstance(value, str) and len(value) <= LONGEST
