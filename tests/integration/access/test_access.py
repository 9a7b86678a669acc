"""A case exists for its people, and for nobody else; lists and single answers agree about that."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import access
from engine.errors import Forbidden, NotFound
from engine.identity import mandates, people
from engine.identity.people import SETUP
from engine.store.definitions import DefinitionRow
from engine.store.running import Instance
from engine.transactions import Database
from tests.factories import NOW
from tests.integration.organisation import case, definition, group, person, task

PEOPLE = ("ann", "bob", "cem", "dee", "adam", "rita")
GROUPS = ("makers", "checkers", "all")


def organisation(session: Session) -> None:
    """Four who work, an administrator and an auditor; everybody may report."""
    for one in PEOPLE:
        person(session, one, admin=one == "adam")
    group(session, "makers", "ann", "bob", lead="ann")
    group(session, "checkers", "bob", "cem", "rita")
    group(session, "auditors", "rita", grants="read")
    group(session, "all", everybody=True)
    mandates.give(session, "rita", ends_at=NOW + timedelta(days=9), by=SETUP, now=NOW)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        organisation(session)
        yield session


def sees(session: Session, who: str, of: Instance) -> bool:
    return access.may_see(people.person(session, who), access.facts_of(session, of))


def sample(session: Session, **more: object) -> Instance:
    version = definition(session, owner="dee", key=f"p{len(session.identity_map)}")
    return session.get_one(Instance, case(session, version, owner="dee", by="ann", **more))


def test_who_started_it_who_owns_it_and_who_reads_by_office_see_a_case(session):
    of = sample(session)

    assert [one for one in PEOPLE if sees(session, one, of)] == ["ann", "dee", "adam", "rita"]


def test_a_confidential_case_is_seen_by_its_people_alone(session):
    of = sample(session, confidential=True)
    task(session, of.id, "T_handle", accountable="cem", candidates=("group:makers",))

    assert [one for one in PEOPLE if sees(session, one, of)] == ["ann", "bob", "cem"]


def test_who_had_a_task_still_sees_the_case(session):
    of = sample(session)
    task(session, of.id, "T_make", accountable="dee", done_by="cem")

    assert sees(session, "cem", of)
    assert not sees(session, "bob", of)


def test_who_was_stood_in_for_sees_the_case(session):
    of = sample(session)
    task(session, of.id, "T_make", accountable="dee", done_by="cem", acting_for="bob")

    assert sees(session, "bob", of)


def test_an_auditor_belongs_to_no_group_of_everybody(session):
    of = sample(session, confidential=True)
    task(session, of.id, "T_make", accountable="dee", candidates=("group:all",))

    assert sees(session, "cem", of)
    assert not sees(session, "rita", of)


def test_a_case_that_one_may_not_see_does_not_exist(session):
    of = sample(session)

    with pytest.raises(NotFound):
        access.must_see(session, people.person(session, "bob"), of)
    with pytest.raises(NotFound):
        access.must_manage(session, people.person(session, "bob"), of)


def test_only_the_owner_manages_a_case_and_others_are_told_whom_to_ask(session):
    of = sample(session)

    access.must_manage(session, people.person(session, "dee"), of)
    access.must_manage(session, people.SETUP, of)
    for who in ("ann", "adam", "rita"):
        with pytest.raises(Forbidden, match="Ask its owner, dee"):
            access.must_manage(session, people.person(session, who), of)


def test_an_owner_who_is_not_among_the_people_of_a_confidential_case_cannot_manage_it(session):
    of = sample(session, confidential=True)

    with pytest.raises(NotFound):
        access.must_manage(session, people.person(session, "dee"), of)


def test_an_auditor_sees_what_his_mandate_covers_and_nothing_else_whatever_he_was_before(session):
    of, other = sample(session), sample(session)
    task(session, of.id, "T_make", accountable="dee", done_by="rita")
    task(session, other.id, "T_make", accountable="dee", holder="rita")
    covers = session.get_one(DefinitionRow, other.definition_id).key
    mandates.give(session, "rita", ends_at=NOW + timedelta(days=9), processes=[covers], by=SETUP, now=NOW)

    assert [one for one in (of, other) if sees(session, "rita", one)] == [other]
    mandates.give(session, "rita", ends_at=NOW + timedelta(days=9), until=NOW - timedelta(days=9), by=SETUP, now=NOW)
    assert not sees(session, "rita", other)


def test_an_auditor_changes_nothing(session):
    access.must_act(people.person(session, "ann"))
    with pytest.raises(Forbidden, match="may read and change nothing"):
        access.must_act(people.person(session, "rita"))


somebody = st.sampled_from(PEOPLE)
parties = st.sampled_from([*(f"person:{one}" for one in PEOPLE), *(f"group:{key}" for key in GROUPS)])
pieces = st.fixed_dictionaries(
    {
        "accountable": somebody,
        "holder": st.none() | somebody,
        "done_by": st.none() | somebody,
        "acting_for": st.none() | somebody,
        "candidates": st.sets(parties, max_size=2).map(lambda who: tuple(sorted(who))),
    }
)
cases = st.fixed_dictionaries(
    {"owner": somebody, "by": somebody, "confidential": st.booleans(), "tasks": st.lists(pieces, max_size=3)}
)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(cases, min_size=1, max_size=4))
def test_what_is_listed_is_what_may_be_seen(session, drawn):
    with session.begin_nested() as savepoint:
        made = []
        version = definition(session, owner="dee")
        for one in drawn:
            instance_id = case(session, version, owner=one["owner"], by=one["by"], confidential=one["confidential"])
            for piece in one["tasks"]:
                task(session, instance_id, "T_any", **piece)
            made.append(session.get_one(Instance, instance_id))
        for who in PEOPLE:
            by = people.person(session, who)
            listed = set(session.execute(select(Instance.id).where(access.visible_instances(by))).scalars())
            assert listed == {one.id for one in made if access.may_see(by, access.facts_of(session, one))}
        savepoint.rollback()
