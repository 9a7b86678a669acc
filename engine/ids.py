"""The only chance in the engine: identifiers that sort by time, and salts."""

import os
import time
from datetime import datetime
from hashlib import sha256
from threading import Lock
from uuid import UUID


class _Ids:
    """Ids of one process, each greater than the one before (RFC 9562, 6.2, method 1)."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last = 0

    def next(self) -> UUID:
        millisecond, chance = time.time_ns() // 1_000_000, int.from_bytes(os.urandom(10))
        begin = millisecond << 12 | chance >> 69  # The counter begins in its lower half, to have room.
        with self._lock:
            self._last = max(self._last + 1, begin)
            stamp = self._last
        low = chance & (1 << 62) - 1
        return UUID(int=(stamp >> 12) << 80 | 7 << 76 | (stamp & 0xFFF) << 64 | 2 << 62 | low)


_ids = _Ids()


def new_id() -> UUID:
    """A UUID of version 7 (RFC 9562): unique, and greater than every one this process made before."""
    return _ids.next()


def id_of(moment: datetime, *names: str) -> UUID:
    """The one UUID (version 8, RFC 9562) of these names at a moment; it sorts by that moment among the others."""
    low = int.from_bytes(sha256("\0".join(names).encode()).digest()[:10])
    stamp = int(moment.timestamp() * 1000)
    return UUID(int=stamp << 80 | 8 << 76 | (low >> 62 & 0xFFF) << 64 | 2 << 62 | low & (1 << 62) - 1)


def new_salt() -> bytes:
    """Sixteen bytes that nobody can guess, so that the digest of an erased text betrays nothing."""
    return os.urandom(16)


def new_secret(size: int) -> str:
    """A text of `size` random bytes, in hexadecimal."""
    return os.urandom(size).hex()
