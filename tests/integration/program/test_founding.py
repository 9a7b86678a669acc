"""How a working folder begins."""

import json
import tomllib
from typing import Any

from engine.transactions import Database
from steward import demo, founding
from steward.archive import TABLES
from steward.settings import ROOT, load

PAIR = ("--second", "emil", "--second-name", "Emil Ernst")
FIRST = ("init", "--admin", "dora", "--name", "Dora Diehl")
SECRET = {"STEWARD_NEW_PASSWORD": "a long first password"}
REFUSED, USAGE, CONFLICT = 1, 2, 4


def test_one_person_alone_is_refused_since_nobody_could_release(terminal, tmp_path):
    said = terminal.says(*FIRST, expect=REFUSED, **SECRET)
    assert "--second" in said
    assert not (tmp_path / "home").exists()


def test_one_person_alone_may_begin_where_releases_are_at_once(terminal):
    said = terminal.says(*FIRST, STEWARD_RELEASE_AT_ONCE="true", **SECRET)
    assert "Dora Diehl (dora) can log in." in said


def test_a_dry_run_makes_no_folder(terminal, tmp_path):
    assert "dry run" in terminal.says(*FIRST, *PAIR, "--dry-run", **SECRET)
    assert not (tmp_path / "home").exists()


def test_two_people_begin_and_the_second_gets_a_password_from_the_first(terminal, tmp_path, serve):
    terminal.run(*FIRST, *PAIR, **SECRET)
    said = terminal.says(*FIRST, *PAIR, expect=CONFLICT, **SECRET)
    assert "people already" in said
    house = serve(load({"home": str(tmp_path / "home")}, {}))
    house.run("login", "dora", STEWARD_PASSWORD="a long first password")
    house.run("login", "emil", STEWARD_PASSWORD="a long first password", expect=5)
    house.run("person", "password", "emil", STEWARD_NEW_PASSWORD="a long second password")
    house.run("login", "emil", STEWARD_PASSWORD="a long second password")
    assert {"quality_manager", "reporter"} <= {one["key"] for one in house.json("group", "list")}


def test_a_password_is_asked_for_twice_and_must_not_be_short(terminal):
    mistyped = terminal.run(*FIRST, *PAIR, given="a long first password\na long first passwort\n", expect=REFUSED)
    assert "do not match" in mistyped.output
    short = terminal.says(*FIRST, *PAIR, STEWARD_NEW_PASSWORD="short", expect=REFUSED)
    assert "Error: " in short


def test_the_seal_key_and_the_demo_passwords_are_their_owners_alone(settings):
    assert (settings.folder / "demo-people.json").stat().st_mode & 0o777 == 0o600


def test_seeds_are_applied_once(settings, serve):
    def rows():
        database = Database(settings.url)
        with database.reading() as session:
            counts = {table.name: session.query(table).count() for table in TABLES}
        database.close()
        return counts

    before = rows()
    house = serve(settings)
    founding.seed(house.program)
    assert len(demo.settle(house.program)) == 16
    assert rows() == before


SHIPPED = (
    "routine",
    "ai_reassessment",
    "ai_change_approval",
    "corrective_action",
    "incident_escalation",
    "management_review",
    "version_reading",
)
"""In the order in which they call each other; the last one asks for nothing that was there before it."""

BEGINS: dict[str, dict[str, Any]] = {
    "routine": {"what": "Look", "instructions": "Look.", "role": "quality_manager", "due_day": "2027-02-01"},
    "ai_reassessment": {"subject": "reg_ai_systems:triage", "scope": "full", "reason": "First look at it."},
    "ai_change_approval": {"subject": "reg_ai_systems:triage", "title": "Another threshold"},
    "corrective_action": {},
    "incident_escalation": {},
    "management_review": {"kind": "interim", "held_on": "2027-03-09", "why": "Nothing was reviewed before."},
}
SYSTEM = {"name": "Triage", "purpose": "Puts scans in order.", "tier": "T2", "status": "active", "origin": "own"}


def test_a_fresh_installation_has_all_processes_in_force_with_forms_and_tables_without_editing(
    terminal, tmp_path, serve
):
    terminal.run(*FIRST, *PAIR, **SECRET)
    house = serve(load({"home": str(tmp_path / "home")}, {}))
    house.run("login", "dora", STEWARD_PASSWORD="a long first password")
    house.run("person", "password", "emil", STEWARD_NEW_PASSWORD="a long second password")
    house.run("login", "emil", STEWARD_PASSWORD="a long second password")
    for group in ("quality_manager", "ai_officer", "ai_system_owner"):
        house.run("--as", "dora", "group", "add", group, "emil", "--as", "lead")
    assert "this was a dry run" in house.says("--as", "dora", "deploy", str(ROOT / "processes/routine"), "--dry-run")
    for name in SHIPPED:
        folder = ROOT / "processes" / name
        made = house.json("--as", "dora", "deploy", str(folder))
        house.run("--as", "emil", "release", made["id"], "--owner", "emil")
        files = {path.name for path in folder.iterdir() if path.suffix in (".bpmn", ".dmn", ".form")}
        assert {name.rpartition("/")[2] for name in made["files"]} >= files
    emil = house.voice("emil")
    assert emil.get("/instances")["items"] == [], "nobody is asked to read what an installation begins with"
    values = SYSTEM | {"id": "triage", "steward": "emil", "first_approved": "2026-09-15"}
    emil.post("/registers/reg_ai_systems/rows", {"values": values})
    for process, answers in BEGINS.items():
        about = answers.get("subject")
        given = {"process": process, "start": "S_form", "variables": answers, "subject": about}
        case = emil.post("/instances", given)
        house.program.drain_all()
        tasks = emil.get(f"/instances/{case['id']}/tasks")["items"]
        stuck = emil.get("/stuck", instance=case["id"])["items"]
        assert (process, [one["status"] in ("open", "claimed") for one in tasks], stuck) == (process, [True], [])
        assert emil.get(f"/tasks/{tasks[0]['id']}")["form"]["components"]
    triaged = emil.get("/instances", process="corrective_action")["items"]
    assert [one["owner"] for one in triaged] == ["emil"]


def test_where_releases_are_at_once_the_deployer_owns_it(terminal, tmp_path, serve):
    at_once = {"STEWARD_RELEASE_AT_ONCE": "true"}
    terminal.run(*FIRST, **at_once, **SECRET)
    house = serve(load({"home": str(tmp_path / "home")}, at_once))
    house.run("login", "dora", STEWARD_PASSWORD="a long first password")
    said = house.says("deploy", str(ROOT / "processes/routine"))
    assert "is released" in said
    assert [one["owner"] for one in house.json("definitions")] == ["dora"]


def test_a_demo_gives_each_shipped_hook_a_secret_of_its_own(settings):
    file = settings.folder / "demo-hooks.json"
    given = json.loads(file.read_text())
    shipped = tomllib.loads((settings.config_folder / "hooks.toml").read_text())
    assert set(given) == set(shipped)
    assert len(set(given.values())) == len(shipped)
    assert file.stat().st_mode & 0o777 == 0o600
