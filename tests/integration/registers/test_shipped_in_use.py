"""What the shipped registers are for: one row for two standards, work for those whom it names, nothing left out."""

import json
import tomllib
from datetime import date, timedelta
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest

from engine import clauses, cycles, evidence, inbox, oncall, registers, tasks
from engine.absence import planning
from engine.clauses import Covered, Scope
from engine.errors import Invalid, NotCompetent
from engine.evidence import Store
from engine.identity import people
from engine.subject import Subject
from engine.transactions import Database
from engine.verify import verify
from tests.factories import END, NOW, START, process, sequence, user_task
from tests.integration.clauses.test_clauses import named
from tests.integration.deliveries.test_mail import CONFIDENTIAL
from tests.integration.registers.test_competence import asking
from tests.integration.registers.test_shipped import BOTH, FOLDER, add, founded
from tests.integration.shell.conftest import House
from web import packing

ASKED = [
    ("reg_bias_log", field)
    for field in ("model_version", "data_version", "groups", "metric", "value", "limit", "tester", "tested_on")
]
ASKED += [("reg_party_contacts", field) for field in ("party", "held_on", "topic", "outcome", "held_by")]
ASKED += [("reg_data_sets", field) for field in ("source", "licence", "version", "steward")]
ASKED += [("reg_override_log", field) for field in ("system", "done_on", "by", "decision", "reason")]
CYCLES = tomllib.loads((FOLDER.parent / "cycles.toml").read_text("utf-8"))["cycles"]
ACTIVE = {"tier": "T2", "status": "active", "first_approved": "2026-09-15"}


@pytest.fixture
def house(database: Database) -> House:
    return founded(database)


@pytest.fixture
def standards(house: House) -> House:
    for name in ("iso9001-2015", "iso42001-2023"):
        content = tomllib.loads((FOLDER.parent / "clauses" / f"{name}.toml").read_text("utf-8"))
        house.act(clauses.adopt, content, by="root")
    return house


def under(house: House, standard: str, ref: str) -> list[tuple[str, Any]]:
    """The rows that stand under a clause now, each with its status."""
    asked = {"until": house.now, "subject": None, "by": house.who["anna"]}
    found = house.read(lambda s: clauses.under(s, standard, ref, **asked))
    return [
        (one.key, house.read(lambda s, one=one: registers.row(s, one.register, one.key)).values.get("status"))
        for one in found
    ]


def covered(house: House, standard: str, ref: str) -> Covered:
    period = {"since": NOW - timedelta(days=1), "until": house.now + timedelta(days=1)}
    asked = {"scope": Scope(), "by": house.who["anna"]}
    found = house.read(lambda s: clauses.coverage(s, standard, **period, **asked))
    return next(one for one in found if one.clause.ref == ref)


def test_an_entry_without_what_it_must_say_is_refused(house: House):
    for register, field in ASKED:
        with pytest.raises(Invalid) as refused:
            add(house, register, **{field: None})
        assert list(refused.value.problems) == [field], register


def test_a_contact_says_what_it_changed(house: House):
    kept = add(house, "reg_party_contacts", record="reg_context_issues:one")
    assert kept.values["record"] == "reg_context_issues:one"


def test_whatever_there_is_has_a_scope_and_a_reason(house: House):
    every = list(product(("site", "product", "ai_system"), ("quality", "ai", "both", "none")))
    for kind, scope in every:
        add(
            house,
            "reg_scope_entries",
            id=f"{kind}-{scope}".replace("_", "-"),
            kind=kind,
            scope=scope,
            reason="Decided in 2026.",
        )
    found = house.read(lambda s: registers.rows(s, "reg_scope_entries"))
    assert sorted((one.values["kind"], one.values["scope"]) for one in found) == sorted(every)
    for missing in ("kind", "scope", "reason"):
        with pytest.raises(Invalid) as refused:
            add(house, "reg_scope_entries", **{missing: None})
        assert list(refused.value.problems) == [missing]


def test_a_risk_is_of_a_kind_that_ai_brings_and_names_its_figure(house: House):
    for kind in ("drift", "data_poisoning", "bias", "silent_discrimination"):
        kept = add(house, "reg_risks", id=kind.replace("_", "-"), kind=kind, metric="population_stability")
        assert (kept.values["kind"], kept.values["metric"]) == (kind, "population_stability")


def test_one_treatment_serves_both_standards_and_its_closing_shows_under_both(standards: House):
    """Effects on quality and on people stand in one row, with one plan."""
    with pytest.raises(Invalid) as refused:
        add(standards, "reg_risks", clauses="iso9001:6.1")
    assert list(refused.value.problems) == ["clauses"]
    add(standards, "reg_risks")
    assert under(standards, "iso9001-2015", "6.1") == under(standards, "iso42001-2023", "6.1.3") == [("one", "open")]
    standards.later(days=1)
    done = {"status": "closed", "effect_checked": "Sensitivity by age is within its limit."}
    standards.act(registers.change, "reg_risks", "one", done, reason="It has worked.", by="anna")
    assert under(standards, "iso9001-2015", "6.1") == under(standards, "iso42001-2023", "6.1.3") == [("one", "closed")]
    assert covered(standards, "iso9001-2015", "6.1").shared
    assert covered(standards, "iso42001-2023", "6.1.3").shared


def test_one_policy_stands_for_both_systems(standards: House):
    add(standards, "reg_policies")
    for standard, ref in (("iso9001-2015", "5.2"), ("iso42001-2023", "5.2"), ("iso42001-2023", "A.2.2")):
        assert [key for key, _ in under(standards, standard, ref)] == ["one"]
        assert covered(standards, standard, ref).shared
    with pytest.raises(Invalid) as refused:
        add(standards, "reg_policies", id="two", clauses="iso9001:5.2")
    assert "A policy that covers both systems names clause 5.2 of both standards." in refused.value.problems["clauses"]


def test_the_day_in_the_row_of_a_policy_schedules_its_review(standards: House):
    """The one policy serves 5.2 of both standards and A.2.2; its case begins twenty business days ahead."""
    add(standards, "reg_policies", review_by="2027-06-15", clauses="iso9001:5.2, iso42001:5.2, iso42001:A.2.2")
    for standard, ref in (("iso9001-2015", "5.2"), ("iso42001-2023", "5.2"), ("iso42001-2023", "A.2.2")):
        assert [key for key, _status in under(standards, standard, ref)] == ["one"], ref
    plan = CYCLES["policy_review"]
    task = user_task("T_do", groups="top_management")
    standards.deploy(process("routine", sequence('<bpmn:startEvent id="S_cycle"/>', task, END)))
    standards.act(cycles.define, "policy_review", plan, by="root")
    standards.act(cycles.activate, "policy_review", by="root")

    def ahead() -> list[str]:
        found = standards.read(
            lambda s: cycles.preview(s, "policy_review", count=2, by=standards.who["root"], now=standards.now)
        )
        return [day.on.isoformat() for day in found.subjects[0].dates]

    assert ahead() == ["2027-06-15", "2028-06-15"]
    standards.act(
        registers.change, "reg_policies", "one", {"review_by": "2027-03-01"}, reason="The law changes.", by="anna"
    )
    assert ahead() == ["2027-03-01", "2028-03-01"]
    standards.later(days=35)
    cycles.drain_cycles(standards.database, now=standards.now)
    (case,) = standards.all_cases()
    (found,) = standards.read(lambda s: registers.cases(s, "reg_policies", "one", by=standards.who["olga"]))
    assert (found.id, found.kind, standards.open(case)) == (case, "about", ["T_do"])


def test_a_register_that_is_there_comes_in_with_its_clauses(standards: House):
    head = ["id", "title", "kind", "cause", "quality_effect", "likelihood", "consequence", "level", "response"]
    head += ["treatment", "status", "clauses"]
    line = '{},Late scans,process,Few readers,They come late.,possible,serious,high,treat,Two more readers,open,"{}"'
    sheet = "\r\n".join([",".join(head), line.format("r1", BOTH), line.format("r2", "iso9001:6.1")])

    told = standards.act(registers.bring, "reg_risks", sheet, reason="From the old list.", by="anna")

    assert [(one.key, one.outcome) for one in told] == [("r1", "added"), ("r2", "added")]
    assert [key for key, _ in under(standards, "iso9001-2015", "6.1")] == ["r1", "r2"]
    assert [key for key, _ in under(standards, "iso42001-2023", "6.1.3")] == ["r1"]


def test_a_further_standard_is_a_file_and_rows_are_tied_to_it(standards: House):
    third = {"id": "iso27001-2022", "family": "iso27001", "name": "ISO/IEC 27001", "edition": "2022"}
    third |= {"subject": "security", "stated_by": ["quality_manager"], "clause": [{"ref": "6", "title": "Risks"}]}
    add(standards, "reg_risks")
    standards.act(clauses.adopt, third, by="root")
    assert under(standards, "iso27001-2022", "6") == []
    tied = {"clauses": f"{BOTH}, iso27001:6"}
    standards.act(registers.change, "reg_risks", "one", tied, reason="A third standard.", by="anna")
    assert under(standards, "iso27001-2022", "6") == under(standards, "iso9001-2015", "6.1") == [("one", "open")]
    assert standards.read(lambda s: verify(s, None)).holds


def test_an_active_ai_system_has_a_steward_who_is_there(house: House):
    for nobody in (None, "nobody", "olga"):
        with pytest.raises(Invalid) as refused:
            add(house, "reg_ai_systems", **ACTIVE, steward=nobody)
        assert "steward" in refused.value.problems
    house.act(people.create, "gone", name="Gone", by="root")
    house.act(people.end, "gone", by="root")
    with pytest.raises(Invalid) as refused:
        add(house, "reg_ai_systems", **ACTIVE, steward="gone")
    assert "steward" in refused.value.problems
    assert add(house, "reg_ai_systems", **ACTIVE, steward="anna").values["steward"] == "anna"


def test_work_about_a_shared_risk_is_in_the_inbox_of_both_owners(house: House):
    add(house, "reg_risks", owner="anna", ai_owner="bert")
    task = user_task("T_look").replace(
        "<bpmn:userTask ", '<bpmn:userTask camunda:candidateUsers="${subject.owner},${subject.ai_owner}" '
    )
    house.deploy(process("look", sequence(START, task, END)))
    case = house.start("look", subject=Subject(register="reg_risks", row="one"))

    offered = {
        one: [row.task_id for row in house.read(lambda s, one=one: inbox.oldest_claimable(s, house.who[one], limit=9))]
        for one in ("anna", "bert", "olga")
    }
    assert offered == {"anna": [house.task(case, "T_look")], "bert": [house.task(case, "T_look")], "olga": []}


def test_a_claim_is_refused_to_who_lacks_a_competence_and_when_it_has_run_out(house: House):
    add(house, "reg_competences")
    house.deploy(asking("bias_review", groups="bias_reviewer"))
    case = house.start("weld")
    task = house.task(case, "T_weld")
    with pytest.raises(NotCompetent, match="needs bias_review"):
        house.act(tasks.claim, task, by="bert")
    house.act(tasks.claim, task, by="anna")
    house.act(tasks.give_back, task, reason="Later.", by="anna")
    house.later(days=28)
    with pytest.raises(NotCompetent, match="needs bias_review"):
        house.act(tasks.claim, task, by="anna")
    renewed = {"until": "2028-01-31"}
    house.act(registers.change, "reg_competences", "one", renewed, reason="Renewed.", by="anna")
    house.act(tasks.claim, task, by="anna")


def test_at_any_minute_it_is_known_who_may_pause_a_system_and_who_is_on_call(house: House):
    """Somebody who is away is replaced by who stands in."""
    add(house, "reg_ai_systems", steward="anna", pause_list=["anna"])
    system = Subject(register="reg_ai_systems", row="one")
    turns = {"people": ["anna"], "zone": "Europe/Berlin", "starts_on": date(2027, 1, 1)}
    house.act(oncall.define, oncall.name_of(system), 1, **turns, by="root")

    def asked() -> tuple[list[str | None], list[str]]:
        called = house.read(lambda s: oncall.who(s, system, at=house.now))
        pausing = house.read(lambda s: oncall.pausing(s, system, at=house.now))
        return [one.person for one in called if one.level == 1], sorted(one.person for one in pausing)

    assert asked() == (["anna"], ["anna"])
    ends = house.now + timedelta(days=3)
    house.act(planning.plan, "anna", begins_at=house.now, ends_at=ends, first="bert", by="anna")
    assert asked() == (["bert"], ["bert"])
    house.later(days=4)
    assert asked() == (["anna"], ["anna"])


def test_a_row_lists_the_cases_that_touched_it_in_the_order_of_time(house: House):
    add(house, "reg_risks")
    house.deploy(process("look", sequence(START, user_task("T_look", groups="reporter"), END)))
    cases = []
    for _ in range(3):
        house.later(days=1)
        cases.append(house.start("look"))
    for case in (cases[1], cases[2], cases[0]):
        house.act(registers.tie, "reg_risks", "one", case, "evidence_for", by="anna")
    found = house.read(lambda s: registers.cases(s, "reg_risks", "one", by=house.who["anna"]))
    assert [one.id for one in found] == cases


def offered(element: str, served: str, **more: str) -> str:
    return named(element, served, **more).replace('"staff"', '"reporter"')


def year(house: House) -> dict[str, Any]:
    return {"since": house.now - timedelta(days=365), "until": house.now + timedelta(days=1)}


@pytest.fixture
def worked(standards: House) -> House:
    """Two cases were worked on under a clause of each standard, with a link as evidence; two more under 8.4.1."""
    for key, served in (("both", "iso9001:10.2.1, iso42001:10.2, iso9001:8.5.1"), ("bought", "iso9001:8.4.1")):
        standards.deploy(process(key, sequence(START, offered("T_work", served, evidence="proof:link"), END)))
        for _ in range(2):
            case = standards.start(key)
            task = standards.task(case, "T_work")
            standards.act(tasks.claim, task, by="anna")
            standards.act(evidence.add_link, task, url="https://example.org/p", name="p", slot="proof", by="anna")
            standards.act(tasks.complete, task, answers={}, by="anna")
    return standards


def test_clauses_met_more_than_once_without_a_finding_in_a_year_are_listed(worked: House) -> None:
    def strong() -> set[str]:
        by = worked.who["anna"]
        found = worked.read(lambda s: clauses.strengths(s, "iso9001-2015", **year(worked), by=by))
        assert {one.state for one in found} == {"met"}
        return {one.clause.ref for one in found}

    assert strong() == {"8", "8.4", "8.4.1", "8.5", "8.5.1", "10", "10.2", "10.2.1"}
    add(worked, "reg_findings", id="old", found_on=(worked.now - timedelta(days=400)).date().isoformat())
    assert "8.4.1" in strong()
    today = worked.now.date().isoformat()
    add(worked, "reg_findings", id="new", clauses="iso9001:8.4.1, iso9001:10.2", found_on=today)
    assert strong() == {"8.5", "8.5.1", "10.2.1"}
    late = offered("T_late", "iso9001:8.5.1").replace("<bpmn:userTask", '<bpmn:userTask camunda:dueDate="PT1H"')
    worked.deploy(process("late", sequence(START, late, END)))
    worked.start("late")
    assert strong() == {"10.2.1"}


def test_how_much_counts_for_both_standards_and_how_long_audits_took_are_figures(worked: House) -> None:
    for id_, served in (("one", "iso9001:10.2, iso42001:10.2"), ("two", "iso9001:7.1"), ("three", "")):
        add(worked, "reg_actions", id=id_, clauses=served)
    add(worked, "reg_findings", id="finding")
    add(worked, "reg_audits", id="inside", preparation_hours=30)
    add(worked, "reg_audits", id="outside", preparation_hours=12.5)
    add(worked, "reg_audits", id="nobody-counted", preparation_hours=None)

    found = worked.read(lambda s: clauses.figures(s, **year(worked), by=worked.who["anna"]))

    [actions] = [one for one in found.actions if one.register == "reg_actions"]
    assert (actions.rows, actions.shared) == (3, 2)  # The third serves what its register does, of both standards.
    assert actions.share == 2 / 3
    assert (found.evidence, found.served, found.per_evidence) == (4, 8, 2)
    assert sorted(hours for _, _, hours in found.audits) == [12.5, 30]
    assert found.hours == 21.25
    earlier = {"since": worked.now - timedelta(days=9), "until": worked.now - timedelta(days=8)}
    before = worked.read(lambda s: clauses.figures(s, **earlier, by=worked.who["anna"]))
    assert (before.evidence, before.per_evidence, before.hours) == (0, None, None)


def test_the_clauses_that_only_the_standard_for_ai_has_are_a_list_of_their_own(standards: House) -> None:
    told = tomllib.loads((FOLDER.parent / "clauses/shared.toml").read_text("utf-8"))["shared"]
    alone = {ref for one in told if one["relation"] == "ai-only" for ref in one["iso42001"]}
    shared = {ref for one in told if one["relation"] != "ai-only" for ref in one["iso42001"]}

    found = standards.read(lambda s: clauses.only_here(s, "iso42001-2023", at=standards.now))

    assert {one.ref for one in found} == alone
    assert alone >= {"6.1.2", "6.1.3", "6.1.4", "8.2", "8.3", "8.4", "A.5.4", "A.5.5", "A.3.3"}
    assert {one.ref for one in found}.isdisjoint(shared - alone)
    before = {"at": standards.now - timedelta(days=400)}  # No other standard counts yet.
    assert len(standards.read(lambda s: clauses.only_here(s, "iso42001-2023", **before))) > len(alone)


def test_a_pack_for_a_questionnaire_has_policies_certificates_and_figures_and_nothing_confidential(
    worked: House, tmp_path: Path
) -> None:
    add(worked, "reg_policies", id="policy")
    add(worked, "reg_actions", id="shared", clauses="iso9001:10.2, iso42001:10.2")
    certified = process("certified", sequence(START, offered("T_keep", "iso9001:9.2.2", evidence="paper:file"), END))
    hidden = process("hidden", sequence(START, offered("T_hear", "iso42001:A.3.3"), END))
    worked.deploy(certified, hidden.replace(b'isExecutable="true">', CONFIDENTIAL.encode()))
    case, concern = worked.start("certified"), worked.start("hidden", title="What nobody may know")
    task, store = worked.task(case, "T_keep"), Store(tmp_path / "evidence")
    worked.act(tasks.claim, task, by="anna")
    paper = {"slot": "paper", "name": "certificate.pdf", "media_type": "application/pdf", "data": b"%PDF certificate"}
    worked.act(evidence.add_file, task, store=store, **paper, by="anna")

    def packed(*ids: UUID) -> bytes:
        asked = {"rows": ["reg_policies:policy"], "period": year(worked), "store": store, "now": worked.now}
        return worked.read(lambda s: packing.pack(s, worked.who["anna"], ids=ids, **asked))

    data = packed(case)
    with ZipFile(BytesIO(data)) as archive:
        files = {name.rpartition("/")[2]: archive.read(name) for name in archive.namelist()}
    assert json.loads(files["policy.json"])["values"]["title"] == "Quality and AI policy"
    assert [content for name, content in files.items() if name.endswith("-certificate.pdf")] == [b"%PDF certificate"]
    figures = json.loads(files["figures.json"])
    assert (figures["per_evidence"], {one["register"]: one["share"] for one in figures["actions"]}["reg_actions"]) == (
        2,
        1,
    )
    assert packing.faults(data) == []
    assert not any(
        word in content for content in files.values() for word in (str(concern).encode(), b"nobody may know")
    )
    with pytest.raises(Invalid, match="confidential"):
        packed(case, concern)
