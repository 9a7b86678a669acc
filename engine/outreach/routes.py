"""
By which channels somebody is told, one after the other.

The first of a route is tried first; when it has failed three times, or was
refused for good, the next takes over. What a rung of a ladder names goes
before the usual ways, as far as it is there and for this person.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine import groups
from engine.outreach import book
from engine.outreach.content import MAIL, Channel

USUAL = (MAIL,)


@dataclass(frozen=True)
class Ways:
    """The channels that there are, and who may be told by each; `people` is empty where that is everybody."""

    channels: Mapping[str, Channel]
    people: Mapping[str, frozenset[str]]

    def route(self, recipient: str, wanted: Sequence[str]) -> tuple[str, ...]:
        """
        The channels for one person: those `wanted` that are for him, else mail; then what takes over from the last.

        Args:
            wanted: names of channels, the first first; those that are not there any more are passed over.
        """
        found = tuple(dict.fromkeys(one for one in wanted if self._is_for(recipient, one))) or USUAL
        while (after := self._fallback(found[-1])) and after not in found and self._is_for(recipient, after):
            found += (after,)
        return found

    def _is_for(self, recipient: str, name: str) -> bool:
        channel = self.channels.get(name)
        if channel is None:
            return name == MAIL
        return channel.active and (not channel.serves or recipient in self.people[name])

    def _fallback(self, name: str) -> str:
        channel = self.channels.get(name)
        return channel.fallback if channel else ""


MAIL_ALONE = Ways({}, {})


def ways(session: Session, wanted: Iterable[str]) -> Ways:
    """The ways there are at this moment, looked up only where somebody asks for another than mail."""
    if all(name == MAIL for name in wanted):
        return MAIL_ALONE
    channels = book.channels(session)
    serving = {name: channel for name, channel in channels.items() if channel.serves}
    return Ways(channels, {name: groups.people_of(session, one.serves) for name, one in serving.items()})
