"""
Answers to somebody nobody knows: by the model (`steward.reply`), or by whoever has to do with the case.

An answer is a letter behind the code; nothing leaves the house. Each stands
in the case's trail.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.orm import Session

from engine import access, audit
from engine.cases import Case, lock
from engine.core import effects as fx
from engine.errors import Conflict, Invalid
from engine.identity.person import Person
from engine.running.rows import Context, Rows
from engine.store.base import table_of
from engine.store.public import PublicFile, PublicLetter, PublicThread

THREAD, LETTER, FILE = (table_of(one) for one in (PublicThread, PublicLetter, PublicFile))
OF_CASE = select(THREAD).where(THREAD.c.instance_id == bindparam("case"))
LAST = select(func.max(LETTER.c.number)).where(LETTER.c.instance_id == bindparam("case"))
LETTERS = select(LETTER).where(LETTER.c.instance_id == bindparam("case")).order_by(LETTER.c.number)
FILES = select(FILE).where(FILE.c.instance_id == bindparam("case")).order_by(FILE.c.id)
LONGEST = 10_000
"""Signs of a letter."""


def by_model(session: Session, case: Case, effect: fx.CallService, rows: Rows, context: Context) -> dict[str, Any]:
    """
    Write `text` to whoever reported under a code; gives `told`, whether there is somebody.

    An empty text, and a case that nobody began by a public way, are no errors: nothing is written.
    """
    text = str(effect.inputs.get("text") or "").strip()[:LONGEST]
    if not text or session.execute(OF_CASE, {"case": case.id}).one_or_none() is None:
        return {"told": False}
    pending = sum(one["instance_id"] == case.id for one in rows.new.get("public_letters", ()))
    number = (session.scalar(LAST, {"case": case.id}) or 0) + pending + 1
    rows.add(
        "public_letters", {"instance_id": case.id, "number": number, "at": effect.at, "by": context.by, "text": text}
    )
    case.chain.add(
        "reporter.answered",
        case.id,
        {"number": number, "text": text},
        by=context.by,
        now=context.now,
        happened_at=effect.at,
        acting_for=context.acting_for,
    )
    return {"told": True}


def reply(session: Session, instance_id: UUID, *, text: str, by: Person, now: datetime) -> int:
    """
    Answer whoever reported under a code; returns the number of the answer.

    Raises:
        NotFound: there is no such case, or `by` may not know of it.
        Forbidden: `by` only reads.
        Conflict: nobody began it by a public way.
        Invalid: the text is empty, or longer than 10,000 signs.
    """
    case = lock(session, instance_id)
    access.must_see(session, by, case)
    access.must_act(by)
    if not 0 < len(text.strip()) <= LONGEST:
        raise Invalid("An answer has 1 to 10,000 signs.", {"text": ["1 to 10,000 signs."]})
    if session.execute(OF_CASE, {"case": case.id}).one_or_none() is None:
        raise Conflict("Nobody waits for an answer: the case began by no public way.")
    number = (session.scalar(LAST, {"case": case.id}) or 0) + 1
    row = {"instance_id": case.id, "number": number, "at": now, "by": by.id, "text": text.strip()}
    session.execute(insert(LETTER), [row])
    audit.append(
        session, case.id, "reporter.answered", case.id, {"number": number, "text": row["text"]}, by=by, now=now
    )
    return number


def letters(session: Session, instance_id: UUID, *, by: Person) -> dict[str, Any]:
    """
    What was answered, and which files came with the report.

    Raises:
        NotFound: there is no such case, or `by` may not know of it.
    """
    access.must_see(session, by, lock(session, instance_id))
    given = {"case": instance_id}
    waits = session.execute(OF_CASE, given).one_or_none() is not None
    return {
        "waits": waits,
        "letters": [dict(row._mapping) for row in session.execute(LETTERS, given)],
        "files": [dict(row._mapping) for row in session.execute(FILES, given)],
    }
