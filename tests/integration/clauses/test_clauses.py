"""One record serves both standards; what stands under a clause is asked, and what does not apply is stated."""

import json
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from engine import clauses, evidence, registers, tasks, timetable
from engine.calendars import CalendarSettings
from engine.clauses import Covered, Scope
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.evidence import Store
from engine.store.clauses import Applicability, StandardRow
from engine.store.records import Evidence
from engine.subject import Subject
from engine.verify import verify
from tests.factories import END, NOW, START, people, process, sequence
from tests.integration.registers.conftest import FORM, MACHINES, PRESS
from tests.integration.shell.conftest import House


def named(element: str, keys: str, **more: str) -> str:
    said = {"clauses": keys, **more}
    told = "".join(f'<camunda:property name="{name}" value="{value}"/>' for name, value in said.items() if value)
    return (
        f'<bpmn:userTask id="{element}" name="{element}" camunda:candidateGroups="staff"><bpmn:extensionElements>'
        f"<camunda:properties>{told}</camunda:properties></bpmn:extensionElements></bpmn:userTask>"
    )


def standard(family: str, *refs: str, edition: str = "2027") -> dict[str, Any]:
    made = [
        {"ref": ref, "title": f"Clause {ref}"} | ({"parent": up} if (up := ref.rpartition(".")[0]) else {})
        for ref in refs
    ]
    usual = {"id": f"{family}-{edition}", "family": family, "name": family.upper(), "edition": edition}
    return usual | {"subject": "things", "stated_by": ["staff"], "clause": made}


@pytest.fixture
def house(database: Any) -> House:
    house = House(database, people(database, "olga", "root", "stranger", staff=["anna", "bert"]))
    house.who["root"] = replace(house.who["root"], platform_admin=True)
    house.act(clauses.adopt, standard("q", "8", "8.1", "10", "10.2"), by="root")
    house.act(clauses.adopt, standard("ai", "8", "10", "10.2"), by="root")
    both = named("T_both", "q:10.2, ai:10.2", evidence="report:link?")
    house.deploy(process("things", sequence(START, both, named("T_one", "q:8.1"), END)))
    return house


def covered(house: House, standard_id: str, by: str = "olga", **scope: Any) -> dict[str, Covered]:
    period = {"since": NOW - timedelta(days=1), "until": house.now + timedelta(days=1)}
    found = house.read(lambda s: clauses.coverage(s, standard_id, **period, scope=Scope(**scope), by=house.who[by]))
    return {one.clause.ref: one for one in found}


@pytest.fixture
def case(house: House) -> UUID:
    """One whose first task is done, with a link as evidence."""
    case = house.start("things")
    task = house.task(case, "T_both")
    house.act(tasks.claim, task, by="anna")
    house.act(evidence.add_link, task, url="https://example.org/r", name="report", slot="report", by="anna")
    house.do(case, "T_both")
    return case


def test_one_record_stands_under_both_standards_with_the_same_evidence(house: House, case: UUID):
    quality, ai = covered(house, "q-2027"), covered(house, "ai-2027")
    for one in (quality["10.2"], quality["10"], ai["10.2"], ai["10"]):
        assert (one.state, one.records, one.evidence, one.shared) == ("met", 1, 1, True)
    assert (quality["8.1"].state, quality["8.1"].open, quality["8.1"].shared) == ("partly", 1, False)
    assert quality["8"].open == 1
    assert ai["8"].state == "not"
    period = {"since": NOW, "until": house.now + timedelta(days=1)}
    found = house.read(lambda s: clauses.records(s, "ai-2027", "10", **period, scope=Scope(), by=house.who["olga"]))
    assert [(one.element, one.completed_by, one.instance_id) for one in found] == [("T_both", "anna", case)]


@pytest.fixture
def pool(house: House, tmp_path: Path) -> tuple[House, Store]:
    """The first task of a case is done, with a file that was handed in once and corrected once."""
    store = Store(tmp_path / "evidence", max_bytes=1_000)
    house.deploy(process("papers", sequence(START, named("T_both", "q:10.2, ai:10.2", evidence="report:file"), END)))
    task = house.task(house.start("papers"), "T_both")
    house.act(tasks.claim, task, by="anna")
    given = {"slot": "report", "media_type": "application/pdf", "store": store, "by": "anna"}
    first = house.act(evidence.add_file, task, data=b"%PDF-1.7 found", name="report.pdf", **given)
    house.act(evidence.add_file, task, data=b"%PDF-1.7 put right", name="report.pdf", replaces_id=first.id, **given)
    house.act(tasks.complete, task, answers={}, by="anna")
    return house, store


def told(house: House, standard_id: str, ref: str) -> list[Any]:
    period = {"since": NOW, "until": house.now + timedelta(days=1)}
    return house.read(lambda s: clauses.records(s, standard_id, ref, **period, scope=Scope(), by=house.who["olga"]))


def test_a_file_that_was_attached_once_stands_under_both_with_one_hash(pool: tuple[House, Store]):
    house, store = pool
    (quality,), (ai,) = told(house, "q-2027", "10.2"), told(house, "ai-2027", "10.2")
    assert quality.id == ai.id
    kept = house.read(lambda s: s.scalars(select(Evidence).where(Evidence.task_id == quality.id)).all())
    assert {one.sha256 for one in kept} == {sha256(store.read(one.sha256)).hexdigest() for one in kept}
    in_force = house.read(lambda s: evidence.in_force(s, ai.id))
    assert [one.sha256 for one in in_force] == [sha256(b"%PDF-1.7 put right").hexdigest()]


def test_a_newer_version_of_a_file_leaves_the_older_and_what_both_are_tied_to(pool: tuple[House, Store]):
    house, store = pool
    newest, oldest = sorted(house.read(lambda s: s.scalars(select(Evidence)).all()), key=lambda one: one.id)[::-1]
    assert (newest.replaces_id, newest.task_id, newest.slot) == (oldest.id, oldest.task_id, oldest.slot)
    assert store.read(oldest.sha256) == b"%PDF-1.7 found"
    for standard_id in ("q-2027", "ai-2027"):
        assert [one.id for one in told(house, standard_id, "10.2")] == [oldest.task_id]


def test_the_records_of_a_clause_are_the_same_in_both_standards_and_have_a_state(house: House, case: UUID):
    assert told(house, "q-2027", "10") == told(house, "ai-2027", "10") != []
    found = {one: covered(house, f"{one}-2027")["10.2"] for one in ("q", "ai")}
    assert {(one.state, one.records, one.open, one.shared) for one in found.values()} == {("met", 1, 0, True)}


def test_each_clause_is_met_partly_met_not_met_or_not_applicable(house: House, case: UUID):
    house.act(clauses.state, "q-2027", "8", applies=False, reason="We make nothing.", by="anna")
    quality = covered(house, "q-2027")
    assert (quality["10.2"].state, quality["8.1"].state) == ("met", "partly")
    assert (quality["8"].state, quality["8"].reason) == ("not applicable", "We make nothing.")
    assert covered(house, "ai-2027")["8"].state == "not"
    assert {ref for ref, one in quality.items() if one.shared} == {"10", "10.2"}


def test_only_the_period_counts_and_only_what_one_may_see(house: House, case: UUID):
    late = {"since": house.now + timedelta(days=2), "until": house.now + timedelta(days=3)}
    found = house.read(lambda s: clauses.coverage(s, "q-2027", **late, scope=Scope(), by=house.who["olga"]))
    assert {one.records for one in found} == {0}
    assert covered(house, "q-2027", process="others")["10"].records == 0
    assert covered(house, "q-2027", by="stranger")["10"].records == 0
    assert covered(house, "q-2027", by="bert")["10"].records == 1


def test_what_stands_under_a_clause_can_be_asked_of_one_row_of_a_register(house: House, case: UUID):
    house.act(registers.define, MACHINES, json.dumps(FORM).encode(), by="root")
    for key in ("press", "lathe"):
        house.act(registers.add, "reg_machines", {**PRESS, "id": key}, by="anna")
    press, lathe = (Subject(register="reg_machines", row=key) for key in ("press", "lathe"))
    house.start("things", subject=press)

    assert (covered(house, "q-2027", subject=press)["10.2"].open, covered(house, "q-2027")["10.2"].open) == (1, 1)
    assert covered(house, "q-2027", subject=press)["10.2"].records == 0
    assert covered(house, "q-2027", subject=lathe)["10.2"].state == "not"


def test_what_does_not_apply_is_stated_with_a_reason_and_every_version_stays(house: House, case: UUID):
    with pytest.raises(Forbidden, match="does not state"):
        house.act(clauses.state, "q-2027", "8.1", applies=False, reason="We make nothing.", by="olga")
    with pytest.raises(Invalid, match="why"):
        house.act(clauses.state, "q-2027", "8.1", applies=False, reason="", by="anna")
    with pytest.raises(NotFound):
        house.act(clauses.state, "q-2027", "9", applies=True, reason="", by="anna")
    before = house.now
    house.later(days=1)
    house.act(clauses.state, "q-2027", "8.1", applies=False, reason="We make nothing.", by="anna")
    house.later(days=1)
    house.act(clauses.state, "q-2027", "8.1", applies=True, reason="Now we do.", by="bert")

    def stated(at: Any) -> Any:
        row = house.read(lambda s: clauses.statement(s, "q-2027", at=at)).get("8.1")
        return row and (row.applies, row.number, row.by)

    assert [stated(at) for at in (before, house.now - timedelta(hours=1), house.now)] == [
        None,
        (False, 1, "anna"),
        (True, 2, "bert"),
    ]
    assert covered(house, "q-2027")["8.1"].state == "partly"
    assert house.read(lambda s: verify(s, None)).holds


def test_a_further_edition_counts_from_its_day_on_and_the_old_one_stays(house: House):
    house.act(clauses.adopt, standard("q", "10", "10.2", edition="2030"), by="root")
    with pytest.raises(Forbidden):
        house.act(clauses.choose, "q-2030", since=date(2030, 7, 1), by="anna")
    house.act(clauses.choose, "q-2030", since=date(2030, 7, 1), by="root")
    with pytest.raises(Conflict, match="already"):
        house.act(clauses.choose, "q-2027", since=date(2030, 7, 1), by="root")

    def counts(on: date) -> str | None:
        found = house.read(lambda s: clauses.counting(s, on).get("q"))
        return found and found.id

    assert counts(date(2030, 6, 30)) == "q-2027"
    assert counts(date(2030, 7, 1)) == "q-2030"
    assert counts(date(2020, 1, 1)) is None


def test_an_edition_is_never_changed_in_place(house: House):
    assert house.act(clauses.adopt, standard("q", "8", "8.1", "10", "10.2"), by="root").id == "q-2027"
    with pytest.raises(Conflict, match="says something else"):
        house.act(clauses.adopt, standard("q", "8"), by="root")
    with pytest.raises(Invalid, match="no standard"):
        house.act(clauses.adopt, standard("x"), by="root")


def test_edited_standards_and_statements_are_found(house: House, case: UUID):
    house.act(clauses.state, "q-2027", "8.1", applies=False, reason="We make nothing.", by="anna")
    with house.database.writing() as session:
        session.execute(update(Applicability).values(reason="Somebody else's words."))
        session.execute(update(StandardRow).where(StandardRow.id == "ai-2027").values(content={"id": "ai-2027"}))
    found = house.read(lambda s: {one.record for one in verify(s, None).findings})
    assert {"applicability", "standards"} <= found


def test_a_row_of_a_register_stands_under_the_clauses_that_it_names_or_else_its_register(house: House):
    form = {
        **FORM,
        "components": [*FORM["components"], {"type": "textfield", "key": "serves", "id": "f9", "label": "S"}],
    }
    kept = {**MACHINES, "clauses": ["q:8.1"], "row_clauses": "serves"}
    house.act(timetable.adopt, CalendarSettings(), by="root")
    house.act(registers.define, kept, json.dumps(form).encode(), by="root")
    house.act(registers.add, "reg_machines", PRESS, by="anna")
    house.act(registers.add, "reg_machines", {**PRESS, "id": "saw", "serves": "q:10.2, ai:10.2"}, by="anna")

    quality, ai = covered(house, "q-2027"), covered(house, "ai-2027")

    assert (quality["8.1"].rows, quality["8"].rows, quality["8.1"].shared) == (1, 1, False)
    assert (quality["10.2"].state, quality["10.2"].rows, quality["10.2"].shared) == ("met", 1, True)
    assert (ai["10"].rows, ai["10"].shared, ai["8"].rows) == (1, True, 0)
    about = Subject(register="reg_machines", row="press")
    assert covered(house, "q-2027", subject=about)["10.2"].rows == 0
    asked = {"until": house.now, "subject": None, "by": house.who["olga"]}
    assert [one.key for one in house.read(lambda s: clauses.under(s, "q-2027", "8", **asked))] == ["press"]
    before = asked | {"until": house.now - timedelta(seconds=1)}
    assert house.read(lambda s: clauses.under(s, "q-2027", "8", **before)) == []


def test_rows_of_a_register_that_one_may_not_look_into_do_not_count(house: House):
    kept = {**MACHINES, "clauses": ["q:8.1"], "may_read": ["staff"]}
    house.act(timetable.adopt, CalendarSettings(), by="root")
    house.act(registers.define, kept, json.dumps(FORM).encode(), by="root")
    house.act(registers.add, "reg_machines", PRESS, by="anna")

    assert covered(house, "q-2027", by="anna")["8.1"].rows == 1
    assert covered(house, "q-2027", by="stranger")["8.1"].rows == 0
