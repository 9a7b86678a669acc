"""Whether it lives, whether it can serve, and how it fares."""

from dataclasses import replace
from datetime import timedelta

from flask import Flask
from sqlalchemy import insert, text

from engine.store.records import Heartbeat
from engine.transactions import Database
from tests.integration.api.conftest import MORNING
from web.app import create_app
from web.services import Services


def beat(database: Database, ago: timedelta) -> None:
    """A worker's sign of life, some time ago."""
    with database.writing() as session:
        session.execute(insert(Heartbeat), [{"worker": "one", "lanes": ["timers"], "at": MORNING - ago}])


def figures(app: Flask) -> dict[str, float]:
    """What Prometheus reads."""
    answer = app.test_client().get("/metrics")
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    lines = [line for line in answer.get_data(as_text=True).splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_it_is_ready_with_a_database_all_migrations_and_a_worker(app: Flask, database: Database):
    assert app.test_client().get("/healthz").get_json() == {"status": "alive"}
    assert app.test_client().get("/readyz").status_code == 503

    beat(database, timedelta(seconds=10))

    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.get_json()["status"]) == (200, "ready")
    assert answer.get_json()["checks"]["worker"]["seconds_ago"] == 10


def test_it_is_not_ready_when_the_worker_has_fallen_silent(app: Flask, database: Database):
    beat(database, timedelta(minutes=5))

    answer = app.test_client().get("/readyz")

    assert (answer.status_code, answer.get_json()["checks"]["worker"]["ok"]) == (503, False)


def test_it_is_not_ready_before_all_migrations_are_applied(app: Flask, database: Database):
    beat(database, timedelta(0))
    with database.writing() as session:
        session.execute(text("DELETE FROM alembic_version"))

    answer = app.test_client().get("/readyz")

    assert (answer.status_code, answer.get_json()["checks"]["migrations"]["ok"]) == (503, False)


def test_metrics_tell_of_requests_and_of_what_waits(app: Flask, database: Database):
    beat(database, timedelta(seconds=7))
    alive = 'steward_requests_total{method="GET",operation="health.healthz",status="200"}'
    before = figures(app).get(alive, 0)

    app.test_client().get("/healthz")

    now = figures(app)
    assert now[alive] == before + 1
    assert now['steward_waiting{lane="timers"}'] == 0
    assert now["steward_worker_silent_seconds"] == 7


def test_a_simulated_clock_says_so_in_every_answer(services: Services):
    app = create_app(replace(services, simulated=True))

    for path in ("/healthz", "/readyz", "/api/v1/", "/api/v1/me", "/nowhere"):
        assert app.test_client().get(path).headers["Steward-Simulated-Clock"] == MORNING.isoformat()
