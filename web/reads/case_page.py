"""What the page of a case shows: where it stands, the path it took, its tasks, decisions, data and relatives."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from engine import access
from engine.cases import look
from engine.identity.person import Person
from engine.models.definitions import parsed
from engine.store.definitions import DecisionRow
from engine.store.records import FrozenDocument
from engine.store.running import LIVE_TASK, DecisionMade, Instance, Passage, Task, Timer
from web.drawings.state import Mark, State
from web.language import _
from web.reads import cases, news, story
from web.reads.definitions import file_of

STORY = 60
MOST = 200


@dataclass(frozen=True, kw_only=True)
class Standing:
    """
    How a case stands.

    Args:
        case: as `web.reads.cases.one_case` finds it.
        tasks: the newest first.
        lanes: the role of each step, by id.
        names: of the people of these tasks and of the case, by id.
    """

    case: Any
    tasks: Sequence[Task]
    lanes: dict[str, str]
    names: dict[str, str]

    @property
    def live(self) -> list[Task]:
        """The tasks that somebody still has to do."""
        return [one for one in self.tasks if one.closed_at is None]


@dataclass(frozen=True, kw_only=True)
class Whole:
    """
    A case for its page.

    Args:
        mark: differs as soon as anything of it has changed.
        story: what happened, the newest first; `older` names the entry before which more is to be told, `since` the
            newest.
        manages: whether the reader may rest, resume and end it.
    """

    stand: Standing
    mark: str
    decisions: Sequence[Any]
    documents: Sequence[Any]
    variables: dict[str, Any]
    links: Sequence[Any]
    story: Sequence[Any]
    older: int | None
    since: int
    manages: bool
    state: State
    data: bytes


def whole(session: Session, person: Person, instance_id: UUID, *, before: int | None, now: datetime) -> Whole:
    """
    Everything that the page of a case tells.

    Raises:
        NotFound: there is no such case that `person` may see.
    """
    stand = standing(session, person, instance_id)
    lines = story.newest(session, person, instance_id, most=STORY, before=before)
    return Whole(
        stand=stand,
        mark=news.case_mark(session, person, instance_id),
        decisions=_decisions(session, instance_id),
        documents=session.scalars(select(FrozenDocument).where(FrozenDocument.instance_id == instance_id)).all(),
        variables=dict(cases.variables(session, person, instance_id)["variables"]),
        links=cases.links(session, person, instance_id)["items"],
        story=lines,
        older=lines[-1].number if lines and lines[-1].number > 1 else None,
        since=lines[0].number if lines else 0,
        manages=access.may_manage(person, access.facts_of(session, look(session, instance_id))),
        state=state_of(session, instance_id, now=now),
        data=file_of(session, stand.case.definition_id).data,
    )


def standing(session: Session, person: Person, instance_id: UUID) -> Standing:
    """
    How a case and its tasks stand.

    Raises:
        NotFound: there is no such case that `person` may see.
    """
    case = cases.one_case(session, person, instance_id)
    model = parsed(session, case.definition_id).model
    newest = select(Task).where(Task.instance_id == instance_id).order_by(Task.opened_at.desc(), Task.id.desc())
    tasks = session.scalars(newest.limit(MOST)).all()
    people = {case.owner, case.started_by, *(one.holder or one.completed_by or one.accountable for one in tasks)}
    return Standing(
        case=case,
        tasks=tasks,
        lanes={node.id: model.lanes.get(node.lane or "", "") for node in model.nodes.values()},
        names=story.names(session, people),
    )


def state_of(session: Session, instance_id: UUID, *, now: datetime) -> State:
    """Where a case stands on its diagram and which way it came; of a case that the reader may see."""
    marks: dict[str, Mark] = {}
    says: dict[str, str] = {}
    for element, flow in session.execute(
        select(Passage.element, Passage.flow).where(Passage.instance_id == instance_id).distinct()
    ):
        marks[element] = "is-taken" if flow else "is-done"
        says[element] = _("taken") if flow else _("done")
    here = []
    waiting = select(Timer.element).where(Timer.instance_id == instance_id, text("timers.status = 'pending'"))
    for element in session.scalars(waiting):
        marks[element], says[element] = "is-here", _("waits for its time")
    live = select(Task.element, Task.due_at).where(Task.instance_id == instance_id, LIVE_TASK)
    for element, due in session.execute(live):
        late = due is not None and due < now
        here.append(element)
        if marks.get(element) != "is-late":
            marks[element] = "is-late" if late else "is-here"
            says[element] = _("open, late") if late else _("open")
    return State(marks=marks, says=says, here=tuple(dict.fromkeys(here)))


def titles(session: Session, of: Whole) -> dict[UUID, str]:
    """What the cases that one is linked with are called, by id."""
    others = {one.source_id for one in of.links} | {one.target_id for one in of.links}
    query = select(Instance.id, Instance.title, Instance.business_key).where(Instance.id.in_(others))
    return {row.id: f"{row.business_key or ''} {row.title}".strip() for row in session.execute(query)}


def _decisions(session: Session, instance_id: UUID) -> Sequence[Any]:
    query = select(*DecisionMade.__table__.columns, DecisionRow.name.label("table"), DecisionRow.version)
    query = query.join(DecisionRow, DecisionRow.id == DecisionMade.decision_id)
    return session.execute(query.where(DecisionMade.instance_id == instance_id).order_by(DecisionMade.id)).all()
