"""
Signatures: a person's statement, made with his password, under a digest of what it covers.

Covered are the answers and evidence of the task, or the fields, slots and
variables that the model names (`sign_covers`); the digest also names the
diagram's version, the signer, the meaning and the moment. When covered content
changes later, and only then, the signature is for an earlier version and its
task opens again.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.orm import Session

from engine import timetable
from engine.cases import Case
from engine.core import events as ev
from engine.core.advance import visible_of
from engine.core.chain import content_digest
from engine.core.expressions import Scope
from engine.core.stuck import Stuck
from engine.core.vocabulary import Model, Rules
from engine.covered import Change as Change
from engine.covered import Covered, computed
from engine.covered import content as covered_content
from engine.errors import Forbidden, Invalid
from engine.hot import Hot
from engine.identity import proving
from engine.identity.person import Person
from engine.ids import new_id
from engine.models.definitions import Parsed
from engine.running import stepping
from engine.running.cause import Cause
from engine.store.base import table_of
from engine.store.records import Signature
from engine.store.running import Task

SIGNATURE, TASK = table_of(Signature), table_of(Task)
STANDING = Hot(
    select(
        SIGNATURE.c.id,
        SIGNATURE.c.by,
        SIGNATURE.c.task_id,
        SIGNATURE.c.covered,
        TASK.c.element,
        TASK.c.name,
        TASK.c.locals,
    )
    .join(TASK, TASK.c.id == SIGNATURE.c.task_id)
    .where(SIGNATURE.c.instance_id == bindparam("of_case"), text("signatures.outdated_at IS NULL"))
    .order_by(SIGNATURE.c.id)
)
OUTDATE = update(SIGNATURE).where(SIGNATURE.c.id == bindparam("signature_id")).values(outdated_at=bindparam("moment"))


def sign(
    session: Session,
    case: Case,
    task: Any,
    *,
    definition: Parsed,
    answers: Mapping[str, Any],
    given: Mapping[str, Any] | None,
    by: Person,
    now: datetime,
) -> dict[str, Any] | None:
    """
    The row of a signature under what is being handed in; None where the model asks for none.

    Nothing is written but a count of wrong passwords.

    Args:
        given: `password` and `meaning`, as the person sent them, and `second`: a code, where a second factor is on.

    Raises:
        Invalid: a signature is asked for and none was given, or none is asked for, or it means something else.
        Forbidden: the password or the code is wrong or missing, or `by` is no person.
    """
    node = definition.model.nodes.get(task.element)
    rules = node.rules if node else Rules()
    if node is None or rules.sign is None:
        if given:
            raise Invalid(f"{task.name} is not signed.", {"sign": "Leave this out."})
        return None
    _check_given(task.name, rules.sign, given)
    assert given is not None
    if by.kind != "person":
        raise Forbidden(f"{by.name} cannot sign.", "Only a person signs, with a password.")
    proving.again(session, by, given["password"], given.get("second"), now=now)
    covered = Covered.by(node, definition.model, answers, names=_names(session, case, task, rules, now))
    content = covered_content(session, case.id, task.id, covered, answers)
    row = {
        "id": new_id(),
        "instance_id": case.id,
        "task_id": task.id,
        "by": by.id,
        "meaning": rules.sign,
        "at": now,
        "covered": content,
        "definition_id": definition.id,
        "outdated_at": None,
    }
    return row | {"digest": digest_of(row)}


def digest_of(row: Mapping[str, Any]) -> str:
    """The SHA-256 over all that a signature says, in hexadecimal."""
    names = ("instance_id", "task_id", "by", "meaning", "definition_id", "covered")
    at = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
    said = {name: row[name] if name == "covered" else str(row[name]) for name in names}
    return content_digest(said | {"at": at}).hex()


def look_again(session: Session, case: Case, change: Change, *, by: Person, now: datetime) -> list[UUID]:
    """
    Find the signatures of a locked case that cover what was changed, and open their tasks again.

    The trail's entries are added to the case's chain; the caller saves it.

    Returns:
        The signatures that are for an earlier version from now on.
    """
    standing = STANDING.all(session, {"of_case": case.id})
    outdated = [row for row in standing if change.touches(row.task_id, row.covered)]
    _outdate(session, case, outdated, by=by, now=now)
    if case.status == "running":
        _reopen(session, case, outdated, by=by, now=now)
    return [row.id for row in outdated]


def age(session: Session, case: Case, values: Mapping[str, Any], *, but: UUID, by: Person, now: datetime) -> None:
    """
    Say that signatures are for an earlier version which cover variables that the case's own course has changed.

    Args:
        but: the task whose own signature is new.
    """
    standing = STANDING.all(session, {"of_case": case.id})
    change = Change(values=values, record=but)
    older = [row for row in standing if row.task_id != but and change.touches(row.task_id, row.covered)]
    _outdate(session, case, older, by=by, now=now)


def _outdate(session: Session, case: Case, rows: Iterable[Any], *, by: Person, now: datetime) -> None:
    for row in rows:
        session.execute(OUTDATE, {"signature_id": row.id, "moment": now})
        said = {"element": row.element, "task": row.task_id, "signed_by": row.by}
        case.chain.add("signature.outdated", row.id, said, by=by.id, now=now)


def said(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the trail says of a signature."""
    return {name: row[name] for name in ("id", "meaning", "digest")}


def watched(model: Model) -> frozenset[str] | None:
    """The names that signatures of a model cover, where it names them; None where only a case can tell."""
    said = [node.rules.sign_covers for node in model.nodes.values() if node.rules.sign_covers]
    if any(isinstance(one, str) for one in said):
        return None
    return frozenset(name for names in said for name in names)


def _names(session: Session, case: Case, task: Any, rules: Rules, now: datetime) -> tuple[str, ...] | None:
    """The names that the signature covers in this case; None for all of the task."""
    if not isinstance(rules.sign_covers, str):
        return rules.sign_covers
    seen = (visible_of(case.state) if case.state else {}) | task.locals
    zone = ZoneInfo(timetable.calendar(session, case.calendar).zone)
    return computed(rules.sign_covers, Scope(seen, now=now, zone=zone), task.name)


def _reopen(session: Session, case: Case, outdated: Iterable[Any], *, by: Person, now: datetime) -> None:
    """Open each task again whose signature no longer stands, unless it is open already."""
    for row in outdated:
        if any((one.element, one.locals) == (row.element, row.locals) for one in case.live.values()):
            continue
        said = {"element": row.element, "because": f"What {row.by} signed has changed."}
        event = ev.Reopened(element=row.element, locals=row.locals)
        cause = Cause(verb="task.reopened", subject=row.task_id, body=said)
        try:
            stepping.take(session, case, event, by=by, now=now, cause=cause)
        except Stuck as error:
            raise Invalid(f"{row.name} cannot be opened again. {error}", {error.element: [str(error)]}) from error


def _check_given(name: str, meaning: str, given: Mapping[str, Any] | None) -> None:
    problems = {}
    if not given or not given.get("password"):
        problems["sign"] = f"{name} is signed as {meaning!r}: give your password again."
    elif given.get("meaning") not in (None, "", meaning):
        problems["sign"] = f"The signature under {name} means {meaning!r}, not {given['meaning']!r}."
    if problems:
        raise Invalid(problems["sign"], problems)
