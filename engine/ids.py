"""The only chance in the engine: identifiers that sort by time, and salts."""

import os
import time
from uuid import UUID


def new_id() -> UUID:
    """A UUID of version 7 (RFC 9562): unique, and sorted by the millisecond in which it was made."""
    chance = int.from_bytes(os.urandom(10))
    millisecond = time.time_ns() // 1_000_000
    high, low = chance >> 68, chance & (1 << 62) - 1
    return UUID(int=millisecond << 80 | 7 << 76 | high << 64 | 2 << 62 | low)


def new_salt() -> bytes:
    """Sixteen bytes that nobody can guess, so that the digest of an erased text betrays nothing."""
    return os.urandom(16)
