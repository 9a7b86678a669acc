"""
On call: who answers at which level of a subject or service, now and later.

A subject is written `REGISTER:ROW`, a service by its name.
"""

from engine.oncall.asking import Answering, OnCall, answering, gaps_of, now_on_call, reached, subjects, who
from engine.oncall.book import cancel, define, name_of, override
from engine.oncall.pausing import Pauser, pausing

__all__ = [
    "Answering",
    "OnCall",
    "Pauser",
    "answering",
    "cancel",
    "define",
    "gaps_of",
    "name_of",
    "now_on_call",
    "override",
    "pausing",
    "reached",
    "subjects",
    "who",
]
