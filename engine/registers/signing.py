"""Signing rows: a version of a row is in force once a member of each named group has signed it, different people."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from engine import access, audit
from engine.core.chain import content_digest
from engine.errors import Conflict, Forbidden, Invalid
from engine.identity import proving
from engine.identity.factors import Second
from engine.identity.person import Person
from engine.registers.definitions import chain_of, defined
from engine.registers.keeping import locked
from engine.registers.reading import ROW, SIGNATURE, Row
from engine.registers.rights import must_read

MEANING = "approved"
HELD = select(SIGNATURE.c.role, SIGNATURE.c.by).where(
    SIGNATURE.c.register == bindparam("of_register"),
    SIGNATURE.c.key == bindparam("of_key"),
    SIGNATURE.c.number == bindparam("of_number"),
)
IN_FORCE = (
    update(ROW)
    .where(ROW.c.register == bindparam("of_register"), ROW.c.key == bindparam("of_key"))
    .values(in_force=True)
)


def sign(
    session: Session,
    register: str,
    key: str,
    *,
    expected: int | None,
    password: str,
    second: Second | None = None,
    by: Person,
    now: datetime,
) -> Row:
    """
    Sign the row as it is: `approved`, for the first group of `signed_by` that `by` belongs to and nobody stands for.

    A later change of the row needs every signature anew.

    Args:
        expected: the version that `by` has read.
        second: a code, where `by` has a second factor.

    Raises:
        NotFound: there is no such register or row.
        Conflict: the row has ended.
        Outdated: it is another version by now.
        Invalid: rows of this register are not signed.
        Forbidden: `by` did not prove who he is, belongs to none of the groups, or has signed this version already.
    """
    access.must_act(by)
    found = defined(session, register)
    must_read(found, by)
    wanted = found.definition.signed_by
    if not wanted:
        raise Invalid(f"Rows of {found.definition.name} are not signed.", {"register": ["Its rows are not signed."]})
    if by.kind != "person":
        raise Forbidden(f"{by.name} cannot sign.", "Only a person signs, with a password.")
    row = locked(session, found, key, expected)
    held = session.execute(HELD, {"of_register": register, "of_key": key, "of_number": row.number}).all()
    role = _role(found.definition.name, wanted, held, by)
    proving.again(session, by, password, second, now=now)
    made = {"register": register, "key": key, "number": row.number, "role": role, "by": by.id, "at": now}
    made |= {"digest": digest_of(made, row.values)}
    session.execute(insert(SIGNATURE), [made])
    complete = {one.role for one in held} | {role} == set(wanted)
    if complete:
        session.execute(IN_FORCE, {"of_register": register, "of_key": key})
    said = {"number": row.number, "role": role, "meaning": MEANING, "digest": made["digest"], "in_force": complete}
    audit.append(session, chain_of(register), "row.signed", key, said, by=by, now=now)
    return replace(row, in_force=complete)


def digest_of(signed: dict[str, Any], values: Any) -> str:
    """The SHA-256 over all that a signature says, in hexadecimal."""
    at = signed["at"].astimezone(UTC).isoformat(timespec="microseconds")
    said = {name: signed[name] for name in ("register", "key", "number", "role", "by")}
    return content_digest(said | {"at": at, "meaning": MEANING, "values": dict(values)}).hex()


def _role(name: str, wanted: tuple[str, ...], held: Any, by: Person) -> str:
    if any(one.by == by.id for one in held):
        raise Forbidden(f"{by.name} has signed this version.", "Another person signs for the next group.")
    free = [role for role in wanted if role not in {one.role for one in held}]
    if not free:
        raise Conflict("This version is signed by all who must.")
    mine = next((role for role in free if role in by.groups), None)
    if mine is None:
        raise Forbidden(f"{by.name} does not sign {name} here.", f"Still to sign: {', '.join(free)}.")
    return mine
