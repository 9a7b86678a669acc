"""The tables that the migrations build are the tables that the program knows."""

import re
from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import IntegrityError

from engine import migrations
from engine.identity import groups
from engine.identity.people import SETUP
from engine.store import Table
from engine.transactions import Database
from tests.integration import organisation

PG_RULES = text(
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'"
    " UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes"
    " WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1, 2, 3"
)
LITE_RULES = text(
    "SELECT tbl_name, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name <> 'alembic_version' ORDER BY 2"
)


@pytest.fixture
def postgres_url(own_postgres_url: str) -> str:
    """The tables are altered here."""
    return own_postgres_url


def rules(connection: Connection) -> list[tuple[str, ...]]:
    """Every constraint, index and default as the database says it, blanks and order of columns' rules aside."""
    if connection.dialect.name == "postgresql":
        return [tuple(row) for row in connection.execute(PG_RULES)]
    return [
        (table, name, *sorted(line.strip().rstrip(",") for line in re.split(r"\n", _unquoted(statement))))
        for table, name, statement in connection.execute(LITE_RULES)
    ]


def _unquoted(statement: str) -> str:
    """A table that was built anew has its name in quotes."""
    return re.sub(r'^CREATE TABLE "(\w+)"', r"CREATE TABLE \1", statement)


def built(engine: Engine, build: Callable[[Engine], None]) -> list[tuple[str, ...]]:
    build(engine)
    with engine.connect() as connection:
        return rules(connection)


# On SQLite an index over an expression is beyond alembic; `rules` compares it as text.
@pytest.mark.filterwarnings("ignore:.*people_email_key")
def test_an_upgraded_database_has_the_tables_the_program_knows(database: Database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []
        upgraded = rules(connection)
    migrations.downgrade(database.engine)

    assert built(database.engine, Table.metadata.create_all) == upgraded


def test_rows_that_others_refer_to_come_through_a_downgrade_and_an_upgrade(database: Database):
    with database.writing() as session:
        organisation.person(session, "anna")
        definition = organisation.definition(session, owner="anna")
        case = organisation.case(session, definition, owner="anna", by="anna")
        organisation.task(session, case, "T_one", accountable="anna", candidates=("person:anna",))

    migrations.downgrade(database.engine, "0001")
    migrations.upgrade(database.engine)

    with database.reading() as session:
        offered = text("SELECT element FROM candidates JOIN tasks ON tasks.id = candidates.task_id")
        assert session.execute(offered).scalars().all() == ["T_one"]
        assert not database.is_sqlite or session.execute(text("pragma foreign_keys")).scalar() == 1


def test_roles_of_before_are_held_to_one_holder_by_the_database(database: Database):
    with database.writing() as session:
        for who in ("anna", "carl"):
            organisation.person(session, who)
        groups.create(session, "officer", name="Officer", single=True, by=SETUP, now=organisation.NOW)
        groups.join(session, "officer", "anna", standing="lead", by=SETUP, now=organisation.NOW)

    migrations.downgrade(database.engine, "0031")
    migrations.upgrade(database.engine)

    third = text(
        "INSERT INTO memberships (group_key, person_id, single, standing, since)"
        " SELECT group_key, 'carl', single, 'member', since FROM memberships"
    )
    with database.reading() as session, pytest.raises(IntegrityError, match="one_holder"):
        session.execute(third)


def test_an_upgrade_is_quiet_the_second_time(database: Database):
    migrations.upgrade(database.engine)

    assert migrations.current(database.engine) == migrations.head()


def test_a_downgrade_leaves_nothing_but_the_note_of_versions(database: Database):
    migrations.downgrade(database.engine)

    assert migrations.current(database.engine) is None
    assert inspect(database.engine).get_table_names() == ["alembic_version"]
