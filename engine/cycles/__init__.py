"""
Cycles: plans that recur, and every time that one comes round.

A cycle says what to start, for whom, and by which rule. For each subject it
has a series, which knows its next date. When that comes, the occurrence is
written, and whoever writes it starts the case; so two schedulers, a restart
in the middle or a clock that jumps back make one case.
`docs/reference/cycles.md` is the contract.
"""

from engine.cycles.draining import drain_cycles, next_due
from engine.cycles.extra import run
from engine.cycles.gaps import explain, is_gap, retry
from engine.cycles.looking_ahead import Ahead, Preview, ahead, preview
from engine.cycles.planning import activate, change, define, end, pause
from engine.cycles.seeding import activate_ready, seed

__all__ = [
    "Ahead",
    "Preview",
    "activate",
    "activate_ready",
    "ahead",
    "change",
    "define",
    "drain_cycles",
    "end",
    "explain",
    "is_gap",
    "next_due",
    "pause",
    "preview",
    "retry",
    "run",
    "seed",
]
