"""The processes that are shipped, walked at random: the same in memory, saved, saved whole, and replayed."""

from pathlib import Path

import pytest
from walks import Shipped, shipped, walked


@pytest.mark.parametrize("folder", shipped(), ids=lambda folder: folder.name)
def test_a_shipped_process_lives_the_same_saved_or_not(folder: Path):
    process = Shipped.of(folder)
    ended = 0
    for seed in range(8):
        walk = walked(process, seed, 100)
        ended += bool(walk.ended)
        assert walk.replays()
        assert walk.tokens < 40_000  # Sixteen inputs of a review in work at once, each with what was drafted for it.
    assert ended > 0
