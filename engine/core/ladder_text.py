"""
A ladder as people write it, in TOML or JSON, and whom its rungs name.

    name = "Ordinary tasks"
    severe = false
    acknowledge = true
    stale = "2 bd"
    repeat = { every = "PT30M", at_most = 3, top_every = "PT30M" }
    [[rungs]]
    when = "50% of ${opened_at}..${due_at}"
    only = "claimed"
    whom = ["assignee", "group:quality_manager for iso9001"]

`docs/reference/ladders.md` says what each key means.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from engine.core.chain import canonical
from engine.core.due import DueError, parse_due
from engine.core.ladders import Ladder, Rung, read_when
from engine.core.spans import BusinessDays, BusinessHours, Period, RealTime

WHOM = (
    "assignee, candidates, lead, accountable, owner, group:KEY, lead:KEY, person:ID, oncall(subject, 2), subject.ROLE"
)
MOST_RUNGS = 50

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,99}\Z")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,59}\Z")
_WHOM = re.compile(
    r"(?:(?P<role>assignee|candidates|lead|accountable|owner)|(?P<kind>group|lead|person):(?P<name>[A-Za-z0-9][A-Za-z0-9._@+-]*)"
    r"|oncall\(subject, *(?P<level>[1-9])\)|subject\.(?P<held>[a-z_]+))(?: for (?P<standard>[A-Za-z0-9_.-]+))?\Z"
)
_FIELDS = {"name", "severe", "acknowledge", "stale", "repeat", "rungs"}
_REPEAT = {"every", "at_most", "top_every"}
_RUNG = {"when", "only", "whom", "urgency", "words", "channels", "keep_for"}
_WHO_ONLY = ("claimed", "unclaimed")
_URGENCIES = ("ordinary", "urgent")


@dataclass(frozen=True, kw_only=True)
class Whom:
    """
    One entry of a rung's `whom`.

    Args:
        kind: `assignee`, `candidates`, `lead`, `accountable`, `owner`, `group`, `person`, `oncall` or `subject`.
        name: the key, id, level or role that it names; empty where it names none.
        standard: only for tasks under a clause of this standard; for all where empty.
    """

    kind: str
    name: str = ""
    standard: str = ""


class LadderError(ValueError):
    """A ladder cannot be used. `problems` holds a sentence for each place, such as `rungs.2.when`."""

    def __init__(self, key: str, problems: Mapping[str, str]) -> None:
        super().__init__(f"The ladder {key}: " + " ".join(f"{place}: {why}" for place, why in problems.items()))
        self.problems = dict(problems)


def read_ladder(key: str, content: Mapping[str, Any]) -> Ladder:
    """
    The ladder that this text means.

    Raises:
        LadderError: with every problem of it.
    """
    problems = dict(_problems(key, content))
    if problems:
        raise LadderError(key, problems)
    repeat = content.get("repeat") or {}
    return Ladder(
        key=key,
        name=content["name"].strip(),
        severe=content.get("severe", False),
        acknowledge=content.get("acknowledge", True),
        stale=content.get("stale"),
        every=repeat.get("every"),
        at_most=repeat.get("at_most", 0),
        top_every=repeat.get("top_every"),
        rungs=tuple(_rung(rung) for rung in content["rungs"]),
    )


def content_of(ladder: Ladder) -> dict[str, Any]:
    """The ladder as it is kept and shown; `read_ladder` reads it again."""
    repeat = {"every": ladder.every, "at_most": ladder.at_most, "top_every": ladder.top_every}
    return {
        "name": ladder.name,
        "severe": ladder.severe,
        "acknowledge": ladder.acknowledge,
        "stale": ladder.stale,
        "repeat": repeat if ladder.every or ladder.top_every else None,
        "rungs": [
            {
                "when": rung.when,
                "only": rung.only,
                "whom": list(rung.whom),
                "urgency": rung.urgency,
                "words": rung.words,
                "channels": list(rung.channels),
                "keep_for": rung.keep_for,
            }
            for rung in ladder.rungs
        ],
    }


def digest_of(key: str, content: Mapping[str, Any]) -> str:
    """SHA-256 of a ladder as `content_of` gives it, as 64 hexadecimal digits."""
    return sha256(canonical({"key": key, **content})).hexdigest()


def read_whom(text: str) -> Whom:
    """
    What one entry of `whom` means.

    Raises:
        ValueError: it means nothing.
    """
    found = _WHOM.match(text)
    if not found:
        raise ValueError(f"{text!r} names nobody. Write one of: {WHOM}; with `for iso9001` behind it where it depends.")
    standard = found["standard"] or ""
    if found["role"]:
        return Whom(kind=found["role"], standard=standard)
    if found["kind"]:
        return Whom(kind=found["kind"], name=found["name"], standard=standard)
    if found["level"]:
        return Whom(kind="oncall", name=found["level"], standard=standard)
    return Whom(kind="subject", name=found["held"], standard=standard)


def _rung(content: Mapping[str, Any]) -> Rung:
    return Rung(
        when=content["when"],
        only=content.get("only"),
        whom=tuple(content["whom"]),
        urgency=content.get("urgency", "ordinary"),
        words=content.get("words", "reminder"),
        channels=tuple(content.get("channels") or ()),
        keep_for=content.get("keep_for"),
    )


def _problems(key: str, content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not _KEY.match(key) or key == "none":
        yield "key", f"{key!r} cannot be the key of a ladder."
    yield from _strange("", content, _FIELDS)
    if not isinstance(content.get("name"), str) or not content["name"].strip():
        yield "name", "A ladder needs a name."
    for flag in ("severe", "acknowledge"):
        if not isinstance(content.get(flag, False), bool):
            yield flag, "This is true or false."
    yield from _span("stale", content.get("stale"))
    yield from _repeat(content.get("repeat"))
    rungs = content.get("rungs")
    if not isinstance(rungs, list) or not 1 <= len(rungs) <= MOST_RUNGS:
        yield "rungs", f"A ladder has 1 to {MOST_RUNGS} rungs. A task that needs none says `escalation = none`."
        return
    for number, rung in enumerate(rungs, 1):
        yield from _rung_problems(f"rungs.{number}.", rung)


def _repeat(repeat: Any) -> Iterator[tuple[str, str]]:
    if repeat is None:
        return
    if not isinstance(repeat, Mapping):
        yield "repeat", "Write { every = ..., at_most = ... }."
        return
    yield from _strange("repeat.", repeat, _REPEAT)
    for name in ("every", "top_every"):
        yield from _span(f"repeat.{name}", repeat.get(name))
    most = repeat.get("at_most", 0)
    if not isinstance(most, int) or isinstance(most, bool) or not 0 <= most <= 1000:
        yield "repeat.at_most", "A number from 0 to 1000."
    elif (most > 0) != (repeat.get("every") is not None):
        yield "repeat.at_most", "`every` and `at_most` go together."


def _rung_problems(place: str, rung: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(rung, Mapping):
        yield place.rstrip("."), "A rung has `when` and `whom`."
        return
    yield from _strange(place, rung, _RUNG)
    yield from _when(f"{place}when", rung.get("when"))
    if rung.get("only") not in (None, *_WHO_ONLY):
        yield f"{place}only", "Write claimed or unclaimed, or leave it out."
    if rung.get("urgency", "ordinary") not in _URGENCIES:
        yield f"{place}urgency", "Write ordinary or urgent."
    if not isinstance(rung.get("words", "reminder"), str) or not _WORD.match(rung.get("words", "reminder")):
        yield f"{place}words", "The name of a template, such as reminder."
    if rung.get("keep_for") is not None and not (isinstance(rung["keep_for"], str) and _WORD.match(rung["keep_for"])):
        yield f"{place}keep_for", "One word, such as review."
    if not _texts(rung.get("channels") or []):
        yield f"{place}channels", "A list of channels."
    if not rung.get("whom") or not _texts(rung["whom"]):
        yield f"{place}whom", f"A list of those who are told: {WHOM}."
        return
    for who in rung["whom"]:
        try:
            read_whom(who)
        except ValueError as error:
            yield f"{place}whom", str(error)


def _when(place: str, text: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(text, str):
        yield place, "A moment, such as PT0S from ${due_at}."
        return
    try:
        read_when(text)
    except DueError as error:
        yield place, str(error)


def _span(place: str, text: Any) -> Iterator[tuple[str, str]]:
    if text is None:
        return
    try:
        span = parse_due(text) if isinstance(text, str) else None
    except DueError as error:
        yield place, str(error)
        return
    leads_on = isinstance(span, BusinessDays | BusinessHours | Period | RealTime) and span.times(2) != span
    if not leads_on or (isinstance(span, BusinessDays) and span.count < 0):
        yield place, "A span that leads forward, such as 2 bd or PT30M."


def _strange(place: str, content: Mapping[str, Any], known: set[str]) -> Iterator[tuple[str, str]]:
    for name in sorted(set(content) - known):
        yield f"{place}{name}", f"There is no such key; there are {', '.join(sorted(known))}."


def _texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)
