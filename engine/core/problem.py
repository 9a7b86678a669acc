"""What is wrong with a file that an admin wants to deploy, and what to do about it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Problem:
    """
    One thing to change, or to know, before a file is deployed.

    `line` and `column` count from 1 and are those of the author's file.
    `code` is stable and names the cause; problems are grouped by it.
    """

    code: str
    severity: Literal["error", "warning"]
    file: str
    message: str
    remedy: str
    line: int | None = None
    column: int | None = None
    element: str | None = None
    name: str | None = None
