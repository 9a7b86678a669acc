"""People come, change and leave; history keeps their names and nothing is left unowned."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.identity import groups, people
from engine.identity.people import SETUP
from engine.store.definitions import Binding
from engine.store.people import PersonRow
from engine.store.records import AuditEntry
from engine.transactions import Database
from tests.integration.organisation import NOW, case, definition, group, person, task

SEED = Path(__file__).parents[3] / "config" / "people.toml"


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        person(session, "ada", admin=True)
        person(session, "anna")
        person(session, "bert")
        group(session, "staff", "anna", "bert", lead="anna")
        yield session


def test_a_person_knows_his_groups_and_those_he_leads(session):
    group(session, "everybody", everybody=True)
    groups.join(session, "staff", "ada", standing="deputy", by=SETUP, now=NOW)

    anna, ada = people.person(session, "anna"), people.person(session, "ada")

    assert (anna.groups, anna.leads) == ({"staff", "everybody"}, {"staff"})
    assert (ada.leads, ada.platform_admin, anna.platform_admin) == ({"staff"}, True, False)
    assert anna.parties == {"person:anna", "group:staff", "group:everybody"}


def test_rights_come_with_groups(session):
    group(session, "admins", "anna", grants="platform")
    group(session, "auditors", "bert", grants="read")

    assert people.person(session, "anna").platform_admin
    assert people.person(session, "bert").auditor


def test_a_group_of_everybody_grants_no_rights(session):
    with pytest.raises(Invalid, match="cannot grant rights"):
        group(session, "all", everybody=True, grants="platform")


def test_only_administrators_manage_people_and_groups(session):
    anna = people.person(session, "anna")

    for refused in (
        lambda: people.create(session, "carl", name="Carl", by=anna, now=NOW),
        lambda: people.change(session, "bert", name="Bertram", by=anna, now=NOW),
        lambda: people.end(session, "bert", by=anna, now=NOW),
        lambda: groups.create(session, "club", name="Club", by=anna, now=NOW),
        lambda: groups.join(session, "staff", "ada", by=anna, now=NOW),
        lambda: groups.leave(session, "staff", "bert", by=anna, now=NOW),
    ):
        with pytest.raises(Forbidden, match="Ask an administrator"):
            refused()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"person_id": "two words", "name": "A"}, "id"),
        ({"person_id": "", "name": "A"}, "id"),
        ({"person_id": "new", "name": "  "}, "name"),
        ({"person_id": "new", "name": "A", "email": "nowhere"}, "email"),
        ({"person_id": "new", "name": "A", "zone": "Mars/Olympus"}, "zone"),
    ],
)
def test_what_cannot_be_used_is_said_for_each_field(session, given, field):
    with pytest.raises(Invalid) as refusal:
        people.create(session, **given, by=SETUP, now=NOW)
    assert list(refusal.value.problems) == [field]


def test_an_id_and_an_address_belong_to_one_person(session):
    person(session, "carl", email="carl@example.org")

    with pytest.raises(Conflict, match="Choose another id"):
        person(session, "carl")
    with pytest.raises(Conflict, match="carl has the e-mail address"):
        person(session, "dora", email="Carl@Example.org")


def test_changes_stand_in_the_trail_with_what_was_before(session):
    people.change(session, "bert", name="Bertram", zone="Europe/Berlin", by=SETUP, now=NOW)
    people.change(session, "bert", name="Bertram", by=SETUP, now=NOW)

    (entry,) = session.execute(select(AuditEntry).where(AuditEntry.verb == "person.changed")).scalars()
    assert b'"name":{"after":"Bertram","before":"Bert"}' in entry.body
    with pytest.raises(Invalid, match="no kind that could be changed"):
        people.change(session, "bert", kind="operator", by=SETUP, now=NOW)


def test_whoever_has_left_can_act_no_more_and_his_name_is_kept(session):
    people.end(session, "bert", by=SETUP, now=NOW)

    assert people.find(session, "bert") is None
    assert session.get_one(PersonRow, "bert").name == "Bert"
    assert groups.members(session, "staff") == {"anna"}
    with pytest.raises(NotFound):
        people.end(session, "bert", by=SETUP, now=NOW)
    with pytest.raises(Conflict, match="history keeps the old one"):
        person(session, "bert")


def test_nobody_leaves_while_something_would_be_unowned(session):
    of = case(session, definition(session, owner="bert", key="audit"), owner="bert", by="ada")
    task(session, of, "T_look", accountable="bert", holder="bert")

    with pytest.raises(Conflict) as refusal:
        people.end(session, "bert", by=SETUP, now=NOW)
    for words in ("see to the tasks look", "owns the running cases A case", "owns the processes audit"):
        assert words in str(refusal.value)
    with pytest.raises(Conflict, match="leads the groups staff"):
        people.end(session, "anna", by=SETUP, now=NOW)


def test_what_an_older_version_says_of_somebody_keeps_him_from_nothing(session):
    older = definition(session, owner="bert", key="audit")
    session.execute(
        insert(Binding),
        [{"definition_id": older, "role": "lane:L1", "who": "person:bert", "proposed": False, "since": NOW}],
    )
    with pytest.raises(Conflict, match="owns the processes audit; stands for the roles lane:L1"):
        people.end(session, "bert", by=SETUP, now=NOW)

    definition(session, owner="anna", key="audit", version=2)
    people.end(session, "bert", by=SETUP, now=NOW)


def test_the_last_administrator_stays(session):
    with pytest.raises(Conflict, match="last one who manages the platform"):
        people.end(session, "ada", by=SETUP, now=NOW)
    with pytest.raises(Conflict, match="last one who manages the platform"):
        people.change(session, "ada", platform_admin=False, by=SETUP, now=NOW)

    group(session, "admins", "anna", grants="platform")
    people.change(session, "ada", platform_admin=False, by=SETUP, now=NOW)
    with pytest.raises(Conflict, match="last one who manages the platform"):
        groups.leave(session, "admins", "anna", by=SETUP, now=NOW)


def test_a_new_lead_takes_the_place_of_the_one_before_who_stays_a_member(session):
    groups.join(session, "staff", "bert", standing="lead", by=SETUP, now=NOW)

    assert groups.lead(session, "staff") == "bert"
    assert groups.members(session, "staff") == {"anna", "bert"}


def test_a_lead_cannot_just_leave_his_group(session):
    with pytest.raises(Conflict, match="Name another lead first"):
        groups.leave(session, "staff", "anna", by=SETUP, now=NOW)
    groups.leave(session, "staff", "bert", by=SETUP, now=NOW)
    assert groups.members(session, "staff") == {"anna"}


def test_the_shipped_groups_are_made_once_and_what_was_edited_stays(session):
    content = tomllib.loads(SEED.read_text())
    groups.seed(session, content, by=SETUP, now=NOW)
    groups.change(session, "investigator", name="Detectives", description="", by=SETUP, now=NOW)
    groups.seed(session, content, by=SETUP, now=NOW)

    assert len(groups.keys(session)) == len(content["groups"]) + 1
    assert groups.group(session, "investigator").name == "Detectives"
    assert "reporter" in people.person(session, "bert").groups


def test_operators_are_written_down_once_and_belong_to_no_group(session):
    group(session, "all", everybody=True)
    first = people.operator(session, "worker", now=NOW)

    assert people.operator(session, "worker", now=NOW) == first
    assert (first.id, first.kind, first.groups) == ("operator:worker", "operator", frozenset())
    with pytest.raises(Invalid, match="belongs to no group"):
        groups.join(session, "staff", "operator:worker", by=SETUP, now=NOW)
