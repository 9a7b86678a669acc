"""The reference says what there is."""

from pathlib import Path

from engine.core.expressions.dollar_parser import METHODS
from engine.core.feel.builtins import BUILTINS
from engine.core.feel.run import LIMITS

REFERENCE = (Path(__file__).parents[3] / "docs" / "reference" / "expressions.md").read_text()


def test_every_built_in_function_stands_in_the_reference():
    assert [name for name in sorted(BUILTINS) if f"`{name}`" not in REFERENCE] == []


def test_the_bounds_in_the_reference_are_those_of_the_program():
    for bound in (LIMITS.steps, LIMITS.characters, LIMITS.items, LIMITS.text):
        assert f"{bound:,}" in REFERENCE
    assert f"about {LIMITS.nesting} levels" in REFERENCE


def test_every_way_to_move_a_moment_stands_in_the_reference():
    units = {name.removeprefix("plus").removeprefix("minus") for name in METHODS} - {"toDate", "toString"}

    assert [unit for unit in sorted(units) if unit not in REFERENCE] == []
