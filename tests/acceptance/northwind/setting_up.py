"""January: the diagrams come in, and the AI systems are registered."""

from hashlib import sha256
from typing import Any

from tests.acceptance.northwind.world import ADMIN, ORGANISATION, SYSTEMS, Northwind
from tests.acceptance.program.served import ROOT

SUFFIXES = (".bpmn", ".dmn", ".form")
FOLDERS = (
    "routine",
    "ai_reassessment",
    "ai_change_approval",
    "corrective_action",
    "incident_escalation",
    "management_review",
)


def event_1(world: Northwind, _expect: list[str]) -> None:
    """
    Upload alone does not activate; release by the uploader is refused; file hashes are in the audit trail.
    """
    known: dict[str, str] = {}
    for folder in FOLDERS:
        files = sorted(path for path in (ROOT / "processes" / folder).iterdir() if path.suffix in SUFFIXES)
        known |= {path.name: sha256(path.read_bytes()).hexdigest() for path in files}
        parts: Any = [("files", (path.name, path.read_bytes())) for path in files]
        made = world.api(ADMIN).upload("/deployments", {"name": folder, "source": "modeler"}, parts)
        assert made["status"] == "waiting"
        key = made["definitions"][0]["key"]
        inactive = world.refused(lambda key=key: world.api("jonas.weber").post("/instances", {"process": key}))
        assert inactive.status == 404
        path = f"/deployments/{made['id']}/release"
        own = world.refused(lambda path=path: world.api(ADMIN).post(path, {"owner": "henrik.lund", "bindings": {}}))
        assert own.status == 403
        released = world.api("henrik.lund").post(path, {"owner": "henrik.lund", "bindings": {}})
        assert released["status"] == "released"
    told = [entry for entry in world.trail("platform", by=ADMIN) if entry["verb"] == "deployment.made"]
    hashes = {name.rpartition("/")[2]: digest for entry in told for name, digest in entry["body"]["files"].items()}
    assert hashes == known


def event_2(world: Northwind, _expect: list[str]) -> None:
    """Systems with tiers by table, a plan for the year, an envelope that two people sign, no system without steward."""
    amara, rows = world.api("amara.okafor"), f"/registers/{SYSTEMS}/rows"
    nobody = {**ORGANISATION["rows"]["triagelens"], "id": "nobody", "status": "active", "steward": None}
    refused = world.refused(lambda: amara.post(rows, {"values": nobody}))
    assert "An active system has a named steward." in refused.text
    tiers = {}
    for key, values in ORGANISATION["rows"].items():
        tiers[key] = amara.post(rows, {"values": {**values, "id": key, "status": "active"}})["values"]["tier"]
    assert tiers == {"triagelens": "T3", "reportdraft": "T2", "rotabot": "T1"}
    envelope = {
        "id": "triagelens-text",
        "title": "Text and layout of TriageLens",
        "system": "triagelens",
        "kinds": ["text_or_layout"],
        "limits": "No metric may move.",
        "tests": "The suite of the viewer.",
        "valid_from": "2027-01-04",
        "valid_until": "2027-12-31",
    }
    assert amara.post("/registers/reg_envelopes/rows", {"values": envelope})["in_force"] is False
    for person, counts in (("henrik.lund", False), ("amara.okafor", True)):
        signed = {"password": world.passwords[person], "expected": 1}
        path = "/registers/reg_envelopes/rows/triagelens-text/sign"
        assert world.api(person).post(path, signed)["in_force"] is counts
    for cycle in ("review_full", "review_interim"):
        world.api(ADMIN).post(f"/cycles/{cycle}/activate")
    planned = plan(world, "reassessment")
    assert planned["triagelens"][:2] == ["2027-03-15", "2027-09-15"]
    assert planned["reportdraft"][0] == "2027-06-10"
    assert planned["rotabot"][0] == "2027-11-20"  # a Saturday
    assert {day[-2:] for day in plan(world, "bias_log")["triagelens"]} == {"15"}


def plan(world: Northwind, cycle: str) -> dict[str, list[str]]:
    """The planned days of a cycle by subject; it is in force from now on."""
    world.api(ADMIN).post(f"/cycles/{cycle}/activate")
    found: dict[str, list[str]] = {}
    for one in world.api(ADMIN).get(f"/cycles/{cycle}/preview", count=10)["subjects"]:
        found[one["subject"].rpartition(":")[2]] = [turn["planned_on"] for turn in one["dates"]]
    return found
