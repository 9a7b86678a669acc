"""A link stands for one person, one task, one climb and some hours; changed anywhere, it stands for nothing."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.outreach.links import LIFE, Acknowledgement, opened, signed
from tests.unit.outreach.test_cards import TASK, owed
from webhooks.cards import FORMATS
from webhooks.chat import card_of
from webhooks.letters import told, written
from webhooks.links import Links

KEY = bytes(range(32))
NOW = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
ONE = Acknowledgement(task_id=UUID(int=7), person="anna", episode=1, until=NOW)
LINKS = Links(key=lambda: KEY, address="https://steward.example.org/")
CALL = {"kind": "call", "data": {"episode": 2, "acknowledge": True}}


def test_a_link_says_what_was_signed():
    assert opened(KEY, signed(KEY, ONE)) == ONE


def test_a_link_of_another_key_is_none():
    assert opened(bytes(32), signed(KEY, ONE)) is None


@given(st.integers(0, 200), st.characters(codec="utf-8"))
def test_a_link_that_was_changed_anywhere_is_none_or_the_same(place: int, sign: str):
    text = signed(KEY, ONE)
    place %= len(text)
    changed = opened(KEY, text[:place] + sign + text[place + 1 :])
    assert changed in (None, ONE)


@pytest.mark.parametrize("text", ["", ".", "a.b", "=.=", "é.é", "x" * 2000, "a.b.c"])
def test_what_was_never_a_link_is_none(text: str):
    assert opened(KEY, text) is None


def test_what_is_signed_for_another_purpose_is_none():
    body, seal = signed(KEY, ONE).split(".")
    assert opened(KEY, f"{body}.{urlsafe_b64encode(b'x' * 32).decode()}") is None
    assert opened(KEY, f"{body}.{seal[:-4]}") is None


def test_a_call_carries_a_link_for_its_reader_and_other_messages_carry_none():
    letter = written(owed(**CALL), address=LINKS.address, zone="UTC", links=LINKS)
    link = next(line for line in letter.text.splitlines() if "/acknowledge/" in line)
    assert link in letter.html.replace("&amp;", "&")
    found = opened(KEY, link.rpartition("/")[2])
    assert found == Acknowledgement(task_id=TASK, person="anna", episode=2, until=owed().at + LIFE)
    assert timedelta(hours=1) <= LIFE <= timedelta(hours=12)
    for other in ({"kind": "due"}, {"data": {"episode": 2, "acknowledge": False}}, {"task_id": None}, {"data": {}}):
        assert "/acknowledge/" not in written(owed(**CALL | other), address="", zone="UTC", links=LINKS).text


@pytest.mark.parametrize("kind", FORMATS)
def test_a_card_has_a_button_for_it_only_where_one_person_alone_reads(kind: str):
    one = owed(**CALL)
    alone = card_of(one, told(one, address=LINKS.address, zone="UTC", links=LINKS))
    assert "/acknowledge/" in str(FORMATS[kind](alone))
    assert "I see to it" in str(FORMATS[kind](alone))
    assert "/acknowledge/" not in str(FORMATS[kind](card_of(one, told(one, address=LINKS.address, zone="UTC"))))
