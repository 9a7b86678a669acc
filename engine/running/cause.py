"""Why a step is taken."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Cause:
    """
    What the trail says about why a step was taken: the first entry of the step.

    Args:
        verb: in the dotted grammar of the trail.
        subject: what it is about, such as a task's id.
        actor: who brought it about, where that is another than the step is due to.
    """

    verb: str
    subject: object
    body: dict[str, Any] = field(default_factory=dict)
    actor: str | None = None
