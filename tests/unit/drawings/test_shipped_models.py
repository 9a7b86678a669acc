"""Diagrams, tables and forms that ship fit each other."""

import json
import tomllib
from pathlib import Path

import pytest
from lxml import etree

from engine.core.dmn import read_decisions
from engine.core.forms import check_form
from engine.core.model import read_models
from engine.core.profile import check
from engine.core.vocabulary import Model
from engine.public.content import read as read_way

PROCESSES = Path(__file__).parents[3] / "processes"
FOLDERS = sorted(path for path in PROCESSES.iterdir() if path.is_dir() and not path.name.startswith("."))
FORMS = sorted(PROCESSES.glob("*/*.form"))
ANSWERED = {"textfield", "textarea", "number", "datetime", "radio", "select", "checklist"}


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in (".bpmn", ".dmn", ".form")}


def model_of(folder: Path) -> Model:
    (model,) = read_models((folder / f"{folder.name}.bpmn").read_bytes(), folder.name)
    return model


def components(form: dict) -> list[dict]:
    found = list(form["components"])
    for component in form["components"]:
        found += component.get("components", [])
    return found


def test_all_processes_together_have_no_problem_and_no_warning():
    together = {f"{folder.name}/{name}": data for folder in FOLDERS for name, data in files(folder).items()}

    assert check(together) == ()


def test_no_table_and_no_form_has_a_problem():
    tables = [
        problem
        for path in PROCESSES.glob("*/*.dmn")
        for problem in read_decisions(path.read_bytes(), path.name).problems()
    ]
    forms = [problem for path in FORMS for problem in check_form(path.read_bytes(), path.name)]

    assert (tables, forms) == ([], [])


@pytest.mark.parametrize("folder", [pytest.param(path, id=path.name) for path in FOLDERS])
def test_every_form_and_table_of_a_folder_is_used_by_its_diagram_a_cycle_or_a_register(folder):
    model = model_of(folder)
    forms = {node.rules.form.key for node in model.nodes.values() if node.rules.form}
    ids = {json.loads(data)["id"] for name, data in files(folder).items() if name.endswith(".form")}
    tables = {Path(name).stem for name in files(folder) if name.endswith(".dmn")}
    diagram = etree.parse(folder / f"{model.key}.bpmn")
    decided = {str(ref) for ref in diagram.xpath("//@*[local-name() = 'decisionRef']")}

    cycles = tomllib.loads((PROCESSES.parent / "config/cycles.toml").read_text("utf-8"))["cycles"].values()
    decided |= {one["decision"] for one in cycles if one.get("decision") in tables}

    registers = [tomllib.loads(path.read_text("utf-8")) for path in PROCESSES.parent.glob("config/registers/*.toml")]
    decided |= {part["decision"] for one in registers for part in one.get("decided", []) if part["decision"] in tables}

    elsewhere = {path.stem for path in PROCESSES.glob("*/*.dmn") if path.parent != folder}
    assert (forms, decided - elsewhere) == (ids, tables)


@pytest.mark.parametrize("path", [pytest.param(path, id=f"{path.parent.name}-{path.stem}") for path in FORMS])
def test_a_form_is_written_for_the_platform_and_every_field_has_words(path):
    form = json.loads(path.read_text("utf-8"))

    assert (form["type"], form["executionPlatform"]) == ("default", "Camunda Platform")
    for component in components(form):
        assert component.get("label") or component.get("dateLabel") or component.get("text"), component["id"]
        if component["type"] in ANSWERED:
            assert component["key"], component["id"]
            assert component.get("validate", {}).get("required") or component.get("readonly") or is_optional(component)


INCIDENT = {
    *("happened_at", "ai_system", "ai_version", "affected_count", "drill", "concerned", "concerned_words"),
    *("where_seen", "protection", "ack_note", "hand_over_to", "reporter_answer", "answer"),
}
"""Who reports says what he knows, and no more."""


def is_optional(component: dict) -> bool:
    """What may stay empty: these are few, and each is meant."""
    return component["key"] in {
        "ai_systems",
        "sites",
        "source_record",
        "customer",
        "extend_answer",
        "void_second_reason",
        "discussion",
        "artefact_id",
        "artefact_hash",
        "danger",
        "incident",
        "conclusion",
        "builder",
        "not_clear",
        *INCIDENT,
    }


@pytest.mark.parametrize("folder", [pytest.param(path, id=path.name) for path in FOLDERS])
def test_every_task_of_a_person_says_who_by_when_and_with_which_form(folder):
    model = model_of(folder)

    for node in model.nodes.values():
        if node.kind == "userTask":
            assert node.rules.candidate_groups or node.rules.candidate_users, node.id
            assert node.rules.due, node.id
            assert node.rules.form, node.id
            assert node.documentation, node.id


def test_every_shipped_public_way_leads_to_a_start_that_asks_and_offers_nobody_else():
    ways = tomllib.loads((PROCESSES.parent / "config/public.toml").read_text("utf-8"))

    for key, way in ways.items():
        read_way(key, way)
        model = model_of(PROCESSES / way["process"])
        [start] = [one for one in model.starts if one.element == way["start"]]
        assert start.form, key
        [form] = [
            path
            for path in FORMS
            if path.parent.name == model.key and json.loads(path.read_text())["id"] == start.form.key
        ]
        offered = {
            one["valuesKey"].removeprefix("people.")
            for one in components(json.loads(form.read_text("utf-8")))
            if one.get("valuesKey", "").startswith("people.")
        }
        assert offered <= set(way.get("shows", [])), key
    assert set(ways) == {"report", "concern"}
