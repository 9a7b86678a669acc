"""A bounded look at the laws of the core; `make fuzz` looks longer, and at other models each time."""

from datetime import datetime

from blocks import Act, Artist, Block, Life, lives
from hypothesis import HealthCheck, given, settings
from laws import late_and_punctual_give_equal_bytes, live, same_in_memory_saved_pruned_and_replayed
from play import MORNING, Memory, defined

LAW = settings(
    max_examples=60, derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@LAW
@given(lives)
def test_a_case_is_the_same_in_memory_saved_and_pruned_and_replayed(life: Life):
    same_in_memory_saved_pruned_and_replayed(life)


@LAW
@given(lives)
def test_a_late_worker_and_a_punctual_one_give_equal_bytes(life: Life):
    late_and_punctual_give_equal_bytes(life)


def test_the_laws_are_tried_on_cases_that_go_far():
    """What the laws look at must happen: a loop with a list in it, saved forty times."""
    inner = Block("list", (3, 1, 1, 0), (Block("task", (1, 0, 0, 0)), Block("task", (1, 0, 0, 0))))
    block = Block("loop", (1, 0, 0, 0), (inner, Block("task", (0, 0, 0, 0))))
    life = live(defined(Artist().model(block)), [Act(3, number, 7) for number in range(40)])
    assert len(life.log) > 12
    assert life.now > MORNING
    assert isinstance(life.memory, Memory)
    assert isinstance(life.now, datetime)
