"""A task: what is asked, what proves it, the signature; around it why, when, and what comes next."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
from flask import Blueprint, Response, request
from markupsafe import Markup
from sqlalchemy.orm import Session

from engine import tasks
from engine.errors import Invalid, Outdated, Rejected
from engine.identity import factors
from engine.identity.person import Person
from web import form_words, known, refusals, words
from web.drawings.frame import neighbourhood, plan_of
from web.drawings.state import Mark, State
from web.language import _
from web.pages import acting, task_told
from web.pages.case_words import ladder_words
from web.pages.layout import Reader, look, page, show
from web.reads import news, task_page
from web.reads.people import named_like
from web.reads.task_page import Shown
from web.services import services

pages = Blueprint("task", __name__)
acting.register(pages)
FEW, SOME = 4, 12
"""Fields up to which a form is thought to take little, and middling, height."""


@page(pages, "/tasks/<uuid:task_id>")
def task(task_id: UUID) -> Response:
    """The task, as whoever may see its case finds it."""
    return asked(task_id)


@page(pages, "/tasks/<uuid:task_id>/form.json")
def form(task_id: UUID) -> Response:
    """What the browser draws the form from, and what the form says while one types."""

    def read(session: Session, reader: Reader) -> dict[str, Any]:
        found = task_page.form(session, reader.person, task_id, now=reader.now)
        schema = form_words.in_moments(
            found["schema"], found["data"], lambda at: words.moment(at, reader.now, reader.zone)
        )
        return found | {
            "schema": schema,
            "draft_at": _clock(found["draft_at"], reader),
            "words": _said(),
            "wrong": form_words.sentences(),
        }

    return _json(look(read))


@page(pages, "/tasks/<uuid:task_id>/draft", scope="work", method="POST")
def draft(task_id: UUID) -> Response:
    """Keep what was typed. 409 with what was typed elsewhere, where that is newer than what this tab goes on from."""
    given = request.get_json()
    answers, over = given.get("answers"), given.get("over")
    if not isinstance(answers, dict):
        return _json({"said": _("The draft could not be read.")}, 422)

    def verb(session: Session, by: Person, now: datetime) -> str:
        return tasks.save_draft(session, task_id, answers=answers, over=over, by=by, now=now)

    try:
        version = acting.perform(known.task(task_id, verb))
    except Outdated:
        return _json(look(lambda session, reader: _other(session, reader, task_id)), 409)
    except Rejected as error:
        return _json({"said": acting.told(error)}, 410)
    return _json({"version": version, "at": look(lambda _session, reader: _clock(reader.now, reader))})


@page(pages, "/tasks/<uuid:task_id>/draft", scope="work", method="GET")
def drafted(task_id: UUID) -> Response:
    """What the reader has typed and not yet handed in."""
    return _json(look(lambda session, reader: _other(session, reader, task_id)))


@page(pages, "/mentions")
def mentioned() -> Response:
    """People whose name or id begins with what was typed, at most six: `id`, `name`."""
    typed = request.args.get("q", "").strip()
    return _json({"people": look(lambda session, _reader: named_like(session, typed) if typed else [])})


def asked(task_id: UUID, error: Rejected | None = None, typed: Mapping[str, str] | None = None) -> Response:
    """The page of a task; with what was refused, and everything that was typed."""
    found: dict[str, Any] = look(lambda session, reader: _facts(session, reader, task_id, typed or {}))
    known = task_page.labels(found["shown"].fields) | {
        slot.name: words.named(slot.name) for slot in found["shown"].task["slots"]
    }
    listed = error.problems if isinstance(error, Invalid) else {}
    wrong = form_words.problems({path: said for path, said in listed.items() if path != "sign"}, known)
    at_fields: dict[str, list[str]] = {}
    for path, said in wrong:
        at_fields.setdefault(path, []).append(said)
    return show(
        "task.html",
        error.status if error else 200,
        **found,
        error=acting.told(error) if error else "",
        wrong=wrong,
        at_fields=orjson.dumps(at_fields).decode() if at_fields else "",
        typed=typed or {},
        back=came_from(),
        most_at_once=services().limits.upload,
        **ladder_words(),
    )


def _facts(session: Session, reader: Reader, task_id: UUID, typed: Mapping[str, str]) -> dict[str, Any]:
    shown = task_page.shown(session, reader.person, task_id, now=reader.now)
    row = shown.task
    rules = shown.node.rules
    due = None
    if row["due_at"] and shown.live:
        due = words.due(
            row["due_at"],
            reader.now,
            zone=reader.zone,
            clock=rules.clock,
            calendar=reader.calendar,
            opened=row["opened_at"],
        )
    mine = row["status"] == "claimed" and row["holder"] == reader.person.id
    fields = len(shown.fields)
    stood = {"status": row["status"], "holder": row["holder"] or "", "comments": len(shown.comments)}
    stood |= {"due": row["due_at"].isoformat()} if row["due_at"] else {}
    return {
        "shown": shown,
        "mark": news.task_mark(session, reader.person, task_id),
        "news_at": f"/tasks/{task_id}/news?{urlencode(stood)}",
        "due": due,
        "used": _used(row, reader) if due else None,
        "mine": mine,
        "why_not": refusals.told(session, row["hindered"], reader.person.id) if row["hindered"] else "",
        "may_take": row["status"] == "open" and row["why_not"] is None,
        "may_amend": row["status"] == "completed"
        and reader.person.id in (row["completed_by"], row["acting_for"], shown.case.owner)
        and not reader.person.auditor,
        "rows": "few" if fields <= FEW else "some" if fields <= SOME else "many",
        "answers": task_told.answers(shown, shown.values, reader),
        "about": task_told.about(shown, reader),
        "number": task_told.number(shown),
        "left_over": [] if mine and not row["stuck"] else task_told.left_over(shown, typed, reader),
        "second_factor": mine and rules.sign is not None and factors.is_on(session, reader.person.id),
        "pledge": _pledge(rules.sign, reader.person.name, row["name"], shown.case) if rules.sign else "",
        "then": next((line for line in shown.plan.lines if line.outcome == "planned"), None),
        "place": _place(shown),
        "apart": [node_name(one, shown) for one in rules.separate_from],
    }


def _place(shown: Shown) -> Markup | None:
    """Where the step stands: what leads to it and where it leads, as a drawing."""
    here = shown.task["element"]
    plan = plan_of(shown.case.definition_id, shown.diagram)
    marks: dict[str, Mark] = {one: "is-done" for one in shown.passed if plan.shape(one)}
    marks |= {one: "is-taken" for one in shown.passed if not plan.shape(one)}
    if shown.live:
        marks[here] = "is-here"
    name = _("“%(step)s” in the diagram, with what leads to it and what follows", step=shown.task["name"])
    return neighbourhood(plan, State(marks=marks, here=(here,)), here, name=name)


def node_name(rule: str, shown: Shown) -> str:
    """Whom a rule of separation keeps away, in words."""
    if rule == "self":
        return _("whoever has done this step in this round already")
    if rule.startswith("person:"):
        return _("whoever is named in this case as %(name)s", name=rule.removeprefix("person:"))
    steps = shown.steps
    if rule.startswith("called:"):
        name = steps.get(rule.removeprefix("called:"), rule)
        return _("whoever worked in “%(step)s”", step=name)
    return _("whoever did “%(step)s”", step=steps.get(rule, rule))


def _pledge(meaning: str, name: str, step: str, case: Any) -> str:
    """What is signed, as one sentence."""
    said = {"name": name, "step": step, "case": case.business_key or case.title}
    sentences = {
        "approved": _("I, %(name)s, approve “%(step)s” in %(case)s.", **said),
        "verified": _("I, %(name)s, have verified “%(step)s” in %(case)s.", **said),
        "reviewed": _("I, %(name)s, have reviewed “%(step)s” in %(case)s.", **said),
        "authored": _("I, %(name)s, am the author of “%(step)s” in %(case)s.", **said),
    }
    return sentences[meaning]


def _used(row: Mapping[str, Any], reader: Reader) -> int:
    """How much of the time is over, in per cent."""
    whole = (row["due_at"] - row["opened_at"]).total_seconds()
    return 100 if whole <= 0 else min(100, max(0, int((reader.now - row["opened_at"]).total_seconds() * 100 / whole)))


def _other(session: Session, reader: Reader, task_id: UUID) -> dict[str, Any]:
    found = task_page.form(session, reader.person, task_id, now=reader.now)
    return {name: found[name] for name in ("draft", "version")} | {"at": _clock(found["draft_at"], reader)}


def _clock(at: datetime | None, reader: Reader) -> str:
    """`10:38`, with the day where it is another."""
    if at is None:
        return ""
    said = words.moment(at, reader.now, reader.zone)
    same = said.rpartition(", ")[0] == words.moment(reader.now, reader.now, reader.zone).rpartition(", ")[0]
    return said.rpartition(", ")[2] if same else said


def _said() -> dict[str, str]:
    """What the form says of its draft; `{at}` is a moment."""
    return {
        "saved": _("Draft saved {at}"),
        "typing": _("Not saved yet"),
        "away": _("We cannot reach the server. Your text is kept in this browser and is sent as soon as it answers."),
        "out": _("You have been logged out. Your text is still here."),
        "login": _("Log in and go on"),
        "other": _("You changed this in another tab at {at}. Nothing is overwritten."),
        "compare": _("Compare the two"),
        "mine": _("Keep what stands here"),
        "theirs": _("Take what the other tab has"),
        "field": _("Answer"),
        "here": _("Here"),
        "there": _("In the other tab"),
        "closed": _("This draft is not kept any more: {said}"),
        "kept": _("This browser had kept newer text than the server; it stands in the form again."),
        "wrong": _("Some answers need a look before you go on."),
    }


def _json(found: Mapping[str, Any], status: int = 200) -> Response:
    answer = Response(orjson.dumps(found, default=str), status, mimetype="application/json")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def came_from() -> str:
    """The list that the reader came from, with its filters."""
    kept = request.args.get("from", "")
    return f"/?{kept}" if kept else "/"
