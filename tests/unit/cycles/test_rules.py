"""Rules name days on wall clocks, and never what nobody meant."""

import random
from datetime import date, datetime, time, timedelta
from itertools import islice

import pytest
from dateutil.rrule import rrulestr

from engine.core.calendar import TimeError
from engine.core.recurrence import parse_rule

NINE = time(9)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def days(rule: str, anchor: str | None, after: str, count: int = 4) -> list[str]:
    read = parse_rule(rule, anchor=date.fromisoformat(anchor) if anchor else None, at=NINE)
    return [wall.date().isoformat() for wall in islice(read.after(date.fromisoformat(after)), count)]


@pytest.mark.parametrize(
    ("rule", "anchor", "after", "expected"),
    [
        ("P1M", "2027-01-31", "2027-01-31", ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]),
        ("P3M", "2019-11-30", "2027-01-01", ["2027-02-28", "2027-05-30", "2027-08-30", "2027-11-30"]),
        ("P1Y", "2024-02-29", "2026-01-01", ["2026-02-28", "2027-02-28", "2028-02-29", "2029-02-28"]),
        ("P2W", "2026-12-28", "2027-01-01", ["2027-01-11", "2027-01-25", "2027-02-08", "2027-02-22"]),
        ("14 d", "2026-12-28", "2026-12-28", ["2027-01-11", "2027-01-25", "2027-02-08", "2027-02-22"]),
        ("0 0 9 ? 10 MON#1", None, "2027-01-01", ["2027-10-04", "2028-10-02", "2029-10-01", "2030-10-07"]),
        ("0 0 9 L * ?", "2027-03-15", "2027-01-01", ["2027-03-31", "2027-04-30", "2027-05-31", "2027-06-30"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2027-01-31", "2027-01-31", ["2027-02-28", "2027-03-31", "2027-04-30"]),
        ("RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=2TU", "2027-01-01", "2027-01-01", ["2027-11-09", "2028-11-14"]),
        ("FREQ=WEEKLY;BYDAY=MO,TH;INTERVAL=2", "2027-01-04", "2027-01-04", ["2027-01-07", "2027-01-18"]),
        ("FREQ=DAILY;COUNT=3", "2027-01-04", "2027-01-04", ["2027-01-05", "2027-01-06"]),
        ("FREQ=DAILY;UNTIL=20270106", "2027-01-04", "2027-01-04", ["2027-01-05", "2027-01-06"]),
        ("FREQ=DAILY;UNTIL=20270106T085959", "2027-01-04", "2027-01-04", ["2027-01-05"]),
        ("null", "2027-01-04", "2027-01-04", []),
    ],
)
def test_a_rule_names_its_days(rule, anchor, after, expected):
    assert days(rule, anchor, after, len(expected) or 4) == expected


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("PT4H", "no interval"),
        ("P1M1D", "no interval"),
        ("P0D", "no interval"),
        ("5 bd", "no rule"),
        ("monthly", "no rule"),
        ("0 0/30 9 * * ?", "more than once a day"),
        ("0 0 9 1 1 MON", "not both"),
        ("FREQ=HOURLY", "not understood"),
        ("INTERVAL=2;FREQ=DAILY;FREQ=DAILY", "twice"),
        ("FREQ=DAILY;BYEASTER=0", "BYEASTER"),
        ("FREQ=DAILY;RSCALE=CHINESE", "RSCALE"),
        ("FREQ=DAILY;BYHOUR=9,17", "BYHOUR"),
        ("FREQ=DAILY;BYDAY=1MO", "BYDAY does not belong"),
        ("FREQ=MONTHLY;BYWEEKNO=20", "BYWEEKNO does not belong"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY does not belong"),
        ("FREQ=MONTHLY;BYYEARDAY=1", "BYYEARDAY does not belong"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20270101", "COUNT does not belong"),
        ("FREQ=DAILY;BYSETPOS=1", "BYSETPOS does not belong"),
        ("FREQ=DAILY;BYMONTH=13", "out of range"),
        ("FREQ=DAILY;BYMONTHDAY=0", "out of range"),
        ("FREQ=DAILY;UNTIL=20270230", "no date"),
        ("FREQ=DAILY;UNTIL=20270101T000000Z", "not understood"),
        ("FREQ=MONTHLY", "leaves out"),
        ("FREQ=DAILY;" + "BYMONTH=1;" * 40, "too long"),
    ],
)
def test_what_a_rule_may_not_say_is_refused_with_a_reason(rule, said):
    with pytest.raises(TimeError, match=said):
        parse_rule(rule, anchor=date(2027, 1, 31), at=NINE)


def test_an_interval_needs_an_anchor_on_a_wall_clock():
    with pytest.raises(TimeError, match="anchor"):
        parse_rule("P1M", anchor=None, at=NINE)
    with pytest.raises(TimeError, match="wall clock"):
        parse_rule("P1M", anchor=datetime.fromisoformat("2027-01-31T09:00+01:00"), at=NINE)


@pytest.mark.parametrize(
    "rule", ["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "0 0 9 30 2 ?"]
)
def test_a_rule_that_never_names_a_day_ends(rule):
    assert days(rule, "1990-01-01", "2027-01-01") == []


def test_recurrence_rules_mean_what_another_implementation_reads_in_them():
    chance, compared = random.Random(5545), 0
    while compared < 150:
        text, anchor = _any_rule(chance), datetime(2026, chance.randint(1, 12), chance.randint(1, 28), 9, 30)
        try:
            rule = parse_rule(text, anchor=anchor, at=NINE)
        except TimeError:
            continue
        after = anchor.date() + timedelta(days=chance.randint(-40, 1500))
        horizon = datetime.combine(after, time()) + timedelta(days=365 * 9)
        ours = [wall for wall in islice(rule.after(after), 6) if wall < horizon]
        if ours:
            theirs = (wall for wall in rrulestr(text, dtstart=anchor) if wall.date() > after)
            assert ours == list(islice(theirs, len(ours))), text
            compared += 1


def _any_rule(chance: random.Random) -> str:
    """A rule; weeks of the year are left out, for the other one reads them without a weekday otherwise than the RFC."""
    frequency = chance.choice(("DAILY", "WEEKLY", "MONTHLY", "YEARLY"))
    parts = [f"FREQ={frequency}", f"INTERVAL={chance.randint(1, 4)}", f"WKST={chance.choice(WEEKDAYS)}"]
    if chance.random() < 0.3:
        parts.append("BYMONTH=" + ",".join(map(str, chance.sample(range(1, 13), 3))))
    if chance.random() < 0.3:
        parts.append("BYMONTHDAY=" + ",".join(map(str, chance.sample([*range(1, 32), *range(-31, 0)], 3))))
    if chance.random() < 0.5:
        number = chance.choice(("", "1", "3", "-1")) if frequency in ("MONTHLY", "YEARLY") else ""
        parts.append("BYDAY=" + ",".join(number + day for day in chance.sample(WEEKDAYS, 2)))
    if chance.random() < 0.3:
        parts.append("BYSETPOS=" + chance.choice(("1", "-1", "1,2")))
    if chance.random() < 0.2:
        parts.append(f"COUNT={chance.randint(1, 30)}")
    return ";".join(parts)
