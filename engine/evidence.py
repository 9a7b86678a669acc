"""
Evidence: files and links in the slots of a task. Newer versions keep the older.

`effective_on` is the day the evidence speaks of, `received_at` the moment it
arrived (ISO 9001:2015, 7.5.3). The files lie in a folder, by their content.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from difflib import get_close_matches
from typing import IO, Any, Literal
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select
from sqlalchemy.orm import Session

from engine import accepted, access, audit, signatures
from engine.cases import Case, lock_for_task
from engine.core.advance import visible_of
from engine.core.expressions import ExpressionError, Scope, compile_text
from engine.core.vocabulary import Slot
from engine.errors import Conflict, Forbidden, Invalid, NotFound, TaskClosed
from engine.hot import Hot
from engine.identity.person import Person
from engine.ids import new_id
from engine.models.definitions import parsed
from engine.store.base import table_of
from engine.store.records import Evidence
from engine.store.running import Task
from engine.vault import Kept
from engine.vault import Store as Store

LONGEST_VERSION = 200
_LACKING = {"version": "Say for which version it is.", "day": "Say of which day it is."}

EVIDENCE, TASK = table_of(Evidence), table_of(Task)
NEWER = EVIDENCE.alias("newer")
IN_FORCE = Hot(
    select(EVIDENCE)
    .where(EVIDENCE.c.task_id == bindparam("of_task"))
    .where(~select(NEWER.c.id).where(NEWER.c.replaces_id == EVIDENCE.c.id).exists())
    .order_by(EVIDENCE.c.id)
)
BY_ID = select(TASK).where(TASK.c.id == bindparam("task_id"))


def add_file(
    session: Session,
    task_id: UUID,
    *,
    store: Store,
    data: bytes | IO[bytes],
    name: str,
    media_type: str | None,
    slot: str,
    effective_on: date | None = None,
    version: str | None = None,
    replaces_id: UUID | None = None,
    by: Person,
    now: datetime,
) -> Row[Any]:
    """
    Put a file into a slot of a task; returns its row.

    Args:
        data: the bytes, or a stream that is read from its beginning.
        effective_on: the day the evidence speaks of.
        version: the version of what it speaks of, such as that of a model.
        replaces_id: of what this is a newer version; that stays.

    Raises:
        NotFound: there is no such task, or `by` may not know of it; or nothing with `replaces_id` in the slot.
        Forbidden: `by` does not hold the task; or, once it is completed, neither did it nor owns the case.
        Conflict: the slot takes one thing and has it; or it was replaced already.
        TaskClosed: the task was withdrawn; or it is completed, and this would not replace anything.
        Invalid: there is no such slot, it takes no files, the file is not taken, or it must say more about itself.
    """
    case, task = _open_for(session, task_id, replaces_id, by=by)
    place = _slot(session, case, task, slot, "file")
    name, kind = accepted.file_name(name), (media_type or "application/octet-stream").partition(";")[0].strip().lower()
    _refuse(accepted.problem_of_file(name, kind), "file")
    _must_fit(session, task, place, replaces_id)
    about = _about(case, task, place, effective_on, version, now)
    kept = store.put(data)
    _refuse(accepted.problem_of_content(kept.head), "file")
    given = {"kind": "file", "name": name, "media_type": kind, "size": kept.size, "sha256": kept.sha256, "url": None}
    return _keep(session, case, task, slot, given | about, replaces_id, by=by, now=now)


def add_link(
    session: Session,
    task_id: UUID,
    *,
    url: str,
    name: str,
    slot: str,
    effective_on: date | None = None,
    version: str | None = None,
    replaces_id: UUID | None = None,
    by: Person,
    now: datetime,
) -> Row[Any]:
    """
    Put a link into a slot of a task; returns its row. What lies behind it is not looked at.

    Raises:
        As `add_file`; Invalid also where the address is none.
    """
    case, task = _open_for(session, task_id, replaces_id, by=by)
    place = _slot(session, case, task, slot, "link")
    _refuse(accepted.problem_of_url(url), "url")
    _must_fit(session, task, place, replaces_id)
    about = _about(case, task, place, effective_on, version, now)
    named = name.strip()[: accepted.LONGEST_NAME] or url[: accepted.LONGEST_NAME]
    given = {"kind": "link", "name": named, "media_type": None, "size": None, "sha256": None, "url": url}
    return _keep(session, case, task, slot, given | about, replaces_id, by=by, now=now)


def in_force(session: Session, task_id: UUID) -> list[Any]:
    """The newest version of each piece of evidence of a task, oldest first."""
    return IN_FORCE.all(session, {"of_task": task_id})


def missing(slots: Iterable[Slot], rows: Iterable[Any]) -> dict[str, str]:
    """
    What must still be given before a task can be completed: slot to sentence. A text alone fills no slot.

    Args:
        slots: of the model.
        rows: the task's evidence in force.
    """
    filled = {row.slot for row in rows}
    return {
        slot.name: f"Evidence is missing: {' or '.join(slot.kinds)} for {slot.name!r}."
        for slot in slots
        if slot.required and slot.name not in filled
    }


def _open_for(session: Session, task_id: UUID, replaces_id: UUID | None, *, by: Person) -> tuple[Case, Row[Any]]:
    """The locked case and the task, if `by` may give evidence for it now."""
    case = lock_for_task(session, task_id)
    access.must_see(session, by, case)
    access.must_act(by)
    task = session.execute(BY_ID, {"task_id": task_id}).one()
    if task.status == "withdrawn":
        raise TaskClosed(f"{task.name} was withdrawn; nothing can be added to it.")
    if task.status == "completed":
        if replaces_id is None:
            raise TaskClosed(
                f"{task.name} is completed; its evidence can be replaced by a newer version, not added to."
            )
        if by.id not in (task.completed_by, task.acting_for, case.owner):
            raise Forbidden(
                f"{by.name} did not do {task.name}.", f"Ask {task.completed_by}, or the owner, {case.owner}."
            )
    elif task.holder != by.id:
        raise Forbidden(f"{by.name} does not hold {task.name}.", "Claim it first.")
    return case, task


def _slot(session: Session, case: Case, task: Row[Any], name: str, kind: str) -> Slot:
    node = parsed(session, case.definition_id).model.nodes.get(task.element)
    slots: Mapping[str, Slot] = {slot.name: slot for slot in (node.rules.evidence if node else ())}
    slot = slots.get(name)
    if slot is None:
        near = get_close_matches(name, slots, n=1)
        hint = f" Did you mean {near[0]}?" if near else f" It has {', '.join(slots) or 'none'}."
        raise Invalid(f"{task.name} has no slot {name!r}.{hint}", {"slot": f"There is no slot {name!r}.{hint}"})
    if kind not in slot.kinds:
        why = f"The slot {name!r} takes {' and '.join(one + 's' for one in slot.kinds)} only."
        raise Invalid(why, {"slot": why})
    return slot


def _must_fit(session: Session, task: Row[Any], slot: Slot, replaces_id: UUID | None) -> None:
    """Refuse a second thing for a slot of one, and a newer version of what is not there."""
    there = {row.id: row for row in in_force(session, task.id) if row.slot == slot.name}
    if replaces_id is not None and replaces_id not in there:
        older = session.get(Evidence, replaces_id)
        if older is not None and older.task_id == task.id and older.slot == slot.name:
            raise Conflict("There is a newer version of this already. Replace that one.")
        raise NotFound("evidence", str(replaces_id))
    if replaces_id is None and there and not slot.many:
        held = next(iter(there.values()))
        raise Conflict(
            f"The slot {slot.name!r} takes one thing and holds {held.name!r}. Replace it by a newer version."
        )


def must_say(slot: Slot, variables: Mapping[str, Any], *, now: datetime) -> tuple[Literal["version", "day"], ...]:
    """What evidence in this slot has to state, `version` and `day`, where the task's variables are these."""
    if slot.says_if is None:
        return slot.says
    try:
        holds = compile_text(slot.says_if).evaluate(Scope(variables, now=now, zone=UTC, strict=False))
    except ExpressionError:
        return slot.says
    return slot.says if holds is True else ()


def _about(
    case: Case, task: Row[Any], slot: Slot, effective_on: date | None, version: str | None, now: datetime
) -> dict[str, Any]:
    """What the evidence says of itself; refused where that is not enough for its slot."""
    said = (version or "").strip() or None
    lacking = dict(_LACKING)
    if said:
        del lacking["version"]
    if effective_on:
        del lacking["day"]
    seen = (visible_of(case.state) if case.state else {}) | task.locals
    needed = [lacking[one] for one in must_say(slot, seen, now=now) if one in lacking]
    if needed:
        raise Invalid(f"Evidence for {slot.name!r} says more of itself. {' '.join(needed)}", {slot.name: needed})
    if said and len(said) > LONGEST_VERSION:
        raise Invalid(f"A version has at most {LONGEST_VERSION} signs.", {"version": "It is too long."})
    return {"effective_on": effective_on, "version": said}


def _keep(
    session: Session,
    case: Case,
    task: Row[Any],
    slot: str,
    given: dict[str, Any],
    replaces_id: UUID | None,
    *,
    by: Person,
    now: datetime,
) -> Row[Any]:
    evidence_id = new_id()
    where = {"id": evidence_id, "instance_id": case.id, "task_id": task.id, "slot": slot, "by": by.id}
    when = {"received_at": now, "replaces_id": replaces_id}
    session.execute(insert(EVIDENCE), [where | given | when])
    said = {
        "task": task.id,
        "element": task.element,
        "slot": slot,
        **given,
        "replaces": replaces_id,
    }
    case.chain.add("evidence.replaced" if replaces_id else "evidence.added", evidence_id, said, by=by.id, now=now)
    if replaces_id is not None:
        signatures.look_again(session, case, signatures.Change(replaced=replaces_id), by=by, now=now)
    audit.save(session, case.chain)
    return session.execute(select(EVIDENCE).where(EVIDENCE.c.id == evidence_id)).one()


def _refuse(problem: str | None, field: str) -> None:
    if problem:
        raise Invalid(problem, {field: problem})


__all__ = ["Kept", "Store", "add_file", "add_link", "in_force", "missing", "must_say"]
