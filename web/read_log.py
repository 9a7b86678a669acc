"""What auditors read is written down before it leaves the house; other people's requests know nothing of it."""

from flask import Flask, Response, g, request
from sqlalchemy.orm import Session

from engine.identity import mandates
from web.services import services

LONGEST = 1000


def register(app: Flask) -> None:
    """Log what auditors get from `app`: pages and operations alike."""
    app.after_request(_log)


def _log(answer: Response) -> Response:
    who = g.get("caller")
    told = answer.status_code < 400 and answer.status_code != 304
    if who is None or not who.person.auditor or not told or request.method not in ("GET", "HEAD"):
        return answer
    what = request.full_path.rstrip("?")[:LONGEST]

    def note(session: Session) -> None:
        mandates.note_read(session, what, by=who.person, now=who.now)

    services().database.perform(note, by=who.person, now=who.now)
    return answer
