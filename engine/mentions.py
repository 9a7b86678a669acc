"""Who is mentioned in a comment: told of it by the channel that he chose, where he may see the case."""

import re
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from engine import access, outbox
from engine.cases import Case
from engine.errors import NotFound
from engine.identity import people
from engine.identity.person import Person

MENTION = re.compile(r"(?<![\w.@-])@([a-z0-9]+(?:[._-][a-z0-9]+)*)", re.IGNORECASE)
LONGEST = 1_000
"""Signs of a comment that a message repeats."""

MOST = 20
"""How many people one comment may call."""


def named(text: str) -> list[str]:
    """The ids that follow an `@`, in small letters and each once, in their order; 20 at most."""
    return list(dict.fromkeys(one.lower() for one in MENTION.findall(text)))[:MOST]


def tell(session: Session, case: Case, text: str, *, comment: UUID, by: Person, now: datetime) -> list[str]:
    """
    Owe a message to everybody whom `@ID` names and who may see the case; of others it stays silent.

    Returns:
        Their ids, in the order in which they are named.
    """
    told = [one for one in named(text) if one != by.id and _sees(session, case, one)]
    notices = [
        outbox.Notice(
            event=f"comment:{comment}",
            recipient=one,
            template="mention",
            instance_id=case.id,
            data={"text": f"{by.name}: {text.strip()[:LONGEST]}"},
            cause=by.id,
        )
        for one in told
    ]
    outbox.owe(session, notices, now=now)
    return told


def _sees(session: Session, case: Case, person_id: str) -> bool:
    person = people.find(session, person_id)
    if person is None or person.kind != "person":
        return False
    try:
        access.must_see(session, person, case)
    except NotFound:
        return False
    return True
