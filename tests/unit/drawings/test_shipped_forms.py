"""What the shipped forms refuse, beyond what a field alone can tell."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.core.forms import read_form

FOLDER = Path(__file__).parents[3] / "processes" / "corrective_action"
NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
PEOPLE = frozenset({"ann", "bob", "cyd"})


def errors(form: str, answers: dict[str, Any], **variables: Any) -> dict[str, list[str]]:
    path = FOLDER / f"{form}.form"
    return read_form(path.read_bytes(), path.name).check(answers, variables, lambda _: PEOPLE, now=NOW).errors


def cause(no: int, kind: str) -> dict[str, Any]:
    return {
        "no": no,
        "cause": "No plan for cleaning",
        "kind": kind,
        "whys": "Nobody wrote one",
        "evidence": "none found",
    }


def action(no: int, cause: int, by: str = "2027-02-10") -> dict[str, Any]:
    return {
        "no": no,
        "what": "Write a plan",
        "cause": cause,
        "kind": "remove",
        "owner": "ann",
        "by": by,
        "resources": "none",
        "ai_change": False,
        "system_change": False,
    }


TRIAGE = {
    "kind": "nonconformity",
    "requirement_broken": True,
    "requirement": "ISO 9001 8.5.1",
    "harm_or_rights": False,
    "repeat_within_12m": False,
    "class_choice": "table",
    "process_owner": "ann",
    "investigator": "bob",
    "verifier": "cyd",
}
CAUSES = {"method": "five_whys", "direct_cause": "Dirt", "unseen_why": "Nobody looked"}
PLAN = {
    "measure_metric": "Slides missed",
    "measure_source": "Log of the scanner",
    "measure_now": 3,
    "measure_target": 0.5,
    "measure_watch": "60 days",
    "action_risk": "none",
}
PLANNED = {
    "causes": [cause(1, "method"), cause(2, "system")],
    "partly": False,
    "round_began": "2027-01-04T08:00:00Z",
    "due": {"implement_max": "P60D"},
}


def test_triage_takes_a_nonconformity_that_breaks_a_requirement():
    assert errors("triage", TRIAGE, provisional_class="minor") == {}


def test_what_breaks_no_requirement_is_no_nonconformity():
    answers = {**TRIAGE, "requirement_broken": False}
    del answers["requirement"]

    assert set(errors("triage", answers, provisional_class="minor")) == {"kind"}


@pytest.mark.parametrize("person", ["ann", "bob"])
def test_whoever_owns_or_investigates_cannot_verify(person):
    assert set(errors("triage", {**TRIAGE, "verifier": person}, provisional_class="minor")) == {"verifier"}


def test_another_class_than_the_tables_needs_a_reason():
    assert set(errors("triage", {**TRIAGE, "class_choice": "major"}, provisional_class="minor")) == {"class_reason"}


@pytest.mark.parametrize(("level", "refused"), [("minor", set()), ("major", {"need"}), ("critical", {"need"})])
def test_only_a_minor_nonconformity_ends_with_correction(level, refused):
    answers = {"need": "no", "need_reason": "It was a single slide, and it is corrected."}

    assert set(errors("need", answers, **{"class": level})) == refused


def test_human_error_alone_is_no_root_cause():
    assert set(errors("cause", {**CAUSES, "causes": [cause(1, "human_error")]})) == {"causes"}
    assert errors("cause", {**CAUSES, "causes": [cause(1, "human_error"), cause(2, "method")]}) == {}


def test_a_plan_with_an_action_for_every_cause_is_taken():
    assert errors("plan", {**PLAN, "actions": [action(1, 1), action(2, 2)]}, **PLANNED) == {}


@pytest.mark.parametrize(
    "actions",
    [
        pytest.param([action(1, 1)], id="a cause without an action"),
        pytest.param([action(1, 1), action(2, 2), action(3, 3)], id="an action without a cause"),
        pytest.param([action(1, 1), action(1, 2)], id="two actions with one number"),
        pytest.param([action(1, 1), action(2, 2, by="2027-03-06")], id="a date after the limit"),
        pytest.param([], id="no action at all"),
    ],
)
def test_a_plan_with_a_gap_is_refused(actions):
    assert set(errors("plan", {**PLAN, "actions": actions}, **PLANNED)) == {"actions"}


def test_the_last_day_of_the_limit_is_allowed():
    assert errors("plan", {**PLAN, "actions": [action(1, 1), action(2, 2, by="2027-03-05")]}, **PLANNED) == {}


def test_after_a_partly_effective_round_only_what_is_left_is_planned():
    assert errors("plan", {**PLAN, "actions": [action(4, 2)]}, **{**PLANNED, "partly": True}) == {}


def test_a_plan_that_is_sent_back_needs_points():
    assert set(errors("approve_plan", {"verdict": "rework"}, approver="quality_manager", **{"class": "minor"})) == {
        "points"
    }


def test_what_goes_back_after_the_check_is_named():
    variables = {"actions": [action(1, 1), action(2, 2)]}
    answers = {"implementation": "back", "check_note": "No evidence for the second."}

    assert set(errors("impl_check", answers, **variables)) == {"back_actions"}
    assert set(errors("impl_check", {**answers, "back_actions": [7]}, **variables)) == {"back_actions"}
    assert errors("impl_check", {**answers, "back_actions": [2]}, **variables) == {}


def test_a_change_of_the_management_system_states_its_four_points():
    refused = errors("do", {"action_result": "The plan is written."}, action={**action(1, 1), "system_change": True})

    assert set(refused) == {"change_purpose", "change_integrity", "change_resources", "change_responsibilities"}


@pytest.mark.parametrize(
    ("now", "to", "refused"),
    [
        ("minor", "major", set()),
        ("critical", "major", {"raise_to"}),
        ("major", "major", {"raise_to"}),
        ("critical", "stay", set()),
    ],
)
def test_a_class_can_only_be_raised(now, to, refused):
    assert set(errors("raise", {"raise_to": to, "raise_reason": "A second site."}, **{"class": now})) == refused


def test_an_extension_ends_in_the_future():
    answers = {"extend_step": "causes", "extend_reason": "The laboratory needs three more weeks."}

    assert set(errors("extend_ask", {**answers, "extend_to": "2027-01-04"})) == {"extend_to"}
    assert errors("extend_ask", {**answers, "extend_to": "2027-01-25"}) == {}
