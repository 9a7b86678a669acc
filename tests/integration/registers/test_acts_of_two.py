"""What needs two people: a row counts once each named group has signed it, and ends when a second person agrees."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from engine import registers, timetable
from engine.calendars import CalendarSettings
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.identity import passwords
from engine.identity.passwords import Hashing
from engine.store.base import table_of
from engine.store.registers import RegisterEnding, RegisterRow, RegisterSignature
from engine.transactions import Database
from engine.verify import verify
from tests.factories import people
from tests.integration.registers.conftest import FORM, MACHINES, PRESS
from tests.integration.shell.conftest import House

REGISTER = "reg_machines"
PASSWORD = "a long and good phrase"
SIGNED = {**MACHINES, "signed_by": ["staff", "quality"], "end_agreed_by": ["quality"]}


@pytest.fixture(autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Hash fast; how long a guess takes is not asked here."""
    usual = Hashing.hasher
    Hashing.use(time_cost=1, memory_cost=8)
    yield
    Hashing.hasher = usual


@pytest.fixture
def house(database: Database) -> House:
    """Rows of machines are signed by the staff and by quality, who also agree to their end; anna belongs to both."""
    known = people(database, "root", "stranger", staff=["anna", "bert", "carl"], quality=["quinn", "anna"])
    house = House(database, known)
    house.who["root"] = replace(house.who["root"], platform_admin=True)
    house.act(timetable.adopt, CalendarSettings(), by="root")
    for person in ("anna", "bert", "quinn", "stranger"):
        house.act(passwords.set_password, person, PASSWORD, by="root")
    house.act(registers.define, SIGNED, json.dumps(FORM).encode(), by="root")
    house.act(registers.add, REGISTER, PRESS, by="anna")
    return house


def sign(house: House, by: str, expected: int | None = None, password: str = PASSWORD) -> registers.Row:
    return house.act(registers.sign, REGISTER, "press", expected=expected, password=password, by=by)


def press(house: House, at: Any = None) -> registers.Row:
    return house.read(lambda s: registers.row(s, REGISTER, "press", at=at))


def test_a_row_is_in_force_once_each_group_has_signed_it(house: House):
    before = house.now
    assert not press(house).in_force

    house.later(minutes=1)
    assert not sign(house, "bert").in_force
    house.later(minutes=1)
    assert sign(house, "quinn", expected=1).in_force

    assert press(house).in_force
    assert not press(house, at=before).in_force
    signed = house.read(lambda s: registers.signatures(s, REGISTER, "press"))
    assert [(one.number, one.role, one.by) for one in signed] == [(1, "staff", "bert"), (1, "quality", "quinn")]
    assert house.read(lambda s: verify(s, None)).holds


def test_a_changed_row_is_signed_anew(house: House):
    sign(house, "bert")
    sign(house, "quinn")

    house.act(registers.change, REGISTER, "press", {"name": "Press 4"}, reason="Renamed.", by="anna")

    assert not press(house).in_force
    assert sign(house, "bert").number == 2
    assert house.read(lambda s: verify(s, None)).holds


def test_one_person_signs_for_one_group_only(house: House):
    sign(house, "anna")

    with pytest.raises(Forbidden, match="has signed this version"):
        sign(house, "anna")
    assert not press(house).in_force


def test_the_database_keeps_a_second_signature_of_one_person_out(house: House):
    sign(house, "anna")
    with house.database.reading() as session:
        [row] = registers.signatures(session, REGISTER, "press")
    again = dict(row._mapping) | {"role": "quality"}

    with pytest.raises(IntegrityError), house.database.writing() as session:
        session.execute(insert(table_of(RegisterSignature)), [again])


def test_who_does_not_sign_here_or_knows_no_password_is_refused(house: House):
    with pytest.raises(Forbidden, match="does not sign"):
        sign(house, "stranger")
    with pytest.raises(Forbidden, match="password"):
        sign(house, "bert", password="guessed")
    assert not house.read(lambda s: registers.signatures(s, REGISTER, "press"))


def test_a_row_ends_when_a_second_person_agrees(house: House):
    with pytest.raises(Conflict, match="second person"):
        house.act(registers.end, REGISTER, "press", reason="Scrapped.", by="anna")
    assert not house.act(registers.ask_to_end, REGISTER, "press", reason="Scrapped.", by="anna").ended
    with pytest.raises(Conflict, match="has asked for it already"):
        house.act(registers.ask_to_end, REGISTER, "press", reason="Old.", by="bert")
    with pytest.raises(Forbidden, match="asked for it"):
        house.act(registers.answer, REGISTER, "press", agreed=True, by="anna")
    with pytest.raises(Forbidden, match="cannot agree"):
        house.act(registers.answer, REGISTER, "press", agreed=True, by="bert")

    assert house.act(registers.answer, REGISTER, "press", agreed=True, by="quinn").ended

    history = house.read(lambda s: registers.changes(s, REGISTER, "press"))
    assert [(one.kind, one.by, one.reason) for one in history] == [
        ("added", "anna", ""),
        ("ended", "quinn", "Scrapped."),
    ]
    assert house.read(lambda s: verify(s, None)).holds


def test_a_row_stays_when_the_second_person_says_no(house: House):
    house.act(registers.ask_to_end, REGISTER, "press", reason="Scrapped.", by="anna")
    with pytest.raises(Invalid, match="Say why it stays"):
        house.act(registers.answer, REGISTER, "press", agreed=False, by="quinn")

    house.act(registers.answer, REGISTER, "press", agreed=False, reason="It still runs.", by="quinn")

    assert not press(house).ended
    with pytest.raises(NotFound):
        house.act(registers.answer, REGISTER, "press", agreed=True, by="quinn")
    house.act(registers.ask_to_end, REGISTER, "press", reason="Now it is.", by="bert")
    assert house.read(lambda s: verify(s, None)).holds


@pytest.mark.parametrize(
    ("table", "values", "record"),
    [
        (RegisterSignature, {"by": "carl"}, "register_signatures"),
        (RegisterEnding, {"reason": "For fun."}, "register_endings"),
        (RegisterRow, {"in_force": True}, "register_rows"),
    ],
)
def test_an_altered_act_is_found(house: House, table: Any, values: dict[str, Any], record: str):
    sign(house, "anna")
    house.act(registers.ask_to_end, REGISTER, "press", reason="Scrapped.", by="anna")
    with house.database.writing() as session:
        session.execute(update(table).values(**values))

    found = house.read(lambda s: verify(s, None))

    assert record in [one.record for one in found.findings]
