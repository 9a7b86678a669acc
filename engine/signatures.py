"""
Signatures: a person's statement, made with his password, under a digest of what it covers.

Covered are the answers and evidence of the task, or the fields, slots and
variables that the model names (`sign_covers`); the digest also names the
diagram's version, the signer, the meaning and the moment. When covered content
changes later, and only then, the signature is for an earlier version and its
task opens again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import bindparam, select, text, update
from sqlalchemy.orm import Session

from engine import passwords, stepping
from engine.cases import Case
from engine.cause import Cause
from engine.core import events as ev
from engine.core.chain import content_digest, settled
from engine.core.stuck import Stuck
from engine.core.vocabulary import Model, Rules
from engine.definitions import Parsed
from engine.errors import Forbidden, Invalid
from engine.ids import new_id
from engine.person import Person
from engine.store.base import table_of
from engine.store.records import Evidence, Signature
from engine.store.running import Task, Variable

SIGNATURE, EVIDENCE, TASK = table_of(Signature), table_of(Evidence), table_of(Task)
NEWER = EVIDENCE.alias("newer")
IN_FORCE = (
    select(*(EVIDENCE.c[name] for name in ("id", "slot", "kind", "name", "sha256", "url", "effective_on")))
    .where(~select(NEWER.c.id).where(NEWER.c.replaces_id == EVIDENCE.c.id).exists())
    .order_by(EVIDENCE.c.slot, EVIDENCE.c.id)
)
EVIDENCE_OF = IN_FORCE.where(EVIDENCE.c.task_id == bindparam("of_task"))
EVIDENCE_IN = IN_FORCE.where(
    EVIDENCE.c.instance_id == bindparam("of_case"), EVIDENCE.c.slot.in_(bindparam("slots", expanding=True))
)
VARIABLES_OF = select(Variable.name, Variable.value).where(
    Variable.instance_id == bindparam("instance_id"), Variable.name.in_(bindparam("names", expanding=True))
)
STANDING = (
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


@dataclass(frozen=True, kw_only=True)
class Covered:
    """What a signature covers: names, or all of the task's answers and evidence where `whole`."""

    whole: bool
    fields: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()

    @classmethod
    def by(cls, rules: Rules, model: Model, answers: Mapping[str, Any]) -> "Covered":
        """What the model says is covered: a name is a slot of any task, else a field just answered, else a variable."""
        if rules.sign_covers is None:
            return cls(whole=True)
        slots = {slot.name for node in model.nodes.values() for slot in node.rules.evidence}
        names = rules.sign_covers
        return cls(
            whole=False,
            slots=tuple(name for name in names if name in slots),
            fields=tuple(name for name in names if name not in slots and name in answers),
            variables=tuple(name for name in names if name not in slots and name not in answers),
        )


@dataclass(frozen=True, kw_only=True)
class Change:
    """
    What was changed after the fact.

    Args:
        values: fields or variables that read otherwise now.
        record: the task whose record was amended; None where the case's data were changed.
        replaced: the evidence of which there is a newer version.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    record: UUID | None = None
    replaced: UUID | None = None

    def touches(self, task_id: UUID, covered: Mapping[str, Any]) -> bool:
        """Whether something that the signature under this task covers is no longer as it was signed."""
        signed = dict(covered["variables"])
        if self.record in (None, task_id):
            signed |= covered["answers"]
        if covered["whole"] and self.record == task_id and self.values:
            return True
        if any(settled(signed[name]) != settled(value) for name, value in self.values.items() if name in signed):
            return True
        return str(self.replaced) in {item["id"] for items in covered["evidence"].values() for item in items}


def sign(
    session: Session,
    case: Case,
    task: Any,
    *,
    definition: Parsed,
    answers: Mapping[str, Any],
    given: Mapping[str, str] | None,
    by: Person,
    now: datetime,
) -> dict[str, Any] | None:
    """
    The row of a signature under what is being handed in; None where the model asks for none.

    Nothing is written but a count of wrong passwords.

    Args:
        given: `password` and `meaning`, as the person sent them.

    Raises:
        Invalid: a signature is asked for and none was given, or none is asked for, or it means something else.
        Forbidden: the password is wrong, or `by` is no person.
    """
    node = definition.model.nodes.get(task.element)
    rules = node.rules if node else Rules()
    if rules.sign is None:
        if given:
            raise Invalid(f"{task.name} is not signed.", {"sign": "Leave this out."})
        return None
    _check_given(task.name, rules.sign, given)
    assert given is not None
    if by.kind != "person":
        raise Forbidden(f"{by.name} cannot sign.", "Only a person signs, with a password.")
    passwords.check_password(session, by.id, given["password"], now=now)
    covered = Covered.by(rules, definition.model, answers)
    content = _content(session, case.id, task.id, covered, answers)
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
    standing = session.execute(STANDING, {"of_case": case.id}).all()
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
    standing = session.execute(STANDING, {"of_case": case.id}).all()
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


def watched(model: Model) -> frozenset[str]:
    """The names that signatures of a model cover, where it names them."""
    return frozenset(name for node in model.nodes.values() for name in node.rules.sign_covers or ())


def _content(
    session: Session, instance_id: UUID, task_id: UUID, covered: Covered, answers: Mapping[str, Any]
) -> dict[str, Any]:
    """What is signed, as it is at this moment."""
    return {
        "whole": covered.whole,
        "answers": dict(answers) if covered.whole else {name: answers[name] for name in covered.fields},
        "evidence": _evidence(session, instance_id, task_id, covered),
        "variables": _variables(session, instance_id, covered.variables),
    }


def _evidence(session: Session, instance_id: UUID, task_id: UUID, covered: Covered) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {name: [] for name in covered.slots}
    if not (covered.whole or covered.slots):
        return found
    if covered.whole:
        rows = session.execute(EVIDENCE_OF, {"of_task": task_id})
    else:
        rows = session.execute(EVIDENCE_IN, {"of_case": instance_id, "slots": covered.slots})
    for row in rows:
        effective = row.effective_on.isoformat() if row.effective_on else None
        content = {"name": row.name, "sha256": row.sha256, "url": row.url, "effective_on": effective}
        found.setdefault(row.slot, []).append({"id": str(row.id), "kind": row.kind, **content})
    return found


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


def _check_given(name: str, meaning: str, given: Mapping[str, str] | None) -> None:
    problems = {}
    if not given or not given.get("password"):
        problems["sign"] = f"{name} is signed as {meaning!r}: give your password again."
    elif given.get("meaning") not in (None, "", meaning):
        problems["sign"] = f"The signature under {name} means {meaning!r}, not {given['meaning']!r}."
    if problems:
        raise Invalid(problems["sign"], problems)


def _variables(session: Session, instance_id: UUID, names: tuple[str, ...]) -> dict[str, Any]:
    if not names:
        return {}
    rows = session.execute(VARIABLES_OF, {"instance_id": instance_id, "names": names})
    found = {row.name: orjson.loads(row.value) for row in rows}
    return {name: found.get(name) for name in names}
