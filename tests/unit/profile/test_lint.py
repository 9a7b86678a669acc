"""`steward lint`: what an admin sees at the desk, before anything is deployed."""

import json

import pytest
from click.testing import CliRunner

from steward.cli.lint import lint

GOOD = '<startEvent id="S"/>\nS -> E\n<endEvent id="E"/>'
BAD = '<startEvent id="S"/>\nS -> T\n<serviceTask id="T" name="Send it"/>\nT -> E\n<endEvent id="E"/>\nS -> X\nS -> Y'


@pytest.fixture
def run(tmp_path, diagram):
    """Writes diagrams into a folder, and lints that or some of its files."""

    def lint_files(files: dict[str, str], *arguments: str):
        for name, lines in files.items():
            (tmp_path / name).write_text(diagram(lines) if name.endswith(".bpmn") else lines)
        paths = [str(tmp_path / name) for name in files]
        return CliRunner().invoke(lint, [*arguments, *(paths or [str(tmp_path)])])

    return lint_files


def test_what_could_be_deployed_ends_with_0(run):
    result = run({"good.bpmn": GOOD})

    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == "1 file checked: 0 refused, 1 warning."


def test_what_would_be_refused_ends_with_1_and_is_grouped_by_cause(run, tmp_path):
    result = run({"bad.bpmn": BAD})
    lines = result.output.replace(f"{tmp_path}/", "").splitlines()

    assert result.exit_code == 1
    assert lines[:5] == [
        "Refused: dead-flow (2)",
        "  bad.bpmn:8:1  The flow S_X ends at 'X', which does not exist.",
        "  bad.bpmn:9:1  The flow S_Y ends at 'Y', which does not exist.",
        "  What to do: Connect it to a step, or remove it.",
        "",
    ]
    assert "  bad.bpmn:5:1  Nothing says what 'Send it' (T) does." in lines
    assert lines[-1] == "1 file checked: 3 refused, 1 warning."


def test_the_answer_for_scripts_is_json_with_every_field(run, tmp_path):
    result = run({"bad.bpmn": BAD}, "--json")
    document = json.loads(result.output)

    assert result.exit_code == 1
    assert {name: document[name] for name in ("files", "errors", "warnings")} == {
        "files": 1,
        "errors": 3,
        "warnings": 1,
    }
    assert document["problems"][2] == {
        "code": "no-implementation",
        "severity": "error",
        "file": str(tmp_path / "bad.bpmn"),
        "message": "Nothing says what 'Send it' (T) does.",
        "remedy": "Choose Implementation: External and a topic, one of the built-in ones or your worker's own.",
        "line": 5,
        "column": 1,
        "element": "T",
        "name": "Send it",
    }


def test_a_folder_stands_for_its_files(run, tmp_path, diagram):
    (tmp_path / "a.bpmn").write_text(diagram(GOOD))
    (tmp_path / "notes.txt").write_text("nothing")

    assert run({}).output.splitlines()[-1] == "1 file checked: 0 refused, 1 warning."


def test_a_set_without_any_problem_is_said_in_one_line(run):
    assert run({"notes.txt": "nothing"}).output == "1 file checked: nothing to say.\n"


def test_a_file_that_does_not_exist_is_wrong_usage():
    assert CliRunner().invoke(lint, ["nowhere.bpmn"]).exit_code == 2
