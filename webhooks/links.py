"""Links in messages by which a call is acknowledged."""

from collections.abc import Callable
from dataclasses import dataclass

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
