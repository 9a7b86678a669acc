"""
What is owed to the outside: committed with its cause, sent after the commit, at least once.

One delivery for each event, recipient and channel, ever: whatever restarts
owes nothing twice. Whoever sends leases a delivery by the machine's clock; a
lease that runs out goes to the next, under the same Message-ID. Every attempt
is noted, and what cannot be sent stays where people see it.
"""

from engine.outbox.leasing import LANES, LEASE, Owed, next_due, take
from engine.outbox.outcomes import LONGEST_WAIT, failed, retry, sent
from engine.outbox.owing import Notice, owe, rows_of
from engine.outbox.trying import try_out

__all__ = [
    "LANES",
    "LEASE",
    "LONGEST_WAIT",
    "Notice",
    "Owed",
    "failed",
    "next_due",
    "owe",
    "retry",
    "rows_of",
    "sent",
    "take",
    "try_out",
]
