"""Which passwords were right a moment ago, so that a client's every request does not hash one anew."""

import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_bytes

SPAN = timedelta(minutes=5)
MOST = 10_000


@dataclass
class Remembered:
    """
    Pairs of name and password that were right within the last minutes.

    Kept in memory, under a key of this process; a new password ends it at once.
    """

    key: bytes = field(default_factory=lambda: token_bytes(32), repr=False)
    seen: dict[bytes, tuple[str, datetime]] = field(default_factory=dict, repr=False)

    def mark(self, person_id: str, password: str) -> bytes:
        """The name under which a pair is remembered; nothing can be told from it."""
        return hmac.digest(self.key, f"{person_id}\0{password}".encode(errors="replace"), "sha256")

    def holds(self, mark: bytes, hashed: str, now: datetime) -> bool:
        """Whether the pair was right within the last minutes, when the person's hash was this one already."""
        then, until = self.seen.get(mark, ("", now))
        return then == hashed and now < until

    def keep(self, mark: bytes, hashed: str, now: datetime) -> None:
        """The pair was right, with this hash."""
        if len(self.seen) >= MOST:
            self.seen.clear()
        self.seen[mark] = (hashed, now + SPAN)
