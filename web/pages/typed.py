"""What an address or a form of a page asks for, read from what somebody typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import request

from engine.errors import Invalid, Rejected
from web.language import _

YEARS = range(1900, 2200)
"""Of every day that can be typed: what lies beyond is a slip, and no zone can be reckoned at the ends of time."""


def day(said: str, name: str) -> date | None:
    """
    A day, as browsers write it; None where nothing is typed.

    Raises:
        Invalid: it is no day that anybody could mean; the problem stands at `name`.
    """
    try:
        found = date.fromisoformat(said) if said else None
    except ValueError as error:
        raise _no_day(said, name) from error
    if found and found.year not in YEARS:
        raise _no_day(said, name)
    return found


def _no_day(said: str, name: str) -> Invalid:
    return Invalid(_("%(day)s is no day. Write it as 2026-11-30.", day=said), {name: [said]})


def begins(day: date, zone: str) -> datetime:
    """The moment at which a day begins in a zone."""
    return datetime.combine(day, time.min, ZoneInfo(zone))


def ends(day: date, zone: str) -> datetime:
    """The moment at which a day ends in a zone: that at which the next one begins."""
    return begins(day + timedelta(days=1), zone)


def said(name: str) -> str:
    """What was typed into a field of the form, without the blanks around it."""
    return request.form.get(name, "").strip()


@dataclass(frozen=True)
class Wrong:
    """
    Why a form could not be taken as it is, for the page that shows it again with all that was typed.

    Args:
        form: which one of the page.
        error: why, in words.
        kept: what was typed, by field.
    """

    form: str
    error: Rejected
    kept: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return str(self.error)

    def at(self, form: str, name: str) -> str:
        """What is wrong with a field of a form; empty where nothing is."""
        problems = self.error.problems if isinstance(self.error, Invalid) and self.form == form else {}
        found = problems.get(name, "")
        return found if isinstance(found, str) else " ".join(found)

    def typed(self, form: str, name: str) -> str:
        """What was typed into a field of a form."""
        return self.kept.get(name, "") if self.form == form else ""
