"""What stands under each clause: work finished in a period, its evidence, rows of registers, and what is open."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select, text, tuple_
from sqlalchemy.orm import Session

from engine import access
from engine.clauses.applicability import statement
from engine.clauses.entries import entries
from engine.clauses.standards import standard
from engine.core.catalogue import Clause, Standard
from engine.identity.person import Person
from engine.models.definitions import parsed
from engine.store.definitions import DefinitionRow
from engine.store.records import Evidence
from engine.store.running import LIVE_TASK, Instance, Task
from engine.subject import Subject

State = Literal["met", "partly", "not", "not applicable"]
Place = tuple[UUID, str]
"""A task of a model: the definition and the element."""


@dataclass(kw_only=True)
class Covered:
    """
    One clause in a period.

    Args:
        records: tasks that were finished in the period and name the clause or one below it.
        evidence: files and links that were handed in with them.
        rows: rows of registers that stood under it when the period ended.
        open, late: such tasks that are open now; of these, those past their due date.
        shared: whether some of these records and rows stand under clauses of another standard as well.
        reason: why it does not apply, where it was left out.
    """

    clause: Clause
    records: int = 0
    evidence: int = 0
    rows: int = 0
    open: int = 0
    late: int = 0
    shared: bool = False
    applies: bool = True
    reason: str = ""

    @property
    def state(self) -> State:
        """Met: there are records or rows, and nothing is late. Partly: something is open or late. Not: nothing."""
        if not self.applies:
            return "not applicable"
        if (self.records or self.rows) and not self.late:
            return "met"
        return "partly" if self.records or self.rows or self.open else "not"


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which cases count: of one process, about one row of a register; else all that `by` may see."""

    process: str | None = None
    subject: Subject | None = None

    def conditions(self, by: Person) -> list[ColumnElement[bool]]:
        """The matching conditions over instances and their definitions."""
        found = [access.visible_instances(by)]
        if self.process:
            found.append(DefinitionRow.key == self.process)
        if self.subject:
            found += [Instance.subject_register == self.subject.register, Instance.subject_row == self.subject.row]
        return found


@dataclass
class _Counts:
    records: int = 0
    evidence: int = 0
    open: int = 0
    late: int = 0
    clauses: frozenset[str] = field(default_factory=frozenset)


def coverage(
    session: Session, standard_id: str, *, since: datetime, until: datetime, scope: Scope, by: Person
) -> list[Covered]:
    """
    Each clause of a standard, in its order, with what stands under it.

    Args:
        since, until: the period in which work was finished; `until` is not part of it, and is the moment by which
            something is late.

    Raises:
        NotFound: there is no such standard.
    """
    found = standard(session, standard_id)
    covered = {clause.ref: Covered(clause=clause) for clause in found.clauses}
    for counts in _counted(session, since, until, scope, by).values():
        above = {ref for key in counts.clauses for ref in found.above(key)}
        elsewhere = any(not key.startswith(f"{found.family}:") for key in counts.clauses)
        for ref in sorted(above):
            one = covered[ref]
            one.records += counts.records
            one.evidence += counts.evidence
            one.open += counts.open
            one.late += counts.late
            one.shared = one.shared or (elsewhere and bool(counts.records))
    if scope.process is None:
        for entry in entries(session, until=until, subject=scope.subject, by=by):
            elsewhere = any(not key.startswith(f"{found.family}:") for key in entry.keys)
            for ref in {ref for key in entry.keys for ref in found.above(key)}:
                covered[ref].rows += 1
                covered[ref].shared = covered[ref].shared or elsewhere
    for ref, said in statement(session, standard_id, at=until).items():
        if ref in covered:
            covered[ref].applies, covered[ref].reason = said.applies, said.reason
    return list(covered.values())


def records(
    session: Session, standard_id: str, ref: str, *, since: datetime, until: datetime, scope: Scope, by: Person
) -> list[Any]:
    """The newest two hundred tasks that were finished in the period and stand under a clause: who, when, which case."""
    found = standard(session, standard_id)
    under = [place for place, keys in places(session, scope, by).items() if ref in _all_above(found, keys)]
    if not under:
        return []
    columns = (Task.id, Task.name, Task.element, Task.instance_id, Task.completed_by, Task.acting_for, Task.closed_at)
    query = (
        select(*columns, Instance.title, Instance.business_key, DefinitionRow.key.label("process"))
        .join(Instance, Instance.id == Task.instance_id)
        .join(DefinitionRow, DefinitionRow.id == Instance.definition_id)
        .where(text("tasks.status = 'completed'"), Task.closed_at >= since, Task.closed_at < until)
        .where(tuple_(Instance.definition_id, Task.element).in_(under), *scope.conditions(by))
        .order_by(Task.closed_at.desc(), Task.id.desc())
        .limit(200)
    )
    return list(session.execute(query).all())


def _counted(session: Session, since: datetime, until: datetime, scope: Scope, by: Person) -> dict[Place, _Counts]:
    found: dict[Place, _Counts] = defaultdict(_Counts)
    for place, keys in places(session, scope, by).items():
        found[place].clauses = keys
    done = (text("tasks.status = 'completed'"), Task.closed_at >= since, Task.closed_at < until)
    for definition, element, count in session.execute(grouped(scope, by, func.count()).where(*done)):
        found[definition, element].records = count
    given = grouped(scope, by, func.count()).join(Evidence, Evidence.task_id == Task.id).where(*done)
    for definition, element, count in session.execute(given):
        found[definition, element].evidence = count
    late = func.sum(case((Task.due_at < until, 1), else_=0))
    live = grouped(scope, by, func.count(), late).where(LIVE_TASK)
    for definition, element, count, behind in session.execute(live):
        found[definition, element].open, found[definition, element].late = count, int(behind or 0)
    return found


def grouped(scope: Scope, by: Person, *counted: Any) -> Any:
    """Something counted for each task of the models, over the tasks of the cases that `by` may see."""
    return (
        select(Instance.definition_id, Task.element, *counted)
        .join(Instance, Instance.id == Task.instance_id)
        .join(DefinitionRow, DefinitionRow.id == Instance.definition_id)
        .where(*scope.conditions(by))
        .group_by(Instance.definition_id, Task.element)
    )


def places(session: Session, scope: Scope, by: Person) -> Mapping[Place, frozenset[str]]:
    """Each task of the models that have cases, with the clauses that it, or else its process, names."""
    query = select(Instance.definition_id).join(DefinitionRow, DefinitionRow.id == Instance.definition_id)
    ids = session.scalars(query.where(*scope.conditions(by)).distinct()).all()
    return {(id_, element): keys for id_ in ids for element, keys in _named(session, id_)}


def _named(session: Session, definition_id: UUID) -> Iterator[tuple[str, frozenset[str]]]:
    model = parsed(session, definition_id).model
    for node in model.nodes.values():
        if node.kind == "userTask":
            yield node.id, frozenset(node.rules.clauses or model.rules.clauses)


def _all_above(found: Standard, keys: Iterable[str]) -> set[str]:
    return {ref for key in keys for ref in found.above(key)}
