"""Tables against a model of a table in a few lines of Python."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.dmn import HitPolicyViolated

BOUNDS = st.integers(-3, 3)
INTERVALS = st.tuples(BOUNDS, BOUNDS, st.booleans(), st.booleans()).filter(lambda i: i[0] < i[1])
CELLS = st.none() | BOUNDS | INTERVALS | st.lists(BOUNDS, min_size=1, max_size=3)
ROWS = st.lists(st.tuples(CELLS, CELLS, st.integers(0, 2)), min_size=1, max_size=6)
HALVES = [n / 2 for n in range(-8, 9)]


def lets_through(cell, value):
    """What the cell means."""
    if cell is None:
        return True
    if isinstance(cell, int):
        return value == cell
    if isinstance(cell, list):
        return value in cell
    low, high, low_in, high_in = cell
    return (low < value or (low_in and low == value)) and (value < high or (high_in and high == value))


def written(cell):
    """How the cell is written."""
    if cell is None:
        return "-"
    if isinstance(cell, list):
        return ", ".join(map(str, cell))
    if isinstance(cell, int):
        return str(cell)
    low, high, low_in, high_in = cell
    return f"{'[' if low_in else '('}{low}..{high}{']' if high_in else ')'}"


def file_of(table, rows, policy):
    cells = [[written(a), written(b), str(o)] for a, b, o in rows]
    return table(cells, inputs=["a", "b"], policy=policy, allowed={"o": "2, 0, 1"})


def hits(rows, a, b):
    return [(n, o) for n, (x, y, o) in enumerate(rows, 1) if lets_through(x, a) and lets_through(y, b)]


def answers(decisions, a, b):
    """The outputs, or the numbers of the rules that collide."""
    try:
        return [row["o"] for row in decisions.decide("t", {"a": a, "b": b}).rows]
    except HitPolicyViolated as error:
        return error.rules


@settings(max_examples=60, deadline=None)
@given(ROWS, st.sampled_from(HALVES), st.sampled_from(HALVES))
def test_every_hit_policy_does_what_it_says(table, rows, a, b):
    matching = hits(rows, a, b)
    numbers, outputs = tuple(n for n, _ in matching), [o for _, o in matching]
    ranked = sorted(outputs, key=[2, 0, 1].index)

    assert answers(file_of(table, rows, "UNIQUE"), a, b) == (outputs if len(outputs) < 2 else numbers)
    assert answers(file_of(table, rows, "ANY"), a, b) == (outputs[:1] if len(set(outputs)) < 2 else numbers)
    assert answers(file_of(table, rows, "FIRST"), a, b) == outputs[:1]
    assert answers(file_of(table, rows, "PRIORITY"), a, b) == ranked[:1]
    assert answers(file_of(table, rows, "OUTPUT ORDER"), a, b) == ranked
    assert answers(file_of(table, rows, "RULE ORDER"), a, b) == outputs
    assert answers(file_of(table, rows, "COLLECT"), a, b) == outputs


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_rows_are_said_to_overlap_exactly_when_some_input_matches_both(table, rows):
    said = {problem.element for problem in file_of(table, rows, "UNIQUE").problems() if problem.code == "dmn-overlap"}
    second_of_a_pair = {
        f"t_r{j}"
        for (i, one), (j, other) in combinations(enumerate(rows, 1), 2)
        if all(any(lets_through(one[c], v) and lets_through(other[c], v) for v in HALVES) for c in (0, 1))
    }

    assert said <= second_of_a_pair
    assert bool(said) == bool(second_of_a_pair)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_stands_in_a_cell_the_file_is_read_and_judged(table, cell, output):
    printable = str.maketrans({chr(n): " " for n in [*range(32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF]})
    decisions = table([[cell.translate(printable), output.translate(printable)]])

    assert all(problem.file == "t.dmn" for problem in decisions.problems())
