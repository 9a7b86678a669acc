"""What is kept when somebody hands in a task: the answers as they were, and the trail's entry about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from engine import audit, evidence, filling, links, records, registers, signatures
from engine.cases import Case, LiveTask
from engine.core.advance import visible_of
from engine.core.chain import content_digest
from engine.core.forms import Checked
from engine.core.model.references import Reference
from engine.core.vocabulary import Rules
from engine.errors import Invalid
from engine.identity.person import Person
from engine.ids import new_id
from engine.models.definitions import Parsed, parsed
from engine.running import beginning
from engine.running.cause import Cause
from engine.running.rows import Rows
from engine.subject import Subject


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
    sign: Mapping[str, Any] | None = None,
    note: str | None = None,
    by: Person,
    now: datetime,
) -> Handed:
    """
    Make sure that what is handed in holds: the form, the evidence, and then the signature.

    Raises:
        Conflict: the task must wait until no running case blocks this one.
        Invalid: with one problem a field or slot, or because a signature is missing.
        Forbidden: whoever signs did not prove who he is.
    """
    definition = parsed(session, case.definition_id)
    node = definition.model.nodes.get(task.element)
    rules = node.rules if node else Rules()
    if rules.unblocked:
        links.must_be_unblocked(session, case, task.name)
    checked = _checked(session, case, task, answers, rules, now=now)
    signature = signatures.sign(
        session, case, task, definition=definition, answers=checked.values, given=sign, by=by, now=now
    )
    cause, rows = record(session, case, task, checked.values, by=by, now=now)
    if signature:
        rows.add("signatures", signature)
        cause.body["signature"] = signatures.said(signature)
    if note and note.strip():
        words = {"id": new_id(), "instance_id": case.id, "task_id": task.id, "by": by.id, "at": now, "text": note}
        rows.add("comments", words)
        cause.body["comment"] = records.comment_said(words)
    return Handed(answers=checked.values, cause=cause, rows=rows)


def _checked(
    session: Session, case: Case, task: LiveTask, answers: dict[str, Any], rules: Rules, *, now: datetime
) -> Checked:
    """The answers as they may be kept. What is wrong with them and what evidence is missing comes in one answer."""
    form_id = form_of(session, case, task) if rules.form else None
    variables = visible_of(case.state) | task.locals if form_id and case.state else task.locals
    if form_id and case.subject and "subject" in filling.form(session, form_id).reads:
        variables = variables | _subject_now(session, case.subject, case.subject_number)
    checked = filling.check(session, case, form_id, answers, variables=variables, now=now)
    problems: dict[str, Any] = dict(checked.errors)
    if rules.evidence:
        lacking = evidence.missing(rules.evidence, evidence.in_force(session, task.id))
        problems |= {slot: [sentence] for slot, sentence in lacking.items()}
    if problems:
        first = next(iter(problems.values()))[0]
        raise Invalid(f"{task.name} cannot be handed in like this. {first}", problems)
    return checked


def _subject_now(session: Session, subject: Subject, known: int | None) -> dict[str, Any]:
    """What the case is about as it is at this moment, where the case has not heard of it yet."""
    heard = registers.news(session, subject, known)
    return {"subject": registers.facts_of(session, heard[0])} if heard else {}


def age_signatures(
    session: Session, case: Case, task: LiveTask, definition: Parsed, rows: Rows, *, by: Person, now: datetime
) -> None:
    """
    Say of earlier signatures that they are for an earlier version, where this step changed variables they cover.

    Nothing opens again: the case's own course comes to the task again where the model wants it.
    """
    if not case.signed:
        return
    names = signatures.watched(definition.model)
    changed = [
        row
        for row in rows.new.get("variables", ())
        if row["instance_id"] == case.id and (names is None or row["name"] in names)
    ]
    if changed:
        values = {row["name"]: orjson.loads(row["value"]) for row in changed}
        signatures.age(session, case, values, but=task.id, by=by, now=now)
        audit.save(session, case.chain)


def form_of(session: Session, case: Case, task: LiveTask) -> UUID | None:
    """The version of the form that this task is filled in with in this case; None where it has none."""
    definition = parsed(session, case.definition_id)
    node = definition.model.nodes.get(task.element)
    ref = node.rules.form if node else None
    if ref is None:
        return None
    return beginning.version_of(session, Rows(), definition, case, Reference("form", ref.key, ref.binding, ref.version))
