"""Many rows come and go as a sheet: all lines or none, with a report that names each line."""

from typing import Any

import pytest

from engine import registers
from engine.errors import Forbidden, Invalid
from engine.verify import verify
from tests.integration.registers.conftest import PRESS
from tests.integration.shell.conftest import House

REGISTER = "reg_machines"
HEAD = "id,name,status,steward,stop_list,phases.repair"


def bring(house: House, *lines: str, by: str = "anna") -> list[tuple[int, str, str]]:
    text = "\r\n".join([HEAD, *lines])
    found = house.act(registers.bring, REGISTER, text, reason="Taken over.", by=by)
    return [(one.line, one.key, one.outcome) for one in found]


def held(house: House) -> dict[str, dict[str, Any]]:
    return {one.key: dict(one.values) for one in house.read(lambda s: registers.rows(s, REGISTER))}


def test_a_sheet_adds_changes_and_leaves_rows(house: House):
    house.act(registers.add, REGISTER, PRESS, by="anna")
    house.act(registers.add, REGISTER, {**PRESS, "id": "saw", "name": "Saw"}, by="anna")

    told = bring(house, "press,Press 3b,,,,bert", "saw,Saw,active,anna,anna;bert,", 'lathe,"Lathe, old",draft,,,')

    assert told == [(2, "press", "changed"), (3, "saw", "same"), (4, "lathe", "added")]
    assert held(house)["press"] == {**PRESS, "name": "Press 3b", "phases": {"repair": "bert"}}
    assert held(house)["lathe"]["name"] == "Lathe, old"
    assert house.read(lambda s: verify(s, None)).holds


def test_one_bad_line_keeps_all_of_them_out_and_is_named(house: House):
    with pytest.raises(Invalid) as refused:
        bring(house, "press,Press 3,active,anna,,", "saw,Saw,active,,,", "lathe,,broken,,,")

    assert str(refused.value) == "2 of 3 lines cannot be kept in Machines."
    assert sorted(refused.value.problems) == ["line 3", "line 4"]
    assert refused.value.problems["line 3"] == ["steward: An active machine has a steward."]
    assert held(house) == {}


def test_the_same_key_twice_in_a_sheet_is_a_row_and_its_change(house: House):
    assert bring(house, "press,Press 3,draft,,,", "press,Press 4,,,,") == [
        (2, "press", "added"),
        (3, "press", "changed"),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "The first line names each field once."),
        ("id,colour\npress,red", "There is no field 'colour'"),
        ("id,id\npress,press", "The first line names each field once."),
        ("id,name\npress,Press,more", "Line 2 has 3 cells for 2 headings."),
        ('id,name\npress,"Press', "Line 2 cannot be read"),
    ],
)
def test_a_sheet_that_cannot_be_read_is_refused_with_the_place(house: House, text: str, why: str):
    with pytest.raises(Invalid, match=why):
        house.act(registers.bring, REGISTER, text, reason="Taken over.", by="anna")


def test_a_sheet_that_was_written_brings_back_the_same(house: House):
    house.act(registers.add, REGISTER, {**PRESS, "name": "=1+1", "phases": {"repair": "carl"}}, by="anna")
    found = house.read(lambda s: registers.sheet(s, registers.defined(s, REGISTER), by=house.who["anna"]))

    assert "'=1+1" in found
    told = house.act(registers.bring, REGISTER, found, reason="Back.", by="anna")

    assert [one.outcome for one in told] == ["same"]


def test_only_who_keeps_a_register_brings_rows(house: House):
    with pytest.raises(Forbidden, match="does not keep"):
        bring(house, "press,Press 3,draft,,,", by="stranger")
