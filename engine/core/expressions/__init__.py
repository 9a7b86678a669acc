"""
Expressions of a model: `${...}` and FEEL, one evaluation underneath.

    expression = compile_text("${amount > 1000 ? 'L2' : 'L1'}")
    expression.names                      # frozenset({"amount"})
    expression.evaluate(Scope({"amount": 250}, now=now, zone=zone))     # "L1"

What goes in and comes out is plain JSON; see `engine.core.feel.border` for
numbers and moments. An evaluation is pure, and ends: it has a budget of steps.
"""

from engine.core.expressions.expression import Expression, Scope
from engine.core.expressions.front import compile_condition, compile_text, run_script
from engine.core.feel.errors import EvaluationError, ExpressionError, UnknownVariable

__all__ = [
    "EvaluationError",
    "Expression",
    "ExpressionError",
    "Scope",
    "UnknownVariable",
    "compile_condition",
    "compile_text",
    "run_script",
]
