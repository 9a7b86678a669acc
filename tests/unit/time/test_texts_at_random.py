"""Any text at all: it is of the grammar and gives a moment, or an error that says where and what to write."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.calendar import TimeError
from engine.core.cron import parse_cron
from engine.core.due import DueError, check_due, parse_due, resolve
from engine.core.spans import Repeat

SINCE = datetime(2027, 3, 25, 12, tzinfo=UTC)
BOUNDED = settings(max_examples=500, deadline=None, derandomize=True)
PARTS = (
    "5",
    "0",
    "-",
    "999999",
    " ",
    "bd",
    "bd open",
    "bh",
    "d",
    "P",
    "T",
    "Y",
    "M",
    "W",
    "D",
    "H",
    "S",
    "1",
    "R",
    "/",
    "from",
    "%",
    "of",
    "..",
)
PIECES = st.sampled_from(
    (*PARTS, "2027-03-28", "2027-03-28T02:30", "+01:00", "Z", "null", "${x}", ".", "\n", "９", "P1M", "5 bd")
)
TEXTS = st.lists(PIECES, max_size=8).map("".join) | st.lists(PIECES, max_size=8).map(" ".join) | st.text(max_size=30)
FIELDS = st.sampled_from(
    ("0", "*", "?", "5", "0/15", "9-17", "L", "LW", "15W", "MON-FRI", "2#2", "6L", "JAN", "2027", "60", "x", ",")
)


def outcome(ask):
    """What is answered, or the error that is documented; any other goes through."""
    try:
        return ask()
    except TimeError as error:
        return error


@BOUNDED
@given(TEXTS, st.sampled_from(("business", "elapsed", "legal")))
def test_a_due_text_gives_a_moment_or_says_what_is_wrong_with_it(office, text, clock):
    due = outcome(lambda: resolve(text, since=SINCE, calendar=office, clock=clock))
    moment = outcome(lambda: due.moment(SINCE, office, clock)) if isinstance(due, Repeat) else due

    if isinstance(moment, TimeError):
        assert moment.message
        assert moment.remedy
        assert not isinstance(moment, DueError) or (moment.text == text and 0 <= moment.position <= len(text))
    else:
        assert moment is None or moment.tzinfo is UTC
        assert parse_due(text) == parse_due(text)
        check_due(text)


@BOUNDED
@given(st.lists(FIELDS, min_size=5, max_size=8).map(" ".join) | st.text(max_size=30))
def test_a_cron_text_comes_round_after_now_or_says_what_is_wrong_with_it(office, text):
    moment = outcome(lambda: parse_cron(text).next_moment(SINCE, office))

    assert moment.remedy if isinstance(moment, TimeError) else moment is None or moment > SINCE


@pytest.mark.parametrize("text", ["${" * 100, "${a}" * 100, "1 bd from " * 40, "R/" * 200, "%" * 400, "." * 400])
def test_a_text_that_is_made_to_be_slow_is_refused(text):
    with pytest.raises(DueError):
        check_due(text)
