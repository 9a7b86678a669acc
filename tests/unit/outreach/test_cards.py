"""Cards as each kind of chat reads them: the lines of a letter, and nothing that people could type into more."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from engine.outbox import Owed
from engine.outreach.content import Channel, digest_of, is_name, read
from webhooks.cards import FORMATS, LONG, SHORT, Card
from webhooks.chat import card_of, outcome, retry_after
from webhooks.letters import told
from webhooks.safe_http import Answer
from webhooks.sending import Failed, Sent

TASK = UUID(int=7)
LINK = f"https://steward.example.org/tasks/{TASK}"
TYPED = "<!channel> @channel @everyone [here](http://evil.test) <b>now</b>"


def owed(**more: Any) -> Owed:
    usual = {
        "id": UUID(int=1),
        "lock": "l",
        "kind": "due",
        "channel": "chat:quality",
        "data": {},
        "recipient": "anna",
        "name": "Anna Berg",
        "email": None,
        "zone": "America/New_York",
        "instance_id": UUID(int=2),
        "task_id": TASK,
        "title": "Leak in hall 2",
        "key": "CAPA-2027-003",
        "confidential": False,
        "task": "Mend it",
        "due_at": datetime(2027, 3, 1, 16, 0, tzinfo=UTC),
        "at": datetime(2027, 2, 1, 9, 0, tzinfo=UTC),
    }
    return Owed(**usual | more)


def card(**more: Any) -> Card:
    one = owed(**more)
    return card_of(one, told(one, address="https://steward.example.org/", zone="Europe/Berlin"))


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(part)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_card_says_what_a_letter_says_and_links_to_the_task(kind: str):
    said = "\n".join(texts(FORMATS[kind](card()))).replace("\\", "")
    for line in (
        "Mend it",
        "Anna Berg",
        "Leak in hall 2",
        "Mon 1 Mar 2027, 11:00 (New York time)",
        "It is due, and you hold it or may take it on.",
        "If nothing is done, the lead of the group is told next.",
        LINK,
    ):
        assert line in said


@pytest.mark.parametrize("kind", FORMATS)
def test_of_a_confidential_case_a_card_says_only_that_there_is_something_to_read(kind: str):
    said = "\n".join(texts(FORMATS[kind](card(confidential=True, data={"text": "About Bert"}))))
    assert "There is something for you to read" in said
    assert LINK in said.replace("\\", "")
    assert not [word for word in ("Leak", "CAPA", "Bert", "Mend", "New York", "due") if word in said]


@pytest.mark.parametrize("kind", ["teams", "mattermost", "discord"])
def test_in_markdown_nothing_typed_calls_anybody_or_hides_a_link(kind: str):
    given = FORMATS[kind](card(title=TYPED, data={"text": TYPED}))
    said = "\n".join(texts(given))
    assert not [sign for sign in ("@channel", "@everyone", "[here](", "<!channel") if sign in said.replace("\\<", "")]
    assert kind != "discord" or given["allowed_mentions"] == {"parse": []}


def test_in_slack_what_is_typed_opens_no_reference():
    given = FORMATS["slack"](card(title=TYPED, data={"text": TYPED}))
    said = "\n".join([given["text"], *(one["text"]["text"] for one in given["blocks"][1:-1])])
    assert "&lt;!channel&gt;" in said
    assert "<" not in said
    assert given["blocks"][0]["text"]["type"] == "plain_text"


def test_in_google_chat_and_matrix_what_is_typed_is_no_markup():
    google = FORMATS["google_chat"](card(title=TYPED, data={"text": TYPED}))
    widgets = google["cardsV2"][0]["card"]["sections"][0]["widgets"]
    assert not [one for one in texts(widgets) if "<" in one]
    matrix = FORMATS["matrix"](card(title=TYPED, data={"text": TYPED}))
    assert "<b>" not in matrix["formatted_body"]
    assert matrix["m.mentions"] == {}


def test_buttons_are_links():
    assert FORMATS["slack"](card())["blocks"][-1]["elements"][0]["url"] == LINK
    assert FORMATS["teams"](card())["attachments"][0]["content"]["actions"] == [
        {"type": "Action.OpenUrl", "title": "Open it", "url": LINK}
    ]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_digest_is_a_line_a_message_and_counts_what_does_not_fit(kind: str):
    items = tuple(owed(id=UUID(int=n), task=f"Task number {n}") for n in range(25))
    made = card(kind="digest", task=None, title=None, task_id=None, instance_id=None, due_at=None, items=items)
    said = "\n".join(texts(FORMATS[kind](made))).replace("\\", "")
    assert "25 messages for you" in said
    assert "Task number 19, due Mon 1 Mar 2027, 11:00 (New York time) (Leak in hall 2)" in said
    assert "Task number 20" not in said
    assert "And 5 more." in said


def test_what_is_too_long_for_a_chat_is_shortened():
    made = card(task="x" * 5_000, title="y" * 5_000, data={"text": "z" * 50_000})
    assert len(made.title) == SHORT
    assert all(len(said) <= LONG for _, said in made.facts)
    assert made.text is not None
    assert len(made.text) == LONG


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(302, True), (400, True), (403, True), (404, True), (408, False), (410, True), (429, False), (500, False)],
)
def test_a_refusal_is_final_unless_it_may_pass(status: int, permanent: bool):
    came = outcome(Answer(status, {}, b"no"))
    assert isinstance(came, Failed)
    assert came.permanent is permanent
    assert outcome(Answer(204, {}, b"")) == Sent("204")


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        ("600", timedelta(minutes=10)),
        ("0.5", timedelta(seconds=0.5)),
        ("Mon, 04 Jan 2027 08:10:00 GMT", timedelta(minutes=10)),
        ("-5", timedelta(0)),
        ("nan", None),
        ("soon", None),
        ("", None),
    ],
)
def test_the_rest_that_is_asked_for_is_seconds_or_a_date_by_the_others_clock(said: str, rest: timedelta | None):
    headers = {"retry-AFTER": said, "date": "Mon, 04 Jan 2027 08:00:00 GMT"}
    assert retry_after(Answer(429, headers, b"")) == rest


def test_a_channel_reads_back_as_it_is_kept():
    given = {"name": "Q", "kind": "matrix", "room": "!a:b", "for": ["person:anna"], "fallback": ""}
    made = read("quality", given)
    assert made == Channel(name="Q", kind="matrix", room="!a:b", serves=("person:anna",), fallback="")
    assert made.personal
    assert read("quality", made.content()) == made
    assert digest_of("quality", made.content()) != digest_of("other", made.content())


def test_names_of_channels_are_mail_and_chats():
    assert [one for one in ("mail", "chat:quality", "chat:", "chat", "pager", "mail:x", 7) if is_name(one)] == [
        "mail",
        "chat:quality",
    ]
