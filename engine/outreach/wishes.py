"""
How a person wishes to be told: by which channels, at once or gathered, and when not. Pure.

Times of day are those of his own clocks. What is urgent reaches him at once,
whatever he wishes for the rest.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.core.walltime import wall_clock
from engine.errors import Invalid
from engine.outreach.content import MAIL, is_name

DIGESTS = ("instant", "daily", "weekly")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
PARTS = ("ordinary", "urgent", "together", "digest", "at", "weekday", "quiet")
MOST = 10


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """
    What one person wishes.

    Args:
        ordinary, urgent: names of channels, the first first.
        together: whether he is told by all of them at once; else by the next where one has failed.
        digest: `instant`, or gathered `daily` or `weekly`; ordinary messages alone.
        at: when a digest comes.
        weekday: on which day a weekly one does, by its English name.
        quiet: from when until when nothing ordinary comes; past midnight where it ends before it begins.
    """

    ordinary: tuple[str, ...] = (MAIL,)
    urgent: tuple[str, ...] = (MAIL,)
    together: bool = False
    digest: str = "instant"
    at: time = time(7)
    weekday: str = "monday"
    quiet: tuple[time, time] | None = None

    def channels(self, urgency: str) -> tuple[str, ...]:
        """The channels for messages of this urgency."""
        return self.urgent if urgency == "urgent" else self.ordinary

    def content(self) -> dict[str, Any]:
        """The wishes as they are kept, and as people write them."""
        quiet = {"from": f"{self.quiet[0]:%H:%M}", "until": f"{self.quiet[1]:%H:%M}"} if self.quiet else None
        said = {"ordinary": list(self.ordinary), "urgent": list(self.urgent), "together": self.together}
        return said | {"digest": self.digest} | {"at": f"{self.at:%H:%M}", "weekday": self.weekday, "quiet": quiet}

    def digest_after(self, now: datetime, zone: str) -> datetime | None:
        """The moment of the digest that a message of `now` belongs to, strictly later; None where it goes at once."""
        if self.digest == "instant":
            return None
        step = timedelta(days=1 if self.digest == "daily" else 7)
        local = wall_clock(now, ZoneInfo(zone))
        day = local.date()
        if self.digest == "weekly":
            day += timedelta(days=(WEEKDAYS.index(self.weekday) - day.weekday()) % 7)
        while (moment := _moment(datetime.combine(day, self.at), zone)) <= now:
            day += step
        return self.out_of_quiet(moment, zone)

    def out_of_quiet(self, moment: datetime, zone: str) -> datetime:
        """The moment itself, or the end of the quiet hours in which it lies."""
        if self.quiet is None:
            return moment
        local, (begins, ends) = wall_clock(moment, ZoneInfo(zone)), self.quiet
        of_day = local.time()
        if begins < ends:
            return _moment(datetime.combine(local.date(), ends), zone) if begins <= of_day < ends else moment
        if of_day >= begins:
            return _moment(datetime.combine(local.date() + timedelta(days=1), ends), zone)
        return _moment(datetime.combine(local.date(), ends), zone) if of_day < ends else moment


USUAL = Wishes()


def read(content: Mapping[str, Any]) -> Wishes:
    """
    The wishes that `content` describes, as `docs/reference/deliveries.md` says; what it leaves out is as usual.

    Raises:
        Invalid: with one problem a place.
    """
    given = {name: value for name, value in content.items() if value is not None}
    problems = {name: ["There is nothing of this name to wish."] for name in sorted(set(given) - set(PARTS))}
    problems |= _wrong(given)
    if problems:
        first = next(iter(problems))
        raise Invalid(f"Nobody can be told like this. {first}: {problems[first][0]}", problems)
    usual = USUAL.content() | given
    quiet = usual["quiet"]
    return Wishes(
        ordinary=tuple(usual["ordinary"]),
        urgent=tuple(usual["urgent"]),
        together=usual["together"],
        digest=usual["digest"],
        at=time.fromisoformat(usual["at"]),
        weekday=usual["weekday"],
        quiet=(time.fromisoformat(quiet["from"]), time.fromisoformat(quiet["until"])) if quiet else None,
    )


def _wrong(given: Mapping[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in ("ordinary", "urgent"):
        names = given.get(name, [MAIL])
        fits = isinstance(names, list | tuple) and 0 < len(names) <= MOST and all(is_name(one) for one in names)
        if not fits or len(set(names)) < len(names):
            found[name] = [f"One to {MOST} channels, each once: mail or chat:KEY."]
    if not isinstance(given.get("together", False), bool):
        found["together"] = ["true or false."]
    for name, words in (("digest", DIGESTS), ("weekday", WEEKDAYS)):
        if given.get(name, words[0]) not in words:
            found[name] = [f"One of {', '.join(words)}."]
    if not _is_clock(given.get("at", "07:00")):
        found["at"] = ["A time of day, such as 07:00."]
    quiet = given.get("quiet")
    if quiet is not None and not _is_stretch(quiet):
        found["quiet"] = ["Two times of day that differ, such as from 22:00 until 06:00."]
    return found


def _is_stretch(quiet: Any) -> bool:
    if not isinstance(quiet, Mapping) or set(quiet) != {"from", "until"}:
        return False
    return all(_is_clock(one) for one in quiet.values()) and quiet["from"] != quiet["until"]


def _is_clock(text: Any) -> bool:
    return isinstance(text, str) and bool(CLOCK.fullmatch(text))


def _moment(wall: datetime, zone: str) -> datetime:
    """When clocks there show it: the first time where they do so twice; where they never do, later by the gap."""
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)
