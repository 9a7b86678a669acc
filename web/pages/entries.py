"""One row of a register: as it is or was, with all that has to do with it, and what people do with it."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from engine import registers
from engine.clauses.entries import served
from engine.core.register import Definition
from engine.identity import factors
from engine.subject import Subject
from web import proof
from web.filled import How, filled
from web.language import _
from web.pages import acting, typed
from web.pages.charted import drawn
from web.pages.layout import Reader, look, page, show
from web.reads import charts, entries, kept

pages = Blueprint("entries_pages", __name__)
acting.register(pages)
ROW = "/registers/<key>/rows/<row_key>"


@page(pages, ROW)
def row(key: str, row_key: str) -> Response:
    """One row, as it is or as it was on a day, with all that has to do with it."""
    return show("entry.html", **look(lambda session, reader: _whole(session, reader, key, row_key)))


@page(pages, f"{ROW}/sign", scope="work", method="POST")
def sign(key: str, row_key: str) -> Response:
    """Sign a row as it is, with the password again."""
    given: dict[str, Any] = {
        "password": request.form.get("password", ""),
        "second": proof.second(request.form.get("code")),
        "expected": request.form.get("expected", type=int),
    }
    return _done(
        key,
        row_key,
        _("You have signed this version."),
        lambda s, **who: registers.sign(s, key, row_key, **given, **who),
    )


@page(pages, f"{ROW}/end", scope="work", method="POST")
def end(key: str, row_key: str) -> Response:
    """End a row, or ask a second person to agree that it ends."""
    given: dict[str, Any] = {
        "reason": request.form.get("reason", "").strip(),
        "expected": request.form.get("expected", type=int),
    }

    def verb(session: Session, **who: Any) -> Any:
        second = registers.defined(session, key).definition.end_agreed_by
        return (registers.ask_to_end if second else registers.end)(session, key, row_key, **given, **who)

    return _done(key, row_key, _("It is ended, or waits for a second person who agrees."), verb)


@page(pages, f"{ROW}/end/answer", scope="work", method="POST")
def answer_end(key: str, row_key: str) -> Response:
    """Agree that a row ends, or say why it stays."""
    given: dict[str, Any] = {
        "agreed": request.form.get("agreed") == "true",
        "reason": request.form.get("reason", "").strip(),
    }
    return _done(
        key, row_key, _("Your answer is kept."), lambda s, **who: registers.answer(s, key, row_key, **given, **who)
    )


def _done(key: str, row_key: str, said: str, verb: Any) -> Response:
    return acting.done(lambda session, by, now: verb(session, by=by, now=now), address(key, row_key), said)


def _whole(session: Session, reader: Reader, key: str, row_key: str) -> dict[str, Any]:
    found, at = entries.register(session, reader.person, key), as_of(reader)
    seen = entries.row(session, reader.person, key, row_key, at)
    about, definition = Subject(register=key, row=row_key), found.definition
    cases = registers.cases(session, key, row_key, by=reader.person)
    versions = entries.versions(session, key, row_key)
    asked = registers.asked(session, key, row_key) if at is None else None
    how = how_of(session, reader, [seen.values, [one.by for one in versions]])
    fields = filled(orjson.loads(found.file), seen.values, how)
    signed = [one for one in registers.signatures(session, key, row_key) if one.number == seen.number]
    reached = entries.on_call(session, about, at=reader.now) if {"pause", "oncall"} & set(definition.provides) else {}
    glances, shown = entries.glances(cases, definition.shown.glance), definition.shown
    held = {one.key: one for one in fields if one.text and one.key in shown.controls.fields}
    checked = entries.finished_by(session, glances)
    wanted = shown.chart if at is None else ()
    return {
        "register": definition,
        "row": seen,
        "at": at,
        "on": request.args.get("on", ""),
        "head": [one for one in fields if one.key in definition.shown.first],
        "fields": fields,
        "gaps": [one.label for one in fields if one.key in definition.shown.gaps and not one.text and not one.table],
        "glances": glances,
        "to_do": entries.open_tasks(session, glances),
        "finished_by": checked,
        "controls": [held[name] for name in shown.controls.fields if name in held],
        "in_force": entries.controls(session, reader.person, about, shown.controls.rows),
        "controlled": bool(shown.controls.fields or shown.controls.rows),
        "coming": entries.coming(session, about) if at is None and not seen.ended else [],
        "charts": drawn(charts.charts(session, reader.person, about, wanted, now=reader.now, zone=reader.zone)),
        "cases": cases[::-1],
        "linked": kept.cases_named(session, reader.person, seen.values.values()),
        "clauses": sorted(served(definition, seen)),
        "versions": versions,
        "labels": {one.key.partition(".")[0]: one.label for one in fields},
        "names": {
            **how.names,
            **entries.names_in(session, [one.by for one in versions], checked, reached and _people(reached)),
        },
        "signed": signed,
        "unsigned": [group for group in definition.signed_by if group not in {one.role for one in signed}],
        "second_factor": bool(definition.signed_by) and factors.is_on(session, reader.person.id),
        "asked": asked,
        "reached": reached,
        "keeps": keeps(definition, reader) and not seen.ended and at is None,
    }


def _people(reached: dict[str, Any]) -> list[str]:
    return [one.person for part in reached.values() for one in part if one.person]


def address(key: str, row_key: str) -> str:
    """Where a row is shown."""
    return f"/registers/{key}/rows/{row_key}"


def keeps(definition: Definition, reader: Reader) -> bool:
    """Whether the reader may change rows of a register."""
    return bool(set(definition.may_change) & reader.person.groups) or reader.person.platform_admin


def as_of(reader: Reader) -> datetime | None:
    """The end of the day that was asked for, in the reader's zone."""
    on = typed.day(request.args.get("on", ""), "on")
    return datetime.combine(on, time.max, ZoneInfo(reader.zone)) if on else None


def how_of(session: Session, reader: Reader, values: Any) -> How:
    """How values become words for the reader, with the names of the people in them."""
    return How(reader.now, reader.zone, entries.names_in(session, values))
