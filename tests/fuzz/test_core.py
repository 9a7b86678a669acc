"""The laws of the core over thousands of random models. `STEWARD_FUZZ` sets how many (1,500)."""

import os

from blocks import Life, lives
from hypothesis import HealthCheck, given, settings
from laws import late_and_punctual_give_equal_bytes, same_in_memory_saved_pruned_and_replayed

LAW = settings(
    max_examples=int(os.environ.get("STEWARD_FUZZ", "1500")),
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)


@LAW
@given(lives)
def test_a_case_is_the_same_in_memory_saved_and_pruned_and_replayed(life: Life):
    same_in_memory_saved_pruned_and_replayed(life)


@LAW
@given(lives)
def test_a_late_worker_and_a_punctual_one_give_equal_bytes(life: Life):
    late_and_punctual_give_equal_bytes(life)
