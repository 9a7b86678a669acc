"""A role with one holder and one deputy has nobody besides, whoever writes to the database."""

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from engine.identity import groups
from engine.identity.people import SETUP
from engine.store.people import GroupRow, Membership
from engine.transactions import Database
from tests.integration.organisation import NOW, person

PLACES = {"anna": "lead", "bert": "deputy"}


def put(key: str, who: str, *, standing: str = "member", single: bool) -> object:
    """A row as a hand on the database would write it."""
    row = {"group_key": key, "person_id": who, "standing": standing, "single": single, "since": NOW}
    return insert(Membership).values(row)


@pytest.fixture
def roles(database: Database) -> Database:
    """An officer with a deputy, and a staff of two."""
    with database.writing() as session:
        for who in ("anna", "bert", "carl"):
            person(session, who)
        groups.create(session, "officer", name="Officer", single=True, by=SETUP, now=NOW)
        groups.create(session, "staff", name="Staff", by=SETUP, now=NOW)
        for who, standing in PLACES.items():
            groups.join(session, "officer", who, standing=standing, by=SETUP, now=NOW)
        groups.join(session, "staff", "anna", by=SETUP, now=NOW)
        groups.join(session, "staff", "bert", standing="lead", by=SETUP, now=NOW)
    return database


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        (put("officer", "carl", single=True), "one_holder"),
        (put("officer", "carl", single=False), "FOREIGN KEY"),
        (put("officer", "carl", standing="lead", single=True), "one_lead|memberships.group_key"),
        (update(Membership).where(Membership.group_key == "officer").values(single=False), "FOREIGN KEY"),
        (update(Membership).where(Membership.person_id == "bert").values(standing="member"), "one_holder"),
        (update(GroupRow).where(GroupRow.key == "staff").values(single=True), "one_holder"),
    ],
)
def test_the_database_refuses_whoever_is_neither_holder_nor_deputy(roles: Database, statement: object, rule: str):
    with roles.reading() as session:
        with pytest.raises(IntegrityError, match=f"(?i){rule}"):
            session.execute(statement)  # type: ignore[call-overload]
        session.rollback()


def test_a_group_becomes_one_with_one_holder_and_back_with_all_that_belong_to_it(roles: Database):
    with roles.writing() as session:
        groups.join(session, "staff", "anna", standing="deputy", by=SETUP, now=NOW)
        groups.change(session, "staff", name="Staff", description="", single=True, by=SETUP, now=NOW)
        groups.change(session, "officer", name="Officer", description="", by=SETUP, now=NOW)
        groups.join(session, "officer", "carl", by=SETUP, now=NOW)

    with roles.reading() as session:
        known = session.execute(select(Membership.group_key, Membership.person_id, Membership.single)).all()
    assert sorted(map(tuple, known)) == [
        ("officer", "anna", False),
        ("officer", "bert", False),
        ("officer", "carl", False),
        ("staff", "anna", True),
        ("staff", "bert", True),
    ]
