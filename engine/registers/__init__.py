"""
Registers: what the organisation keeps a list of, such as its AI systems, with history and as of any moment.

The engine knows what a row may be asked for (who is its steward, who may
pause it), and no register by name.
"""

from engine.registers.definitions import Defined, all_registers, define, defined
from engine.registers.facts import facts_of, must_be_kept, news
from engine.registers.keeping import add, change, end, must_read, must_see
from engine.registers.reading import Row, changes, holders, matching, row, rows
from engine.subject import Subject

__all__ = [
    "Defined",
    "Row",
    "Subject",
    "add",
    "all_registers",
    "change",
    "changes",
    "define",
    "defined",
    "end",
    "facts_of",
    "holders",
    "matching",
    "must_be_kept",
    "must_read",
    "must_see",
    "news",
    "row",
    "rows",
]
