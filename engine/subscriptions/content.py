"""
What a subscription says: whom it tells, of which events, of which cases. Pure.

A subscription is data. Which private networks may be reached is no part of it:
that is an operator's to say, in the settings.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from engine.core.chain import canonical
from engine.errors import Invalid

KEY = re.compile(r"[a-z][a-z0-9_-]{0,59}")
LISTS = ("types", "processes", "subjects", "standards")
MOST = 100
"""Entries of one list."""

LONGEST = 2_000


@dataclass(frozen=True, kw_only=True)
class About:
    """
    The case that an event is about, as filters see it.

    Args:
        subject: `REGISTER:ROW`; empty where it is about nothing.
        standards: those of which its process or a step of it names a clause.
    """

    process: str
    subject: str = ""
    standards: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """
    One subscription in one version.

    Args:
        address: where events are sent, `https` or, where the settings allow it, `http`.
        types: of events; `*` stands for anything.
        processes: keys of processes; none means all. `*` stands for anything, here and below.
        subjects: what cases are about, a register or `REGISTER:ROW`; none means all.
        standards: of whose clauses a case's process names one; none means all.
    """

    key: str
    name: str
    address: str
    active: bool = True
    types: tuple[str, ...] = ("*",)
    processes: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    standards: tuple[str, ...] = ()

    def takes(self, type_: str, about: About) -> bool:
        """Whether it is told of an event of this type about this case."""
        return self.wants(type_) and self.covers(about)

    def wants(self, type_: str) -> bool:
        """Whether it is told of events of this type at all."""
        return self.active and _any(self.types, (type_,))

    def covers(self, about: About) -> bool:
        """Whether it is told of this case."""
        subject = {about.subject, about.subject.partition(":")[0]}
        return all(
            not wanted or _any(wanted, found)
            for wanted, found in (
                (self.processes, (about.process,)),
                (self.subjects, subject),
                (self.standards, about.standards),
            )
        )

    def content(self) -> dict[str, Any]:
        """As it is kept."""
        kept = asdict(self) | {name: list(getattr(self, name)) for name in LISTS}
        del kept["key"]
        return kept


def read(key: str, content: Mapping[str, Any]) -> Subscription:
    """
    The subscription that `content` describes, as `docs/reference/webhooks.md` says.

    Raises:
        Invalid: with one problem a place.
    """
    problems: dict[str, list[str]] = {}
    if not KEY.fullmatch(key):
        problems["key"] = ["A key has lower-case letters, digits, - and _, and begins with a letter."]
    known = {one.name for one in fields(Subscription)} - {"key"}
    for name in sorted(set(content) - known):
        problems[name] = ["A subscription has no such part."]
    given = {name: value for name, value in content.items() if name in known and value is not None}
    problems |= {name: [why] for name, value in given.items() if (why := _wrong(name, value))}
    for name in ("name", "address"):
        if not given.get(name):
            problems.setdefault(name, [f"A subscription has {'an' if name == 'address' else 'a'} {name}."])
    if problems:
        first = next(iter(problems))
        raise Invalid(f"The subscription {key} cannot be used. {first}: {problems[first][0]}", problems)
    return Subscription(key=key, **given | {name: tuple(given[name]) for name in LISTS if name in given})


def digest_of(key: str, content: Mapping[str, Any]) -> str:
    """SHA-256 over a subscription's key and what it says."""
    return sha256(canonical([key, dict(content)])).hexdigest()


def _wrong(name: str, value: Any) -> str | None:
    if name == "active":
        return None if isinstance(value, bool) else "True or false."
    if name in LISTS:
        texts = isinstance(value, list | tuple) and all(isinstance(one, str) and 0 < len(one) <= 300 for one in value)
        if not texts or len(value) > MOST:
            return f"A list of at most {MOST} texts."
        return "It names at least one type; `*` stands for anything." if name == "types" and not value else None
    if not isinstance(value, str) or len(value) > LONGEST or "\0" in value:
        return f"A text of at most {LONGEST} signs."
    return _misaddressed(value) if name == "address" else None


def _misaddressed(address: str) -> str | None:
    try:
        parts = urlsplit(address)
        known = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known or any(ord(sign) <= 32 or ord(sign) > 126 for sign in address):
        return "An address such as https://example.org/steward."
    if parts.username is not None or parts.password is not None:
        return "No name and password in the address: everybody who manages the platform could read them."
    return None


def _any(patterns: Iterable[str], found: Iterable[str]) -> bool:
    found = tuple(found)
    return any(fnmatchcase(one, pattern) for pattern in patterns for one in found)
