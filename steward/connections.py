"""How this process connects to its database: how widely, and what the server may do when we vanish."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, make_url, select

from engine.errors import Conflict
from engine.transactions import Database
from steward.clock import utc_now
from steward.settings import Settings

SENDERS = 4
"""Threads of each of the two lanes that send, beside the lane itself."""

LANES = 16
"""How many lanes a worker has at most; each holds one connection while it drains."""

VANISHED = {
    "idle_in_transaction_session_timeout": "10s",
    "tcp_keepalives_idle": "15",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
"""Without these, what a hung worker or a vanished machine has locked stays locked for two hours."""

APART = timedelta(seconds=1)
BREATH = 0.005
"""Seconds between two transactions of a drain on SQLite."""


def connect(settings: Settings, *, serving: bool = True, working: bool = False) -> Database:
    """
    The database of this process: as many connections as it has threads that may want one.

    Args:
        serving: whether it answers requests.
        working: whether it has a worker.
    """
    if settings.url.startswith("sqlite"):
        database = Database(settings.url)
        database.breath = BREATH if working else 0.0
        return database
    width = (settings.threads if serving else 0) + (LANES + 2 * SENDERS + 1 if working else 0)
    return Database(settings.url, pool_size=width, connect_args=_arguments(settings, working))


def direct_url(settings: Settings) -> str | None:
    """
    Where the driver reaches PostgreSQL past any pooler, to listen; None on SQLite.

    A pooler that hands connections around between transactions accepts a LISTEN and hears nothing.
    """
    if settings.url.startswith("sqlite"):
        return None
    url = make_url(settings.listen_url or settings.url)
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def must_agree_on_time(database: Database) -> None:
    """
    Let only a machine work whose clock goes as the database's does: leases of several machines are compared.

    Raises:
        Conflict: the clocks are more than a second apart.
    """
    if database.is_sqlite:
        return
    before = utc_now()
    with database.reading() as session:
        theirs: datetime = session.scalars(select(func.clock_timestamp())).one()
    after = utc_now()
    ahead = timedelta(0) if before <= theirs.astimezone(UTC) <= after else before + (after - before) / 2 - theirs
    if abs(ahead) > APART:
        side = "ahead of" if ahead > timedelta(0) else "behind"
        raise Conflict(
            f"The clock of this machine is {abs(ahead).total_seconds():.1f} s {side} the database's. "
            "Set it by NTP and start again; leases and heartbeats go by it."
        )


def _arguments(settings: Settings, working: bool) -> dict[str, Any]:
    """
    What the driver is told for each connection.

    A pooler passes neither options nor prepared statements on; beside one, the same is set for the role.
    """
    if settings.listen_url:
        return {"prepare_threshold": None}
    given = str(make_url(settings.url).query.get("options", ""))
    ours = " ".join(f"-c {name}={value}" for name, value in VANISHED.items()) if working else ""
    options = f"{given} {ours}".strip()
    return {"options": options} if options else {}
