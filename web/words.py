"""
How pages say moments, spans and due dates: relative first, absolute below, in the reader's zone.

Pure: the moment at which the page is made is an argument. Sentences are whole
and come from the catalogue of the reader's language.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from engine.core.calendar import Calendar, CalendarError
from web.language import _, later, ngettext

State = Literal["", "is-soon", "is-late", "is-done"]
Clock = Literal["business", "elapsed", "legal"]
ICONS = {"business": "briefcase", "elapsed": "timer", "legal": "scale"}
WEEKDAYS = (later("Mon"), later("Tue"), later("Wed"), later("Thu"), later("Fri"), later("Sat"), later("Sun"))
MONTHS = (
    *(later("Jan"), later("Feb"), later("Mar"), later("Apr"), later("May"), later("Jun")),
    *(later("Jul"), later("Aug"), later("Sep"), later("Oct"), later("Nov"), later("Dec")),
)
MADE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""What a machine puts into a key, so that it is the only one."""
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True)
class Due:
    """
    A due date in words.

    Args:
        said: relative, such as `3 working days late`.
        when: absolute, such as `was Fri 20 Nov, 17:00`.
        at: the moment, aware.
        state: a class of the stylesheet; empty while it is far.
        icon, clock: which clock it runs by, as a picture and in words.
    """

    said: str
    when: str
    at: datetime
    state: State
    icon: str
    clock: str


def day(moment: date, now: datetime) -> str:
    """`Mon 30 Nov`, with the year where it is another."""
    names = f"{_weekday(moment)} {moment.day} {_month(moment)}"
    return names if moment.year == now.year else f"{names} {moment.year}"


def moment(at: datetime, now: datetime, zone: str) -> str:
    """`Mon 30 Nov, 17:00` in a zone, with the year where it is another."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{day(local.date(), now.astimezone(ZoneInfo(zone)))}, {local:%H:%M}"


def in_full(at: datetime, zone: str) -> str:
    """`Mon 30 Nov 2026, 17:00 (Oslo time)`: as a record says it."""
    local = at.astimezone(ZoneInfo(zone))
    place = zone.rpartition("/")[2].replace("_", " ")
    named = f"{_weekday(local)} {local.day} {_month(local)} {local.year}, {local:%H:%M}"
    clock = _("%(place)s time", place=place)
    return f"{named} ({clock})"


def due(at: datetime, now: datetime, *, zone: str, clock: str, calendar: Calendar | None, opened: datetime) -> Due:
    """
    When something open is due, in words.

    Args:
        clock: `business`, `elapsed` or `legal`: which days are counted.
        calendar: counts working days; without one all days count.
        opened: since when it runs; a clock that never rests is soon over in its last quarter.
    """
    kind = clock if clock in ICONS else "business"
    late = now >= at
    when = moment(at, now, zone)
    if late:
        when = _("was %(when)s", when=when)
    elif kind == "legal":
        when = _("%(when)s, never moves", when=when)
    days = calendar if kind == "business" else None
    said = late_by(at, now, zone, days) if late else in_time(at, now, zone, days)
    return Due(said, when, at, "is-late" if late else _soon(at, now, zone, kind, opened), ICONS[kind], clock_name(kind))


def clock_name(kind: str) -> str:
    """What a clock is called."""
    names = {"business": _("working days"), "elapsed": _("runs day and night"), "legal": _("legal date")}
    return names.get(kind, names["business"])


def in_time(at: datetime, now: datetime, zone: str, calendar: Calendar | None) -> str:
    """`In 6 hours`, `In 3 working days`."""
    left = at - now
    if left < MINUTE:
        return _("In a moment")
    if left < HOUR:
        return ngettext("In %(num)d minute", "In %(num)d minutes", left // MINUTE)
    if left < DAY:
        return ngettext("In %(num)d hour", "In %(num)d hours", left // HOUR)
    if (working := _working_days(now, at, calendar)) is not None:
        return ngettext("In %(num)d working day", "In %(num)d working days", working)
    return ngettext("In %(num)d day", "In %(num)d days", _days(now, at, zone))


def late_by(at: datetime, now: datetime, zone: str, calendar: Calendar | None) -> str:
    """`Late since yesterday`, `3 working days late`."""
    over = now - at
    if over < DAY and _days(at, now, zone) == 1:
        return _("Late since yesterday")
    if over < HOUR:
        return ngettext("%(num)d minute late", "%(num)d minutes late", over // MINUTE) if over >= MINUTE else _("Late")
    if over < DAY:
        return ngettext("%(num)d hour late", "%(num)d hours late", over // HOUR)
    if (working := _working_days(at, now, calendar)) is not None:
        return ngettext("%(num)d working day late", "%(num)d working days late", working)
    return ngettext("%(num)d day late", "%(num)d days late", _days(at, now, zone))


def ago(at: datetime, now: datetime) -> str:
    """`4 minutes ago`."""
    past = now - at
    if past < MINUTE:
        return _("just now")
    if past < HOUR:
        return ngettext("%(num)d minute ago", "%(num)d minutes ago", past // MINUTE)
    if past < DAY:
        return ngettext("%(num)d hour ago", "%(num)d hours ago", past // HOUR)
    return ngettext("%(num)d day ago", "%(num)d days ago", past // DAY)


def clause(key: str) -> str:
    """`ISO 42001 A.4.2` for `iso42001:A.4.2`."""
    family, _colon, ref = key.partition(":")
    letters = family.rstrip("0123456789")
    return f"{letters.upper()} {family[len(letters) :]} {ref}".replace("  ", " ").strip()


def beside(title: str, key: str | None) -> str:
    """The title of a case where its key stands beside: `TriageLens` for `CH-2027-004 TriageLens`."""
    return (title.removeprefix(key).strip() if key else title) or title


def whole(title: str, key: str | None) -> str:
    """A case by its key and its title: `CAPA-2027-013 A loose label`."""
    return f"{key} {beside(title, key)}" if key and title != key else title


def spoken(key: str) -> bool:
    """Whether people can say a key; `item-01a21861-9df2-76c5-b175-3abfa4971911` was made by a machine."""
    return bool(key) and not MADE.search(key)


def initials(name: str) -> str:
    """`PR` for Priya Raman."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalpha()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


def named(key: str) -> str:
    """`Effect evidence` for `effect_evidence`, `AI change` for `ai_change`: a name of a model, as people read it."""
    words = ["AI" if word == "ai" else word for word in key.replace("_", " ").split()]
    said = " ".join(words)
    return said[:1].upper() + said[1:]


def way(channel: str) -> str:
    """`chat (team)` for the channel `chat:team`, `mail` for `mail`: by which way a message goes."""
    kind, _colon, name = channel.partition(":")
    return f"{kind} ({name})" if name else kind


def size(count: int) -> str:
    """`2.1 MB`; a thousand bytes are a kilobyte."""
    if count < 1000:
        return _("%(num)d bytes", num=count)
    return f"{count / 1000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def _soon(at: datetime, now: datetime, zone: str, kind: str, opened: datetime) -> State:
    if kind == "elapsed" and at > opened:
        return "is-soon" if (at - now) / (at - opened) < 0.25 else ""
    return "is-soon" if _days(now, at, zone) == 0 else ""


def _working_days(since: datetime, until: datetime, calendar: Calendar | None) -> int | None:
    """Working days between two moments; None where there is nothing to count them by, or there is none between."""
    if calendar is None:
        return None
    try:
        return calendar.business_days_between(since, until) or None
    except CalendarError:
        return None


def _days(since: datetime, until: datetime, zone: str) -> int:
    """How many midnights lie between, in a zone."""
    place = ZoneInfo(zone)
    return (until.astimezone(place).date() - since.astimezone(place).date()).days


def month(first: date) -> str:
    """`November 2026`."""
    names = (_("January"), _("February"), _("March"), _("April"), _("May"), _("June"), _("July"), _("August"))
    more = (_("September"), _("October"), _("November"), _("December"))
    return f"{(names + more)[first.month - 1]} {first.year}"


def short_month(first: date) -> str:
    """`Nov`."""
    return _month(first)


def weekdays() -> tuple[str, ...]:
    """`Mon` to `Sun`."""
    return tuple(_(name) for name in WEEKDAYS)


def _weekday(moment: date) -> str:
    return _(WEEKDAYS[moment.weekday()])


def _month(moment: date) -> str:
    return _(MONTHS[moment.month - 1])
