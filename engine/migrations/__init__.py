"""
The way from an empty or older database to the tables of today.

Numbered revisions under `versions/`, in plain SQL types; nothing in them
imports the engine. A test builds the schema both ways and compares.

SQLite changes a table by building it anew under its name. Its references are
therefore not watched meanwhile, and all looked at before the commit.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(7311201)")


def head() -> str:
    """The newest revision that this program knows."""
    revision = _scripts().get_current_head()
    assert revision is not None
    return revision


def current(engine: Engine) -> str | None:
    """The revision of this database; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine) -> None:
    """Bring this database to `head()`, in one transaction. Several processes may try at once; one does it."""
    with _unwatched(engine) as connection:
        _run(connection, "head", up=True)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take back all revisions after `revision`, and the rows that only they knew."""
    with _unwatched(engine) as connection:
        _run(connection, revision, up=False)


@contextmanager
def _unwatched(engine: Engine) -> Iterator[Connection]:
    """A transaction in which tables may be built anew; what they refer to is checked at its end."""
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        if connection.dialect.name != "sqlite" or driver is None:
            with connection.begin():
                yield connection
            return
        driver.execute("pragma foreign_keys=off")
        try:
            with connection.begin():
                yield connection
                if broken := connection.execute(text("pragma foreign_key_check")).first():
                    raise RuntimeError(f"A row of {broken[0]} would refer to a row of {broken[2]} that there is not.")
        finally:
            driver.execute("pragma foreign_keys=on")


def _run(connection: Connection, revision: str, *, up: bool) -> None:
    scripts = _scripts()
    step = scripts._upgrade_revs if up else scripts._downgrade_revs
    if connection.dialect.name == "postgresql":
        connection.execute(ONE_AT_A_TIME)

    with EnvironmentContext(Config(), scripts, fn=lambda now, _context: step(revision, now)) as environment:
        environment.configure(connection=connection, transactional_ddl=True)
        environment.run_migrations()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(Path(__file__).parent))
