"""Registers: what the organisation keeps a list of, as it is and as it was."""

from typing import Any

import orjson
from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from engine import registers
from engine.registers import Defined
from web.filled import Filled, How, filled
from web.pages import acting
from web.pages.entries import as_of, how_of, keeps
from web.pages.layout import Reader, look, page, show
from web.reads import entries

pages = Blueprint("registers_pages", __name__)
acting.register(pages)
MOST = 100


@page(pages, "/registers")
def all_registers() -> Response:
    """The registers that the reader may look into, with how many rows each has."""

    def read(session: Session, reader: Reader) -> dict[str, Any]:
        found = entries.shown(session, reader.person)
        rows = {one.definition.key: registers.rows(session, one.definition.key) for one in found}
        counted = {key: len(registers.within(session, listed, reader.person)) for key, listed in rows.items()}
        return {"registers": [(one.definition, counted[one.definition.key]) for one in found]}

    return show("registers.html", **look(read))


@page(pages, "/registers/<key>")
def one(key: str) -> Response:
    """The rows of a register, by title."""

    def read(session: Session, reader: Reader) -> dict[str, Any]:
        found = entries.register(session, reader.person, key)
        at, part = as_of(reader), request.args.get("text", "").strip().lower()
        ended = request.args.get("ended") == "true"
        rows = [
            row
            for row in registers.within(session, registers.rows(session, key, at=at, ended=ended), reader.person)
            if part in row.title.lower() or part in row.key.lower()
        ]
        rows.sort(key=lambda row: (row.title.lower(), row.key))
        seen = rows[:MOST]
        how = how_of(session, reader, [row.values for row in seen])
        return {
            "register": found.definition,
            "rows": [(row, _first(found, row.values, how)) for row in seen],
            "heads": [one.label for one in _first(found, {}, how)],
            "hidden": len(rows) - len(seen),
            "keeps": keeps(found.definition, reader),
            "on": request.args.get("on", ""),
            "text": request.args.get("text", ""),
            "ended": ended,
        }

    return show("register.html", **look(read))


@page(pages, "/registers/<key>/sheet.csv")
def sheet(key: str) -> Response:
    """The rows that have not ended as comma-separated values."""

    def read(session: Session, reader: Reader) -> str:
        return registers.sheet(session, entries.register(session, reader.person, key), by=reader.person)

    answer = Response(look(read), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{key}.csv"'
    return answer


def _first(found: Defined, values: Any, how: How) -> list[Filled]:
    wanted = found.definition.shown.first
    return [one for one in filled(orjson.loads(found.file), values, how) if one.key in wanted]
