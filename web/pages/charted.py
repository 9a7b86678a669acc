"""Charts of a row in words and pictures: what is drawn, what it says, and whether it is beyond its limit."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from markupsafe import Markup

from web import words
from web.drawings import charts
from web.drawings.charts import number
from web.language import _, ngettext
from web.reads.charts import Counted, Measured, Point

NAMED = 4
"""Months that a line names at most."""


@dataclass(frozen=True)
class Drawn:
    """A chart: what it is called, its picture, the facts below it, and whether it is beyond its limit at last."""

    name: str
    picture: Markup
    facts: tuple[str, ...]
    over: bool


def drawn(found: Iterable[Measured | Counted]) -> list[Drawn]:
    """The charts of a row, one by one."""
    return [_line(one) if isinstance(one, Measured) else _columns(one) for one in found]


def _line(one: Measured) -> Drawn:
    name = _("%(what)s, %(group)s", what=one.name, group=one.group) if one.group else one.name
    points, last = one.points, one.points[-1]
    most = max(point.value for point in points)
    facts = [_("%(value)s at last", value=number(last.value)), _("%(value)s at most", value=number(most))]
    if last.limit is not None:
        facts.append(_("limit %(limit)s", limit=number(last.limit)))
    if beyond := sum(point.breach for point in points):
        facts.append(ngettext("beyond it %(num)d time", "beyond it %(num)d times", beyond))
    if last.version:
        facts.append(_("model %(version)s", version=last.version))
    counted = ngettext("%(num)d measurement", "%(num)d measurements", len(points))
    told = "; ".join([f"{name}: {counted}", *facts])
    drawn_points = [(point.at, point.value, point.limit, point.version) for point in points]
    return Drawn(name, charts.line(drawn_points, told, _names(points)), tuple(facts), last.breach)


def _columns(one: Counted) -> Drawn:
    months = [(first, count, words.short_month(first)) for first, count in one.months]
    listed = ", ".join(str(count) for _first, count in one.months)
    span = _(
        "%(what)s by month, %(first)s to %(last)s: %(counts)s",
        what=one.name,
        first=words.month(months[0][0]),
        last=words.month(months[-1][0]),
        counts=listed,
    )
    total = sum(count for _first, count in one.months)
    facts = [_("%(count)s this month", count=months[-1][1]), _("%(count)s in twelve months", count=total)]
    if one.limit is not None:
        facts.append(_("limit %(limit)s a month", limit=number(one.limit)))
    over = one.limit is not None and months[-1][1] > one.limit
    picture = charts.columns(months, one.limit, "; ".join([span, *facts]))
    return Drawn(one.name, picture, tuple(facts), over)


def _names(points: tuple[Point, ...]) -> list[tuple[datetime, str]]:
    """The first days of months between the first point and the last, at most four, evenly."""
    first, last = points[0].at, points[-1].at
    day, found = date(first.year, first.month, 1), list[datetime]()
    while day <= last.date():
        found.append(datetime(day.year, day.month, 1, tzinfo=UTC))
        day = (day + timedelta(days=32)).replace(day=1)
    inner = [at for at in found if first <= at <= last]
    step = max(1, -(-len(inner) // NAMED))
    return [(at, words.short_month(at.date())) for at in inner[::step]]
