"""A register keeps its rows with who, when and why, and answers as of any moment."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update

from engine import registers
from engine.errors import Conflict, Forbidden, Invalid, NotFound, Outdated
from engine.registers import Subject
from engine.store.registers import RegisterChange, RegisterRow, RegisterVersion
from engine.verify import verify
from tests.integration.registers.conftest import FORM, MACHINES, PRESS
from tests.integration.shell.conftest import House

REGISTER = "reg_machines"


def holding(house: House, at: Any = None) -> dict[str, Any]:
    found = house.read(lambda s: registers.rows(s, REGISTER, at=at, ended=True))
    return {one.key: (one.number, one.values["status"], one.ended) for one in found}


def test_a_row_is_as_it_is_and_as_it_was(house: House):
    house.act(registers.add, REGISTER, {**PRESS, "status": "draft"}, by="anna")
    began = house.now
    house.later(days=1)
    house.act(registers.change, REGISTER, "press", {"status": "active"}, reason="Approved.", by="bert")
    changed = house.now
    house.later(days=1)
    house.act(registers.end, REGISTER, "press", reason="Scrapped.", by="anna")

    assert holding(house, began - timedelta(seconds=1)) == {}
    assert holding(house, began) == {"press": (1, "draft", False)}
    assert holding(house, changed) == {"press": (2, "active", False)}
    assert holding(house) == {"press": (3, "active", True)}
    history = house.read(lambda s: registers.changes(s, REGISTER, "press"))
    assert [(one.number, one.kind, one.by, one.reason) for one in history] == [
        (1, "added", "anna", ""),
        (2, "changed", "bert", "Approved."),
        (3, "ended", "anna", "Scrapped."),
    ]
    assert house.read(lambda s: registers.matching(s, REGISTER, {})) == []
    assert house.verbs(f"register:{REGISTER}") == ["register.defined", "row.added", "row.changed", "row.ended"]
    assert house.read(lambda s: verify(s, None)).holds


def test_rows_are_found_by_what_they_hold(house: House):
    for key, status in (("a", "active"), ("b", "retired"), ("c", "active")):
        house.act(registers.add, REGISTER, {**PRESS, "id": key, "status": status}, by="anna")

    def keys(**where: Any) -> list[str]:
        return [one.key for one in house.read(lambda s: registers.matching(s, REGISTER, where))]

    assert keys(status="active") == ["a", "c"]
    assert keys(status=["active", "retired"], steward="anna") == ["a", "b", "c"]
    assert keys(colour="red") == []


def test_what_does_not_hold_is_refused_with_its_field(house: House):
    def problems(**values: Any) -> dict[str, Any]:
        with pytest.raises(Invalid) as refused:
            house.act(registers.add, REGISTER, {**PRESS, **values}, by="anna")
        return dict(refused.value.problems)

    assert problems(steward=None) == {"steward": ["An active machine has a steward."]}
    assert "steward" in problems(steward="olga")
    assert "colour" in problems(colour="red")
    assert "id" in problems(id="two words")
    house.act(registers.add, REGISTER, {**PRESS, "status": "retired"}, by="anna")
    with pytest.raises(Invalid, match="stays retired"):
        house.act(registers.change, REGISTER, "press", {"status": "active"}, reason="Back.", by="anna")
    with pytest.raises(Invalid, match="changed like this"):
        house.act(registers.change, REGISTER, "press", {"id": "other"}, reason="Renamed.", by="anna")
    with pytest.raises(Invalid, match="differs"):
        house.act(registers.change, REGISTER, "press", {"name": "Press 3"}, reason="Nothing.", by="anna")
    with pytest.raises(Invalid, match="why"):
        house.act(registers.change, REGISTER, "press", {"name": "Press 4"}, reason=" ", by="anna")


def test_who_may_keep_a_register_is_said_by_its_definition(house: House):
    with pytest.raises(Forbidden, match="kept by: staff"):
        house.act(registers.add, REGISTER, PRESS, by="olga")
    with pytest.raises(NotFound):
        house.act(registers.add, "reg_nothing", PRESS, by="anna")
    with pytest.raises(Forbidden):
        house.act(registers.define, MACHINES, json.dumps(FORM).encode(), by="anna")
    house.act(registers.define, {**MACHINES, "may_read": ["staff"]}, json.dumps(FORM).encode(), by="root")
    with pytest.raises(NotFound):
        house.act(registers.add, REGISTER, PRESS, by="stranger")


def test_an_ended_row_never_changes_and_a_stale_change_is_told(house: House):
    house.act(registers.add, REGISTER, PRESS, by="anna")
    house.act(registers.change, REGISTER, "press", {"name": "Press 4"}, reason="Moved.", expected=1, by="anna")
    with pytest.raises(Outdated, match="version 2, not 1"):
        house.act(registers.change, REGISTER, "press", {"name": "Press 5"}, reason="Moved.", expected=1, by="bert")
    house.act(registers.end, REGISTER, "press", reason="Scrapped.", by="anna")
    with pytest.raises(Conflict, match="has ended"):
        house.act(registers.change, REGISTER, "press", {"name": "Press 6"}, reason="Back.", by="anna")
    with pytest.raises(Conflict, match="has a row press already"):
        house.act(registers.add, REGISTER, PRESS, by="anna")


def test_a_row_was_called_as_its_definition_said_then(house: House):
    house.act(registers.add, REGISTER, PRESS, by="anna")
    then = house.now
    house.later(days=1)
    house.act(registers.define, {**MACHINES, "row_title": "id"}, json.dumps(FORM).encode(), by="root")
    house.act(registers.change, REGISTER, "press", {"name": "Press 4"}, reason="Moved.", by="anna")
    titles = [house.read(lambda s, at=at: registers.rows(s, REGISTER, at=at))[0].title for at in (then, house.now)]
    assert titles == ["Press 3", "press"]


def test_two_at_once_add_one_row_and_change_it_one_after_the_other(house: House):
    def add(who: str) -> bool:
        try:
            house.act(registers.add, REGISTER, PRESS, by=who)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(add, ["anna", "bert", "carl", "anna"])) == 1
        names = [f"Press {number}" for number in range(10, 18)]
        list(
            pool.map(
                lambda name: house.act(registers.change, REGISTER, "press", {"name": name}, reason="x", by="anna"),
                names,
            )
        )
    assert holding(house)["press"][0] == 9
    assert house.read(lambda s: verify(s, None)).holds


def test_a_row_names_people_by_role(house: House):
    house.act(registers.add, REGISTER, {**PRESS, "phases": {"repair": "carl"}}, by="anna")
    press = Subject(register=REGISTER, row="press")

    def holders(role: str, part: str | None = None) -> tuple[str, ...]:
        return house.read(lambda s: registers.holders(s, press, role, part=part))

    assert holders("steward") == ("anna",)
    assert holders("pause") == ("anna", "bert")
    assert holders("people", "repair") == holders("people") == ("carl",)
    assert holders("oncall") == ()


@pytest.mark.parametrize(
    "behind",
    [
        update(RegisterRow).values(title="Other"),
        update(RegisterChange).values(reason="Other"),
        update(RegisterVersion).values(form=b"{}"),
        delete(RegisterChange),
    ],
    ids=["row", "reason", "form", "gone"],
)
def test_what_is_edited_behind_the_back_is_found(house: House, behind: Any):
    house.act(registers.add, REGISTER, PRESS, by="anna")
    with house.database.writing() as session:
        session.execute(behind)
    found = house.read(lambda s: verify(s, None)).first
    assert found is not None
    assert found.chain == f"register:{REGISTER}"
