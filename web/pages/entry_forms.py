"""Filling in a row of a register: a further one, or a further version of one."""

from typing import Any

import orjson
from flask import Blueprint, Response, g, request
from sqlalchemy.orm import Session

from engine import filling, registers
from engine.core.register import Follows
from engine.errors import Invalid, Rejected
from engine.registers import Defined
from web.filled import How, filled
from web.language import _
from web.pages import acting
from web.pages.entries import ROW, address
from web.pages.layout import Reader, look, page, show
from web.reads import entries

pages = Blueprint("entry_forms_pages", __name__)
acting.register(pages)


@page(pages, "/registers/<key>/form.json")
def form(key: str) -> Response:
    """The form of a row, and what stands in one of them, for the page on which it is filled in."""

    def read(session: Session, reader: Reader) -> bytes:
        found = entries.register(session, reader.person, key)
        row_key = request.args.get("row")
        values = entries.row(session, reader.person, key, row_key).values if row_key else {}
        choices = filling.choices(session, found.form, values, now=reader.now)
        schema = orjson.loads(found.file)
        for one in found.definition.follows:
            _narrow(schema["components"], one, values.get(one.field))
        return orjson.dumps({"schema": schema, "data": choices | dict(values)})

    return Response(look(read), mimetype="application/json")


@page(pages, "/registers/<key>/add")
def adding(key: str) -> Response:
    """Fill in a further row."""
    return _editing(key, None)


@page(pages, f"{ROW}/change")
def changing(key: str, row_key: str) -> Response:
    """Change a row."""
    return _editing(key, row_key)


@page(pages, "/registers/<key>/add", scope="work", method="POST")
def add(key: str) -> Response:
    """Keep a further row."""
    values, typed = _typed()
    try:
        made = acting.perform(lambda session, by, now: registers.add(session, key, values, by=by, now=now))
    except Invalid as error:
        return _editing(key, None, error, typed)
    return acting.then(address(key, made.key), _("%(row)s is kept.", row=made.title))


@page(pages, f"{ROW}/change", scope="work", method="POST")
def change(key: str, row_key: str) -> Response:
    """Keep a further version of a row."""
    values, typed = _typed()
    reason, expected = request.form.get("reason", "").strip(), request.form.get("expected", type=int)
    try:
        if not reason:
            said = _("Write why it changes; it stands in the record.")
            raise Invalid(said, {"reason": [said]})
        acting.perform(
            lambda session, by, now: registers.change(
                session, key, row_key, values, reason=reason, expected=expected, by=by, now=now
            )
        )
    except Rejected as error:
        if error.status not in (409, 412, 422):
            raise
        return _editing(key, row_key, error, typed)
    return acting.then(address(key, row_key), _("The change is kept, and what it was stays."))


def _narrow(components: list[dict[str, Any]], one: Follows, held: Any) -> None:
    """Let a field that follows from cases offer what may be typed, or only show what it holds."""
    for component in (found for found in components if found.get("key") == one.field):
        if held and held not in one.typed:
            follows = _("It follows from cases.")
            component |= {"disabled": True}
        else:
            component["values"] = [said for said in component.get("values", ()) if said["value"] in one.typed]
            follows = _("Everything else follows from cases.")
        component["description"] = f"{follows} {one.remedy}"


def _editing(key: str, row_key: str | None, error: Rejected | None = None, typed: str = "") -> Response:
    def read(session: Session, reader: Reader) -> dict[str, Any]:
        found = entries.register(session, reader.person, key)
        seen = entries.row(session, reader.person, key, row_key) if row_key else None
        return {"register": found.definition, "row": seen, "found": found}

    known = look(read)
    return show(
        "entry_form.html",
        error.status if error else 200,
        **known,
        error=str(error) if error else "",
        wrong=_wrong(error, known["found"]),
        typed=typed,
        reason=request.form.get("reason", ""),
    )


def _wrong(error: Rejected | None, found: Defined) -> list[tuple[str, str, str]]:
    """Field, label and what is wrong with it, one by one."""
    problems = error.problems if isinstance(error, Invalid) else {}
    how = How(g.reader.now, g.reader.zone)
    labels = {one.key: one.label for one in filled(orjson.loads(found.file), {}, how)}
    listed = []
    for name, said in problems.items():
        for one in said if isinstance(said, list | tuple) else [said]:
            listed.append((str(name), labels.get(str(name), str(name)), str(one)))
    return listed


def _typed() -> tuple[dict[str, Any], str]:
    text = request.form.get("values", "")
    try:
        values = orjson.loads(text)
    except orjson.JSONDecodeError:
        values = None
    if not isinstance(values, dict):
        raise Invalid(
            _("The form did not arrive whole. Go back, and send it again; what you typed is still there."), {}
        )
    return values, text
