"""What the page of a task shows beside the task itself: its case, its people, what comes next, and what was typed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import access, filling, guards, separation, tasks
from engine.cases import look
from engine.core.forms.schema import Field
from engine.core.vocabulary import Node
from engine.errors import Forbidden, NotFound
from engine.identity import competence, groups
from engine.identity.person import Person
from engine.ladders import rungs
from engine.ladders.plan import Plan, plan
from engine.models.definitions import Parsed, parsed
from engine.store.people import GroupRow, PersonRow
from engine.store.records import Comment, Signature
from engine.store.running import Passage, Task
from web.reads import clauses, comments, story
from web.reads.cases import one_case
from web.reads.clauses import Named
from web.reads.definitions import file_of
from web.reads.task import SILENT, form_id_of, whole
from web.story import Line


@dataclass(frozen=True)
class Shown:
    """
    A task for its page.

    Args:
        task: as `web.reads.task.whole` tells it.
        node: of the model.
        names: of people, by id.
        values: what the form starts with: the answers of a finished task, else what was typed, else the prefilled.
        draft_at: when the reader last typed something that is not handed in.
        version: of that draft; empty where there is none.
        steps: the names of the model's nodes, by id.
        next: what comes after this step, by name.
        diagram: the author's file of the case's version.
        passed: the ids of the nodes and flows that the case has left behind.
    """

    task: Mapping[str, Any]
    case: Any
    node: Node
    steps: Mapping[str, str]
    names: Mapping[str, str]
    fields: tuple[Field, ...]
    values: Mapping[str, Any]
    draft: Mapping[str, Any]
    draft_at: datetime | None
    version: str
    plan: Plan
    stops: bool
    story: list[Line]
    comments: list[Comment]
    signatures: list[Any]
    clauses: list[Named]
    receivers: list[Any]
    may_hand_on: bool
    groups: Mapping[str, str]
    next: list[str]
    diagram: bytes
    passed: frozenset[str]

    @property
    def live(self) -> bool:
        """Whether somebody still has to do it."""
        return self.task["status"] in ("open", "claimed")


def shown(session: Session, person: Person, task_id: UUID, *, now: datetime) -> Shown:
    """
    Everything that the page of a task tells.

    Raises:
        NotFound: there is no such task in a case that `person` may see.
    """
    task = whole(session, person, task_id, now=now)
    case, row = one_case(session, person, task["instance_id"]), session.get_one(Task, task_id)
    definition = parsed(session, case.definition_id)
    node = definition.model.nodes.get(row.element, SILENT)
    typed, typed_at = tasks.draft(session, task_id, by=person)
    fields = _fields(session, row, definition)
    ladder = plan(session, task_id, now=now)
    said = comments.of_task(session, task_id)
    signed = list(session.scalars(select(Signature).where(Signature.task_id == task_id).order_by(Signature.id)))
    live = row.status in ("open", "claimed")
    may = live and _may_hand_on(session, person, row)
    receivers = _receivers(session, definition, row, person, now) if live and (may or row.holder == person.id) else []
    return Shown(
        task=task,
        case=case,
        node=node,
        steps={one.id: one.name or one.id for one in definition.model.nodes.values()},
        names=story.names(session, _people(row, case, ladder, said, signed, task["evidence"])),
        fields=fields,
        values=_values(task, typed, typed_at),
        draft=typed,
        draft_at=typed_at,
        version=tasks.draft_version(typed) if typed_at else "",
        plan=ladder,
        stops=bool(live and row.ladder and rungs.by_id(session, row.ladder).acknowledge),
        story=story.short(session, person, case),
        comments=said,
        signatures=signed,
        clauses=clauses.named(session, node.rules.clauses, now),
        receivers=receivers,
        may_hand_on=may,
        groups=_groups(session, task["candidates"]),
        next=_next(definition, row.element),
        diagram=file_of(session, case.definition_id).data,
        passed=_passed(session, case.id),
    )


def form(session: Session, person: Person, task_id: UUID, *, now: datetime) -> dict[str, Any]:
    """
    The form of a task as a browser draws it: `schema`, `data`, `draft`, `version`, `draft_at`, `open`.

    Raises:
        NotFound: there is no such task, it has no form, or `person` may not see it.
    """
    task = whole(session, person, task_id, now=now)
    if task["form"] is None:
        raise NotFound("form", str(task_id))
    row = session.get_one(Task, task_id)
    typed, typed_at = tasks.draft(session, task_id, by=person)
    answered = task["answers"][-1].answers if task["answers"] else {}
    return {
        "schema": task["form"],
        "data": {**task["prefilled"], **answered, **task["choices"]},
        "draft": typed if typed_at else None,
        "draft_at": typed_at,
        "version": tasks.draft_version(typed) if typed_at else "",
        "open": row.status == "claimed" and row.holder == person.id,
    }


def labels(fields: Iterable[Field]) -> dict[str, str]:
    """The labels of fields by their paths, those in rows included."""
    found: dict[str, str] = {}
    for one in fields:
        found[one.path] = one.label
        found |= labels(one.fields)
    return found


def _fields(session: Session, row: Task, definition: Parsed) -> tuple[Field, ...]:
    form_id = form_id_of(session, definition, row)
    return filling.form(session, form_id).fields if form_id else ()


def _values(task: Mapping[str, Any], typed: Mapping[str, Any], typed_at: datetime | None) -> dict[str, Any]:
    answered = task["answers"][-1].answers if task["answers"] else {}
    return {**task["prefilled"], **(typed if typed_at and not answered else {}), **answered}


def _people(
    row: Task, case: Any, ladder: Plan, said: list[Any], signed: list[Any], proof: list[Any]
) -> set[str | None]:
    found = {row.holder, row.accountable, row.completed_by, row.acting_for, row.acknowledged_by, case.owner}
    found |= ladder.people
    return found | comments.people(said) | {one.by for one in (*signed, *proof)}


def _may_hand_on(session: Session, person: Person, row: Task) -> bool:
    case = look(session, row.instance_id)
    offered = frozenset(session.execute(tasks.CANDIDATES, {"of_task": row.id}).scalars())
    try:
        access.must_act(person)
        guards.must_hand_on(session, person, case, row, offered)  # type: ignore[arg-type]
    except (Forbidden, NotFound):
        return False
    return True


def _receivers(session: Session, definition: Parsed, row: Task, person: Person, now: datetime) -> list[Any]:
    """Who may be given the task: to whom it was offered, without those whom a rule keeps away."""
    case = look(session, row.instance_id)
    fit = separation.eligible(session, definition, case, row) - competence.without(
        session, definition, case, row.element, now=now
    )
    wanted = sorted(fit - {person.id, row.holder or ""})
    query = (
        select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(wanted), PersonRow.active).order_by(PersonRow.name)
    )
    return list(session.execute(query).all()) if wanted else []


def _groups(session: Session, offered: Iterable[str]) -> dict[str, str]:
    keys = sorted(groups.parties_of(list(offered))["keys"])
    query = select(GroupRow.key, GroupRow.name).where(GroupRow.key.in_(keys))
    return {row.key: row.name for row in session.execute(query)} if keys else {}


def _passed(session: Session, instance_id: UUID) -> frozenset[str]:
    rows = session.execute(select(Passage.element, Passage.flow).where(Passage.instance_id == instance_id).distinct())
    return frozenset(one for row in rows for one in (row.element, row.flow) if one)


def _next(definition: Parsed, element: str) -> list[str]:
    """The names of the steps that follow, past gateways that are not asked; at most three."""
    model = definition.model
    found: list[str] = []
    ways, seen = [element], set[str]()
    while ways:
        here = ways.pop(0)
        for source, target in model.flows.values():
            if source != here or target in seen:
                continue
            seen.add(target)
            node = model.nodes.get(target)
            if node is None:
                continue
            if "Gateway" in node.kind or not node.name:
                ways.append(target)
            else:
                found.append(node.name)
    return found[:3]
