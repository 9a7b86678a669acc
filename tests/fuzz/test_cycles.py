"""Ten years of cycles with random outages, another seed each time. `STEWARD_FUZZ_DECADES` sets how many (6)."""

import os
import random
import secrets

import pytest

from engine.transactions import Database
from tests.integration.cycles.decade import Decade

SEEDS = [secrets.randbits(32) for _ in range(int(os.environ.get("STEWARD_FUZZ_DECADES", "6")))]


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_missed_and_nothing_happens_twice(database: Database, seed: int):
    decade = Decade(database, random.Random(seed), wander=random.Random(seed).choice((3, 12, 25, 60)))
    decade.set_up()
    decade.live()
    decade.must_hold()
