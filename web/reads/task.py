"""One task with all that is needed to do it."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import access, filling, separation
from engine.cases import look, unpacked
from engine.core.advance import visible_of
from engine.core.model.references import Reference
from engine.core.vocabulary import Node, Rules
from engine.errors import Conflict, Forbidden, NotOffered, Rejected, TaskClosed
from engine.evidence import must_say
from engine.identity import competence, people
from engine.identity.person import Person
from engine.identity.substitutes import absences
from engine.models import versions
from engine.models.definitions import Parsed, parsed
from engine.store.definitions import FormRow, Resource
from engine.store.running import Answer, Fixed, Instance, StuckStep, Task
from web.reads import evidence
from web.reads.tasks import candidates, one_task

SILENT = Node(id="", kind="userTask", name="")


def whole(session: Session, person: Person, task_id: UUID, *, now: datetime) -> dict[str, Any]:
    """
    The task, its form and what is filled in already, slots, rules, and why `person` may not do it at `now`.

    Raises:
        NotFound: there is no such task in a case that `person` may see.
    """
    row = one_task(session, person, task_id)
    task = session.get_one(Task, task_id)
    definition = parsed(session, row.definition_id)
    node = definition.model.nodes.get(row.element, SILENT)
    schema, prefilled, choices = _form(session, definition, task, now)
    offered = candidates(session, task_id)
    hindered = _hindered(session, person, row, task, definition, offered, now)
    answers = select(Answer).where(Answer.task_id == task_id).order_by(Answer.number)
    return {
        **row._mapping,
        "documentation": node.documentation,
        "candidates": offered,
        "locals": task.locals,
        "form": schema,
        "prefilled": prefilled,
        "choices": choices,
        "slots": [replace(one, says=must_say(one, task.locals, now=now)) for one in node.rules.evidence],
        "evidence": evidence.of_task(session, task_id),
        "rules": _shown(node.rules),
        "answers": session.scalars(answers).all(),
        "hindered": hindered,
        "why_not": str(hindered) if hindered else None,
        "stuck": _stuck(session, task_id),
    }


def form_id_of(session: Session, definition: Parsed, task: Task) -> UUID | None:
    """The version of the form in which a task is filled in; None where it has none."""
    ref = definition.model.nodes.get(task.element, SILENT).rules.form
    if ref is None:
        return None
    reference = Reference("form", ref.key, ref.binding, ref.version)
    fixed = select(Fixed.version_id).where(
        Fixed.instance_id == task.instance_id, Fixed.kind == "form", Fixed.reference == reference.name
    )
    return session.scalar(fixed) or versions.resolve(session, [reference], definition.deployment_id).get(reference)


def _form(
    session: Session, definition: Parsed, task: Task, now: datetime
) -> tuple[dict[str, Any] | None, dict[str, Any], dict[str, Any]]:
    """The form-js schema in the version that the case uses, the values it starts with, and the people and rows."""
    form_id = form_id_of(session, definition, task)
    file = select(Resource.data).join(FormRow, FormRow.resource_id == Resource.id)
    found = session.scalar(file.where(FormRow.id == form_id)) if form_id else None
    if form_id is None or found is None:
        return None, {}, {}
    state = session.scalar(select(Instance.state).where(Instance.id == task.instance_id))
    variables = (visible_of(unpacked(state)) if state else {}) | task.locals
    form = filling.form(session, form_id)
    return orjson.loads(found), form.prefilled(variables), filling.choices(session, form, variables, now=now)


def _shown(rules: Rules) -> dict[str, Any]:
    names = ("sign", "sign_covers", "separate_from", "competence", "clauses", "escalation", "clock")
    shown = {name: getattr(rules, name) for name in names}
    computed = isinstance(rules.sign_covers, str)
    return shown | ({"sign_covers": [rules.sign_covers]} if computed else {})


def _hindered(
    session: Session, person: Person, row: Any, task: Task, definition: Parsed, offered: list[str], now: datetime
) -> Rejected | None:
    """What keeps `person` from it at `now`."""
    if row.status == "completed":
        return TaskClosed(f"{row.completed_by} completed it.", by=row.completed_by)
    if row.status == "withdrawn":
        return TaskClosed(f"It was withdrawn{f': {row.closed_because}' if row.closed_because else ''}.")
    if row.holder not in (None, person.id):
        return Conflict(f"{row.holder} holds it.")
    for_whom = row.acting_for
    if row.holder is None and person.id != row.accountable and not person.parties & set(offered):
        for_whom = _in_place_of(session, person, row, offered, now)
    if row.holder is None and person.id != row.accountable and not (person.parties & set(offered) or for_whom):
        why = "It is not offered to you."
        return NotOffered(why, f"{row.accountable} is accountable for it.", accountable=row.accountable)
    try:
        access.must_act(person)
        separation.check(session, definition, _Case(row.instance_id), task, person, acting_for=for_whom)
        competence.check(session, definition, look(session, row.instance_id), task, person, now=now)
    except Forbidden as error:
        return error
    return None


def _in_place_of(session: Session, person: Person, row: Any, offered: list[str], now: datetime) -> str | None:
    """Somebody who is away, for whom `person` stands in at `now` and who could claim the task."""
    for absence in absences(session).stood_for(person.id, now):
        away = people.find(session, absence.person)
        if away and absence.process in (None, row.process) and (away.parties & {*offered, f"person:{row.accountable}"}):
            return away.id
    return None


class _Case:
    """A case, as far as rules of separation go."""

    def __init__(self, instance_id: UUID) -> None:
        self.id = instance_id


def _stuck(session: Session, task_id: UUID) -> str | None:
    query = select(StuckStep.error).where(StuckStep.task_id == task_id, StuckStep.resolved_at.is_(None))
    return session.scalar(query.limit(1))
