"""What must be so after a step: each word of a story compared with what the database holds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import registers
from engine.store.definitions import DefinitionRow
from engine.store.records import AuditEntry, Delivery, Signature
from engine.store.running import Instance, Link, Passage, StuckStep, Subscription, Task, Timer, Variable
from engine.subject import Subject, read_subject
from steward.scenarios.story import Step
from steward.scenarios.world import World

OF = "of"
"""What in `row` names the row, where it is not what the case is about."""

LIVE = ("open", "claimed")


@dataclass(frozen=True)
class Mark:
    """How far the trail and the cases were before a step."""

    entries: dict[str, int]
    cases: frozenset[UUID]
    deliveries: frozenset[UUID]


def mark(session: Session) -> Mark:
    """Where things stand now."""
    heads = select(AuditEntry.chain, func.max(AuditEntry.number)).group_by(AuditEntry.chain)
    cases, deliveries = (frozenset(session.scalars(select(ids))) for ids in (Instance.id, Delivery.id))
    return Mark(dict(session.execute(heads).all()), cases, deliveries)


def differences(world: World, session: Session, case: UUID | None, step: Step, before: Mark) -> list[str]:
    """What is not as the step says, a sentence each."""
    found: list[str] = []
    for word, look in LOOKS.items():
        wanted = getattr(step, word)
        if wanted is None:
            continue
        is_ = look(world, session, case, before, wanted)
        if is_ != _normal(world, word, wanted):
            found.append(f"{word} is {_said(is_)}, not {_said(_normal(world, word, wanted))}")
    return found


def _normal(world: World, word: str, wanted: Any) -> Any:
    if word in ("open", "stuck", "waits", "started", "links", "told"):
        return sorted(wanted)
    if word in ("due", "held", "accountable"):
        return {key: _one_or_sorted([_meant(world, one) for one in _listed(value)]) for key, value in wanted.items()}
    return dict.fromkeys(wanted, True) if word in ("passed", "not_passed", "recorded") else wanted


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _meant(world: World, value: Any) -> Any:
    if isinstance(value, datetime):
        return world.place(value).astimezone(world.zone)
    return None if value == "none" else value


def _open(_: World, session: Session, case: UUID | None, __: Mark, ___: Any) -> list[str]:
    return sorted(task.element for task in _live(session, case))


def _due(world: World, session: Session, case: UUID | None, _: Mark, wanted: dict[str, Any]) -> dict[str, Any]:
    query = select(Timer.element, Timer.due_at).where(Timer.instance_id == case, Timer.status.in_(("pending", "stuck")))
    waits = [(task.element, task.due_at) for task in _live(session, case)]
    waits += session.execute(query).all()
    return _of_each(wanted, [(element, moment and moment.astimezone(world.zone)) for element, moment in waits])


def _held(_: World, session: Session, case: UUID | None, __: Mark, wanted: dict[str, Any]) -> dict[str, Any]:
    return _of_each(wanted, [(task.element, task.holder or "nobody") for task in _live(session, case)])


def _accountable(_: World, session: Session, case: UUID | None, __: Mark, wanted: dict[str, Any]) -> dict[str, Any]:
    return _of_each(wanted, [(task.element, task.accountable) for task in _live(session, case)])


def _of_each(wanted: Iterable[str], pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """What is so of each element that is spoken of; a sorted list where it is open more than once."""
    held: dict[str, list[Any]] = {}
    for element, value in pairs:
        held.setdefault(element, []).append(value)
    return {key: _one_or_sorted(held.get(key, ["not open"])) for key in wanted}


def _one_or_sorted(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else sorted(values, key=str)


def _variables(_: World, session: Session, case: UUID | None, __: Mark, wanted: dict[str, Any]) -> dict[str, Any]:
    rows = session.execute(select(Variable.name, Variable.value).where(Variable.instance_id == case)).all()
    held = {name: orjson.loads(value) for name, value in rows}
    return {name: held.get(name, "not there") for name in wanted}


def _recorded(_: World, session: Session, __: UUID | None, before: Mark, wanted: Iterable[str]) -> dict[str, bool]:
    query = select(AuditEntry.chain, AuditEntry.number, AuditEntry.verb)
    new = {verb for chain, number, verb in session.execute(query) if number > before.entries.get(chain, 0)}
    return {verb: verb in new for verb in wanted}


def _stuck(_: World, session: Session, case: UUID | None, __: Mark, ___: Any) -> list[str]:
    query = select(StuckStep.element).where(StuckStep.instance_id == case, StuckStep.resolved_at.is_(None))
    return sorted(session.scalars(query))


def _ended(_: World, session: Session, case: UUID | None, __: Mark, ___: Any) -> str | None:
    return session.scalar(select(Instance.status).where(Instance.id == case))


def _passed(_: World, session: Session, case: UUID | None, __: Mark, wanted: Iterable[str]) -> dict[str, bool]:
    query = select(Passage.element).where(Passage.instance_id == case, Passage.flow.is_(False))
    left = set(session.scalars(query.where(Passage.withdrawn.is_(False))))
    return {element: element in left for element in wanted}


def _not_passed(world: World, session: Session, case: UUID | None, before: Mark, wanted: Any) -> dict[str, bool]:
    return {element: not passed for element, passed in _passed(world, session, case, before, wanted).items()}


def _signed(_: World, session: Session, case: UUID | None, __: Mark, wanted: dict[str, str]) -> dict[str, str]:
    query = select(Task.element, Signature.meaning).join(Task, Task.id == Signature.task_id)
    query = query.where(Signature.instance_id == case, Signature.outdated_at.is_(None)).order_by(Signature.at)
    held = dict(session.execute(query).all())
    return {element: held.get(element, "not signed") for element in wanted}


def _waits(_: World, session: Session, case: UUID | None, __: Mark, ___: Any) -> list[str]:
    return sorted(set(session.scalars(select(Subscription.name).where(Subscription.instance_id == case))))


def _started(_: World, session: Session, __: UUID | None, before: Mark, ___: Any) -> list[str]:
    query = select(Instance.id, DefinitionRow.key).join(DefinitionRow, DefinitionRow.id == Instance.definition_id)
    return sorted(key for id_, key in session.execute(query) if id_ not in before.cases)


def _told(_: World, session: Session, __: UUID | None, before: Mark, ___: Any) -> list[str]:
    query = select(Delivery.id, Delivery.recipient)
    return sorted({recipient for id_, recipient in session.execute(query) if id_ not in before.deliveries})


def _about(_: World, session: Session, case: UUID | None, __: Mark, ___: Any) -> str:
    return str(_subject(session, case) or "nothing")


def _row(_: World, session: Session, case: UUID | None, __: Mark, wanted: dict[str, Any]) -> dict[str, Any]:
    named = wanted.get(OF)
    subject = read_subject(named) if named else _subject(session, case)
    found = registers.row(session, subject.register, subject.row) if subject else None
    held = {} if found is None else {**found.values, OF: named}
    return {name: held.get(name, "not there") for name in wanted}


def _subject(session: Session, case: UUID | None) -> Subject | None:
    query = select(Instance.subject_register, Instance.subject_row).where(Instance.id == case)
    found = session.execute(query).one_or_none()
    return Subject.of(f"{found[0]}:{found[1]}") if found and found[0] else None


def _links(_: World, session: Session, case: UUID | None, __: Mark, ___: Any) -> list[str]:
    out = _linked(Link.target_id).where(Link.source_id == case)
    back = _linked(Link.source_id).where(Link.target_id == case)
    said = [f"{kind} {key}" for kind, key in session.execute(out)]
    return sorted(said + [f"{key} {kind}" for kind, key in session.execute(back)])


def _linked(other: Any) -> Any:
    query = select(Link.kind, DefinitionRow.key).join(Instance, Instance.id == other)
    return query.join(DefinitionRow, DefinitionRow.id == Instance.definition_id)


LOOKS: dict[str, Callable[[World, Session, UUID | None, Mark, Any], Any]] = {
    "open": _open,
    "due": _due,
    "held": _held,
    "accountable": _accountable,
    "variables": _variables,
    "recorded": _recorded,
    "stuck": _stuck,
    "ended": _ended,
    "passed": _passed,
    "not_passed": _not_passed,
    "signed": _signed,
    "waits": _waits,
    "started": _started,
    "told": _told,
    "about": _about,
    "row": _row,
    "links": _links,
}


def _live(session: Session, case: UUID | None) -> list[Task]:
    return list(session.scalars(select(Task).where(Task.instance_id == case, Task.status.in_(LIVE))))


def _said(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_said(one)}" for key, one in value.items()) + "}"
    return "[" + ", ".join(_said(one) for one in value) + "]" if isinstance(value, list) else str(value)
