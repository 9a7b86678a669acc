"""
The audit trail: who did what, when, to what; one hash chain per case and one called `platform`.

Whoever writes to a chain holds its owner's row: the instance, or the chain's
own. There is no switch to turn it off. The verbs are listed, with what each
entry says, in `docs/reference/trail.md`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.core.chain import Chain, Link
from engine.errors import NotFound
from engine.hot import Hot, together
from engine.identity.person import Person
from engine.ids import new_salt
from engine.store.base import table_of
from engine.store.records import AuditEntry, Delivery
from engine.store.records import Chain as ChainRow
from engine.store.running import Instance
from engine.subscriptions import feed

PLATFORM = "platform"

PLATFORM_HEAD = select(ChainRow.head).where(ChainRow.key == PLATFORM)
"""The state of the organisation in one value: every change of people, groups, bindings and absences moves it."""

INSERT_LINKS = Hot(insert(table_of(AuditEntry)))
INSERT_DELIVERIES = Hot(insert(table_of(Delivery)))
INSTANCE_HEAD = Hot(
    select(Instance.chain_length, Instance.chain_head, feed.NEWEST.label("told"))
    .where(Instance.id == bindparam("key"))
    .with_for_update(key_share=True)
)
MOVE_INSTANCE = Hot(
    update(table_of(Instance))
    .where(Instance.id == bindparam("of"))
    .values(chain_length=bindparam("length"), chain_head=bindparam("head"))
)
OWN_HEAD = Hot(select(ChainRow.length, ChainRow.head).where(ChainRow.key == bindparam("key")).with_for_update())
MOVE_OWN = Hot(
    update(table_of(ChainRow))
    .where(ChainRow.key == bindparam("of"))
    .values(length=bindparam("length"), head=bindparam("head"))
)
BEGIN_OWN = Hot(
    {
        "postgresql": postgresql.insert(table_of(ChainRow)).on_conflict_do_nothing(),
        "sqlite": sqlite.insert(table_of(ChainRow)).on_conflict_do_nothing(),
    }
)


def append(
    session: Session,
    chain: UUID | str,
    verb: str,
    subject: object,
    body: Any = None,
    *,
    by: Person,
    now: datetime,
    happened_at: datetime | None = None,
    acting_for: str | None = None,
) -> Link:
    """
    Write one entry to the end of a chain, and lock its owner until the transaction ends.

    Args:
        chain: an instance's id, or the name of a chain without one, such as `platform`.
        verb: in the dotted grammar of the trail, such as `task.commented`.
        subject: what it is about, such as a task's id.
        body: a JSON value; kept beside the chain under a salted digest, so that it can be erased.
        happened_at: when it happened, if that was before `now`.

    Raises:
        NotFound: there is no such instance.
    """
    grown = extend(session, chain)
    link = grown.add(verb, subject, body or {}, by=by.id, now=now, happened_at=happened_at, acting_for=acting_for)
    save(session, grown)
    return link


def extend(session: Session, chain: UUID | str) -> Chain:
    """The chain as it is now, locked; for verbs that write several entries before `save`."""
    key = _instance_id(chain)
    if key is None:
        name = str(chain)
        begin = (BEGIN_OWN, [{"key": name, "length": 0, "head": b""}])
        _, found = together(session, [begin, (OWN_HEAD, [{"key": name}])])
        return Chain(name, found[0].length, found[0].head, new_salt)
    found = INSTANCE_HEAD.one_or_none(session, {"key": key})
    if found is None:
        raise NotFound("case", str(key))
    return Chain(str(key), found.chain_length, found.chain_head, new_salt, told=found.told)


def save(session: Session, chain: Chain, people: Sequence[Mapping[str, Any]] = ()) -> None:
    """
    Write the new links of a chain, move its head, and owe what others are told of them.

    Args:
        people: deliveries that the caller owes to people, which the newest link speaks of as well.
    """
    if not chain.links:
        return
    key = _instance_id(chain.key)
    move, owner = (MOVE_OWN, chain.key) if key is None else (MOVE_INSTANCE, key)
    owed = feed.owed(session, chain) if chain.told else []
    chain.owes([*owed, *people])
    moved = {"of": owner, "length": chain.length, "head": chain.head}
    said: list[tuple[Hot, list[dict[str, Any]]]] = [(INSERT_LINKS, [row_of(one) for one in chain.links])]
    together(session, [*said, (move, [moved]), *([(INSERT_DELIVERIES, owed)] if owed else [])])
    chain.links.clear()


def row_of(link: Link) -> dict[str, Any]:
    """A link as the table holds it."""
    return {name: getattr(link, name) for name in Link.__slots__} | {"erased_at": None}


def _instance_id(chain: UUID | str) -> UUID | None:
    if isinstance(chain, UUID):
        return chain
    try:
        return UUID(chain)
    except ValueError:
        return None
