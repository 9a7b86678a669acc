"""What an administrator keeps under keys: each change is a version of its own, and the newest is in force."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select
from sqlalchemy.orm import Session

from engine import audit
from engine.errors import NotFound
from engine.identity.person import Person
from engine.ids import new_id
from engine.store.base import Table, table_of


class Book:
    """
    The versions of one kind of thing, in a table with `id`, `key`, `number`, `digest`, `content`, `since` and `by`.

    Args:
        noun: what people call such a thing.
        verb: how a change stands in the trail of the platform.
        more: further columns of a new version.
    """

    def __init__(
        self, entity: type[Table], noun: str, verb: str, more: Callable[[Session], dict[str, Any]] = lambda _session: {}
    ) -> None:
        self.noun, self.verb, self.more = noun, verb, more
        table = table_of(entity)
        self._history = select(table).where(table.c.key == bindparam("key")).order_by(table.c.number)
        self._all = select(table).order_by(table.c.key, table.c.number)
        self._keep = insert(table)

    def in_force(self, session: Session) -> list[Row[Any]]:
        """The newest version of each, by key."""
        return list({row.key: row for row in session.execute(self._all)}.values())

    def history(self, session: Session, key: str) -> list[Row[Any]]:
        """
        All versions of one, the oldest first.

        Raises:
            NotFound: there is none with this key.
        """
        found = list(session.execute(self._history, {"key": key}))
        if not found:
            raise NotFound(self.noun, key)
        return found

    def keep(
        self, session: Session, key: str, content: Mapping[str, Any], digest: str, *, by: Person, now: datetime
    ) -> UUID:
        """Keep a new version, with its `name` and whether it is `active`; what is the same as before makes none."""
        chain = audit.extend(session, audit.PLATFORM)  # One at a time, so that version numbers follow one another.
        before = list(session.execute(self._history, {"key": key}))
        if before and before[-1].digest == digest:
            return UUID(str(before[-1].id))
        made, number = new_id(), len(before) + 1
        row = {"id": made, "key": key, "number": number, "digest": digest, "content": dict(content)}
        session.execute(self._keep, [row | self.more(session) | {"since": now, "by": by.id}])
        said = {"id": made, "number": number, "digest": digest, "name": content["name"], "active": content["active"]}
        chain.add(self.verb, key, said, by=by.id, now=now)
        audit.save(session, chain)
        return made
