"""Options that come from beyond the case: the members of groups, and rows of registers."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from engine.core.expressions import ExpressionError, Scope
from engine.core.forms.schema import RowsOf

Offer = dict[str, Any]
Rows = Callable[[str], Sequence[Mapping[str, Any]]]
"""The rows of a register that have not ended, as `subject` reads them: fields, `register`, `row`, `title`."""


def no_rows(_register: str) -> Sequence[Mapping[str, Any]]:
    """What is offered where nobody looks into registers."""
    return ()


def offered(asked: RowsOf, rows: Rows, variables: Mapping[str, Any], *, now: datetime, zone: tzinfo) -> list[Offer]:
    """The rows as options, by title: `label` and `value`. A row for which `where` has no answer is none."""
    found = [row for row in rows(asked.register) if _meant(asked, row, variables, now, zone)]
    offers = [{"label": row["title"], "value": _value(asked, row)} for row in found]
    return sorted(offers, key=lambda one: (str(one["label"]).casefold(), one["value"]))


def _meant(asked: RowsOf, row: Mapping[str, Any], variables: Mapping[str, Any], now: datetime, zone: tzinfo) -> bool:
    if asked.where is None:
        return True
    try:
        return asked.where.evaluate(Scope({**variables, "row": row}, now=now, zone=zone, strict=False)) is True
    except ExpressionError:
        return False


def _value(asked: RowsOf, row: Mapping[str, Any]) -> str:
    return f"{row['register']}:{row['row']}" if asked.as_subject else str(row["row"])
