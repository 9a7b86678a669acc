"""The parts of a file that an organisation writes, each held to its kind; what is wrong is said with its place."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any


@dataclass
class PartError(Exception):
    """Something in the file cannot be used; `where` says which part of it."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass(frozen=True)
class Part:
    """
    A table of such a file.

    Args:
        said: what stands in it.
        where: what people call it.
        wrong: raised where something is not as it must be.
    """

    said: Mapping[str, Any]
    where: str
    wrong: type[PartError]

    def only(self, keys: Set[str]) -> None:
        """Refuse a key that is none of these."""
        if unknown := sorted(set(self.said) - keys):
            raise self.wrong(self.where, f"The key {unknown[0]!r} is unknown; there are {', '.join(sorted(keys))}.")

    def text(self, name: str) -> str:
        """A text that must be there and say something, as it is written."""
        if not isinstance(self.said.get(name), str) or not self.said[name].strip():
            raise self.wrong(self.where, f"{name} must be a text.")
        return str(self.said[name])

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; none where nothing is said."""
        value = self.said.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self.wrong(self.where, f"{name} must be a list of texts.")
        return tuple(value)
