"""
A case as bytes, and back.

Only what is alive is kept: a row for each token, the data, the facts of
finished tasks. The specification is never stored with an instance. JSON with
sorted keys: the same case is always the same bytes.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from engine.core.spiff import running
from engine.core.spiff.step import Step, encoded, iso
from engine.core.spiff.tokens import Case, Token

FORMAT = 1
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def dump(case: Case, step: Step, *, prune: bool = True) -> bytes:
    """
    The case after a step; without `prune` also what is finished.

    Raises:
        NoJson: a variable holds what JSON cannot.
    """
    if prune:
        running.forget_finished(case)
    kept: dict[str, Any] = {
        "format": FORMAT,
        "given": case.given,
        "data": case.variables,
        "facts": case.facts,
        "tokens": [_row(token) for token in case.tokens()],
        "last_id": step.last_id,
        "last": iso(step.now),
    }
    if case.completed:
        kept["ended"] = True
    if case.last_end is not None:
        kept["end"] = case.last_end
    done = [number for number, scope in case.subprocesses.items() if scope.completed]
    if done:
        kept["done"] = sorted(done)
    return encoded(kept)


def _row(token: Token) -> list[Any]:
    row = [
        token.id,
        token.task_spec.name,
        token._state,
        (token.entered - EPOCH) // timedelta(microseconds=1),
        token._parent or 0,
        token.workflow.parent_task_id or 0,
    ]
    if token.data or token.internal_data:
        row.append(token.data)
    if token.internal_data:
        row.append(token.internal_data)
    return row


def load(definition: Any, state: bytes) -> tuple[Case, int, datetime]:
    """The case, the last number that was given to a token, and the moment of the last step."""
    kept = orjson.loads(state)
    case = Case(definition)
    case.given, case.variables, case.facts = kept["given"], kept["data"], kept["facts"]
    case.completed, case.last_end = "ended" in kept, kept.get("end")
    for row in kept["tokens"]:
        _restore(case, row)
    for number in kept.get("done", ()):
        case.subprocesses[number].completed = True
    return case, kept["last_id"], datetime.fromisoformat(kept["last"])


def _restore(case: Case, row: list[Any]) -> None:
    number, name, state, entered, parent, owner = row[:6]
    scope = case if not owner else case.subprocesses.get(owner)
    if scope is None:
        holder = case.find(owner)
        assert holder is not None
        scope = case.open_scope(holder, holder.task_spec.scope_name)
    spec = case.definition.nodes[name]
    token = Token.restored(number, scope, spec, scope.tasks.get(parent), state, EPOCH + timedelta(microseconds=entered))
    if len(row) > 6:
        token.data = row[6]
    if len(row) > 7:
        token.internal_data = row[7]
