"""Letters to a person about his own account: by mail alone and at once, where he has an address."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import outbox
from engine.store.people import PersonRow


def address_of(session: Session, person_id: str) -> str | None:
    """Where mail reaches a person who has not left; None where it does not."""
    query = select(PersonRow.email).where(PersonRow.id == person_id, PersonRow.active, PersonRow.kind == "person")
    return session.execute(query).scalar()


def tell(session: Session, person_id: str, template: str, *, event: str, now: datetime, **data: Any) -> bool:
    """
    Owe him a letter, once for each event; whether he has an address at all.

    Args:
        template: which words of `webhooks.account_letters`, as `docs/reference/deliveries.md` lists them.
    """
    if not address_of(session, person_id):
        return False
    notice = outbox.Notice(event=event, recipient=person_id, template=template, data=data, private=True)
    outbox.owe(session, [notice], now=now)
    return True
