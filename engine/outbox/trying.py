"""A test message, for whoever wants to see whether somebody is reached and what the other side says."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from engine.errors import Invalid
from engine.identity import people
from engine.identity.person import Person
from engine.ids import new_id
from engine.outbox.owing import Notice, owe
from engine.outreach import book

SAID = {"text": "A test: this is how Steward reaches you."}


def try_out(session: Session, person_id: str, *, channel: str | None = None, by: Person, now: datetime) -> UUID:
    """
    Owe somebody a test message; returns the id of the delivery.

    Args:
        channel: `mail` or `chat:KEY`; None for the ways that he chose.

    Raises:
        Forbidden: `by` does not manage people.
        NotFound: nobody has this id, or he has left.
        Invalid: there is no such channel, or it is not for this person, or not active.
    """
    people.must_manage(by)
    who = people.person(session, person_id)
    wanted = (channel,) if channel else ()
    if gone := book.unknown(session, list(wanted)):
        raise Invalid(f"There is no channel {gone[0]}.", {"channel": ["There is none."]})
    notice = Notice(
        event=f"test:{new_id()}", recipient=who.id, template="test", urgency="urgent", channels=wanted, data=SAID
    )
    (made, *_others) = owe(session, [notice], now=now)
    if wanted and made["channel"] not in wanted:
        raise Invalid(f"The channel {channel} is not for {who.name}, or not active.", {"channel": ["Not for him."]})
    found: UUID = made["id"]
    return found
