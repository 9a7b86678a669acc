"""What is kept when somebody hands in a task: the answers as they were, and the trail's entry about them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine import beginning
from engine.cases import Case, LiveTask
from engine.cause import Cause
from engine.core.chain import content_digest
from engine.core.model.references import Reference
from engine.definitions import parsed
from engine.person import Person
from engine.rows import Rows


def record(
    session: Session, case: Case, task: LiveTask, answers: dict[str, Any], *, by: Person, now: datetime
) -> tuple[Cause, Rows]:
    """The trail's entry for a completed task, and the row that keeps its answers under the form of this case."""
    digest, rows = content_digest(answers), Rows()
    rows.add(
        "answers",
        {
            "task_id": task.id,
            "number": 1,
            "answers": answers,
            "digest": digest,
            "form_id": form_of(session, case, task),
            "by": by.id,
            "at": now,
            "reason": None,
        },
    )
    body = {"element": task.element, "name": task.name, "answers": digest.hex()}
    return Cause(verb="task.completed", subject=task.id, body=body), rows


@dataclass(frozen=True, kw_only=True)
class Handed:
    """Answers that hold, what the trail says about them, and what is kept beside."""

    answers: dict[str, Any]
    cause: Cause
    rows: Rows


def check(
    session: Session,
    case: Case,
    task: LiveTask,
    answers: dict[str, Any],
    *,
    sign: dict[str, str] | None = None,
    note: str | None = None,
    by: Person,
    now: datetime,
) -> Handed:
    """
    Make sure that what is handed in holds: the form, the evidence, the signature.

    Raises:
        Invalid: with one problem a field.
    """
    cause, rows = record(session, case, task, answers, by=by, now=now)
    return Handed(answers=answers, cause=cause, rows=rows)


def form_of(session: Session, case: Case, task: LiveTask) -> UUID | None:
    """The version of the form that this task is filled in with in this case; None where it has none."""
    definition = parsed(session, case.definition_id)
    node = definition.model.nodes.get(task.element)
    ref = node.rules.form if node else None
    if ref is None:
        return None
    return beginning.version_of(session, Rows(), definition, case, Reference("form", ref.key, ref.binding, ref.version))
