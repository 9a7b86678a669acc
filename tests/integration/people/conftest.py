"""Quick hashes: how long guessing takes is not what these tests are about."""

from collections.abc import Iterator

import pytest

from engine.identity.passwords import Hashing


@pytest.fixture(autouse=True, scope="package")
def quick_hashing() -> Iterator[None]:
    """Hash with little work."""
    usual = Hashing.hasher
    Hashing.use(time_cost=1, memory_cost=8)
    yield
    Hashing.hasher = usual
