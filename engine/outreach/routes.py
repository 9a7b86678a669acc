"""
By which channels somebody is told, one after the other, and when.

The first of a route is tried first; when it has failed three times, or was
refused for good, the next takes over. What a rung of a ladder names goes
before what the person wishes, as far as it is there and for him.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import audit, timetable
from engine.cache import Cache
from engine.identity import groups
from engine.outreach import book, wishes
from engine.outreach.content import MAIL, Channel
from engine.outreach.wishes import USUAL, Wishes
from engine.store.outreach import WishesRow
from engine.store.people import PersonRow

WISHES = select(WishesRow.person_id, WishesRow.content, PersonRow.zone).join(
    PersonRow, PersonRow.id == WishesRow.person_id
)


@dataclass(frozen=True)
class Ways:
    """
    How everybody is told, at one moment of the organisation.

    Args:
        channels: by their names in deliveries.
        serves: whom each is for; those that are for everybody are not in it.
        wishes: of those who have said, each with the zone of his clocks.
    """

    channels: Mapping[str, Channel]
    serves: Mapping[str, frozenset[str]]
    wishes: Mapping[str, tuple[Wishes, str]]

    def routes(self, recipient: str, wanted: Sequence[str], urgency: str) -> tuple[tuple[str, ...], ...]:
        """
        By what one person is told: each route is a message of its own, whose channels are tried one after the other.

        Usually that is one: the channels `wanted`, then his own, then what takes over from the last; at least mail.
        Who wishes to be told by all of them together has a route for each, which ends in what takes over from it.

        Args:
            wanted: names of channels, the first first; those that are not for him or not there are passed over.
        """
        mine = self._of(recipient)[0]
        found = (*wanted, *mine.channels(urgency))
        fitting = tuple(dict.fromkeys(one for one in found if self._is_for(recipient, one))) or (MAIL,)
        begun = [(one,) for one in fitting] if mine.together else [fitting]
        return tuple(self._ended(recipient, route, fitting) for route in begun)

    def _ended(self, recipient: str, route: tuple[str, ...], taken: tuple[str, ...]) -> tuple[str, ...]:
        """The route with what takes over from its last channel; never by one that is on a route already."""
        while (after := self._fallback(route[-1])) and after not in (*route, *taken) and self._is_for(recipient, after):
            route += (after,)
        return route

    def digest_at(self, recipient: str, urgency: str, now: datetime) -> datetime | None:
        """When the digest comes in which he is told of this; None where he is told of it alone."""
        mine, zone = self._of(recipient)
        return None if urgency == "urgent" else mine.digest_after(now, zone)

    def not_before(self, recipient: str, urgency: str, now: datetime) -> datetime:
        """From when on he may be told: `now`, or when his quiet hours are over."""
        mine, zone = self._of(recipient)
        return now if urgency == "urgent" else mine.out_of_quiet(now, zone)

    def _of(self, recipient: str) -> tuple[Wishes, str]:
        return self.wishes.get(recipient, (USUAL, "UTC"))

    def _is_for(self, recipient: str, name: str) -> bool:
        channel = self.channels.get(name)
        if channel is None:
            return name == MAIL
        return channel.active and (not channel.serves or recipient in self.serves[name])

    def _fallback(self, name: str) -> str:
        channel = self.channels.get(name)
        return channel.fallback if channel else ""


_known: Cache[bytes, Ways] = Cache(16)


def ways(session: Session, *, organisation: bytes | None = None) -> Ways:
    """
    How everybody is told; no more than one statement while the organisation stays as it is.

    Args:
        organisation: the head of the platform's chain, where it is known; every change of this moves it.
    """
    head = organisation or session.execute(audit.PLATFORM_HEAD).scalar()
    return _known.get(head, lambda: _read(session)) if head else _read(session)


def _read(session: Session) -> Ways:
    channels = book.channels(session)
    serves = {name: groups.people_of(session, one.serves) for name, one in channels.items() if one.serves}
    wished = session.execute(WISHES).all()
    usual = timetable.zone_in_use(session) if wished else ""
    return Ways(channels, serves, {row.person_id: (wishes.read(row.content), row.zone or usual) for row in wished})
