"""
Clauses: the numbers under which auditors ask, and the records, evidence and open work that stand under each.

One record serves both standards: a task that names clauses of two stands
under both, with the same evidence; so does a row of a register.
"""

from engine.clauses.applicability import may_state, state, statement, statements
from engine.clauses.coverage import Covered, Scope, coverage, records
from engine.clauses.entries import under
from engine.clauses.figures import Figures, figures, only_here, strengths
from engine.clauses.standards import adopt, choose, counting, in_force, standard, standards

__all__ = [
    "Covered",
    "Figures",
    "Scope",
    "adopt",
    "choose",
    "counting",
    "coverage",
    "figures",
    "in_force",
    "may_state",
    "only_here",
    "records",
    "standard",
    "standards",
    "state",
    "statement",
    "statements",
    "strengths",
    "under",
]
