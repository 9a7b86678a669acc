"""Registers and their rows, for whoever may look into them."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict
from typing import Any

import orjson
from sqlalchemy.orm import Session

from engine import registers
from engine.errors import Invalid, NotFound
from engine.identity.person import Person
from engine.registers import Defined, Row


def all_registers(session: Session, person: Person) -> dict[str, Any]:
    """Every register that exists for `person`."""
    found = [one for one in registers.all_registers(session) if registers.may_read(one, person)]
    return {"items": [register_out(one) for one in found]}


def one_register(session: Session, person: Person, key: str) -> dict[str, Any]:
    """
    A register with its form and its rules.

    Raises:
        NotFound: there is none, or it does not exist for `person`.
    """
    return register_out(_seen(session, person, key))


def rows(session: Session, person: Person, key: str, query: dict[str, Any]) -> dict[str, Any]:
    """The rows by key, page by page; `text` looks at keys and titles."""
    _seen(session, person, key)
    part, after = (query["text"] or "").lower(), _after(query["cursor"])
    listed = registers.rows(session, key, at=query["at"], ended=query["ended"])
    found = [
        one
        for one in sorted(registers.within(session, listed, person), key=lambda row: row.key)
        if one.key > after and (part in one.key.lower() or part in one.title.lower())
    ]
    shown = found[: query["limit"]]
    more = len(found) > len(shown)
    return {"items": [row_out(one) for one in shown], "next": _cursor(shown[-1].key) if more else None}


def one_row(session: Session, person: Person, key: str, row_key: str, at: Any = None) -> dict[str, Any]:
    """
    One row as it is, or as it was.

    Raises:
        NotFound: there is, or was, none.
    """
    found = registers.seen_row(session, _seen(session, person, key).definition.key, row_key, at=at, by=person)
    if found is None:
        raise NotFound("row", f"{key}:{row_key}")
    signed = [one for one in registers.signatures(session, key, row_key) if at is None or one.at <= at]
    return row_out(found) | {
        "signatures": [dict(one._mapping) for one in signed],
        "ending": registers.asked(session, key, row_key) if at is None else None,
    }


def cases(session: Session, person: Person, key: str, row_key: str) -> dict[str, Any]:
    """
    The cases that touched a row, in the order of time.

    Raises:
        NotFound: there is no such row.
    """
    one_row(session, person, key, row_key)
    return {"items": registers.cases(session, key, row_key, by=person)}


def sheet(session: Session, person: Person, key: str, at: Any = None) -> str:
    """The rows as comma-separated values."""
    return registers.sheet(session, _seen(session, person, key), at=at, by=person)


def history(session: Session, person: Person, key: str, row_key: str) -> dict[str, Any]:
    """
    Every version of a row, the first one first.

    Raises:
        NotFound: there is no such row.
    """
    one_row(session, person, key, row_key)
    return {"items": registers.changes(session, key, row_key)}


def row_out(found: Row) -> dict[str, Any]:
    """A row as the API shows it."""
    return asdict(found)


def _seen(session: Session, person: Person, key: str) -> Defined:
    found = registers.defined(session, key)
    registers.must_read(found, person)
    return found


def register_out(one: Defined) -> dict[str, Any]:
    """A register as the API shows it."""
    said = one.definition
    names = ("key", "name", "description", "row_key", "row_title", "clauses", "may_read", "may_change", "provides")
    told = {name: getattr(said, name) for name in names}
    rules = [rule.message for rule in said.rules]
    told["follows"] = [{"field": one.field, "typed": list(one.typed), "remedy": one.remedy} for one in said.follows]
    told["decided"] = sorted({field for table in said.decided for field in table.sets.values()})
    return told | {"version": one.number, "rules": rules, "form": orjson.loads(one.file)}


def _cursor(key: str) -> str:
    return urlsafe_b64encode(key.encode()).decode().rstrip("=")


def _after(cursor: str | None) -> str:
    if cursor is None:
        return ""
    try:
        return urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError as error:
        raise Invalid("The cursor is none of ours.", {"cursor": ["Take `next` of the page before."]}) from error
