"""How long what failed rests before it is tried again: longer each time, and not all at the same moment."""

from datetime import timedelta
from hashlib import blake2b

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120))
"""After each failure; after the last somebody has to look."""

SPREAD = 0.2
"""By how much of itself a rest may be longer, so that what failed together does not come back together."""


def rest(failures: int, row: object) -> timedelta:
    """
    The rest after `failures` failures, counted from one; after more than there are waits the longest.

    The spread comes from the row's id, so that the same failure rests equally long wherever it is computed.
    """
    wait = WAITS[min(failures, len(WAITS)) - 1]
    drawn = int.from_bytes(blake2b(f"{row}:{failures}".encode(), digest_size=4).digest()) / 2**32
    return wait * (1 + SPREAD * drawn)
