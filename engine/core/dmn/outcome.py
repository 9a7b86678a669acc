"""What a decision answers."""

from dataclasses import dataclass
from typing import Any

from engine.core.feel.errors import EvaluationError


@dataclass(frozen=True)
class Match:
    """A rule that matched: the decision's id, the rule's id, and its number in the table, from 1."""

    table: str
    rule: str
    index: int


@dataclass(frozen=True)
class Decided:
    """
    The answer of a decision.

    `rows` has one mapping a row, outputs by name: none where no rule matched,
    several for RULE ORDER, OUTPUT ORDER and COLLECT; an aggregate is one row.
    `matched` lists the rules of this table and of the tables it rests on, in
    the order in which they were asked. `value` is the answer as FEEL has it.
    """

    rows: list[dict[str, Any]]
    matched: list[Match]
    value: Any = None


class HitPolicyViolated(EvaluationError):
    """The rules that matched may not match together. `rules` are their numbers in the table, from 1."""

    def __init__(self, message: str, rules: tuple[int, ...]) -> None:
        super().__init__(message)
        self.rules = rules
