"""What the people of the story write into the forms of corrective action."""

from typing import Any

REGISTER = {
    "title": "Doses read one place too high",
    "finding": "The reader of line 2 shows doses with a decimal place too many.",
    "requirement_broken": True,
    "requirement": "ISO 9001 8.5.1",
    "where_found": "Line 2",
    "found_on": "2027-01-04",
    "how_found": "During the audit",
    "objective_evidence": "Photos of the display, batch record 114.",
    "harm_or_rights": False,
    "ai_systems": "dose-reader",
    "source": "external_audit_major",
    "source_record": "AUD-7",
}
TRIAGE = {
    "kind": "nonconformity",
    "requirement_broken": True,
    "requirement": "ISO 9001 8.5.1",
    "harm_or_rights": False,
    "repeat_within_12m": False,
    "class_choice": "table",
    "process_owner": "priya.raman",
    "investigator": "jonas.weber",
    "verifier": "ben.carter",
}
CONTAIN = {
    "contained_what": "Line 2 stopped, batch 114 held.",
    "contained_on": "2027-01-07",
    "contained_by": "priya.raman",
    "affected_outputs": "Batch 114",
    "disposition": ["held"],
}
CONSEQUENCE = {"people_affected": False, "users_must_be_told": False}
NEED = {"need": "yes"}
ELSEWHERE = {
    "elsewhere": [{"place": "Line 3", "checked_by": "jonas.weber", "result": "Not there."}],
    "possible_future": "Any reader with the old firmware.",
}
APPROVE = {"verdict": "approve"}
REWORK = {"verdict": "rework", "points": "Say how the firmware is kept up to date."}
DO = {"action_result": "Done as planned, checked twice."}
ENVELOPE = {
    "id": "viewer-texts",
    "title": "Texts of the viewer",
    "system": "triagelens",
    "kinds": ["text_or_layout"],
    "limits": "Words and layout only.",
    "tests": "Each screen is looked at.",
    "valid_from": "2027-01-01",
    "valid_until": "2027-12-31",
}
HASH = "5f3c8a1e9b7d2046c1a8e37f90b4d652e8f1a03c"
REQUEST = {
    "change_title": "New decimal handling",
    "kind": "text_or_layout",
    "change_what": "The screen shows two decimals, with their unit.",
    "change_why": "It reads one place too many.",
    "change_benefit": "Nobody reads a dose wrongly.",
    "artefact_id": "triagelens 4.1.1",
    "artefact_hash": HASH,
    "data_versions": [],
    "intended_use": "Puts incoming scans in order.",
    "population": "As before.",
    "affected_groups": "Patients whose scans are read later.",
    "infrastructure": "As before.",
    "data_flows": "As before.",
    "jurisdictions": "EU",
    "inside_envelope": "yes",
    "envelope": "viewer-texts",
    "can_be_undone": "yes",
    "customers_documents": "Release note 4.1.1.",
    "planned_on": "2027-01-08",
    "builder": "elif.kaya",
}
SCREEN = {"metric_worse": "no", "misuse": "None.", "use_still_true": "yes"}
SCREEN |= dict.fromkeys(("oversight_touched", "law_touched", "notifies_authority"), "no")
DEPLOY = {"deployed_sites": "All sites.", "deployed_at": "2027-01-07T18:00:00+01:00", "reported_hash": HASH}
AFTER = {
    f"{what}_{part}": {"state": "not_needed", "note": "Words only."}[part]
    for what in ("inventory", "model_card", "technical", "user_information", "training", "risks")
    for part in ("state", "note")
}
END_CHANGE = {"summary": "The words were changed as agreed.", "clauses_confirmed": "8.5.6"}
CHECKED = {"implementation": "done", "check_note": "Each action seen on site."}
UPDATE = {
    f"{what}_{part}": {"state": "done", "note": "https://example.org/record"}[part]
    for what in ("risks", "documents", "training", "system")
    for part in ("state", "note")
}
CLOSE = {
    "summary": "Readers were updated; the effect held for sixty days.",
    "clauses_confirmed": "10.2.1, 10.2.2",
    "lessons": "Compare the firmware of all readers once a quarter.",
}


def cause(number: int) -> dict[str, Any]:
    """What was found in a round."""
    found = {
        "no": 1,
        "cause": f"Firmware {number} was never compared",
        "kind": "method",
        "whys": "No step asks for it.",
        "evidence": "Procedure P-12",
    }
    return {"method": "five_whys", "direct_cause": "Old firmware", "causes": [found], "unseen_why": "Nobody looked."}


def action(number: int, what: str, owner: str, by: str, *, ai: bool = False) -> dict[str, Any]:
    """One row of a plan."""
    row = {"no": number, "what": what, "cause": 1, "kind": "remove", "owner": owner, "by": by, "resources": "2 days"}
    about = {"ai_system": "reg_ai_systems:triagelens"} if ai else {}
    return row | {"ai_change": ai, "system_change": False} | about


def plan(*actions: dict[str, Any]) -> dict[str, Any]:
    """A plan with its measure."""
    measure = {"metric": "Wrong doses a month", "source": "Line log", "now": 4, "target": 0, "watch": "Line 2"}
    return {
        "actions": list(actions),
        **{f"measure_{key}": value for key, value in measure.items()},
        "action_risk": "None worth naming.",
    }


def effect(verdict: str, on: str) -> dict[str, Any]:
    """What the verifier found."""
    return {
        "measured": 0 if verdict == "effective" else 3,
        "measured_on": on,
        "recurrences": "none" if verdict == "effective" else "twice on line 2",
        "sample": "Thirty readings of line 2",
        "effect": verdict,
        "effect_reason": "Seen in the line log.",
    }
