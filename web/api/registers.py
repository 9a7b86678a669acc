"""Registers: what the organisation keeps a list of, with history."""

from datetime import datetime
from typing import Any

import orjson
from flask import Response
from sqlalchemy.orm import Session

from engine import registers as verbs
from engine.errors import Invalid
from engine.identity.person import Person
from web import proof
from web.acts import act, is_dry_run, look
from web.operations import Theme
from web.reads import registers as found
from web.schemas.base import list_of, page_of
from web.schemas.registers import (
    AddRow,
    AnswerEnd,
    ChangeRow,
    DefineRegister,
    EndRow,
    ImportRows,
    OneRowOut,
    RegisterOut,
    RowCaseOut,
    RowChangeOut,
    RowOut,
    RowQuery,
    RowsQuery,
    SheetLineOut,
    SheetOut,
    SheetQuery,
    SignRow,
    TieCase,
)

theme = Theme("registers", __name__, description="What the organisation keeps a list of, such as its AI systems.")
LIST, ONE, ROWS, ROW, HISTORY = list_of(RegisterOut), RegisterOut(), page_of(RowOut), RowOut(), list_of(RowChangeOut)
WHOLE, CASES, LINES, SHEET = OneRowOut(), list_of(RowCaseOut), list_of(SheetLineOut), SheetOut()
KEY = "/registers/<key>"
ROW_KEY = f"{KEY}/rows/<row_key>"


@theme.operation("GET", "/registers", scope="read", gives=LIST)
def all_registers() -> Response:
    """The registers that the caller may look into."""
    return look(found.all_registers, LIST)


@theme.operation("GET", KEY, scope="read", gives=ONE)
def one(key: str) -> Response:
    """A register with its form and its rules."""
    return look(lambda session, person: found.one_register(session, person, key), ONE)


@theme.operation("PUT", KEY, scope="admin", body=DefineRegister, gives=ONE, refused=(409,))
def define(body: dict[str, Any], key: str) -> Response:
    """Bring a register, or a further version of its definition."""
    if body["register"].get("key") != key:
        raise Invalid("The register has another key than the address.", {"register": [f"Its key must be {key!r}."]})

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        return found.register_out(verbs.define(session, body["register"], orjson.dumps(body["form"]), by=by, now=now))

    return act(verb, ONE)


@theme.operation("GET", f"{KEY}/rows", scope="read", query=RowsQuery, gives=ROWS)
def rows(query: dict[str, Any], key: str) -> Response:
    """The rows by key, as they are or were."""
    return look(lambda session, person: found.rows(session, person, key, query), ROWS)


@theme.operation("POST", f"{KEY}/rows", scope="work", body=AddRow, gives=ROW, status=201, refused=(409,))
def add(body: dict[str, Any], key: str) -> Response:
    """Add a row."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        return found.row_out(verbs.add(session, key, body["values"], by=by, now=now))

    return act(verb, ROW, status=201, at=lambda row: f"/api/v1/registers/{key}/rows/{row['key']}")


@theme.operation("GET", ROW_KEY, scope="read", query=RowQuery, gives=WHOLE)
def one_row(query: dict[str, Any], key: str, row_key: str) -> Response:
    """One row as it is, or as it was."""
    return look(lambda session, person: found.one_row(session, person, key, row_key, query["at"]), WHOLE)


@theme.operation("PATCH", ROW_KEY, scope="work", body=ChangeRow, gives=ROW, refused=(409, 412))
def change(body: dict[str, Any], key: str, row_key: str) -> Response:
    """Change a row, with a reason; what it was stays."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        return found.row_out(verbs.change(session, key, row_key, **body, by=by, now=now))

    return act(verb, ROW)


@theme.operation("POST", f"{ROW_KEY}/end", scope="work", body=EndRow, gives=ROW, refused=(409, 412))
def end(body: dict[str, Any], key: str, row_key: str) -> Response:
    """End a row, with a reason; it stays, and never changes again."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        return found.row_out(verbs.end(session, key, row_key, **body, by=by, now=now))

    return act(verb, ROW)


@theme.operation("POST", f"{ROW_KEY}/end/ask", scope="work", body=EndRow, gives=ROW, refused=(409, 412))
def ask_to_end(body: dict[str, Any], key: str, row_key: str) -> Response:
    """Ask that a row ends, where a second person must agree."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        return found.row_out(verbs.ask_to_end(session, key, row_key, **body, by=by, now=now))

    return act(verb, ROW)


@theme.operation("POST", f"{ROW_KEY}/end/answer", scope="work", body=AnswerEnd, gives=ROW, refused=(409,))
def answer_end(body: dict[str, Any], key: str, row_key: str) -> Response:
    """Agree that a row ends, or say why it stays."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        return found.row_out(verbs.answer(session, key, row_key, **body, by=by, now=now))

    return act(verb, ROW)


@theme.operation("POST", f"{ROW_KEY}/sign", scope="work", body=SignRow, gives=ROW, refused=(409, 412))
def sign(body: dict[str, Any], key: str, row_key: str) -> Response:
    """Sign the row as it is, with the password again, and a code where a second factor is on."""
    body["second"] = proof.second(body.pop("code"))

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        return found.row_out(verbs.sign(session, key, row_key, **body, by=by, now=now))

    return act(verb, ROW)


@theme.operation("GET", f"{ROW_KEY}/cases", scope="read", gives=CASES)
def cases(key: str, row_key: str) -> Response:
    """The cases that touched a row, in the order of time."""
    return look(lambda session, person: found.cases(session, person, key, row_key), CASES)


@theme.operation("POST", f"{ROW_KEY}/cases", scope="work", body=TieCase, gives=CASES)
def tie(body: dict[str, Any], key: str, row_key: str) -> Response:
    """Tie a case to a row."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        verbs.tie(session, key, row_key, body["case"], body["kind"], by=by, now=now)
        return found.cases(session, by, key, row_key)

    return act(verb, CASES)


@theme.operation("GET", f"{KEY}/sheet", scope="read", query=SheetQuery, gives=SHEET)
def sheet(query: dict[str, Any], key: str) -> Response:
    """The rows that have not ended as comma-separated values."""
    return look(lambda session, person: {"csv": found.sheet(session, person, key, query["at"])}, SHEET)


@theme.operation("POST", f"{KEY}/import", scope="work", body=ImportRows, gives=LINES, refused=(409,))
def bring(body: dict[str, Any], key: str) -> Response:
    """Add and change many rows from a sheet: all, or none. A dry run tells line by line what would become of it."""
    verb_of = verbs.look if is_dry_run() else verbs.bring

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        return {"items": verb_of(session, key, body["csv"], reason=body["reason"], by=by, now=now)}

    return act(verb, LINES)


@theme.operation("GET", f"{ROW_KEY}/history", scope="read", gives=HISTORY)
def history(key: str, row_key: str) -> Response:
    """Every version of a row: what it held, who, when, why."""
    return look(lambda session, person: found.history(session, person, key, row_key), HISTORY)
