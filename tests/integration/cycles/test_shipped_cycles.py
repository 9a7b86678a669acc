"""The shipped cycles follow from the tier of a system, and their dates are known long before."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from engine import cycles, registers, timetable
from engine.calendars import CalendarSettings
from engine.cycles.gaps import is_gap
from engine.store.cycles import OccurrenceRow
from engine.store.running import Instance
from engine.transactions import Database
from tests.factories import END, deploy, people, process, sequence, user_task
from tests.integration.cycles.conftest import Rota

ROOT = Path(__file__).parents[3]
SHIPPED = tomllib.loads((ROOT / "config/cycles.toml").read_text("utf-8"))["cycles"]
SYSTEMS = tomllib.loads((ROOT / "config/registers/reg_ai_systems.toml").read_text("utf-8"))
KEPT = {"purpose": "Puts incoming scans in order.", "origin": "own", "status": "active", "steward": "anna"}
KEEPING = ("ai_officer", "ai_system_owner", "reporter", "bias_reviewer")
APPROVED = {"T1": "2025-11-20", "T2": "2026-06-10", "T3": "2026-09-15"}


@pytest.fixture
def rota(database: Database) -> Rota:
    """Three systems, one of each tier, with the shipped table and cycles."""
    house = Rota(database, people(database, "root", "olga", **{one: ["anna"] for one in KEEPING}))
    house.who["root"] = replace(house.who["root"], platform_admin=True)
    house.act(timetable.adopt, CalendarSettings(), by="root")
    form = (ROOT / "config/registers" / SYSTEMS["form"]).read_bytes()
    systems = {key: value for key, value in SYSTEMS.items() if key != "decided"}
    house.act(registers.define, systems, form, by="root")
    for tier, day in APPROVED.items():
        values = {"id": tier.lower(), "name": tier, "tier": tier, "first_approved": day, **KEPT}
        more = {"pause_list": ["anna"], "fallback": "By hand."} if tier == "T3" else {}
        house.act(registers.add, "reg_ai_systems", values | more, by="anna")
    table = (ROOT / "processes/routine/reassessment_cadence.dmn").read_bytes()
    deploy(database, decisions={"reassessment_cadence": table}, owner="olga")
    house.at("2027-01-04T09:00+01:00")
    return house


def ahead(rota: Rota, cycle: str, count: int) -> dict[str, list[str]]:
    found = rota.plan(cycles.preview, cycle, SHIPPED[cycle], count=count)
    return {one.subject: [day.on.isoformat() for day in one.dates] for one in found.subjects}


def test_a_reassessment_comes_round_by_tier_and_is_known_a_year_ahead(rota: Rota):
    assert ahead(rota, "reassessment", 3) == {
        "t1": ["2027-11-20", "2029-11-20", "2031-11-20"],
        "t2": ["2027-06-10", "2028-06-10", "2029-06-10"],
        "t3": ["2027-03-15", "2027-09-15", "2028-03-15"],
    }


def test_the_bias_log_of_the_highest_tier_comes_round_each_month(rota: Rota):
    months = [f"2027-{month:02}-15" for month in range(1, 13)]
    assert ahead(rota, "bias_log", 12)["t3"] == months


def test_a_month_without_its_bias_log_is_a_gap(rota: Rota):
    """Nobody does it in January; the case of February is done in time."""
    rota.deploy(
        process("routine", sequence('<bpmn:startEvent id="S_cycle"/>', user_task("T_do", groups="bias_reviewer"), END))
    )
    rota.begin("bias_log", **SHIPPED["bias_log"])
    for day in ("2027-01-08", "2027-02-08"):
        rota.at(f"{day}T12:00+01:00")
        while rota.drain():
            pass
    (february,) = [one for one in rota.occurrences("bias_log") if one.planned_on.isoformat() == "2027-02-15"]
    rota.do(february.instance_id, "T_do")
    rota.at("2027-03-01T12:00+01:00")

    query = select(OccurrenceRow.planned_on).outerjoin(Instance, Instance.id == OccurrenceRow.instance_id)
    found = rota.read(lambda s: s.scalars(query.where(OccurrenceRow.subject == "t3", is_gap(rota.now))).all())
    assert [day.isoformat() for day in found] == ["2027-01-15"]
