"""
Verbs on what the caller may know of: looked up in his name before anything else is asked or locked.

For whoever may not know of a thing, every address then says and does the very
same as where there is none.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from engine.identity.person import Person
from web.reads.cases import one_case
from web.reads.tasks import one_task

T = TypeVar("T")
Verb = Callable[[Session, Person, datetime], T]


def task(task_id: UUID, what: Verb[T]) -> Verb[T]:
    """The same verb on a task; it raises NotFound for whoever may not know of the task."""

    def verb(session: Session, by: Person, now: datetime) -> T:
        one_task(session, by, task_id)
        return what(session, by, now)

    return verb


def case(instance_id: UUID, what: Verb[T]) -> Verb[T]:
    """The same verb on a case; it raises NotFound for whoever may not know of the case."""

    def verb(session: Session, by: Person, now: datetime) -> T:
        one_case(session, by, instance_id)
        return what(session, by, now)

    return verb
