"""Words beside the run: comments, and amendments of records that are finished."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select
from sqlalchemy import text as condition
from sqlalchemy.orm import Session

from engine import access, audit, filling, mentions, signatures
from engine.cases import Case, lock, lock_for_task
from engine.core.advance import variables_of
from engine.core.chain import content_digest
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.identity.person import Person
from engine.ids import new_id
from engine.store.base import table_of
from engine.store.records import Comment
from engine.store.running import Answer, Task

COMMENT, ANSWER, TASK = table_of(Comment), table_of(Answer), table_of(Task)
BY_ID = select(TASK).where(TASK.c.id == bindparam("task_id"))
NEWEST = select(ANSWER).where(ANSWER.c.task_id == bindparam("of_task")).order_by(ANSWER.c.number.desc()).limit(1)
ANSWERED = (
    select(TASK.c.id, TASK.c.element, ANSWER.c.number, ANSWER.c.answers, ANSWER.c.digest, ANSWER.c.form_id)
    .join(ANSWER, ANSWER.c.task_id == TASK.c.id)
    .where(TASK.c.instance_id == bindparam("of_case"), condition("tasks.status = 'completed'"))
    .order_by(TASK.c.id.desc(), ANSWER.c.number.desc())
)
LONGEST = 10_000


def comment(
    session: Session, instance_id: UUID, text: str, *, task_id: UUID | None = None, by: Person, now: datetime
) -> Row[Any]:
    """
    Say something about a case, or about one of its tasks; returns its row. Comments are never changed.

    Whoever is mentioned (`@` and his id) is told, if he may see the case.

    Raises:
        NotFound: there is no such case, or `by` may not know of it; or the task is of another case.
        Forbidden: `by` only reads.
        Invalid: it says nothing, or too much.
    """
    case = lock(session, instance_id)
    access.must_see(session, by, case)
    access.must_act(by)
    if not text.strip() or len(text) > LONGEST:
        raise Invalid(f"A comment has between 1 and {LONGEST:,} signs.", {"text": "It is empty, or too long."})
    if task_id is not None:
        task = session.execute(BY_ID, {"task_id": task_id}).one_or_none()
        if task is None or task.instance_id != case.id:
            raise NotFound("task", str(task_id))
    comment_id = new_id()
    row = {"id": comment_id, "instance_id": case.id, "task_id": task_id, "by": by.id, "at": now, "text": text}
    session.execute(insert(COMMENT), [row])
    verb = "task.commented" if task_id else "instance.commented"
    told = mentions.tell(session, case, text, comment=comment_id, by=by, now=now)
    said = {"comment": comment_said(row)} | ({"told": told} if told else {})
    audit.append(session, case.id, verb, task_id or case.id, said, by=by, now=now)
    return session.execute(select(COMMENT).where(COMMENT.c.id == comment_id)).one()


def comment_said(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the trail says of a comment: which, and the digest of its words."""
    return {"id": row["id"], "digest": content_digest(row["text"]).hex()}


def amend(session: Session, task_id: UUID, *, answers: dict[str, Any], reason: str, by: Person, now: datetime) -> None:
    """
    Correct a finished record by a further one; what was handed in stays (ISO 9001:2015, 7.5.3).

    The case's data stay as they are: to change them too, correct the data. A
    signature that covers what has changed is then for an earlier version, and
    its task opens again.

    Args:
        answers: all answers, as they should read.

    Raises:
        NotFound: there is no such task, or `by` may not know of it.
        Forbidden: `by` neither did it nor owns the case.
        Conflict: the task is not completed.
        Invalid: no reason is given, nothing differs, or the answers do not hold.
    """
    case = lock_for_task(session, task_id)
    access.must_see(session, by, case)
    access.must_act(by)
    task = session.execute(BY_ID, {"task_id": task_id}).one()
    if task.status != "completed":
        raise Conflict(f"{task.name} is not completed; there is no record to amend yet.")
    if by.id not in (task.completed_by, task.acting_for, case.owner):
        raise Forbidden(f"{by.name} did not do {task.name}.", f"Ask {task.completed_by}, or the owner, {case.owner}.")
    if not reason.strip():
        raise Invalid("Say why the record is amended.", {"reason": "A reason is needed."})
    before = session.execute(NEWEST, {"of_task": task_id}).one()
    variables = variables_of(case.state) | task.locals if case.state else task.locals
    checked = filling.check(session, case, before.form_id, answers, variables=variables, now=now)
    if checked.errors:
        raise Invalid("The answers do not hold.", dict(checked.errors))
    if content_digest(checked.values) == before.digest:
        raise Invalid("Nothing differs from the record as it is.", {"answers": "Nothing differs."})
    _write(session, case, task_id, task.element, before, checked.values, reason.strip(), by=by, now=now)
    was, names = before.answers, before.answers.keys() | checked.values.keys()
    differs = {name: checked.values.get(name) for name in names if was.get(name) != checked.values.get(name)}
    signatures.look_again(session, case, signatures.Change(values=differs, record=task_id), by=by, now=now)
    audit.save(session, case.chain)


def follow(
    session: Session, case: Case, changes: Mapping[str, Any], *, reason: str, by: Person, now: datetime
) -> list[UUID]:
    """
    Amend the records that corrected data were answered in, the newest for each name, so that both say the same.

    Whoever corrects what somebody answered has thereby had a hand in that
    task: separation of duties counts him like whoever did it. The trail's
    entries are added to the case's chain; the caller saves it.

    Returns:
        The tasks whose records were amended.
    """
    left, newest = set(changes), dict[UUID, Any]()
    for row in session.execute(ANSWERED, {"of_case": case.id}):
        newest.setdefault(row.id, row)
    amended = []
    for task_id, row in newest.items():
        names = left & row.answers.keys()
        left -= names
        values = row.answers | {name: changes[name] for name in names}
        if content_digest(values) != row.digest:
            _write(session, case, task_id, row.element, row, values, reason, by=by, now=now)
            amended.append(task_id)
    return amended


def _write(
    session: Session,
    case: Case,
    task_id: UUID,
    element: str,
    before: Row[Any],
    values: dict[str, Any],
    reason: str,
    *,
    by: Person,
    now: datetime,
) -> None:
    """One further record of a finished task, and the trail's entry about it."""
    digest, number = content_digest(values), before.number + 1
    row = {"task_id": task_id, "number": number, "answers": values, "digest": digest, "form_id": before.form_id}
    session.execute(insert(ANSWER), [row | {"by": by.id, "at": now, "reason": reason}])
    said = {"element": element, "number": number, "reason": reason}
    said |= {"before": before.digest.hex(), "answers": digest.hex()}
    case.chain.add("task.amended", task_id, said, by=by.id, now=now)
