"""Folders go in force in an order in which whatever a diagram names is there already."""

from pathlib import Path

from steward.order import in_order


def folder(under: Path, name: str, *, needs: str = "", table: str = "") -> Path:
    made = under / name
    made.mkdir()
    called = f'<bpmn:callActivity id="C" calledElement="{needs}"/><bpmn:businessRuleTask camunda:decisionRef="{needs}"/>'
    (made / f"{name}.bpmn").write_text(f'<bpmn:process name="x" id="{name}">{called if needs else ""}</bpmn:process>')
    if table:
        (made / "t.dmn").write_text(f'<decision id="{table}" name="t"/>')
    return made


def names(folders: list[Path]) -> list[str]:
    return [one.name for one in folders]


def test_what_is_called_comes_before_its_callers(tmp_path: Path) -> None:
    found = [folder(tmp_path, "a", needs="b"), folder(tmp_path, "b", needs="c"), folder(tmp_path, "c")]
    assert names(in_order(found)) == ["c", "b", "a"]


def test_a_table_comes_before_whoever_asks_it(tmp_path: Path) -> None:
    found = [folder(tmp_path, "a", needs="limits"), folder(tmp_path, "b", table="limits")]
    assert names(in_order(found)) == ["b", "a"]


def test_what_needs_nothing_stays_as_it_came_and_a_folder_twice_is_one(tmp_path: Path) -> None:
    found = [folder(tmp_path, "b"), folder(tmp_path, "a", needs="a")]
    assert names(in_order([*found, *found])) == ["b", "a"]


def test_of_a_circle_the_first_goes_first(tmp_path: Path) -> None:
    found = [folder(tmp_path, "a", needs="b"), folder(tmp_path, "b", needs="a")]
    assert names(in_order(found)) == ["a", "b"]
