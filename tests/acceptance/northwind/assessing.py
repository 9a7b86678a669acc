"""Reassessments: the planned one of TriageLens, what joins it, what it decides."""

from typing import Any

from tests.acceptance.northwind.world import EVENTS, SYSTEMS, Northwind, local

TRIAGELENS = f"{SYSTEMS}:triagelens"
PARTS: dict[str, tuple[str, dict[str, Any]]] = {
    "T_risk": (
        "henrik.lund",
        {
            "risks": [
                {
                    "type": "safety",
                    "what": "An urgent scan is read late",
                    "cause": "Drift of the input",
                    "consequence": "Harm to a patient",
                    "likelihood": "unlikely",
                    "level": "medium",
                    "controls": "Daily look at the queue",
                    "change": "None",
                }
            ]
        },
    ),
    "T_people": (
        "lucia.navarro",
        {
            "people_groups": [
                {"group": "Patients", "vulnerable": True, "good": "Read sooner", "bad": "Read later where it errs"}
            ],
            "people_aspects": ["safety", "fairness"],
            "people_effects": "Some wait longer than others.",
            "people_misuse": "Used as a diagnosis.",
            "people_scale": "thousands",
            "people_reversible": "partly",
        },
    ),
    "T_society": ("lucia.navarro", {"society": "none", "society_text": "It changes the order of work, and no more."}),
    "T_perf": (
        "mei.tanaka",
        {
            "metrics": [{"metric": "Sensitivity", "group": "All", "value": "0.96", "limit": "0.93", "within": "yes"}],
            "drift": "Population stability 0.08.",
            "override_rate": 4,
            "bias_log": "complete",
        },
    ),
    "T_data": (
        "samuel.adeyemi",
        {
            "data_provenance": "Two hospitals",
            "data_rights": "Contract of 2025",
            "data_quality": "Checked by group",
            "data_changes": "None",
            "data_deletions": "None",
        },
    ),
    "T_oversight": (
        "lucia.navarro",
        {"override_tested": "2027-01-20", "competent": "yes", "explained": "yes", "real_use": "yes"},
    ),
    "T_voice": (
        "priya.raman",
        {
            "voice": "heard",
            "voice_who": "Two patient groups",
            "voice_said": "Tell us when it is down.",
            "voice_changed": "The notice at the reading room",
        },
    ),
}
SCOPE = {
    "changes_since": "Two releases, both approved; no incident.",
    "builder": "jonas.weber",
    "intended_use": "Puts incoming scans in order.",
    "users": "Radiologists",
    "affected": "Patients",
}


def open_one(world: Northwind, system: str) -> dict[str, Any]:
    """The newest reassessment of a system."""
    return world.case("ai_reassessment", subject=f"{SYSTEMS}:{system}")


def event_7(world: Northwind, _expect: list[str]) -> None:
    """Scope full; an earlier assessment as a read-only start; parallel tasks."""
    case = open_one(world, "triagelens")
    told = world.variables(case["id"])
    assert told["extent"] == "full"
    assert local(told["due_at"]) == "Mon 2027-03-15 17:00"
    scope = world.task(case["id"], "T_scope")
    earlier = told["last"]
    assert (earlier["on"], earlier["residual"]) == ("2026-09-15", "medium")
    world.does("priya.raman", scope, SCOPE)
    world.rest()
    assert world.open(case["id"]) == sorted(PARTS)


def event_11(world: Northwind, _expect: list[str]) -> None:
    """No second case: the warning joins, the scope stays, the date is pulled in, the owner is told why."""
    case = open_one(world, "triagelens")["id"]
    before = len(world.cases("ai_reassessment"))
    sample = {"subject": TRIAGELENS, "name": "Population stability", "value": 0.18, "limit": 0.1}
    assert world.tell("metrics", sample | {"at": EVENTS[11]["at"]})["events"] == [{"outcome": "joined", "again": False}]
    world.rest()
    assert len(world.cases("ai_reassessment")) == before
    told = world.variables(case)
    assert told["extent"] == "full"
    assert local(told["due_at"]) == "Thu 2027-03-04 17:00"
    assert world.told("priya.raman", "Population stability 0.18") == {"mail", "chat"}


def before_event_13(world: Northwind) -> None:
    """All parts are done, put together and reviewed."""
    assess(world, open_one(world, "triagelens")["id"])


def assess(world: Northwind, case: str) -> None:
    """Every part by its person, put together, reviewed by somebody who did none of it."""
    for element, (person, answers) in PARTS.items():
        world.does(person, world.task(case, element), answers)
    together = {
        "residuals": [{"risk": "An urgent scan is read late", "level": "medium"}],
        "residual": "medium",
        "affects": "yes",
        "difference": "As last time",
        "treatments": [],
        "soa_changes": "None",
    }
    world.does("henrik.lund", world.task(case, "T_consolidate"), together)
    world.does("ben.carter", world.task(case, "T_review"), {"review_verdict": "agree"}, sign=True)


def event_13(world: Northwind, _expect: list[str]) -> None:
    """Who decides follows the table; the steward alone could not; the next date is anchored; two conditions."""
    case = open_one(world, "triagelens")["id"]
    task = world.task(case, "T_decide")
    steward = world.refused(lambda: world.api("priya.raman").post(f"/tasks/{task['id']}/claim"))
    assert steward.status in (403, 404, 409)
    conditions = [
        {"text": "Alarm at 0.15", "owner": "marek.novak", "by": "2027-04-30"},
        {"text": "Weekly look at under 15", "owner": "lucia.navarro", "by": "2027-05-31"},
    ]
    decided = {"decision": "continue_with_conditions", "decision_reason": "Drift is understood."}
    decided |= {"conditions": conditions, "validity": "Half a year", "tell_whom": "The hospitals"}
    world.does("amara.okafor", task, decided, sign=True)
    world.rest()
    assert world.variables(case)["rule"]["deciders"] == ["ai_officer"]
    assert sorted(one["holder"] for one in world.tasks(case, "T_do")) == ["lucia.navarro", "marek.novak"]
    assert world.variables(case)["next_on"] == "2027-09-15"


def event_27(world: Northwind, _expect: list[str]) -> None:
    """The planned reassessment of ReportDraft begins: scope full, with its steward, due 10 June."""
    case = open_one(world, "reportdraft")
    told = world.variables(case["id"])
    assert told["extent"] == "full"
    assert local(told["due_at"]) == "Thu 2027-06-10 17:00"
    assert world.task(case["id"], "T_scope")["holder"] == "samuel.adeyemi"
