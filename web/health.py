"""Whether the process lives, and whether it can serve."""

from datetime import datetime, timedelta
from typing import Any

import orjson
from flask import Blueprint, Response
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from engine import migrations
from engine.store.records import Heartbeat
from web.services import Services, services

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """200 while the process answers at all."""
    return _json({"status": "alive"}, 200)


@blueprint.get("/readyz")
def readyz() -> Response:
    """200 when the database answers, all migrations are applied and a worker lives; else 503. Says which."""
    found = checks(services())
    ready = all(one["ok"] for one in found.values())
    return _json({"status": "ready" if ready else "not ready", "checks": found}, 200 if ready else 503)


def checks(of: Services) -> dict[str, dict[str, Any]]:
    """Each check with `ok`, and what was found."""
    try:
        applied = migrations.current(of.database.engine)
        with of.database.reading() as session:
            beat = session.scalar(select(func.max(Heartbeat.at)))
    except SQLAlchemyError:
        unknown = {"ok": False, "found": "unknown"}
        return {"database": {"ok": False, "found": "does not answer"}, "migrations": unknown, "worker": unknown}
    return {
        "database": {"ok": True, "found": of.database.engine.dialect.name},
        "migrations": {"ok": applied == migrations.head(), "found": applied, "wanted": migrations.head()},
        "worker": _worker(beat, of.machine_clock(), of.heartbeat_within),
    }


def _worker(beat: datetime | None, now: datetime, within: timedelta) -> dict[str, Any]:
    if beat is None:
        return {"ok": False, "found": "no worker was ever seen"}
    return {"ok": now - beat <= within, "last_beat": beat.isoformat(), "seconds_ago": (now - beat).total_seconds()}


def _json(body: Any, status: int) -> Response:
    return Response(orjson.dumps(body), status, mimetype="application/json")
