"""Where a rehearsal happens: a working folder of its own, made up, or like one that is there."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import Conflict
from engine.identity import passwords
from engine.identity.passwords import Hashing
from engine.outbox import Owed
from engine.outreach.content import CHAT, MAIL
from engine.store.definitions import Deployment
from engine.store.people import PersonRow
from engine.subscriptions.feed import WEBHOOK
from steward import archive, demo, founding
from steward.program import Program, calendar_settings, prepare
from steward.rehearsal.crowd import PASSWORD
from steward.settings import Settings
from webhooks.sending import Sent


class Sink:
    """Takes every message, and sends none."""

    def send(self, owed: Owed) -> Sent:
        """It is as good as sent."""
        return Sent("Kept in the rehearsal.")


@contextmanager
def staged(
    settings: Settings, begins: datetime, *, like: Path | None = None, keep: Path | None = None
) -> Iterator[Program]:
    """
    A program on a clock that stands at `begins`, in a folder of its own that is gone afterwards.

    Args:
        settings: of the product; folder and database are replaced, the database only where it is a file.
        like: the working folder of a Steward whose organisation, cases, registers and cycles are copied.
        keep: where the folder stays when the rehearsal is over.

    Raises:
        Conflict: there is no Steward in `like`; or `keep` has something in it already.
    """
    hasher = Hashing.hasher
    with tempfile.TemporaryDirectory() as scratch:
        home = keep or Path(scratch) / "home"
        Hashing.use(time_cost=1, memory_cost=8)
        try:
            own = replace(settings, home=str(home), host="127.0.0.1")
            if like is not None:
                _copy(replace(settings, home=str(like), database_url=""), own, Path(scratch) / "copy")
            program = prepare(own, simulated_from=begins)
            try:
                program.senders = dict.fromkeys((MAIL, CHAT, WEBHOOK), Sink())
                _people(program, made_up=like is None)
                yield program
            finally:
                program.database.close()
        finally:
            Hashing.hasher = hasher


def deploy(program: Program, folder: Path) -> None:
    """
    Put drafts in force in the rehearsal, owned by who owns the process now.

    Raises:
        Refused: the files may not be deployed, as `steward lint` says.
        Conflict: the process is new, and nobody of the rehearsal owns a process.
    """
    operator, now = program.operator("rehearsal"), program.clock()
    with program.database.reading() as session:
        owner = session.scalar(select(Deployment.owner).where(Deployment.owner.is_not(None)).order_by(Deployment.id))
    if owner is None:
        raise Conflict("Nobody owns a process here, so nobody can own the draft.")
    program.perform(lambda session: demo.put_in_force(session, folder, owner=owner, by=operator, now=now), by=operator)


def zone_of(settings: Settings) -> str:
    """The organisation's zone, by its file."""
    return calendar_settings(settings).zone


def _copy(source: Settings, target: Settings, scratch: Path) -> None:
    archive.write(source, scratch)
    archive.read(target, scratch)


def _people(program: Program, *, made_up: bool) -> None:
    """Everybody can sign with one password, known to the rehearsal alone."""
    if made_up:
        founding.seed(program)
        demo.settle(program)
    operator, now = program.operator("rehearsal"), program.clock()
    with program.database.reading() as session:
        everybody = list(session.scalars(select(PersonRow.id).where(PersonRow.kind == "person", PersonRow.active)))

    def verb(session: Session) -> None:
        for person in everybody:
            passwords.set_password(session, person, PASSWORD, by=operator, now=now)

    program.perform(verb, by=operator)
