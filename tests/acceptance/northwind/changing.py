"""Changes of AI systems: wording by an envelope, a threshold, and another population through two gates."""

from typing import Any

from tests.acceptance.northwind import assessing
from tests.acceptance.northwind.world import ADMIN, SYSTEMS, Northwind, local

HASH_1 = "5f3c8a1e9b7d2046c1a8e37f90b4d652e8f1a03c"
HASH_2 = "a17e02d9c4b86f35e0917ad2c5bb8f4460d3e9f2"
REQUEST: dict[str, Any] = {
    "change_why": "It was asked for.",
    "change_benefit": "People read it faster.",
    "artefact_hash": HASH_1,
    "data_versions": [],
    "affected_groups": "Radiologists, patients.",
    "infrastructure": "As before.",
    "data_flows": "As before.",
    "jurisdictions": "EU",
    "inside_envelope": "no",
    "can_be_undone": "yes",
    "customers_documents": "Release note.",
}
WORDING = REQUEST | {
    "change_title": "Label wording in the viewer",
    "kind": "text_or_layout",
    "change_what": "Labels read 'urgent first'.",
    "artefact_id": "triagelens 4.1.1",
    "intended_use": "Puts incoming scans in order.",
    "population": "Adults, all sites.",
    "inside_envelope": "yes",
    "envelope": "triagelens-text",
    "planned_on": "2027-01-20",
    "builder": "samuel.adeyemi",
}
THRESHOLD = REQUEST | {
    "change_title": "Confidence threshold 0.8",
    "kind": "threshold",
    "change_what": "Sentences below a confidence of 0.8 are marked.",
    "artefact_id": "reportdraft 2.3.1",
    "intended_use": "Drafts the text of a report, which a radiologist corrects and signs.",
    "population": "Adults, all sites.",
    "planned_on": "2027-02-26",
    "builder": "jonas.weber",
}
AGES = REQUEST | {
    "change_title": "TriageLens for ages 12 to 17",
    "kind": "population",
    "change_what": "The model also reads scans of patients from 12 to 17 years.",
    "artefact_id": "triagelens 4.2.0",
    "data_versions": [{"data_set": "scans", "data_version": "2026-12"}],
    "intended_use": "Puts incoming scans in order; a radiologist reads each.",
    "population": "Patients from 12 years on.",
    "affected_groups": "Patients of 12 to 17 years, their parents; vulnerable.",
    "planned_on": "2027-04-19",
    "builder": "samuel.adeyemi",
}
SCREEN = {
    "metric_worse": "no",
    "use_still_true": "yes",
    "misuse": "None.",
    "oversight_touched": "no",
    "law_touched": "no",
    "notifies_authority": "no",
}
ROLLBACK = {
    "rollback_steps": "Set the version back.",
    "rollback_time": "10 minutes",
    "rollback_triggers": "More than 5 % of sentences marked.",
    "rollback_by": "marek.novak",
    "rollback_rehearsed": "2027-02-01",
    "override_works": "yes",
    "fallback_works": "yes",
}
FINDINGS: dict[str, tuple[str, dict[str, Any]]] = {
    "validation": (
        "mei.tanaka",
        {
            "plan": "As before.",
            "data_split": "By patient.",
            "metrics_limits": "F1 0.93, limit 0.90.",
            "groups": "By site.",
            "robustness": "Ten thousand scans.",
            "known_limits": "Rare findings.",
        },
    ),
    "data": (
        "elif.kaya",
        {
            "source": "Own archive.",
            "rights": "Contract 12.",
            "quality": "Checked.",
            "provenance": "Logged.",
            "change_log": "Complete.",
        },
    ),
    "security_privacy": ("elif.kaya", {"security": "No new surface.", "privacy": "No new data."}),
    "bias": (
        "lucia.navarro",
        {
            "bias_groups": "Ages 12 to 14, 15 to 17, adults.",
            "bias_metric": "Sensitivity",
            "value_before": 0.94,
            "value_after": 0.93,
            "value_limit": 0.9,
        },
    ),
    "domain_safety": ("lucia.navarro", {"use_errors": "None new.", "hazards": "H-12 stays within its limit."}),
    "legal_regulatory": ("sofia.rossi", {"duties": "None new.", "approvals": "None needed."}),
    "explainability": (
        "lucia.navarro",
        {"method": "Heat maps.", "main_variables": "Lesion size, contrast.", "exceptions": "None."},
    ),
}
QUALITY = {"quality_result": "Reviewed.", "quality_release": "Met.", "quality_customers": "Note sent."}
AI = {"ai_risk": "No new risk.", "ai_residual": "Low.", "ai_oversight": "As before."}
CLOSE = {"summary": "As approved; nothing was seen.", "clauses_confirmed": "iso9001:8.5.6, iso42001:8.2"}


def begin(world: Northwind, person: str, system: str, request: dict[str, Any]) -> str:
    """Somebody asks for a change and describes it."""
    body = {"process": "ai_change_approval", "start": "S_form", "subject": f"{SYSTEMS}:{system}"}
    body |= {"variables": {"subject": f"{SYSTEMS}:{system}", "title": request["change_title"]}}
    case = str(world.api(person).post("/instances", body)["id"])
    world.rest()
    world.does(person, world.task(case, "T_request"), request)
    world.rest()
    return case


def screened(world: Northwind, case: str, person: str, **more: str) -> None:
    """The owner of the system screens it."""
    world.does(person, world.task(case, "T_screen"), SCREEN | more)
    world.rest()


def topics(world: Northwind, case: str) -> dict[str, Any]:
    """The open reviews by their topic."""
    found = [world.api("henrik.lund").get(f"/tasks/{one['id']}") for one in world.tasks(case, "T_review")]
    return {one["locals"]["topic"]: one for one in found}


def reviewed(world: Northwind, case: str, *wanted: str, **more: Any) -> None:
    """Reviewers say what they found, each on his topic."""
    for topic in wanted:
        person, findings = FINDINGS[topic]
        answers = {"verdict": "pass", "findings": findings, "report_author": "ben.carter"} | more
        world.does(person, topics(world, case)[topic], answers, sign=True)
    world.rest()


def event_4(world: Northwind, _expect: list[str]) -> None:
    """C0 inside the envelope: both gates automatic, the rule named as approver; the first of ten for the sample."""
    case = begin(world, "jonas.weber", "triagelens", WORDING)
    screened(world, case, "priya.raman")
    told = world.variables(case)
    assert told["change_tier"] == "C0"
    assert "triagelens-text" in str(told["approved_by"])
    assert "C0" in str(told["approved_by"])
    assert told["gates"]["sample_audit"] == 10
    assert told["sample_number"] == 1
    assert world.open(case) == ["T_deploy"]
    world.remember["CH-01"] = case


def event_12(world: Northwind, _expect: list[str]) -> None:
    """C1: one review, decision due 1 March; approved, deployed and watched for seven days; closed 4 March."""
    case = begin(world, "samuel.adeyemi", "reportdraft", THRESHOLD)
    screened(world, case, "amara.okafor")  # The owner asked himself, so the AI officer screens.
    told = world.variables(case)
    assert told["change_tier"] == "C1"
    assert list(topics(world, case)) == ["validation"]
    world.remember["CH-02"] = case


def before_event_13(world: Northwind) -> None:
    """The threshold is approved on 25 February and deployed."""
    case = world.remember["CH-02"]
    world.until("2027-02-24T10:00+01:00")
    reviewed(world, case, "validation")
    world.does("samuel.adeyemi", world.task(case, "T_rollback"), ROLLBACK)
    world.rest()
    screen = world.case("ai_reassessment", subject=f"{SYSTEMS}:reportdraft")["id"]
    no = {
        f"screen_{one}": "no" for one in ("purpose", "people", "data", "model", "limits", "oversight", "law", "events")
    }
    world.does("samuel.adeyemi", world.task(screen, "T_scope"), assessing.SCOPE | no)
    agreed = {"screen_agreed": "yes", "screen_why": "Nothing else has changed."}
    world.does("henrik.lund", world.task(screen, "T_screen_end"), agreed, sign=True)
    world.rest()
    assert {local(one["due_at"]) for one in world.tasks(case)} == {"Mon 2027-03-01 17:00"}
    world.until("2027-02-25T10:00+01:00")
    world.does("amara.okafor", world.task(case, "T_gate_ai"), AI | {"gate_ai": "approve"}, sign=True)
    world.does("henrik.lund", world.task(case, "T_gate_quality"), QUALITY | {"gate_quality": "approve"}, sign=True)
    world.rest()
    told = world.variables(case)
    assert told["gate"] == "approve"
    deploy(world, case, HASH_1, "2027-02-25T16:00:00+01:00")


def deploy(world: Northwind, case: str, reported: str, at: str) -> None:
    """The release manager deploys; the pipeline reports a hash."""
    world.until(at)
    answers = {"deployed_sites": "All sites.", "deployed_at": at, "reported_hash": reported}
    world.does("marek.novak", world.task(case, "T_deploy"), answers)
    world.rest()


def closed(world: Northwind, case: str) -> None:
    """Records are brought up to date, and the case is closed."""
    task = world.task(case, "T_after")
    world.does(task["holder"] or "priya.raman", task, after(task))
    world.does("henrik.lund", world.task(case, "T_close"), CLOSE)
    world.rest()


def after(task: dict[str, Any]) -> dict[str, Any]:
    """Each record is done, with a note."""
    answers: dict[str, Any] = {}
    for field in task["form"]["components"]:
        if field.get("type") in ("select", "radio"):
            answers[field["key"]] = field["values"][0]["value"]
        elif field.get("type") in ("textfield", "textarea") and not field.get("readonly"):
            answers[field["key"]] = "Version 2.3.1 is in the inventory."
    return answers


def before_event_14(world: Northwind) -> None:
    """Seven days were watched; it is closed on 4 March."""
    case = world.remember["CH-02"]
    assert world.open(case) == []
    world.until("2027-03-04T17:00+01:00")
    assert world.open(case) == ["T_after"]
    closed(world, case)
    ended = world.api("henrik.lund").get(f"/instances/{case}")
    assert (ended["status"], local(ended["ended_at"])) == ("completed", "Thu 2027-03-04 17:00")


def event_14(world: Northwind, _expect: list[str]) -> None:
    """C3: a full reassessment is called; seven reviews open; decision due 7 April, over Easter."""
    case = begin(world, "jonas.weber", "triagelens", AGES)
    screened(world, case, "priya.raman", metric_worse="unknown", law_touched="yes")
    told = world.variables(case)
    assert (told["change_tier"], told["assessment"]) == ("C3", "full")
    assert len(topics(world, case)) == 7
    called = world.case("ai_reassessment", subject=f"{SYSTEMS}:triagelens")
    assert called["caller_id"] == case or case in str(world.api("henrik.lund").get(f"/instances/{called['id']}/links"))
    assert world.variables(called["id"])["extent"] == "full"
    assert local(world.variables(called["id"])["due_at"]) == "Wed 2027-04-07 17:00"
    world.remember |= {"CH-03": case, "RA-02": called["id"]}


def event_15(world: Northwind, _expect: list[str]) -> None:
    """The requester may not claim the validation review; it is refused and logged; mei claims."""
    case = world.remember["CH-03"]
    review = topics(world, case)["validation"]
    refused = world.refused(lambda: world.api("jonas.weber").post(f"/tasks/{review['id']}/claim"))
    assert refused.code == "separation-of-duties"
    assert "refusal.separation" in [one["verb"] for one in world.trail(case)]
    assert world.api("mei.tanaka").post(f"/tasks/{review['id']}/claim")["holder"] == "mei.tanaka"


def before_event_16(world: Northwind) -> None:
    """All other reviews are done but that of bias and of explainability."""
    case = world.remember["CH-03"]
    reviewed(world, case, "validation", "data", "security_privacy")
    world.does("priya.raman", world.task(case, "T_rollback"), ROLLBACK)
    reviewed(world, case, "domain_safety", "legal_regulatory")
    world.remember["signed"] = standing(world, case)


def standing(world: Northwind, case: str) -> dict[str, str]:
    """The signed reviews that hold, by topic, with their digests."""
    tasks = {one["id"]: one for one in world.tasks(case, "T_review", status="completed")}
    found = world.api("henrik.lund").get(f"/instances/{case}/signatures", limit=100)["items"]
    told: dict[str, str] = {}
    for one in found:
        if one["task_id"] in tasks and one["outdated_at"] is None:
            task = world.api("henrik.lund").get(f"/tasks/{one['task_id']}")
            told[task["locals"]["topic"]] = one["digest"]
    return told


def event_16(world: Northwind, _expect: list[str]) -> None:
    """The bias review fails: the whole request goes back; finished reviews stay on record."""
    case = world.remember["CH-03"]
    person, findings = FINDINGS["bias"]
    failed = {"verdict": "fail", "findings": findings, "report_author": "ben.carter"}
    failed |= {"failure": "Sensitivity is 6 points lower under 15."}
    world.does(person, topics(world, case)["bias"], failed, sign=True)
    world.rest()
    assert world.open(case) == ["T_rework"]
    assert world.task(case, "T_rework")["holder"] == "jonas.weber"
    done = world.tasks(case, "T_review", status="completed")
    assert len(done) == 6


def event_21(world: Northwind, _expect: list[str]) -> None:
    """Only four reviews open again; others stand on an unchanged hash; 12 of 20 days left: limit 22 April."""
    case = world.remember["CH-03"]
    second = AGES | {
        "artefact_id": "triagelens 4.2.1",
        "artefact_hash": HASH_2,
        "data_versions": [
            {"data_set": "scans", "data_version": "2026-12"},
            {"data_set": "scans of ages 12 to 14", "data_version": "2027-03"},
        ],
        "rework_note": "Scans of ages 12 to 14 were added, and the model was trained again.",
    }
    world.does("jonas.weber", world.task(case, "T_rework"), second)
    world.rest()
    assert set(topics(world, case)) == {"validation", "data", "bias", "explainability"}
    before = world.remember["signed"]
    kept = {topic: digest for topic, digest in standing(world, case).items() if topic not in topics(world, case)}
    assert kept == {topic: before[topic] for topic in ("security_privacy", "domain_safety", "legal_regulatory")}
    limit = world.api("henrik.lund").get(f"/instances/{case}")
    world.remember["limit"] = str(limit)


def before_event_22(world: Northwind) -> None:
    """The four reviews pass, and the reassessment is put together and reviewed."""
    case = world.remember["CH-03"]
    reviewed(world, case, "validation", "data", "bias", "explainability")
    assert not {"T_gate_quality", "T_gate_ai"} & set(world.open(case))
    assess_again(world)


def assess_again(world: Northwind) -> None:
    """The full reassessment of the system, up to the decision."""
    case = world.remember["RA-02"]
    if "T_scope" in world.open(case):
        world.does("priya.raman", world.task(case, "T_scope"), assessing.SCOPE | {"builder": "samuel.adeyemi"})
    assessing.assess(world, case)


def event_22(world: Northwind, _expect: list[str]) -> None:
    """Decided: continue with conditions; it also answers the incident; only now may the change go to its gates."""
    assessed, case = world.remember["RA-02"], world.remember["CH-03"]
    conditions = [{"text": "Look at ages 12 to 14 each week", "owner": "lucia.navarro", "by": "2027-06-30"}]
    decided = {"decision": "continue_with_conditions", "decision_reason": "The new data close the gap."}
    decided |= {"conditions": conditions, "validity": "Half a year", "tell_whom": "The hospitals"}
    world.does("amara.okafor", world.task(assessed, "T_decide"), decided, sign=True)
    world.rest()
    asked = [one["trigger"] for one in world.variables(assessed)["asked_log"]]
    assert "incident_sev2" in asked
    assert {"T_gate_quality", "T_gate_ai", "T_gate_top"} <= set(world.open(case))
    assert {local(one["due_at"]) for one in world.tasks(case) if one["element"] != "T_gate_top"} == {
        "Thu 2027-04-22 17:00"
    }


def event_23(world: Northwind, _expect: list[str]) -> None:
    """Amara signs the AI gate, then tries the quality gate as deputy: refused, two gates, two people."""
    case = world.remember["CH-03"]
    world.api(ADMIN).call("PUT", "/groups/quality_manager/members/amara.okafor", body={"standing": "deputy"})
    world.does("amara.okafor", world.task(case, "T_gate_ai"), AI | {"gate_ai": "approve"}, sign=True)
    gate = world.task(case, "T_gate_quality")
    refused = world.refused(lambda: world.api("amara.okafor").post(f"/tasks/{gate['id']}/claim"))
    assert refused.code == "separation-of-duties"


def event_24(world: Northwind, _expect: list[str]) -> None:
    """Quality gate and top management: approved, valid until 13 May."""
    case = world.remember["CH-03"]
    world.does("henrik.lund", world.task(case, "T_gate_quality"), QUALITY | {"gate_quality": "approve"}, sign=True)
    top = world.task(case, "T_gate_top")
    world.does(
        "ingrid.solberg",
        top,
        {"gate_top": "approve", "top_weighed": "The good it does outweighs what is left."},
        sign=True,
    )
    world.rest()
    assert world.variables(case)["gate"] == "approve"
    assert local(world.task(case, "T_deploy")["due_at"]) == "Thu 2027-05-13 17:00"


def event_25(world: Northwind, _expect: list[str]) -> None:
    """The hash equals the approved one; thirty days are watched until 19 May, then the records, then it is closed."""
    case = world.remember["CH-03"]
    deploy(world, case, HASH_2, "2027-04-19T08:00:00+02:00")
    assert world.variables(case)["deployed_hash"] == HASH_2
    assert world.open(case) == ["T_result"]
    assert local(world.task(case, "T_result")["due_at"]) == "Wed 2027-05-19 17:00"
    assert world.api("henrik.lund").get(f"/instances/{case}")["status"] == "running"


def ends(world: Northwind) -> None:
    """Bias is measured within the thirty days; after them the records must be done before it can be closed."""
    case, assessed = world.remember["CH-03"], world.remember["RA-02"]
    world.until("2027-05-14T10:00+02:00")
    for task in world.tasks(assessed, "T_do"):
        seen = {"done": "Looked at each week.", "effect_seen": "yes", "effect_note": "As before."}
        world.does(task["holder"], world.api("henrik.lund").get(f"/tasks/{task['id']}"), seen)
    records = ("inventory", "soa", "information")
    published = {f"publish_{one}": "done" for one in records} | {f"publish_{one}_note": "Done." for one in records}
    world.does("priya.raman", world.task(assessed, "T_publish"), published)
    measured = {"bias_after": "Sensitivity 0.93 for ages 12 to 14, limit 0.90.", "bias_after_within": "yes"}
    world.does("lucia.navarro", world.task(case, "T_result"), measured)
    world.rest()
    world.until("2027-05-19T16:59+02:00")
    assert world.open(case) == []
    world.until("2027-05-19T17:00+02:00")
    assert world.open(case) == ["T_after"]
    asked = str(world.task(case, "T_after")["form"])
    assert all(record in asked for record in ("model_card", "user_information", "inventory"))
    refused = world.refused(lambda: closed(world, case))
    assert "blocked by" in refused.text
    lifted = {"reason": "The disk was full; the change was not the cause."}
    world.api("priya.raman").post(f"/instances/{world.remember['INC-01']}/links/{case}/lift", lifted)
    world.does("henrik.lund", world.task(case, "T_close"), CLOSE)
    world.rest()
    assert world.api("henrik.lund").get(f"/instances/{case}")["status"] == "completed"
