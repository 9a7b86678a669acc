"""What a signature covers, as it is when it is made, and whether a later change touches that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine.core.chain import settled
from engine.core.expressions import ExpressionError, Scope, compile_text
from engine.core.vocabulary import Model, Node
from engine.errors import Invalid
from engine.store.base import table_of
from engine.store.records import Evidence
from engine.store.running import Variable

EVIDENCE = table_of(Evidence)
NEWER = EVIDENCE.alias("newer")
IN_FORCE = (
    select(*(EVIDENCE.c[name] for name in ("id", "slot", "kind", "name", "sha256", "url", "effective_on", "version")))
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


@dataclass(frozen=True, kw_only=True)
class Covered:
    """
    What a signature covers: names, or all of the task's answers and evidence where `whole`.

    `own` are slots of the task itself, `slots` those of other tasks of the case.
    """

    whole: bool
    fields: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()

    @classmethod
    def by(cls, node: Node, model: Model, answers: Mapping[str, Any], *, names: tuple[str, ...] | None) -> "Covered":
        """What is covered: each name is a slot of this task or of another, a field just answered, or a variable."""
        if names is None:
            return cls(whole=True)
        slots = {slot.name for each in model.nodes.values() for slot in each.rules.evidence}
        own = {slot.name for slot in node.rules.evidence}
        return cls(
            whole=False,
            own=tuple(name for name in names if name in own),
            slots=tuple(name for name in names if name in slots - own),
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


def computed(text: str, scope: Scope, task: str) -> tuple[str, ...]:
    """
    The names that an expression gives.

    Raises:
        Invalid: it has no value here, or gives no list of names.
    """
    try:
        value = compile_text(text).evaluate(scope)
    except ExpressionError as error:
        raise Invalid(f"What the signature under {task} covers cannot be told. {error}") from error
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Invalid(f"What the signature under {task} covers is no list of names, but {value!r}.")
    return tuple(dict.fromkeys(value))


def content(
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
    found: dict[str, list[Any]] = {name: [] for name in (*covered.own, *covered.slots)}
    rows: list[Any] = []
    if covered.whole or covered.own:
        own = session.execute(EVIDENCE_OF, {"of_task": task_id}).all()
        rows += [row for row in own if covered.whole or row.slot in covered.own]
    if covered.slots:
        rows += session.execute(EVIDENCE_IN, {"of_case": instance_id, "slots": covered.slots}).all()
    for row in rows:
        effective = row.effective_on.isoformat() if row.effective_on else None
        content = {"name": row.name, "sha256": row.sha256, "url": row.url, "effective_on": effective}
        content |= {"version": row.version} if row.version else {}
        found.setdefault(row.slot, []).append({"id": str(row.id), "kind": row.kind, **content})
    return found


def _variables(session: Session, instance_id: UUID, names: tuple[str, ...]) -> dict[str, Any]:
    if not names:
        return {}
    rows = session.execute(VARIABLES_OF, {"instance_id": instance_id, "names": names})
    found = {row.name: orjson.loads(row.value) for row in rows}
    return {name: found.get(name) for name in names}
