"""The registers that ship take the rows that a management system needs, and refuse what would not hold."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import registers, timetable
from engine.calendars import CalendarSettings
from engine.errors import Invalid
from engine.transactions import Database
from engine.verify import verify
from tests.factories import people
from tests.integration.shell.conftest import House

FOLDER = Path(__file__).parents[3] / "config" / "registers"
SHIPPED = {
    content["key"]: (content, (FOLDER / content["form"]).read_bytes())
    for content in (tomllib.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.toml")))
}
BOTH = "iso9001:6.1, iso42001:6.1.3"
ROWS: dict[str, dict[str, Any]] = {
    "reg_actions": {
        "title": "Hire a bias analyst",
        "source": "MR-2027-001",
        "owner": "anna",
        "due": "2027-04-30",
        "status": "open",
    },
    "reg_ai_systems": {
        "name": "TriageLens",
        "purpose": "Puts incoming scans in order.",
        "tier": "T2",
        "origin": "own",
        "status": "draft",
    },
    "reg_bias_log": {
        "system": "triagelens",
        "tested_on": "2027-01-15",
        "model_version": "4.2",
        "data_version": "2026-12",
        "groups": "under 15, 15 and older",
        "metric": "sensitivity",
        "value": 0.94,
        "limit": 0.9,
        "within": "yes",
        "tester": "anna",
    },
    "reg_competences": {
        "title": "Course on fairness of rankings",
        "competence": "bias_review",
        "holders": ["anna"],
        "since": "2026-02-01",
        "until": "2027-01-31",
        "proof": "Certificate 4711",
    },
    "reg_context_issues": {
        "title": "A new law on AI in medicine",
        "where": "outside",
        "kind": "law",
        "relevant_to": "both",
        "effect": "Our systems need another assessment.",
        "horizon": "2027-08-02",
        "status": "watched",
    },
    "reg_data_sets": {
        "name": "Scans",
        "version": "2026-12",
        "source": "Two hospitals, by contract",
        "licence": "Contract of 2024",
        "history": [{"done_on": "2027-01-10", "act": "deleted", "what": "Twelve scans, on request", "who": "anna"}],
        "steward": "anna",
        "status": "in_use",
    },
    "reg_envelopes": {
        "title": "Text and layout",
        "system": "triagelens",
        "kinds": ["text_or_layout"],
        "limits": "No metric may move.",
        "tests": "The suite of the viewer",
        "valid_from": "2027-01-04",
        "valid_until": "2027-12-31",
    },
    "reg_improvements": {
        "title": "Ask suppliers earlier",
        "what": "Their figures come before the review.",
        "source": "review",
        "status": "proposed",
    },
    "reg_interested_parties": {
        "name": "Patients under 15",
        "kind": "affected_group",
        "needs": "Results as good as those of adults.",
        "relevant_to": "both",
    },
    "reg_objectives": {
        "title": "Fewer late corrective actions",
        "covers": "both",
        "metric": "share_on_time",
        "target": 0.95,
        "better": "higher",
        "how": "Weekly look at what is due",
        "owner": "anna",
        "due": "2027-12-31",
        "status": "running",
    },
    "reg_override_log": {
        "system": "triagelens",
        "done_on": "2027-02-03",
        "by": "anna",
        "output": "Routine",
        "decision": "Urgent",
        "reason": "Visible bleeding",
    },
    "reg_audits": {
        "title": "Surveillance 2027",
        "kind": "certification",
        "standards": ["iso9001", "iso42001"],
        "held_on": "2027-02-01",
        "auditor": "Somebody from outside",
    },
    "reg_findings": {
        "title": "No record of calibration",
        "found_on": "2027-02-01",
        "grade": "minor",
        "clauses": "iso9001:7.1.5.2",
        "status": "open",
    },
    "reg_party_contacts": {
        "party": "patients",
        "held_on": "2027-02-01",
        "topic": "Results of children",
        "outcome": "They want to see figures by age.",
        "held_by": "anna",
    },
    "reg_policies": {
        "title": "Quality and AI policy",
        "covers": "both",
        "version": "3",
        "link": "https://intranet.example/policy-3.pdf",
        "purpose": "Safe products, fair systems.",
        "owner": "anna",
        "review_by": "2027-11-09",
        "clauses": "iso9001:5.2, iso42001:5.2, iso42001:A.2.2",
    },
    "reg_public_texts": {"title": "Reading of scans", "text": "TriageLens orders scans; people read each of them."},
    "reg_review_items": {
        "item": "Figures of suppliers come late.",
        "input": "MR-I-10",
        "status": "open",
    },
    "reg_risks": {
        "title": "Silent discrimination by age",
        "kind": "silent_discrimination",
        "system": "triagelens",
        "cause": "Few scans of children in the data",
        "quality_effect": "Findings come late.",
        "ai_effect": "Children wait longer than adults.",
        "likelihood": "possible",
        "consequence": "serious",
        "level": "high",
        "metric": "sensitivity",
        "response": "treat",
        "treatment": "More scans of children, and a limit by age",
        "status": "open",
        "clauses": BOTH,
    },
    "reg_scope_entries": {"name": "Berlin", "kind": "site", "scope": "both", "reason": "Both teams work there."},
    "reg_suppliers": {
        "name": "Wordwright",
        "delivers": "The language model of ReportDraft",
        "status": "active",
        "contract_from": "2026-03-01",
    },
}
REFUSED = [
    ("reg_ai_systems", {"status": "active"}, "steward", "An active system has a named steward."),
    (
        "reg_ai_systems",
        {"tier": None},
        "tier",
        "Say what it is used for and how far it acts by itself, and the tier follows",
    ),
    ("reg_ai_systems", {"tier": "T4", "status": "active"}, "status", "A system of this kind is not allowed"),
    (
        "reg_ai_systems",
        {"tier": "T3", "status": "active", "steward": "anna", "first_approved": "2026-09-15", "pause_list": ["anna"]},
        "fallback",
        "An active T3 system can be switched off or overridden: say how.",
    ),
    ("reg_review_items", {"status": "taken"}, "status", "Status follows from cases, and nobody types it."),
    ("reg_ai_systems", {"status": "lapsed"}, "status", "Status follows from cases, and nobody types it."),
    ("reg_actions", {"status": "done"}, "result", "What is done or dropped says what came of it."),
    *(
        (register, {field: "nothing_of_ours"}, field, "Choose one of the rows of reg_")
        for register, field in (
            ("reg_bias_log", "system"),
            ("reg_override_log", "system"),
            ("reg_envelopes", "system"),
            ("reg_risks", "system"),
            ("reg_party_contacts", "party"),
            ("reg_findings", "audit"),
        )
    ),
    ("reg_bias_log", {"within": "no"}, "remark", "A value past its limit says what follows."),
    ("reg_competences", {"until": "2026-02-01"}, "until", "It ends after it begins."),
    ("reg_envelopes", {"valid_until": "2028-02-01"}, "valid_until", "It is valid for twelve months at most."),
    ("reg_envelopes", {"valid_until": "2027-01-01"}, "valid_until", "It ends after it begins."),
    ("reg_improvements", {"status": "done"}, "outcome", "What is done or dropped says what came of it."),
    (
        "reg_policies",
        {"clauses": "iso9001:5.2"},
        "clauses",
        "A policy that covers both systems names clause 5.2 of both standards.",
    ),
    ("reg_risks", {"treatment": ""}, "treatment", "A risk that is treated says how."),
    ("reg_risks", {"clauses": ""}, "clauses", "A treatment names the clauses that it serves."),
    (
        "reg_risks",
        {"clauses": "iso9001:6.1"},
        "clauses",
        "It has effects on quality and on people: its one treatment serves clauses of both standards.",
    ),
    (
        "reg_risks",
        {"level": "unacceptable", "response": "accept"},
        "response",
        "What is unacceptable cannot be accepted.",
    ),
    (
        "reg_risks",
        {"status": "closed"},
        "effect_checked",
        "Before a treated risk is closed, somebody has looked at the effect.",
    ),
    (
        "reg_suppliers",
        {"contract_from": ""},
        "contract_from",
        "An active supplier has a contract from a day; its yearly look counts from there.",
    ),
]


def founded(database: Database) -> House:
    """A house that keeps the shipped registers; Anna and Bert belong to every group that keeps one or is asked for."""
    keeping = {group for content, _ in SHIPPED.values() for group in content["may_change"]}
    asked = {"action_owner", "bias_reviewer", "data_steward", "process_owner", "reporter", "top_management"}
    known = people(database, "root", "olga", **{group: ["anna", "bert"] for group in keeping | asked})
    house = House(database, known)
    house.who["root"] = replace(house.who["root"], platform_admin=True)
    house.act(timetable.adopt, CalendarSettings(), by="root")
    for content, form in SHIPPED.values():
        house.act(registers.define, content, form, by="root")
    for register, key in (("reg_ai_systems", "triagelens"), ("reg_interested_parties", "patients")):
        house.act(registers.add, register, {"id": key, **ROWS[register]}, by="anna")
    return house


@pytest.fixture
def house(database: Database) -> House:
    return founded(database)


def add(house: House, register: str, **more: Any) -> registers.Row:
    return house.act(registers.add, register, {"id": "one", **ROWS[register], **more}, by="anna")


def test_each_shipped_register_takes_a_row(house: House):
    assert set(ROWS) == set(SHIPPED)

    for register in SHIPPED:
        assert add(house, register).key == "one"

    assert house.read(lambda s: verify(s, None)).holds


@pytest.mark.parametrize(("register", "values", "field", "why"), REFUSED)
def test_what_does_not_hold_is_refused_at_its_field(
    house: House, register: str, values: dict[str, Any], field: str, why: str
):
    with pytest.raises(Invalid) as refused:
        add(house, register, **values)

    assert any(one.startswith(why) for one in refused.value.problems[field]), refused.value.problems


def test_an_envelope_counts_once_quality_and_ai_have_signed_and_a_policy_once_top_management_has(house: House):
    assert not add(house, "reg_envelopes").in_force
    assert not add(house, "reg_policies").in_force


def test_an_entry_of_a_log_never_changes(house: House):
    add(house, "reg_bias_log")
    with pytest.raises(Invalid, match="An entry of the log never changes"):
        house.act(registers.change, "reg_bias_log", "one", {"value": 0.95}, reason="Better.", by="anna")


def test_what_was_noted_of_a_data_set_stays(house: House):
    add(house, "reg_data_sets")
    with pytest.raises(Invalid, match="stays"):
        house.act(registers.change, "reg_data_sets", "one", {"history": []}, reason="Tidied.", by="anna")


TIERS = [
    ({"use": "safety_or_rights", "autonomy": "recommend", "vulnerable_people": True, "reversible": True}, "T3"),
    ({"use": "advice_to_people", "autonomy": "assist", "vulnerable_people": False, "reversible": True}, "T2"),
    ({"use": "internal_support", "autonomy": "assist", "vulnerable_people": False, "reversible": True}, "T1"),
    ({"use": "internal_support", "autonomy": "act_alone", "vulnerable_people": False}, "T3"),
    ({"use": "prohibited", "autonomy": "assist"}, "T4"),
]


@pytest.mark.parametrize(("answers", "tier"), TIERS)
def test_the_tier_of_an_ai_system_follows_from_its_use(house: House, answers: dict[str, Any], tier: str):
    """A box that nobody ticked says no."""
    [table] = (FOLDER.parents[1] / "processes").glob("*/ai_system_tier.dmn")
    house.deploy(decisions={"ai_system_tier": table.read_bytes()})

    assert add(house, "reg_ai_systems", tier="T1", **answers).values["tier"] == tier
