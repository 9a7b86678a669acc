"""Ladders: which there are, how they change, and how far a task has come on its own."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from engine.identity.person import Person
from engine.ladders import book
from engine.ladders.plan import Plan, plan
from web.acts import act, look
from web.auth import caller
from web.operations import Theme
from web.reads.tasks import one_task
from web.schemas.base import list_of
from web.schemas.ladders import LadderOut, PlanOut, SetLadder

theme = Theme("ladders", __name__, description="Whom a task reaches while it is not done.")
LIST, ONE, PLAN = list_of(LadderOut), LadderOut(), PlanOut()


@theme.operation("GET", "/ladders", scope="read", gives=LIST)
def all_ladders() -> Response:
    """The ladders in force, by key."""
    return look(lambda session, _: {"items": [book.said(row) for row in book.in_force(session)]}, LIST)


@theme.operation("GET", "/ladders/<ladder_key>", scope="read", gives=ONE)
def one(ladder_key: str) -> Response:
    """One ladder in the version in force."""
    return look(lambda session, _: book.said(book.history(session, ladder_key)[-1]), ONE)


@theme.operation("GET", "/ladders/<ladder_key>/history", scope="read", gives=LIST)
def history(ladder_key: str) -> Response:
    """All versions of a ladder, the newest first."""
    return look(lambda session, _: {"items": [book.said(row) for row in book.history(session, ladder_key)[::-1]]}, LIST)


@theme.operation("PUT", "/ladders/<ladder_key>", scope="admin", body=SetLadder, gives=ONE)
def change(body: dict[str, Any], ladder_key: str) -> Response:
    """Make a ladder, or a new version of it, for cases that start from now on. The same again is no new version."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        book.change(session, ladder_key, body, by=by, now=now)
        return book.said(book.history(session, ladder_key)[-1])

    return act(verb, ONE)


@theme.operation("GET", "/tasks/<uuid:task_id>/ladder", scope="read", gives=PLAN)
def of_task(task_id: UUID) -> Response:
    """What was climbed for a task, who was told and what came of it, and what comes next."""

    def read(session: Session, person: Person) -> Plan:
        one_task(session, person, task_id)
        return plan(session, task_id, now=caller().now)

    return look(read, PLAN)
