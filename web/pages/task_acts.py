"""What people do with a task on its page: take it on, pass it on, say something, hand it in, amend it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from engine import records, tasks
from engine.errors import Invalid, NotFound, Rejected
from engine.identity.person import Person
from engine.ladders import acknowledging
from web import known, proof
from web.language import _
from web.pages import acting
from web.pages.layout import page
from web.pages.task import asked, came_from
from web.reads.tasks import one_task

pages = Blueprint("task_acts", __name__)
acting.register(pages)
KEPT = ("values", "note", "reason", "text")
"""What was typed and comes back with a refusal; passwords and codes never do."""


@page(pages, "/tasks/<uuid:task_id>/give-back", scope="work", method="POST")
def give_back(task_id: UUID) -> Response:
    """Let others have it."""
    reason = request.form.get("reason", "").strip()

    def verb(session: Session, by: Person, now: datetime) -> None:
        tasks.give_back(session, task_id, reason=reason, by=by, now=now)

    return _done(task_id, verb, came_from(), _("You gave it back. Others can take it on."))


@page(pages, "/tasks/<uuid:task_id>/hand-over", scope="work", method="POST")
def hand_over(task_id: UUID) -> Response:
    """Let somebody else do it: as its holder, or as who may hand it on."""
    to, reason = request.form.get("to", ""), request.form.get("reason", "").strip()

    def verb(session: Session, by: Person, now: datetime) -> None:
        if not to:
            raise Invalid(_("Choose who shall do it."))
        mine = one_task(session, by, task_id).holder == by.id
        pass_on = tasks.delegate if mine else tasks.assign
        pass_on(session, task_id, to=to, reason=reason, by=by, now=now)

    return _done(task_id, verb, f"/tasks/{task_id}", _("It was handed over."))


@page(pages, "/tasks/<uuid:task_id>/acknowledge", scope="work", method="POST")
def acknowledge(task_id: UUID) -> Response:
    """Say that one sees to it."""

    def verb(session: Session, by: Person, now: datetime) -> None:
        acknowledging.acknowledge(session, task_id, by=by, now=now)

    return _done(task_id, verb, f"/tasks/{task_id}", _("Noted: you see to it, and nobody else is called."))


@page(pages, "/tasks/<uuid:task_id>/comment", scope="work", method="POST")
def comment(task_id: UUID) -> Response:
    """Say something about it."""
    text = request.form.get("text", "")

    def verb(session: Session, by: Person, now: datetime) -> None:
        case = one_task(session, by, task_id).instance_id
        records.comment(session, case, text, task_id=task_id, by=by, now=now)

    return _done(task_id, verb, f"/tasks/{task_id}#comments", _("Your comment stands with the task."))


@page(pages, "/tasks/<uuid:task_id>/finish", scope="work", method="POST")
def finish(task_id: UUID) -> Response:
    """Hand it in, signed where the model wants that."""
    password, meaning = request.form.get("password", ""), request.form.get("meaning", "")
    second = proof.second(request.form.get("code"))
    signing = {"password": password, "meaning": meaning, "second": second} if meaning else None

    def verb(session: Session, by: Person, now: datetime) -> tasks.Done:
        note = request.form.get("note", "").strip() or None
        return tasks.complete(session, task_id, answers=_answers(), note=note, sign=signing, by=by, now=now)

    try:
        done = acting.perform(known.task(task_id, verb))
    except NotFound:
        raise
    except Rejected as error:
        return asked(task_id, error, _typed())
    if done.stuck_id is not None:
        return acting.then(
            f"/tasks/{task_id}", _("Your answers are kept. The case is stuck here, and its owner was told.")
        )
    return acting.then(came_from(), _("Signed and finished.") if signing else _("Finished."))


@page(pages, "/tasks/<uuid:task_id>/amend", scope="work", method="POST")
def amend(task_id: UUID) -> Response:
    """Add a correction to a finished record."""
    reason = request.form.get("reason", "")

    def verb(session: Session, by: Person, now: datetime) -> None:
        records.amend(session, task_id, answers=_answers(), reason=reason, by=by, now=now)

    return _done(task_id, verb, f"/tasks/{task_id}", _("Amended. What was handed in before stays in the record."))


def _answers() -> dict[str, Any]:
    try:
        found = orjson.loads(request.form.get("values") or "{}")
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise Invalid(_("The form could not be read. Look through it and send it again."))
    return found


def _typed() -> dict[str, str]:
    return {name: request.form[name] for name in KEPT if name in request.form}


def _done(task_id: UUID, verb: Callable[[Session, Person, datetime], Any], onward: str, said: str) -> Response:
    try:
        acting.perform(known.task(task_id, verb))
    except NotFound:
        raise
    except Rejected as error:
        return asked(task_id, error, _typed())
    return acting.then(onward, said)
