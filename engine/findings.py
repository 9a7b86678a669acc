"""What does not hold."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Finding:
    """
    One record that is not what it was.

    Args:
        kind: `altered`, `missing`, `inserted`, `reordered`, or `seal` for a seal itself.
        chain: an instance's id, or `platform`.
        number: of the entry in its chain, or of the seal.
        record: the table beside the trail that is concerned, if it is not the trail itself.
        why: a whole sentence.
    """

    kind: str
    chain: str
    number: int
    why: str
    record: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The finding for machines."""
        return asdict(self)

    def __str__(self) -> str:
        where = f"{self.record} of {self.chain}" if self.record else self.chain
        return f"{self.kind}: {where}, record {self.number}. {self.why}"
