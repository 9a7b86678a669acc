"""What has to do with a row: cases about it, and those that somebody tied to it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, literal, select, union
from sqlalchemy.orm import Session

from engine import access, audit
from engine.errors import Invalid, NotFound
from engine.identity.person import Person
from engine.registers.definitions import chain_of
from engine.registers.reading import row
from engine.registers.rights import kept_by
from engine.store.base import table_of
from engine.store.definitions import DefinitionRow
from engine.store.registers import RowLink
from engine.store.running import Instance

KINDS = ("caused_by", "raises", "evidence_for")
ABOUT = "about"
"""How a case is tied to its own subject."""

LINK = table_of(RowLink)
ONE = select(LINK.c.kind).where(
    LINK.c.register == bindparam("of_register"),
    LINK.c.key == bindparam("of_key"),
    LINK.c.instance_id == bindparam("case"),
    LINK.c.kind == bindparam("of_kind"),
)


def tie(session: Session, register: str, key: str, case_id: UUID, kind: str, *, by: Person, now: datetime) -> None:
    """
    Tie a case to a row. The same link twice is one.

    Raises:
        NotFound: there is no such register, row or case, or `by` may not know of it.
        Forbidden: `by` does not keep the register.
        Invalid: there is no such kind.
    """
    if kind not in KINDS:
        raise Invalid("The case cannot be tied like this.", {"kind": [f"There are {', '.join(KINDS)}."]})
    found = kept_by(session, register, by)
    if row(session, register, key) is None:
        raise NotFound(f"row of {found.definition.name}", key)
    access.must_know(session, by, case_id)
    audit.extend(session, chain_of(register))  # Two that tie the same at once: the second finds the first's link.
    named = {"of_register": register, "of_key": key, "case": case_id, "of_kind": kind}
    if session.execute(ONE, named).first() is None:
        made = {"register": register, "key": key, "instance_id": case_id, "kind": kind, "at": now, "by": by.id}
        session.execute(insert(LINK), [made])
        said = {"case": case_id, "kind": kind}
        audit.append(session, chain_of(register), "row.linked", key, said, by=by, now=now)


def cases(session: Session, register: str, key: str, *, by: Person) -> list[Any]:
    """
    The cases that touched a row, in the order of time, as far as `by` may see them.

    Each with `kind` (`about`, or how it was tied), id, title, status, process, business_key and moments.
    """
    about = select(Instance.id.label("case"), literal(ABOUT).label("kind")).where(
        Instance.subject_register == register, Instance.subject_row == key
    )
    tied = select(LINK.c.instance_id, LINK.c.kind).where(LINK.c.register == register, LINK.c.key == key)
    touched = union(about, tied).subquery()
    query = (
        select(
            touched.c.kind,
            Instance.id,
            Instance.title,
            Instance.status,
            Instance.business_key,
            Instance.started_at,
            Instance.ended_at,
            DefinitionRow.key.label("process"),
        )
        .join(Instance, Instance.id == touched.c.case)
        .join(DefinitionRow, DefinitionRow.id == Instance.definition_id)
        .where(access.visible_instances(by))
        .order_by(Instance.started_at, Instance.id, touched.c.kind)
    )
    return list(session.execute(query).all())
