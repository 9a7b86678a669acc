"""Nobody does a task that a rule of the model keeps him from, whatever he did it as."""

from collections.abc import Iterator

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from engine import separation
from engine.core.vocabulary import Rules
from engine.errors import SeparationOfDuties
from engine.identity import people
from engine.ids import new_id
from engine.store.records import Evidence
from engine.store.running import Answer, Instance, Variable
from engine.transactions import Database
from tests.integration.organisation import NOW, Parsed, case, definition, group, model, person, task
from tests.listening import listening


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        for one in ("ann", "bob", "cem", "dan", "owen"):
            person(session, one)
        group(session, "checkers", "ann", "bob", "cem", lead="ann")
        yield session


@pytest.fixture
def sample(session: Session) -> Instance:
    """A case of a process whose T_check is kept apart from nearly everything."""
    return session.get_one(Instance, case(session, definition(session, owner="owen"), owner="owen", by="dan"))


def parsed(*rules: str) -> Parsed:
    return Parsed(model(T_plan=Rules(), T_check=Rules(separate_from=rules), CA_change=Rules()))


def check(session: Session, sample: Instance, rules: tuple[str, ...], who: str, *, of=None, acting_for=None) -> str:
    """The rule that keeps `who` from a fresh T_check; empty when none does."""
    of = of or task(session, sample.id, "T_check", accountable="owen", candidates=("group:checkers",), minutes=90)
    try:
        separation.check(session, parsed(*rules), sample, of, people.person(session, who), acting_for=acting_for)
    except SeparationOfDuties as refusal:
        return refusal.rule
    return ""


def test_who_did_a_task_is_kept_from_another(session, sample):
    task(session, sample.id, "T_plan", accountable="owen", done_by="ann")

    assert check(session, sample, ("T_plan",), "ann") == "T_plan"
    assert check(session, sample, ("T_plan",), "bob") == ""


def test_earlier_rounds_count(session, sample):
    task(session, sample.id, "T_plan", accountable="owen", done_by="ann", minutes=0)
    task(session, sample.id, "T_plan", accountable="owen", done_by="bob", minutes=30)

    assert check(session, sample, ("T_plan",), "ann") == "T_plan"
    assert check(session, sample, ("T_plan",), "bob") == "T_plan"


def test_whoever_only_held_a_task_is_not_kept_away(session, sample):
    task(session, sample.id, "T_plan", accountable="owen", holder="ann")

    assert check(session, sample, ("T_plan",), "ann") == ""


def test_other_cases_do_not_count(session, sample):
    other = case(session, sample.definition_id, owner="owen", by="dan")
    task(session, other, "T_plan", accountable="owen", done_by="ann")

    assert check(session, sample, ("T_plan",), "ann") == ""


def test_a_task_that_cannot_be_done_twice_by_one_person_counts_every_time_it_was_done(session, sample):
    task(session, sample.id, "T_check", accountable="owen", done_by="ann")

    assert check(session, sample, ("self",), "ann") == "self"
    assert check(session, sample, ("self",), "bob") == ""


def test_of_two_approvers_each_is_another_person_but_may_approve_again_in_the_next_round(session, sample):
    task(session, sample.id, "T_check", accountable="owen", done_by="ann", minutes=0, locals={"loopCounter": 0})
    second = task(session, sample.id, "T_check", accountable="owen", minutes=0, locals={"loopCounter": 1})
    assert check(session, sample, ("self",), "ann", of=second) == "self"

    first = task(session, sample.id, "T_check", accountable="owen", minutes=60, locals={"loopCounter": 0})
    again = task(session, sample.id, "T_check", accountable="owen", minutes=60, locals={"loopCounter": 1})
    assert check(session, sample, ("self",), "ann", of=first) == ""
    assert check(session, sample, ("self",), "ann", of=again) == ""


def test_two_rounds_at_one_moment_of_a_clock_that_stands_still_are_two(session, sample):
    task(session, sample.id, "T_check", accountable="owen", done_by="ann", minutes=0, locals={"loopCounter": 0})
    again = task(session, sample.id, "T_check", accountable="owen", minutes=0, locals={"loopCounter": 0})

    assert check(session, sample, ("self",), "ann", of=again) == ""


def test_approvers_one_after_the_other_are_one_round(session, sample):
    task(session, sample.id, "T_check", accountable="owen", done_by="ann", minutes=0, locals={"loopCounter": 0})
    later = task(session, sample.id, "T_check", accountable="owen", minutes=45, locals={"loopCounter": 1})

    assert check(session, sample, ("self",), "ann", of=later) == "self"


@pytest.mark.parametrize("value", ['"ann"', '["bob","ann"]', '[{"id":"ann"}]', '"person:ann"'])
def test_whoever_is_named_in_the_case_is_kept_away(session, sample, value):
    session.execute(insert(Variable), [{"instance_id": sample.id, "name": "builder", "value": value}])

    assert check(session, sample, ("person:builder",), "ann") == "person:builder"
    assert check(session, sample, ("person:builder",), "cem") == ""
    assert check(session, sample, ("person:other",), "ann") == ""


def test_whoever_the_task_names_for_itself_is_kept_away_and_not_whom_the_case_names(session, sample):
    session.execute(insert(Variable), [{"instance_id": sample.id, "name": "owner", "value": '"bob"'}])
    its_own = {"loopCounter": 0, "owner": "ann"}
    mine = task(session, sample.id, "T_check", accountable="owen", candidates=("group:checkers",), locals=its_own)

    assert check(session, sample, ("person:owner",), "ann", of=mine) == "person:owner"
    assert check(session, sample, ("person:owner",), "bob", of=mine) == ""


@pytest.mark.parametrize("answer", ["ann", ["bob", "ann"], {"id": "ann"}])
def test_whoever_names_himself_in_the_answers_is_kept_away(session, sample, answer):
    mine = task(session, sample.id, "T_check", accountable="owen", candidates=("group:checkers",), holder="ann")
    known = parsed("person:author")
    ann, cem = people.person(session, "ann"), people.person(session, "cem")

    with pytest.raises(SeparationOfDuties, match="named in the case as author") as refusal:
        separation.check_named(session, known, sample, mine, {"author": answer}, ann)
    assert (refusal.value.rule, refusal.value.person) == ("person:author", "ann")
    with pytest.raises(SeparationOfDuties):
        separation.check_named(session, known, sample, mine, {"author": answer}, cem, for_whom="ann")
    separation.check_named(session, known, sample, mine, {"author": answer, "other": "cem"}, cem)
    separation.check_named(session, known, sample, mine, {}, ann)


def test_who_worked_in_a_called_case_is_kept_away_also_where_that_called_another(session, sample):
    called = {"caller_id": sample.id, "caller_token": 7, "caller_element": "CA_change"}
    change = case(session, sample.definition_id, owner="owen", by="dan", **called)
    deeper = {"caller_id": change, "caller_token": 3, "caller_element": "CA_more"}
    more = case(session, sample.definition_id, owner="owen", by="dan", **deeper)
    task(session, change, "T_build", accountable="owen", done_by="ann")
    task(session, more, "T_test", accountable="owen", done_by="bob")

    assert check(session, sample, ("called:CA_change",), "ann") == "called:CA_change"
    assert check(session, sample, ("called:CA_change",), "bob") == "called:CA_change"
    assert check(session, sample, ("called:CA_other",), "ann") == ""


def test_a_substitute_counts_as_both(session, sample):
    task(session, sample.id, "T_plan", accountable="owen", done_by="bob", acting_for="ann")

    assert check(session, sample, ("T_plan",), "ann") == "T_plan"
    assert check(session, sample, ("T_plan",), "bob") == "T_plan"
    assert check(session, sample, ("T_plan",), "cem", acting_for="ann") == "T_plan"
    assert check(session, sample, ("T_plan",), "cem") == ""


def test_who_amended_a_finished_record_counts_as_one_who_did_it(session, sample):
    plan = task(session, sample.id, "T_plan", accountable="owen", done_by="ann")
    said = {"task_id": plan.id, "answers": {}, "digest": b"d", "at": NOW}
    session.execute(insert(Answer).values(**said, number=1, by="ann"))
    assert check(session, sample, ("T_plan",), "owen") == ""
    session.execute(insert(Answer).values(**said, number=2, by="owen", reason="A typing error."))

    assert check(session, sample, ("T_plan",), "owen") == "T_plan"
    assert check(session, sample, ("T_plan",), "bob") == ""


def test_who_replaced_the_evidence_of_a_finished_record_counts_as_one_who_did_it(session, sample):
    plan = task(session, sample.id, "T_plan", accountable="owen", done_by="ann")
    about = {"instance_id": sample.id, "task_id": plan.id, "slot": "report", "kind": "link", "name": "report"}
    older, newer = new_id(), new_id()
    given = {**about, "url": "https://example.org/report", "received_at": NOW}
    session.execute(insert(Evidence).values(**given, id=older, by="ann"))
    session.execute(insert(Evidence).values(**given, id=newer, by="owen", replaces_id=older))

    assert check(session, sample, ("T_plan",), "owen") == "T_plan"
    assert check(session, sample, ("T_plan",), "bob") == ""


def test_a_refusal_says_which_rule_and_who_could_do_it_and_leaves_a_record(session, sample):
    task(session, sample.id, "T_plan", accountable="owen", done_by="ann")
    of = task(session, sample.id, "T_check", accountable="owen", candidates=("group:checkers",), minutes=90)

    with pytest.raises(SeparationOfDuties) as refusal:
        separation.check(session, parsed("T_plan"), sample, of, people.person(session, "ann"))

    assert str(refusal.value) == (
        "ann may not do 'check': the same person did 'plan' (T_plan). It can be done by bob, cem."
    )
    record = refusal.value.record
    assert (record.chain, record.verb, record.subject) == (str(sample.id), "refusal.separation", str(of.id))
    assert record.body == {"rule": "T_plan", "person": "ann", "element": "T_check"}


def test_where_nobody_is_left_the_refusal_says_so(session, sample):
    for one in ("ann", "bob", "cem"):
        task(session, sample.id, "T_plan", accountable="owen", done_by=one)
    of = task(session, sample.id, "T_check", accountable="owen", candidates=("group:checkers",), minutes=90)

    assert separation.eligible(session, parsed("T_plan"), sample, of) == frozenset()
    with pytest.raises(SeparationOfDuties, match="No eligible person is left; the owner must name one"):
        separation.check(session, parsed("T_plan"), sample, of, people.person(session, "ann"))


def test_all_kinds_of_rules_together_cost_one_statement_and_no_rule_costs_none(session, sample):
    of = task(session, sample.id, "T_check", accountable="owen", minutes=90)
    ann = people.person(session, "ann")
    with listening(session.get_bind()) as heard:
        separation.check(session, parsed("T_plan", "self", "person:x", "called:CA_change"), sample, of, ann)
        assert len(heard.statements) == 1
        separation.check(session, parsed(), sample, of, ann)
        assert len(heard.statements) == 1
