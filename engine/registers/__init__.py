"""
Registers: what the organisation keeps a list of, such as its AI systems, with history and as of any moment.

The engine knows what a row may be asked for (who is its steward, who may
pause it), and no register by name.
"""

from engine.registers.definitions import ALL, Defined, all_registers, define, defined, listed
from engine.registers.ending import answer, ask_to_end, asked
from engine.registers.facts import facts_of, must_be_kept, news, offering
from engine.registers.importing import Line, bring, look, sheet
from engine.registers.keeping import add, added, change, changed, end, locked
from engine.registers.linking import cases, tie
from engine.registers.publishing import Published, published
from engine.registers.reading import Row, changes, histories, holders, matching, row, rows, rows_then, signatures
from engine.registers.rights import may_read, must_read, must_see
from engine.registers.scope import seen_row, touched, within
from engine.registers.signing import sign
from engine.subject import Subject

__all__ = [
    "ALL",
    "Defined",
    "Line",
    "Published",
    "Row",
    "Subject",
    "add",
    "added",
    "all_registers",
    "answer",
    "ask_to_end",
    "asked",
    "bring",
    "cases",
    "change",
    "changed",
    "changes",
    "define",
    "defined",
    "end",
    "facts_of",
    "histories",
    "holders",
    "listed",
    "locked",
    "look",
    "matching",
    "may_read",
    "must_be_kept",
    "must_read",
    "must_see",
    "news",
    "offering",
    "published",
    "row",
    "rows",
    "rows_then",
    "seen_row",
    "sheet",
    "sign",
    "signatures",
    "tie",
    "touched",
    "within",
]
