"""What the page of a case shows: where it stands, the path it took, its tasks, decisions, data and relatives."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from engine import access, printing
from engine.identity.person import Person
from engine.ladders.plan import Plan, plans
from engine.models.definitions import parsed
from engine.store.records import Comment, FrozenDocument
from engine.store.running import LIVE_TASK, Passage, Task, Timer
from web.drawings.state import Mark, State
from web.language import _
from web.reads import cases, clauses, comments, decided, deliveries, kept, news, relatives, story
from web.reads import evidence as proof
from web.reads.clauses import Named
from web.reads.decided import Decided
from web.reads.kept import Kept
from web.reads.relatives import Relative
from web.story import Line

STORY = 12
MOST = 200
LADDERS = 6
"""Of so many open tasks the page tells the ladder."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """
    How a case stands.

    Args:
        case: as `web.reads.cases.one_case` finds it.
        tasks: the newest first.
        lanes: the role of each step, by id.
        steps: the names of the model's steps, by id.
        clauses: the keys of those that the process and the steps that came up serve, in the order of the model.
        names: of the people of these tasks and of the case, by id.
    """

    case: Any
    tasks: Sequence[Task]
    lanes: dict[str, str]
    steps: dict[str, str]
    clauses: tuple[str, ...]
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
        mine: the task of it that the reader holds, the soonest due; None where he holds none.
        stuck_at: by stuck step, how the diagram calls its place.
        ladders: of the open tasks that climb one.
        printable: which of the documents can be had on paper.
        messages: what was owed to people about it.
        names: of everybody of whom the page speaks, by id.
        story: what happened, the newest first; `older` names the entry before which more is to be told, `since` the
            newest of all.
        manages: whether the reader may rest, resume and end it.
    """

    stand: Standing
    mark: str
    mine: UUID | None
    stuck: Sequence[Any]
    stuck_at: dict[UUID, dict[str, str]]
    ladders: Sequence[tuple[Task, Plan]]
    decided: Sequence[Decided]
    evidence: Sequence[Any]
    documents: Sequence[Any]
    printable: frozenset[UUID]
    comments: Sequence[Comment]
    messages: Sequence[Any]
    variables: dict[str, Any]
    relatives: Sequence[Relative]
    kept: Sequence[Kept]
    clauses: Sequence[Named]
    names: dict[str, str]
    story: Sequence[Line]
    older: int | None
    since: int
    manages: bool


def whole(
    session: Session, person: Person, instance_id: UUID, *, before: int | None, only: str = "", now: datetime
) -> Whole:
    """
    Everything that the page of a case tells.

    Args:
        before, only: which part of its story, as `web.reads.story.newest` has them.

    Raises:
        NotFound: there is no such case that `person` may see.
    """
    stand, mark = standing(session, person, instance_id), news.case_mark(session, person, instance_id)
    lines = story.newest(session, person, stand.case, most=STORY, before=before, only=only)
    stuck = cases.stuck(session, person, {"instance": instance_id, "text": None, "limit": MOST, "cursor": None}).items
    climbing = [one for one in stand.live[:LADDERS] if one.ladder]
    ladders = list(zip(climbing, plans(session, climbing, now=now).values(), strict=True))
    evidence, said = proof.handed_in(session, instance_id), comments.of_case(session, instance_id)
    messages = deliveries.of_case(session, person, instance_id)
    people = comments.people(said) | {one.by for one in evidence} | {one.recipient for one in messages}
    people |= {who for _, one in ladders for who in one.people}
    return Whole(
        stand=stand,
        mark=mark,
        mine=_mine(stand, person),
        stuck=stuck,
        stuck_at=cases.where_stuck(session, stuck),
        ladders=ladders,
        decided=decided.in_case(session, instance_id),
        evidence=evidence,
        comments=said,
        messages=messages,
        relatives=relatives.of_case(session, person, stand.case),
        kept=kept.by_case(session, person, instance_id),
        clauses=clauses.named(session, stand.clauses, now),
        names=stand.names | story.names(session, people - stand.names.keys()),
        documents=session.scalars(select(FrozenDocument).where(FrozenDocument.instance_id == instance_id)).all(),
        printable=printing.printable(session, instance_id),
        variables=cases.data(session, instance_id),
        story=lines,
        older=_older(lines, only),
        since=int(mark.partition(".")[2]),
        manages=access.manages(person, stand.case),
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
    came_up = {one.element for one in tasks}
    passed = [node for node in model.nodes.values() if node.id in came_up]
    people = {case.owner, case.started_by, *(one.holder or one.completed_by or one.accountable for one in tasks)}
    return Standing(
        case=case,
        tasks=tasks,
        lanes={node.id: model.lanes.get(node.lane or "", "") for node in model.nodes.values()},
        steps={node.id: node.name or node.id for node in model.nodes.values()},
        clauses=tuple(dict.fromkeys(key for node in passed for key in node.rules.clauses or model.rules.clauses)),
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
    pending = select(Timer.element).where(Timer.instance_id == instance_id, text("timers.status = 'pending'"))
    waiting = list(session.scalars(pending))
    for element in waiting:
        marks[element], says[element] = "is-here", _("waits for its time")
    live = select(Task.element, Task.due_at).where(Task.instance_id == instance_id, LIVE_TASK)
    for element, due in session.execute(live):
        late = due is not None and due < now
        here.append(element)
        if marks.get(element) != "is-late":
            marks[element] = "is-late" if late else "is-here"
            says[element] = _("open, late") if late else _("open")
    first = here or waiting or _last_left(session, instance_id)
    return State(marks=marks, says=says, here=tuple(dict.fromkeys(first)))


def _last_left(session: Session, instance_id: UUID) -> list[str]:
    """The element that a case has left last, where one looks first when it stands nowhere."""
    passed = select(Passage.element).where(Passage.instance_id == instance_id, Passage.flow.is_(False))
    return list(session.scalars(passed.order_by(Passage.left_at.desc(), Passage.id.desc()).limit(1)))


def _older(lines: Sequence[Line], only: str) -> int | None:
    """Before which entry more is to be told. The whole story goes back to the first entry, whatever stays hidden."""
    goes_on = len(lines) == STORY or (only in ("", "all") and lines and lines[-1].number > 1)
    return lines[-1].number if goes_on else None


def _mine(stand: Standing, person: Person) -> UUID | None:
    held = [one for one in stand.live if one.holder == person.id]
    return min(held, key=lambda one: (one.due_at is None, one.due_at, one.id)).id if held else None
