"""Statements that are said to the driver itself mean what they mean to SQLAlchemy."""

from datetime import UTC, datetime, timedelta, timezone

import psycopg
import pytest
from sqlalchemy import bindparam, event, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from engine.hot import Hot, among, together
from engine.ids import new_id
from engine.store.base import table_of
from engine.store.people import PersonRow
from engine.store.records import Chain, Setting
from engine.store.running import Message
from engine.transactions import Database, passing

SETTING, MESSAGE, CHAIN = table_of(Setting), table_of(Message), table_of(Chain)
ANN = PersonRow(id="ann", name="Ann", fs_uniquifier="ann", created_at=datetime(2027, 1, 1, tzinfo=UTC))
PUT = Hot(insert(SETTING))
GET = Hot(select(SETTING).where(SETTING.c.key == bindparam("key")))
SEND, SENT = Hot(insert(MESSAGE)), Hot(select(MESSAGE).order_by(MESSAGE.c.name))


def message(name: str, **more: object) -> dict[str, object]:
    at = datetime(2027, 1, 4, 9, 30, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    row: dict[str, object] = dict.fromkeys(MESSAGE.c.keys())
    row |= {"id": new_id(), "kind": "message", "name": name, "payload": {"ä": [1, 2.5, None, True]}, "sent_by": "ann"}
    return row | {"sent_at": at, "next_try_at": at, "expires_at": at, "attempts": 3, "status": "owed", **more}


def test_values_come_back_as_sqlalchemy_gives_them(database: Database):
    with database.writing() as session:
        session.merge(ANN)
        session.flush()
        SEND.run(session, message("a"), message("b", attempts=2**31 - 1, note="it's; $1 %s ?"))
    with database.reading() as session:
        ours, theirs = SENT.all(session, {}), session.execute(select(MESSAGE).order_by(MESSAGE.c.name)).all()

    assert [one._asdict() for one in ours] == [dict(one._mapping) for one in theirs]
    assert ours[0].sent_at == datetime(2027, 1, 4, 8, 30, 0, 123456, tzinfo=UTC)
    assert ours[0].sent_at.tzinfo is UTC


def test_a_later_statement_sees_what_those_before_it_did(database: Database):
    with database.writing() as session:
        _, found, none = together(
            session,
            [(PUT, [{"key": "x", "value": {"n": 1}}]), (GET, [{"key": "x"}, {"key": "x"}]), (GET, [{"key": "y"}])],
        )
    assert [row.value for row in found] == [{"n": 1}] * 2
    assert none == []


def test_a_broken_rule_is_sqlalchemys_error_and_the_connection_goes_on(database: Database):
    for _ in range(2):
        with pytest.raises(IntegrityError), database.writing() as session:
            together(session, [(PUT, [{"key": "x", "value": {"n": 1}}] * 2), (GET, [{"key": "x"}])])
    with database.writing() as session:
        PUT.run(session, {"key": "x", "value": {"a": 1}})
    with database.reading() as session:
        assert GET.one_or_none(session, {"key": "x"}).value == {"a": 1}


def test_what_is_prepared_outlives_what_is_undone(database: Database):
    with database.writing() as session:
        assert GET.all(session, {"key": "x"}) == []
        for _ in range(20):  # So often that the driver would prepare it, too.
            session.execute(select(SETTING)).all()
        with session.begin_nested() as nested:
            PUT.run(session, {"key": "x", "value": {"n": 1}})
            nested.rollback()
        assert GET.all(session, {"key": "x"}) == []
        assert session.execute(select(SETTING)).all() == []
        assert GET.all(session, {"key": "x"}) == []


def test_a_list_of_any_length_is_one_parameter(database: Database):
    these = Hot(select(SETTING.c.key).where(among(SETTING.c.key, "keys")).order_by(SETTING.c.key))
    with database.writing() as session:
        PUT.run(session, *({"key": key, "value": {"n": 0}} for key in ("a", "b'", "c,d", '{"', "ü")))
        assert [row.key for row in these.all(session, {"keys": ()})] == []
        assert [row.key for row in these.all(session, {"keys": ["c,d", '{"', "ü", "b'"]})] == ["b'", "c,d", '{"', "ü"]


def test_a_statement_with_a_list_of_its_own_is_refused(database: Database):
    with database.reading() as session, pytest.raises(ValueError, match="among"):
        Hot(select(SETTING.c.key).where(SETTING.c.key.in_(["a"]))).all(session, {})


def test_a_column_that_is_not_given_gets_its_default(database: Database):
    with database.writing() as session:
        Hot(insert(CHAIN)).run(session, {"key": "mine"})
        Hot(insert(CHAIN)).run(session, {"key": "yours", "length": 7, "head": b"\\x00 \x00\xff"})
        found = Hot(select(CHAIN).order_by(CHAIN.c.key)).all(session, {})
    assert found == [("mine", 0, b""), ("yours", 7, b"\\x00 \x00\xff")]


def test_thousands_of_rows_travel_at_once(database: Database):
    with database.writing() as session:
        PUT.run(session, *({"key": f"{number}", "value": {"x": "x" * 500}} for number in range(5000)))
        assert session.scalar(select(func.count()).select_from(SETTING)) == 5000


def test_who_listens_to_statements_hears_of_these(database: Database):
    heard: list[tuple[str, bool]] = []

    def hear(_connection: object, _cursor: object, said: str, _given: object, _context: object, many: bool) -> None:
        heard.append((said[:6], many))

    both = ("before_cursor_execute", "after_cursor_execute")
    for moment in both:
        event.listen(database.engine, moment, hear)
    with database.writing() as session:
        PUT.run(session, {"key": "a", "value": {"n": 0}}, {"key": "b", "value": {"n": 0}})
        GET.all(session, {"key": "a"})
    for moment in both:
        event.remove(database.engine, moment, hear)
    assert heard == [("INSERT", True), ("INSERT", True), ("SELECT", False), ("SELECT", False)]


def test_a_lost_connection_is_not_used_again(postgres_url: str):
    database = Database(postgres_url, pool_size=1, max_overflow=0)
    pid = Hot(select(func.pg_backend_pid().label("pid")))
    with database.reading() as session:
        [lost] = pid.all(session, {})
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", (lost.pid,))
    with pytest.raises(DBAPIError) as raised, database.writing() as session:
        pid.all(session, {})
    assert passing(raised.value)
    with database.reading() as session:
        [new] = pid.all(session, {})
    assert new.pid != lost.pid
    database.close()


def test_ending_a_transaction_is_the_drivers_business(database: Database):
    touch = Hot(update(SETTING).where(SETTING.c.key == bindparam("which")).values(value=bindparam("new")))
    with database.writing() as session:
        PUT.run(session, {"key": "x", "value": {"n": 1}})
    with database.writing() as session:
        touch.run(session, {"which": "x", "new": {"n": 2}})
        session.rollback()
    with database.writing() as session:
        assert GET.one_or_none(session, {"key": "x"}).value == {"n": 1}
        assert session.scalar(text("SELECT 1")) == 1
