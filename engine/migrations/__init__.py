"""
The way from an empty or older database to the tables of today.

Numbered revisions under `versions/`, in plain SQL types; nothing in them
imports the engine. A test builds the schema both ways and compares.
"""

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
    with engine.begin() as connection:
        _run(connection, "head", up=True)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take back all revisions after `revision`, and the rows that only they knew."""
    with engine.begin() as connection:
        _run(connection, revision, up=False)


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
