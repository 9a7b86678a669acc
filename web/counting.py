"""
Counting wrong passwords and codes by address, over all processes that serve the same database.

Each process counts in memory and, with each wrong one alone, writes it down and
learns how many there were elsewhere. So whoever is right costs nothing, and
beside the bound each further process lets one wrong one through before it
knows. The database holds no address but a digest under a key that lies beside
it.
"""

import hmac
from datetime import timedelta
from hashlib import sha256

from limits.storage import MemoryStorage

from engine.identity import attempts
from web.services import services

SCHEME = "steward"
PURPOSE = b"steward wrong proofs 1\0"


class Shared(MemoryStorage):
    """What Flask-Limiter counts in."""

    STORAGE_SCHEME = [SCHEME]

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count here and in the database; how many there were within `expiry` seconds, wherever there were more."""
        here, everywhere = super().incr(key, expiry, amount), _kept(key, timedelta(seconds=expiry))
        with self.locks[key]:
            self.storage[key] = max(here, everywhere, self.storage[key])
        return self.storage[key]


def _kept(key: str, within: timedelta) -> int:
    over = services()
    source = hmac.new(over.visits.key, PURPOSE + key.encode(), sha256).digest()
    with over.database.writing() as session:
        return attempts.wrong_from(session, source, within=within, machine_now=over.machine_clock())
