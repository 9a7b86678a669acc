"""How a transaction begins, whose turn it is, how its writes travel, and what becomes of a refusal."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from threading import Lock
from time import sleep
from types import TracebackType
from typing import Any, TypeVar

import orjson
import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from engine import audit
from engine.errors import Again, Rejected
from engine.hot import translated
from engine.identity.person import Person

T = TypeVar("T")

ATTEMPTS = 5
ONE_MOMENT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
# PostgreSQL's codes for "try again": serialization failure, deadlock, lock not available, and lost connections.
PASSING = ("40001", "40P01", "55P03", "57P01", "57P02", "57P03", "08000", "08003", "08006")
# Two wrote the same number of a chain, or used the same key at the same moment: the second looks again.
NET = (
    "audit_entries",
    "events_pkey",
    "events.instance_id",
    "start_keys",
    "seals",
    "chains",
    "people_pkey",
    "people.id",
)


class Turn:
    """
    A lock that serves in order of arrival.

    `threading.Lock` lets the thread that has just left come in again: with
    eight writers somebody waits ten times as long as with this.
    """

    def __init__(self) -> None:
        self._guard = Lock()
        self._waiting: deque[Lock] = deque()
        self._taken = False

    def __enter__(self) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        mine.acquire()

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


class Database:
    """
    The one place where transactions begin: web requests and worker ticks alike.

    Args:
        url: of SQLAlchemy, such as `sqlite:////var/lib/steward/steward.sqlite` or `postgresql+psycopg://...`.
        options: further arguments of SQLAlchemy's `create_engine`, such as `pool_size`.

    `breath` is how many seconds a drain pauses between two of its transactions on SQLite.
    """

    def __init__(self, url: str, **options: Any) -> None:
        self.breath = 0.0
        self.engine = create_engine(url, json_serializer=_json, json_deserializer=orjson.loads, **options)
        self.sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._turn: AbstractContextManager[None] = nullcontext()
        if self.is_sqlite:
            self._turn = Turn()
            _prepare_sqlite(self.engine)
        else:
            _prepare_postgresql(self.engine)

    @property
    def is_sqlite(self) -> bool:
        """Whether one writer at a time is all there can be."""
        return self.engine.dialect.name == "sqlite"

    def breathe(self) -> None:
        """
        Pause between two transactions of a drain, so that other processes come in; nothing unless a worker asks for it.

        Only SQLite needs it: whoever waits for its lock sleeps, and a worker that goes on at once is always first.
        """
        if self.breath and self.is_sqlite:
            sleep(self.breath)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Returning commits, raising undoes. On SQLite one writer of this process at a time, in order of arrival."""
        with self._turn, self.sessions.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A page or a list. On SQLite it takes no write lock and waits for nobody."""
        with self.sessions() as session:
            session.connection(execution_options={"reading": True})
            yield session
            session.commit()  # After a rollback psycopg forgets every statement that it has prepared.

    @contextmanager
    def still(self) -> Iterator[Session]:
        """A long look: all that it reads is of one moment, whatever others commit meanwhile."""
        with self.reading() as session:
            if not self.is_sqlite:  # There whoever reads sees one moment anyhow.
                session.execute(ONE_MOMENT)
            yield session

    def perform(self, verb: Callable[[Session], T], *, by: Person, now: datetime) -> T:
        """
        Let `verb` happen in one transaction, and keep what must be kept of a refusal.

        A deadlock or a lock held too long undoes everything and tries again,
        so `verb` must have no effect outside the session.

        Raises:
            Rejected: what the verb raised, after its record was committed to the trail.
            Again: the database gave way five times.
        """
        for _ in range(ATTEMPTS - 1):
            try:
                return self._once(verb, by=by, now=now)
            except (OperationalError, IntegrityError) as error:
                if not passing(error):
                    raise
        try:
            return self._once(verb, by=by, now=now)
        except (OperationalError, IntegrityError) as error:
            if passing(error):
                raise Again("The database is busy; please try again.") from error
            raise

    def _once(self, verb: Callable[[Session], T], *, by: Person, now: datetime) -> T:
        refused: Rejected
        try:
            with self.writing() as session:
                try:
                    return verb(session)
                except Rejected as error:
                    if not error.keeps:
                        raise
                    refused = error
        except Rejected as error:
            refused = error
        if refused.record:
            record = refused.record
            with self.writing() as session:
                audit.append(session, record.chain, record.verb, record.subject, record.body, by=by, now=now)
        raise refused


def passing(error: BaseException) -> bool:
    """Whether the same transaction may succeed when it is tried again."""
    if not isinstance(error, DBAPIError):
        return False
    cause = error.orig
    if isinstance(error, IntegrityError):
        return any(name in str(cause) for name in NET)
    if isinstance(cause, psycopg.Error):
        return cause.sqlstate in PASSING or (cause.sqlstate is None and error.connection_invalidated)
    return "locked" in str(cause) or "busy" in str(cause)


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def _prepare_postgresql(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def settings(connection: Any, _record: object) -> None:
        connection.prepare_threshold = None  # It would now and then deallocate what `engine.hot` has prepared.


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def settings(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # We begin transactions, not the driver.
        for pragma in ("journal_mode=wal", "synchronous=normal", "foreign_keys=on", "busy_timeout=10000"):
            connection.execute(f"pragma {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading")
        driver: Any = connection.connection.driver_connection
        with translated(connection):
            driver.execute("BEGIN" if reading else "BEGIN IMMEDIATE")
