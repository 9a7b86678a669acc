"""
Statements that run many times a second: compiled once, and said to the driver itself.

SQLAlchemy writes them and knows their types; from then on only their text and
their parameters travel. On PostgreSQL all that is said at once is one round
trip, the beginning of the transaction included, and each connection keeps the
statements prepared; on SQLite each goes to the driver in its turn. Sessions,
transactions, errors and listeners stay SQLAlchemy's.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from engine.hot.postgresql import speaker
from engine.hot.words import Given, Said, Words, among, worded

__all__ = ["Asked", "Given", "Hot", "among", "together", "translated"]


class Hot:
    """
    One such statement.

    Args:
        statement: of SQLAlchemy Core; by the dialect's name where they need different ones. Lists go by `among`.
    """

    def __init__(self, statement: Any) -> None:
        self._statement = statement
        self._words: dict[tuple[str, ...], Words] = {}

    def all(self, session: Session, given: Given) -> list[Any]:
        """The rows that it finds; their columns have names, as those of SQLAlchemy do."""
        return together(session, [(self, [given])])[0]

    def one_or_none(self, session: Session, given: Given) -> Any:
        """The first row, or None where there is none."""
        return next(iter(self.all(session, given)), None)

    def earliest(self, session: Session, given: Given) -> datetime | None:
        """The earliest of the moments that stand in the first column of what it finds."""
        return min((row[0] for row in self.all(session, given) if row[0] is not None), default=None)

    def run(self, session: Session, *given: Given) -> None:
        """Write, once for each of these parameters."""
        if given:
            together(session, [(self, given)])

    def words(self, dialect: Dialect, given: Given) -> Words:
        """As the driver of this dialect hears it; an insert fills the columns that `given` names."""
        statement = self._statement[dialect.name] if isinstance(self._statement, dict) else self._statement
        columns = tuple(given) if statement.is_insert else ()
        key = (dialect.name, *columns)
        found = self._words.get(key)
        if found is None:
            found = self._words[key] = worded(statement, dialect, columns)
        return found


Asked = Sequence[tuple[Hot, Sequence[Given]]]
"""Statements in their order, each with the sets of parameters for which it is said."""


def together(session: Session, said: Asked) -> list[list[Any]]:
    """
    Say these statements in order, each once for every set of its parameters, of which there is at least one.

    Every one sees what those before it did, and what others had committed when
    its turn came.

    Returns:
        What each statement found; nothing for one that writes.

    Raises:
        DBAPIError: as SQLAlchemy raises it, such as IntegrityError; nothing of the transaction may be kept.
    """
    connection = session.connection()
    said_in_words = [(hot.words(connection.dialect, given[0]), given) for hot, given in said]
    _tell(connection, connection.dispatch.before_cursor_execute, said_in_words)
    with translated(connection):
        if connection.dialect.name == "postgresql":
            found = speaker(connection).say(said_in_words)
        else:
            driver: Any = connection.connection.driver_connection
            found = [
                words.rows(row for one in given for row in driver.execute(words.text, words.values(one)))
                for words, given in said_in_words
            ]
    _tell(connection, connection.dispatch.after_cursor_execute, said_in_words)
    return found


@contextmanager
def translated(connection: Connection) -> Iterator[None]:
    """Errors of the driver as SQLAlchemy's; a connection that is lost or was left in the middle is not used again."""
    base: Any = connection.dialect.loaded_dbapi.Error
    try:
        yield
    except base as error:
        lost = connection.dialect.is_disconnect(error, connection.connection, None)
        raised = DBAPIError.instance(None, None, error, base, dialect=connection.dialect, connection_invalidated=lost)
        if lost:
            connection.invalidate(error)
        raise raised from error
    except BaseException as error:
        if not isinstance(error, Exception):
            connection.invalidate(error)
        raise


def _tell(connection: Connection, listeners: Iterable[Any], said: Said) -> None:
    """Let those who listen to SQLAlchemy's statements hear of these, too: of all that travel together, one by one."""
    for listener in listeners:
        for words, given in said:
            taken = [words.values(one) for one in given]
            many = len(taken) > 1
            listener(connection, None, words.text, taken if many else taken[0], None, many)
