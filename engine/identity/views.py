"""Views of My work that a person keeps under a name: filters to come back to, five at most. They stand in no trail."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from engine.errors import Conflict, Invalid
from engine.hot import Hot
from engine.identity.person import Person
from engine.store.people import SavedView

MOST = 5
LONGEST_NAME, LONGEST_QUERY = 40, 500
OF = Hot(
    select(SavedView.number, SavedView.name, SavedView.query)
    .where(SavedView.person_id == bindparam("person"))
    .order_by(SavedView.number)
)


def of(session: Session, person: Person) -> list[Any]:
    """The views of a person in their order: `number`, `name`, `query`."""
    return OF.all(session, {"person": person.id})


def keep(session: Session, name: str, query: str, *, by: Person, now: datetime) -> int:
    """
    Keep filters under a name; under the same name they take the place of those before.

    Args:
        query: the part of the address that says them.

    Returns:
        The number of the view.

    Raises:
        Invalid: the name or the filters are empty or too long.
        Conflict: there are five already.
    """
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise Invalid(f"A name has 1 to {LONGEST_NAME} signs.", {"name": "It is empty, or too long."})
    if not query or len(query) > LONGEST_QUERY:
        raise Invalid("There is nothing to keep.", {"query": "Choose filters first."})
    known = {row.number: row.name for row in of(session, by)}
    same = next((number for number, said in known.items() if said.casefold() == name.casefold()), None)
    free = same or next((number for number in range(1, MOST + 1) if number not in known), None)
    if free is None:
        raise Conflict(f"You have kept {MOST} views already. Drop one first.")
    drop(session, free, by=by)
    row = {"person_id": by.id, "number": free, "name": name, "query": query, "kept_at": now}
    session.execute(insert(SavedView), [row])
    return free


def drop(session: Session, number: int, *, by: Person) -> None:
    """Forget a view. That there is none is no error."""
    session.execute(delete(SavedView).where(SavedView.person_id == by.id, SavedView.number == number))
