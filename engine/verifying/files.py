"""The files handed in, held against the digests under which the trail knows them."""

from pathlib import Path

from engine.errors import Broken
from engine.vault import Store


class Files:
    """
    A folder of files, and how many of them were held against their digests.

    Args:
        folder: None where only digests are compared.
    """

    def __init__(self, folder: Path | None) -> None:
        self.held = 0
        self._store = Store(folder) if folder else None

    def fault(self, digest: str | None) -> tuple[str, str] | None:
        """What is wrong with the file of this digest, as a kind and a sentence; None where it is what it was."""
        if self._store is None or digest is None:
            return None
        self.held += 1
        try:
            self._store.read(digest)
        except Broken as error:
            return "altered" if self._store.place(digest).exists() else "missing", str(error)
        return None
