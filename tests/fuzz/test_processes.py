"""The shipped processes, walked at random for long. `STEWARD_FUZZ` sets how often (1,500)."""

import os
from pathlib import Path

import pytest
from walks import Shipped, shipped, walked

WALKS = int(os.environ.get("STEWARD_FUZZ", "1500"))


@pytest.mark.parametrize("folder", shipped(), ids=lambda folder: folder.name)
def test_a_shipped_process_lives_the_same_saved_or_not(folder: Path):
    process = Shipped.of(folder)
    first = int.from_bytes(os.urandom(4))
    for seed in range(first, first + WALKS):
        walk = walked(process, seed, 200)
        assert walk.replays(), f"seed {seed}"
