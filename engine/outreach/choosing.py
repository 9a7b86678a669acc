"""Each person chooses by which channels he is told; an administrator may choose for him."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine import audit
from engine.errors import Forbidden, Invalid
from engine.identity import people
from engine.identity.person import Person
from engine.outreach import book
from engine.outreach.wishes import USUAL, Wishes, read
from engine.store.base import table_of
from engine.store.outreach import WishesRow

TABLE = table_of(WishesRow)
OF = select(TABLE.c.content).where(TABLE.c.person_id == bindparam("person"))


def _keep(dialect: Any) -> Any:
    given = dialect.insert(TABLE)
    return given.on_conflict_do_update(index_elements=["person_id"], set_={"content": given.excluded.content})


KEEP = {"postgresql": _keep(postgresql), "sqlite": _keep(sqlite)}


def of(session: Session, person_id: str) -> Wishes:
    """
    How a person wishes to be told; as usual where he has not said.

    Raises:
        NotFound: nobody has this id.
    """
    people.person(session, person_id)
    content = session.execute(OF, {"person": person_id}).scalar()
    return read(content) if content else USUAL


def choose(session: Session, person_id: str, content: Mapping[str, Any], *, by: Person, now: datetime) -> None:
    """
    Let a person be told like this from now on; what is owed already stays as it is.

    Raises:
        Forbidden: `by` is neither that person nor manages the platform.
        NotFound: nobody has this id.
        Invalid: with one problem a place.
    """
    must_choose(by, person_id)
    before, wishes = of(session, person_id), read(content)
    if gone := book.unknown(session, [*wishes.ordinary, *wishes.urgent]):
        raise Invalid(f"There is no channel {gone[0]}.", {name: [f"There is no channel {name}."] for name in gone})
    if wishes == before:
        return
    kept = wishes.content()
    session.execute(KEEP[session.get_bind().dialect.name], {"person_id": person_id, "content": kept})
    audit.append(session, audit.PLATFORM, "person.channels_chosen", person_id, kept, by=by, now=now)


def must_choose(by: Person, person_id: str) -> None:
    """
    Let pass that person, and who manages the platform.

    Raises:
        Forbidden: `by` is neither.
    """
    if not by.platform_admin and by.id != person_id:
        raise Forbidden(f"{by.name} may not say how others are told.", "Ask an administrator of the platform.")
