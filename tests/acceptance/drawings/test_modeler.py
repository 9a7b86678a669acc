"""What ships opens in the modeler without a warning, and the modeler changes only what a person changes."""

import json
import subprocess
from difflib import unified_diff
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FRONTEND = ROOT / "frontend"
DIAGRAMS = sorted((ROOT / "processes").glob("*/*.bpmn"))
TABLES = sorted((ROOT / "processes").glob("*/*.dmn"))
FORMS = sorted((ROOT / "processes").glob("*/*.form"))


def named(paths: list[Path]) -> list:
    return [pytest.param(path, id=f"{path.parent.name}-{path.stem}") for path in paths]


@pytest.mark.parametrize("path", named(DIAGRAMS))
def test_the_modeler_opens_a_diagram_without_warning_and_saves_the_same_bytes(opener, path):
    page, xml = opener("drawing"), path.read_text("utf-8")

    assert page.evaluate("xml => drawing.open(xml)", xml) == []
    assert page.evaluate("drawing.save()") == xml


def test_renaming_one_task_changes_one_line(opener):
    page, path = opener("drawing"), ROOT / "processes/corrective_action/corrective_action.bpmn"
    xml = path.read_text("utf-8")
    page.evaluate("xml => drawing.open(xml)", xml)

    page.evaluate("drawing.rename('T_plan', 'Plan the actions')")

    changed = [
        line
        for line in unified_diff(xml.splitlines(), page.evaluate("drawing.save()").splitlines(), lineterm="", n=0)
        if line.startswith(("+ ", "- "))
    ]
    assert len(changed) == 2
    assert 'name="Plan the actions"' in changed[1]


@pytest.mark.parametrize("path", named(TABLES))
def test_the_modeler_opens_a_table_without_warning_and_saves_the_same_bytes(opener, path):
    page, xml = opener("table"), path.read_text("utf-8")

    opened = page.evaluate("xml => table.open(xml)", xml)

    assert opened["warnings"] == []
    assert opened["views"] == ["drd", "decisionTable"]
    assert opened["saved"] == xml


@pytest.mark.parametrize("path", named(FORMS))
def test_a_form_opens_without_warning(opener, path):
    page, schema = opener("form"), json.loads(path.read_text("utf-8"))

    opened = page.evaluate("schema => form.open(schema)", schema)

    assert opened["warnings"] == []


def test_bpmnlint_has_nothing_to_say(bpmnlint):
    found = subprocess.run([*bpmnlint, *DIAGRAMS], cwd=FRONTEND, capture_output=True, text=True, check=False)

    assert (found.returncode, found.stdout.strip(), found.stderr.strip()) == (0, "", "")
