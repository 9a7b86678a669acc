"""Every task has one named accountable person, whatever the model says and whoever is there."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.orm import Session

from engine.core.vocabulary import Rules
from engine.identity import people
from engine.identity.people import SETUP
from engine.running import assignment
from engine.running.assignment import NO_ELIGIBLE, Directory
from engine.store.definitions import Binding
from engine.transactions import Database
from tests.integration.organisation import NOW, Parsed, Piece, case, definition, group, model, person, task
from tests.listening import listening


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        for one in ("ann", "bob", "cem", "owen"):
            person(session, one)
        group(session, "makers", "ann", "bob", lead="ann")
        group(session, "checkers", "bob", "cem")
        group(session, "empty")
        yield session


@pytest.fixture
def sample(session: Session) -> SimpleNamespace:
    version = definition(session, owner="owen")
    instance_id = case(session, version, owner="owen", by="ann")
    return SimpleNamespace(id=instance_id, definition_id=version, owner="owen")


def assign(session, sample, *pieces: Piece, rules: Rules | None = None, **more):
    parsed = Parsed(model(T_plan=Rules(), T_check=rules or Rules()))
    return assignment.assign(session, pieces, parsed=parsed, case=sample, **more)


def one(session, sample, *, rules: Rules | None = None, done=(), **said) -> tuple:
    """Assignee, accountable, why, and candidates of a single task."""
    got = assign(session, sample, Piece("T_check", **said), rules=rules, done=done)[1]
    return got.assignee, got.accountable, got.because, got.candidates


def bind(session, sample, **roles: str) -> None:
    rows = [
        {"definition_id": sample.definition_id, "role": role.replace("_", ":", 1), "who": who, "proposed": False}
        for role, who in roles.items()
    ]
    session.execute(insert(Binding), [row | {"since": NOW} for row in rows])


def test_an_assignee_gets_the_task_at_once_and_answers_for_it(session, sample):
    assert one(session, sample, assignee="bob") == ("bob", "bob", "assignee", ())


def test_the_lead_of_the_group_answers_for_what_is_offered_to_it(session, sample):
    assert one(session, sample, candidate_groups=("makers",)) == (None, "ann", "lead of makers", ("group:makers",))


def test_the_owner_answers_where_a_group_has_no_lead(session, sample):
    assert one(session, sample, candidate_groups=("checkers",)) == (None, "owen", "owner", ("group:checkers",))
    assert one(session, sample, candidate_users=("bob", "cem")) == (None, "owen", "owner", ("person:bob", "person:cem"))


def test_the_owner_gets_what_nobody_is_named_for(session, sample):
    assert one(session, sample) == (None, "owen", "owner", ("person:owen",))


def test_bindings_speak_where_the_model_is_silent_the_tasks_own_before_its_lanes(session, sample):
    bind(session, sample, lane_L1="group:makers", task_T_check="person:cem")

    assert one(session, sample, lane="L1") == ("cem", "cem", "assignee", ())
    assert one(session, sample, lane="L1", assignee="bob")[0] == "bob"


def test_a_lane_is_bound_to_a_group_and_a_candidate_group_to_another(session, sample):
    bind(session, sample, lane_L1="group:makers", group_old="group:checkers")

    assert one(session, sample, lane="L1") == (None, "ann", "lead of makers", ("group:makers",))
    assert one(session, sample, candidate_groups=("old",))[3] == ("group:checkers",)


def test_names_that_nobody_has_or_whose_bearer_left_count_as_not_said(session, sample):
    people.end(session, "cem", by=SETUP, now=NOW)

    assert one(session, sample, assignee="cem") == (None, "owen", "owner", ("person:owen",))
    assert one(session, sample, assignee="nobody", candidate_groups=("makers",))[1] == "ann"


def test_a_group_without_members_leaves_the_owner_with_those_words(session, sample):
    assert one(session, sample, candidate_groups=("empty",)) == (None, "owen", NO_ELIGIBLE, ("group:empty",))


def test_where_the_rules_leave_nobody_the_owner_answers_with_those_words(session, sample):
    for who in ("bob", "cem"):
        task(session, sample.id, "T_plan", accountable="owen", done_by=who)
    apart = Rules(separate_from=("T_plan",))

    got = one(session, sample, rules=apart, candidate_groups=("checkers",))
    assert got == (None, "owen", NO_ELIGIBLE, ("group:checkers",))
    assert one(session, sample, rules=apart, candidate_groups=("makers",))[2] == "lead of makers"


def test_who_completes_the_task_before_in_the_same_step_counts(session, sample):
    apart = Rules(separate_from=("T_plan",))
    said = {"candidate_users": ("bob",), "rules": apart}

    assert one(session, sample, **said)[2] == "owner"
    assert one(session, sample, done=[("T_plan", "bob")], **said)[1:3] == ("owen", NO_ELIGIBLE)


def test_an_assignee_whom_a_rule_keeps_away_is_not_given_the_task(session, sample):
    task(session, sample.id, "T_plan", accountable="owen", done_by="bob")
    apart = Rules(separate_from=("T_plan",))

    assert one(session, sample, rules=apart, assignee="bob") == (None, "owen", NO_ELIGIBLE, ("person:bob",))
    assert one(session, sample, rules=apart, assignee="bob", candidate_groups=("makers",))[:2] == (None, "ann")


def test_who_is_named_in_the_case_by_this_very_step_counts(session, sample):
    apart = Rules(separate_from=("person:builder",))
    piece = Piece("T_check", candidate_users=("bob",))

    got = assign(session, sample, piece, rules=apart, variables={"builder": "bob"})
    assert got[1].because == NO_ELIGIBLE


def test_tasks_that_open_together_keep_away_whom_each_names_for_itself(session, sample):
    pieces = [
        Piece("T_check", token=number, locals={"loopCounter": number, "owner": owner}, candidate_users=("bob",))
        for number, owner in enumerate(("bob", "cem"))
    ]

    got = assign(session, sample, *pieces, rules=Rules(separate_from=("person:owner",)))
    assert [got[number].because == NO_ELIGIBLE for number in (0, 1)] == [True, False]


def test_two_hundred_tasks_that_open_together_cost_at_most_three_statements(session, sample):
    pieces = [
        Piece("T_check", token=token, candidate_groups=("checkers",), locals={"loopCounter": token})
        for token in range(200)
    ]
    with listening(session.get_bind()) as heard:
        got = assign(session, sample, *pieces, rules=Rules(separate_from=("T_plan", "self")))
    assert len(got) == 200
    assert len(heard.statements) == 2
    with listening(session.get_bind()) as heard:
        assign(session, sample, *pieces, rules=Rules(separate_from=("T_plan", "self")), done=(("T_plan", "bob"),))
    assert len(heard.statements) == 3
    with listening(session.get_bind()) as heard:
        assign(session, sample, *pieces)
    assert len(heard.statements) == 1


names = st.sampled_from(["ann", "bob", "zed", " "])
keys = st.sampled_from(["makers", "empty", "none"])
roles = st.sampled_from(["task:T_check", "lane:L1", "group:makers", "group:none"])
parties = st.sampled_from(["person:ann", "person:zed", "group:makers", "group:empty", "group:none"])


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    assignee=st.none() | names,
    users=st.lists(names, max_size=2),
    groups=st.lists(keys, max_size=2),
    lane=st.none() | st.just("L1"),
    bindings=st.dictionaries(roles, parties),
    leads=st.dictionaries(st.sampled_from(["group:makers", "group:empty"]), st.sampled_from(["ann", "bob"])),
    apart=st.frozensets(st.sampled_from(["ann", "bob", "owen"])),
)
def test_whatever_is_said_somebody_named_is_accountable(assignee, users, groups, lane, bindings, leads, apart):
    known = frozenset({"person:ann", "person:bob", "group:makers", "group:empty"})
    directory = Directory(bindings, known, leads, frozenset({"group:makers"}))
    piece = Piece("T_check", lane=lane, assignee=assignee, candidate_users=tuple(users), candidate_groups=tuple(groups))

    got = assignment.choose(piece, directory, owner="owen", apart=apart)

    assert got.accountable in {"ann", "bob", "owen"}
    assert got.because
    assert got.candidates or got.assignee
    assert got.assignee is None or got.assignee not in apart
    assert set(got.candidates) <= known | {"person:owen"}
    assert got.assignee is None or got.accountable == got.assignee
