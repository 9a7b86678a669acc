"""Whoever forgot his password gets a link by mail, once and for a while; nobody learns from it who has an account."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from engine import outbox
from engine.identity import people, resets
from engine.identity.attempts import FAILURES
from engine.identity.people import SETUP
from engine.outbox import Owed
from engine.outreach import book
from engine.store.accounts import Reset
from engine.store.outreach import WishesRow
from engine.transactions import Database
from tests.integration.accounts.conftest import Phone, Trail
from tests.integration.api.conftest import MORNING, Client, Clock
from tests.integration.pages.conftest import Reader, words
from web.services import Services
from webhooks.letters import written
from webhooks.links import Links

Readers = Callable[[str], Reader]
Mailbox = Callable[[], list[str]]
NEW = "quite another long one"


@pytest.fixture
def mailbox(database: Database, services: Services, people_clock: Clock) -> Mailbox:
    """What the worker sends when it looks, as text; the newest last."""
    with database.writing() as session:
        people.change(session, "anna", email="anna@example.org", by=SETUP, now=MORNING)
        book.change(session, "room", {"name": "Room", "kind": "slack"}, by=SETUP, now=MORNING)
        wishes = {"ordinary": ["chat:room"], "urgent": ["chat:room"], "together": True}
        session.add(WishesRow(person_id="anna", content=wishes))
    sent: list[str] = []
    links = Links(key=lambda: services.links_key, address="http://localhost")

    def look() -> list[str]:
        resets.drain_resets(database, now=MORNING, machine_now=people_clock())
        given = {"limit": 50, "lock": str(uuid4()), "by": SETUP, "now": MORNING, "machine_now": people_clock()}
        with database.writing() as session:
            for lane in outbox.LANES:
                leased, _ = outbox.take(session, lane, ["mail", "chat"], **given)
                for owed in leased:
                    assert owed.channel == "mail"
                    sent.append(letter(owed))
                    outbox.sent(session, owed, "", by=SETUP, now=MORNING)
        return sent

    def letter(owed: Owed) -> str:
        made = written(owed, address="http://localhost", zone="Europe/Berlin", links=links)
        return f"To: {owed.email}\nSubject: {made.subject}\n{made.text}"

    return look


def link_in(letter: str) -> str:
    (found,) = re.findall(r"http://localhost(/new-password/\S+)", letter)
    return str(found)


def asks(stranger: Reader, name: str) -> str:
    stranger.open("/forgotten")
    return words(stranger.tree(stranger.press("/forgotten", 200, name=name)))


def test_a_link_by_mail_sets_a_new_password_once_and_ends_all_visits(
    database: Database, reader: Readers, stranger: Reader, mailbox: Mailbox, trail: Trail
):
    anna = reader("anna")
    anna.open("/")
    asks(stranger, "Anna@example.ORG")
    (letter,) = mailbox()
    assert letter.startswith("To: anna@example.org\nSubject: Set a new password\n")
    link = link_in(letter)
    for _ in range(2):
        assert "For Anna (anna)" in words(stranger.open(link))
    for new, again, said in (("short", "short", "at least 8 signs"), (NEW, "differs", "differ"), ("Anna", "Anna", "8")):
        wrong = stranger.tree(stranger.press(link, 422, new=new, again=again))
        assert said in words(wrong, "//*[@role='alert']")
    anna.open("/")
    done = stranger.press(link, new=NEW, again=NEW)

    assert "You have a new password" in words(stranger.open(str(done.location)))
    anna.sent("GET", "/", 302)
    assert "This link is over" in words(stranger.open(link, 410))
    stranger.press(link, 410, new=NEW, again=NEW)
    stranger.open("/login")
    stranger.press("/login", name="anna", password=NEW)
    assert mailbox()[-1].startswith("To: anna@example.org\nSubject: You have a new password\n")
    assert trail.verbs("person.reset%") == [
        ("person.reset_sent", "anna", "operator:worker"),
        ("person.reset_used", "anna", "anna"),
    ]
    with database.reading() as session:
        kept = session.execute(select(Reset)).scalar_one()
    assert kept.said is None
    assert link.rpartition("/")[2] not in repr(vars(kept))


def test_the_answer_is_the_same_whoever_is_called_so_and_nothing_is_kept_of_nobody(
    database: Database, stranger: Reader, mailbox: Mailbox
):
    answers = {asks(stranger, name) for name in ("anna", "bert", "nobody", "x" * 300, "operator:setup")}
    assert len(answers) == 1
    assert "If somebody is called so" in answers.pop()
    assert "Write your name" in words(stranger.tree(stranger.press("/forgotten", 422, name=" ")))
    assert len(mailbox()) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Reset)) == 1


def test_a_link_ends_by_itself_and_three_hold_at_once(stranger: Reader, mailbox: Mailbox, people_clock: Clock):
    for _ in range(5):
        asks(stranger, "anna")
    first, *_, last = letters = mailbox()
    assert len(letters) == resets.MOST
    stranger.open(link_in(first))
    stranger.open("/new-password/made-up", 410)
    stranger.open(f"{link_in(first)}A", 410)
    people_clock.forward(minutes=60)
    stranger.open(link_in(last), 410)
    asks(stranger, "anna")
    stranger.open(link_in(mailbox()[-1]))


def test_a_new_password_by_link_opens_a_locked_account_and_leaves_the_second_factor_on(
    app: Flask, reader: Readers, stranger: Reader, mailbox: Mailbox, phone: Callable[[Reader, str], Phone]
):
    kept = phone(reader("anna"), "anna")
    stranger.open("/login")
    for _ in range(FAILURES):
        stranger.press("/login", 422, name="anna", password="a guess")
    asks(stranger, "anna")
    letters = mailbox()
    assert [one.splitlines()[1] for one in letters] == [
        "Subject: A second factor is on for your account",
        "Subject: Somebody guesses at your password",
        "Subject: Set a new password",
    ]
    stranger.open(link_in(letters[-1]))
    stranger.press(link_in(letters[-1]), new=NEW, again=NEW)
    again = Reader(app.test_client())
    again.open("/login")
    step = again.press("/login", name="anna", password=NEW)
    assert str(step.location).startswith("/login/code")
    again.open(str(step.location))
    again.press("/login/code", code=kept.next())
    assert "Anna" in words(again.open("/"), "//header")


def test_an_administrator_sends_a_link_and_nobody_else_does(
    login: Callable[..., Client], reader: Readers, stranger: Reader, mailbox: Mailbox, people_clock: Clock
):
    adam, anna = reader("adam"), reader("anna")
    (where,) = adam.open("/people/anna").xpath("//form[contains(@action, '/invite')]/@action")
    anna.open("/")
    anna.press(where, 403)
    adam.press(where)
    assert "on its way" in words(adam.open("/people/anna"))
    people_clock.forward(hours=23)
    stranger.open(link_in(mailbox()[-1]))
    people_clock.forward(hours=1)
    stranger.open(link_in(mailbox()[-1]), 410)

    assert "no mail address" in words(reader("adam").open("/people/bert"))
    voice = login("adam")
    for who, status in (("anna", 204), ("bert", 422), ("nobody", 404), ("operator:setup", 422)):
        assert voice.send("POST", f"/people/{who}/invite", json={}).status_code == status
    assert login("carl").send("POST", "/people/anna/invite", json={}).status_code == 403
