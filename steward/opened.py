"""A database that is there already, for commands that only look."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine import migrations
from engine.errors import Conflict
from engine.transactions import Database
from steward.settings import Settings


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """
    The database of a working folder, closed at the end. Makes and changes nothing.

    Raises:
        Conflict: there is none, or its tables are of another version of Steward.
    """
    file = settings.folder / "steward.sqlite"
    if not settings.database_url and not Path(file).is_file():
        raise Conflict(f"There is no Steward in {settings.folder.resolve()}. Name its folder with --home.")
    database = Database(settings.url)
    try:
        revision = migrations.current(database.engine)
        if revision != migrations.head():
            found = f"tables of revision {revision}" if revision else "no tables of Steward"
            raise Conflict(f"The database has {found}; this program needs {migrations.head()}. Start it once.")
        yield database
    finally:
        database.close()
