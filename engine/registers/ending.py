"""Ending rows by two people: one asks with a reason, another one agrees or does not."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from engine import access, audit
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.identity.person import Person
from engine.ids import new_id
from engine.registers.checking import must_say_why
from engine.registers.definitions import chain_of, defined
from engine.registers.keeping import locked, moved
from engine.registers.reading import Row
from engine.registers.rights import kept_by, must_read
from engine.store.base import table_of
from engine.store.registers import RegisterEnding

ENDING = table_of(RegisterEnding)
ASKED = select(ENDING).where(
    ENDING.c.register == bindparam("of_register"), ENDING.c.key == bindparam("of_key"), ENDING.c.agreed.is_(None)
)
DECIDED = (
    update(ENDING)
    .where(ENDING.c.id == bindparam("wish"))
    .values(
        decided_by=bindparam("who"), decided_at=bindparam("moment"), agreed=bindparam("says"), answer=bindparam("words")
    )
)


def asked(session: Session, register: str, key: str) -> Any:
    """The wish that nobody has answered yet: reason, asked_by, asked_at; None where there is none."""
    return session.execute(ASKED, {"of_register": register, "of_key": key}).one_or_none()


def ask_to_end(
    session: Session, register: str, key: str, *, reason: str, expected: int | None = None, by: Person, now: datetime
) -> Row:
    """
    Ask that a row ends. It stays as it is until somebody else agrees.

    Raises:
        NotFound, Forbidden, Outdated, Invalid: as for changing it.
        Conflict: it has ended, or somebody has asked already.
    """
    found = kept_by(session, register, by)
    row = locked(session, found, key, expected)
    must_say_why(reason)
    if wish := asked(session, register, key):
        raise Conflict(f"{wish.asked_by} has asked for it already; it waits for a second person.")
    made = {"id": new_id(), "register": register, "key": key, "reason": reason.strip(), "asked_by": by.id}
    undecided = {"decided_by": None, "decided_at": None, "agreed": None, "answer": ""}
    session.execute(insert(ENDING), [made | undecided | {"asked_at": now}])
    said = {"wish": made["id"], "reason": made["reason"]}
    audit.append(session, chain_of(register), "row.end_asked", key, said, by=by, now=now)
    return row


def answer(
    session: Session, register: str, key: str, *, agreed: bool, reason: str = "", by: Person, now: datetime
) -> Row:
    """
    Agree that a row ends, or say why it stays.

    Raises:
        NotFound: there is no such row, or nobody asks for its end.
        Forbidden: `by` asked for it, or belongs to none of the groups that may agree.
        Invalid: no, without a reason.
    """
    access.must_act(by)
    found = defined(session, register)
    must_read(found, by)
    row = locked(session, found, key, None)
    wish = asked(session, register, key)
    if wish is None:
        raise NotFound("wish to end", f"{register}:{key}")
    if wish.asked_by == by.id:
        raise Forbidden(f"{by.name} asked for it.", "A second person agrees, or says why it stays.")
    if not by.groups & set(found.definition.end_agreed_by):
        who = ", ".join(found.definition.end_agreed_by)
        raise Forbidden(f"{by.name} cannot agree to this.", f"One of these can: {who}.")
    if not agreed and not reason.strip():
        raise Invalid("Say why it stays.", {"reason": ["A reason is needed."]})
    given = {"wish": wish.id, "who": by.id, "moment": now, "says": agreed, "words": reason.strip()}
    session.execute(DECIDED, given)
    said = {"wish": wish.id, "agreed": agreed, "reason": reason.strip()}
    audit.append(session, chain_of(register), "row.end_answered", key, said, by=by, now=now)
    if not agreed:
        return row
    return moved(session, found, row, dict(row.values), "ended", wish.reason, by=by, now=now)
