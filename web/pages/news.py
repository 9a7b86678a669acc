"""
What has changed since a page was made, for its script, which asks from time to time.

Nothing new costs one small statement and is answered 304; what is new comes as parts of the page, each under its id,
and as a sentence to be told. Nothing of it moves what somebody works on: that is the script's part.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from engine.identity.person import Person
from web import words
from web.auth import caller
from web.language import _, ngettext
from web.pages import acting
from web.pages.case_words import states
from web.pages.cases import drawing
from web.pages.layout import Reader, look, page, sealed, show
from web.reads import case_page, cases, comments, story
from web.reads import news as found
from web.services import services

pages = Blueprint("news", __name__)
acting.register(pages)


def unless_known(mark: Callable[[Session, Person], str], fresh: Callable[[], Response]) -> Response:
    """304 where the browser knows the state of things already, else what `fresh` answers; under its mark."""
    with services().database.reading() as session:
        now = mark(session, caller().person)
    answer = sealed(Response(status=304)) if request.if_none_match.contains_weak(now) else fresh()
    answer.set_etag(now)
    return answer


@page(pages, "/cases/<uuid:instance_id>/news", quiet=True)
def of_case(instance_id: UUID) -> Response:
    """How a case and its tasks stand, and how much has come to its story since entry `since`."""
    since = request.args.get("since", 0, type=int)

    def read(session: Session, reader: Reader) -> dict[str, Any]:
        come = found.of_case(session, reader.person, instance_id, since=since)
        said = ngettext("%(num)d new entry in the story.", "%(num)d new entries in the story.", come.entries)
        stand = case_page.standing(session, reader.person, instance_id)
        return {
            "stand": stand,
            "drawing": drawing(session, stand.case, now=reader.now),
            "said": said if come.entries else "",
            "newest": come.newest,
        }

    return unless_known(
        lambda session, person: found.case_mark(session, person, instance_id),
        lambda: show("case_news.html", **look(read), states=states(), live=f"/cases/{instance_id}"),
    )


@page(pages, "/tasks/<uuid:task_id>/news", quiet=True)
def of_task(task_id: UUID) -> Response:
    """What others did with a task, its story and what is said about it."""

    def read(session: Session, reader: Reader) -> dict[str, Any]:
        row = found.standing(session, reader.person, task_id)
        said_of_it = comments.of_task(session, task_id)
        known = story.names(session, {row.holder, row.completed_by, *comments.people(said_of_it)})
        more = len(said_of_it) - request.args.get("comments", len(said_of_it), type=int)
        said = _of_task(row, known, reader)
        if not said and more > 0:
            said = ngettext("%(num)d new comment.", "%(num)d new comments.", more)
        case = cases.one_case(session, reader.person, row.instance_id)
        lines = story.short(session, reader.person, case)
        lost = request.args.get("holder") == reader.person.id and (row.holder != reader.person.id or row.closed_at)
        return {"said": said, "kept": lost, "comments": said_of_it, "names": known, "story": lines, "task": row}

    return unless_known(
        lambda session, person: found.task_mark(session, person, task_id),
        lambda: show("task_news.html", **look(read), live=f"/tasks/{task_id}"),
    )


def _of_task(row: Any, known: dict[str, str], reader: Reader) -> str:
    """What became of the task since the page was made, in a sentence; nothing where it stands as before."""
    before = request.args
    if row.status != before.get("status") or (row.holder or "") != before.get("holder"):
        who = {"person": known.get(row.completed_by or row.holder or "", "")}
        if row.status == "completed":
            return _("%(person)s has finished this task.", **who)
        if row.status == "withdrawn":
            return _("This task is no longer asked for.")
        if row.holder is None:
            return _("This task is free to take again.")
        mine = row.holder == reader.person.id
        return _("It is your task now.") if mine else _("%(person)s has this task now.", **who)
    if row.due_at and row.due_at.isoformat() != before.get("due"):
        return _("It is due %(when)s now.", when=words.moment(row.due_at, reader.now, reader.zone))
    return ""
