"""A demo deploys the shipped processes in an order in which nothing is missing."""

from pathlib import Path

from steward.demo import process_folders
from steward.settings import Settings

BPMN = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:c="http://camunda.org/schema/1.0/bpmn">
  <process id="{key}">{content}</process>
</definitions>"""
DMN = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"><decision id="{key}" /></definitions>'


def folder(root: Path, name: str, content: str = "", *, table: str = "") -> None:
    (root / name).mkdir()
    (root / name / f"{name}.bpmn").write_text(BPMN.format(key=name, content=content))
    if table:
        (root / name / f"{table}.dmn").write_text(DMN.format(key=table))


def order(root: Path) -> list[str]:
    return [path.name for path in process_folders(Settings(processes=str(root)))]


def test_what_is_called_and_what_is_asked_comes_first(tmp_path):
    folder(tmp_path, "asks", '<businessRuleTask id="B" c:decisionRef="who_decides" />')
    folder(tmp_path, "calls", '<callActivity id="C" calledElement="decides" />')
    folder(tmp_path, "decides", table="who_decides")

    assert order(tmp_path) == ["decides", "asks", "calls"]


def test_a_folder_that_holds_only_a_table_counts(tmp_path):
    folder(tmp_path, "asks", '<businessRuleTask id="B" c:decisionRef="who_decides" />')
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "who_decides.dmn").write_text(DMN.format(key="who_decides"))

    assert order(tmp_path) == ["tables", "asks"]


def test_two_that_call_each_other_are_deployed_one_after_the_other(tmp_path):
    folder(tmp_path, "one", '<callActivity id="C" calledElement="other" />')
    folder(tmp_path, "other", '<callActivity id="C" calledElement="one" />')
    folder(tmp_path, "third", '<callActivity id="C" calledElement="nobody_brings_this" />')

    assert order(tmp_path) == ["third", "one", "other"]
