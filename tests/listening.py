"""What a database is told meanwhile: how many statements something costs, and of which kind they are."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event


@dataclass
class Heard:
    """The statements said so far, and how often a transaction was committed."""

    statements: list[str] = field(default_factory=list)
    commits: int = 0


@contextmanager
def listening(to: Engine | Connection) -> Iterator[Heard]:
    """Hear what is said while this lasts, besides the beginning of transactions."""
    heard = Heard()

    def statement(_connection: Any, _cursor: Any, said: str, *_: Any) -> None:
        heard.statements.append(said)

    def commit(*_: Any) -> None:
        heard.commits += 1

    event.listen(to, "before_cursor_execute", statement)
    event.listen(to, "commit", commit)
    try:
        yield heard
    finally:
        event.remove(to, "before_cursor_execute", statement)
        event.remove(to, "commit", commit)
