"""
The folder of evidence: files kept under the SHA-256 of their content, written once and never changed.

A file is written beside its place, flushed to the disk and then renamed, so a
crash leaves either all of it or nothing. What no row speaks of harms nobody.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from engine.errors import Broken, Invalid, NotFound

MAX_BYTES = 50_000_000
CHUNK = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A file in the folder: its digest in hexadecimal, its size in bytes, and how it begins."""

    sha256: str
    size: int
    head: bytes


class Store:
    """
    A folder of files by their content.

    Args:
        path: the folder; made when missing, readable for this user only.
        max_bytes: the largest file that is taken.
    """

    def __init__(self, path: Path | str, max_bytes: int = MAX_BYTES) -> None:
        self.path = Path(path)
        self.max_bytes = max_bytes

    def put(self, data: bytes | IO[bytes]) -> Kept:
        """
        Keep a file. Keeping the same content twice keeps it once.

        Raises:
            Invalid: it is empty, or larger than is taken.
        """
        stream = BytesIO(data) if isinstance(data, bytes) else data
        if stream.seekable():
            stream.seek(0)  # The verb around this may be tried again.
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self.path, prefix=".", suffix=".part", delete=False) as part:
            try:
                kept = self._write(stream, part)
                target = self.place(kept.sha256)
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                os.replace(part.name, target)
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise
        _flush(target.parent)
        return kept

    def _write(self, stream: IO[bytes], part: IO[bytes]) -> Kept:
        digest, size, head = sha256(), 0, b""
        while chunk := stream.read(CHUNK):
            head = head or chunk[:64]
            size += len(chunk)
            if size > self.max_bytes:
                why = f"The file is larger than {self.max_bytes:,} bytes."
                raise Invalid(f"{why} Hand in a smaller one, or a link.", {"file": why})
            digest.update(chunk)
            part.write(chunk)
        if not size:
            raise Invalid("The file is empty.", {"file": "The file is empty."})
        part.flush()
        os.fsync(part.fileno())
        return Kept(sha256=digest.hexdigest(), size=size, head=head)

    def read(self, digest: str | None) -> bytes:
        """
        The whole content of a file, proved by its digest.

        Raises:
            NotFound: there is no digest: this evidence is a link.
            Broken: the file is missing, or is not what was handed in.
        """
        if digest is None:
            raise NotFound("file", "of a link")
        try:
            data = self.place(digest).read_bytes()
        except FileNotFoundError:
            raise Broken(f"The evidence {digest} is missing from {self.path}.") from None
        if sha256(data).hexdigest() != digest:
            raise Broken(f"The evidence {digest} was altered: its content has another digest.")
        return data

    def place(self, digest: str) -> Path:
        """Where the file with this digest lies."""
        return self.path / digest[:2] / digest[2:4] / digest


def _flush(folder: Path) -> None:
    """Let the name of a new file survive a loss of power."""
    with _opened(folder) as number:
        os.fsync(number)


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    number = os.open(folder, os.O_RDONLY)
    try:
        yield number
    finally:
        os.close(number)
