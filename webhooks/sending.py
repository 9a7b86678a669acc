"""
Sending what is owed: lease, send outside of any transaction, note what came of it.

A crash between the other side's answer and our note repeats a message under
the same Message-ID; two different ones for one event, recipient and channel
never happen. One bad address blocks nobody.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.orm import Session

from engine import acting, outbox
from engine.identity.person import Person
from engine.ids import new_secret
from engine.outbox import Owed
from engine.outreach.content import family
from engine.subscriptions import answers
from engine.transactions import Database

AT_ONCE = 4
"""Messages that one drain sends side by side."""


@dataclass(frozen=True)
class Sent:
    """The other side took it. `reply` is what it answers to a question, as JSON."""

    answer: str = ""
    reply: Any = None


@dataclass(frozen=True)
class Failed:
    """
    It was not taken.

    Args:
        permanent: whether trying again is of no use.
        after: how long the other side asks to be left alone.
        away: whether it did not answer at all.
    """

    why: str
    permanent: bool = False
    after: timedelta | None = None
    away: bool = False


class Sender(Protocol):
    """One way to reach people."""

    def send(self, owed: Owed) -> Sent | Failed:
        """
        Send one message; called from several threads at once, never within a transaction. Raises nothing.

        Takes less time than a lease (`outbox.LEASE`), whatever the other side does.
        """


def drain_deliveries(
    database: Database, lane: str, senders: Mapping[str, Sender], *, now: datetime, machine_now: datetime, limit: int
) -> int:
    """
    Send what is due on a lane, at most about `limit` messages; safe to call from anywhere and at once.

    What goes by a channel that nobody here can send by stays owed.

    Args:
        senders: by what each channel begins with: `mail`, `chat`.

    Returns:
        How many were tried, or withdrawn because nobody needs to be told any more.
    """
    done = 0
    if not senders:
        return done
    worker = acting.worker(database, now=now)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while done < limit:
            given = {"limit": AT_ONCE, "lock": new_secret(16), "by": worker, "now": now, "machine_now": machine_now}
            leased, seen = database.perform(
                lambda session, given=given: outbox.take(session, lane, sorted(senders), **given),  # type: ignore[misc]
                by=worker,
                now=now,
            )
            if not seen:
                break
            list(
                pool.map(lambda owed: _send(database, senders[family(owed.channel)], owed, by=worker, now=now), leased)
            )
            done += seen
    return done


def _send(database: Database, sender: Sender, owed: Owed, *, by: Person, now: datetime) -> None:
    try:
        came = sender.send(owed)
    except Exception as error:  # Whatever it is, it must not stop the messages to others.
        came = Failed(f"{type(error).__name__}: {error}")
    database.perform(lambda session: _note(session, owed, came, by=by, now=now), by=by, now=now)


def _note(session: Session, owed: Owed, came: Sent | Failed, *, by: Person, now: datetime) -> None:
    if isinstance(came, Failed):
        said = {"permanent": came.permanent, "away": came.away}
        outbox.failed(session, owed, came.why, after=came.after, **said, by=by, now=now)
    elif outbox.sent(session, owed, came.answer, by=by, now=now) and came.reply is not None:
        answers.came(session, owed, came.reply, by=by, now=now)
