"""Links in messages by which a call is acknowledged, and a password chosen."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from engine.identity import resets
from engine.outbox import Owed
from engine.outreach.links import LIFE, Acknowledgement, signed


@dataclass(frozen=True, kw_only=True)
class Links:
    """
    Makes them.

    Args:
        key: signs them.
        address: where Steward is served.
    """

    key: Callable[[], bytes]
    address: str

    def acknowledging(self, owed: Owed) -> str | None:
        """The link for a message; None unless it calls somebody to a task whose ladder can be stopped."""
        episode = owed.data.get("episode")
        if owed.kind != "call" or owed.task_id is None or not owed.data.get("acknowledge") or not episode:
            return None
        until = owed.at + LIFE
        made = Acknowledgement(task_id=owed.task_id, person=owed.recipient, episode=episode, until=until)
        return f"{self.address.rstrip('/')}/acknowledge/{signed(self.key(), made)}"

    def choosing(self, owed: Owed) -> str | None:
        """The link by which the reader chooses a password; None unless the message was sent for that."""
        if owed.kind not in ("reset", "invited"):
            return None
        return f"{self.address.rstrip('/')}/new-password/{resets.signed(self.key(), UUID(owed.data['reset']))}"
