"""Prints a page in a process of its own, in a folder of its own, with an end to its time and memory."""

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import BoundedSemaphore

from engine.errors import Again, Conflict

SECONDS = 20
"""How long a page may take."""
WORKS_WITH = Path(__file__).with_name("typesetter.py")
NOWHERE = "http://127.0.0.1:9"
"""Where a template that wants something of the network ends up."""
_at_once = BoundedSemaphore(2)


@dataclass(frozen=True, kw_only=True)
class Page:
    """The file to begin with, all files of the job by plain name, and the moment that the page says it was made."""

    main: str
    files: Mapping[str, bytes]
    at: datetime


def press(page: Page, *, seconds: int = SECONDS) -> bytes:
    """
    The PDF/A of a page.

    Args:
        seconds: how long it may take, at most.

    Raises:
        Conflict: the template does not work, or takes too long or too much.
        Again: two pages are being printed, and a third waited too long for its turn.
    """
    if not _at_once.acquire(timeout=SECONDS):
        raise Again("Other documents are being printed. Try again in a moment.")
    try:
        with tempfile.TemporaryDirectory(prefix="steward-print-") as folder:
            for name, data in page.files.items():
                (Path(folder) / name).write_bytes(data)
            return _set(page, folder, seconds)
    finally:
        _at_once.release()


def _set(page: Page, folder: str, seconds: int) -> bytes:
    command = [sys.executable, "-I", str(WORKS_WITH), page.main, str(int(page.at.timestamp())), str(seconds)]
    nothing_outside = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), NOWHERE)
    try:
        done = subprocess.run(  # noqa: S603 - our own program, with the name of a file that we wrote
            command, cwd=folder, env=nothing_outside, capture_output=True, timeout=2 * seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise Conflict(_too_long(page, seconds)) from None
    if done.returncode < 0:  # Ended from outside, at one of its limits.
        raise Conflict(_too_long(page, seconds))
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()[-1_000:]
        raise Conflict(f"The template {page.main} cannot print this document: {said}")
    return done.stdout


def _too_long(page: Page, seconds: int) -> str:
    plural = "" if seconds == 1 else "s"
    return f"The template {page.main} takes longer than {seconds} second{plural}, or too much memory. Make it simpler."
