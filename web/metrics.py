"""Figures for Prometheus: requests by operation, and what waits in the lanes. No figure speaks of a case."""

from collections.abc import Iterator
from time import perf_counter
from typing import Any

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Select, func, select, text

from engine.store.records import Delivery, Heartbeat
from engine.store.running import Message, ServiceJob, Timer
from web.services import services

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


class Waiting(Collector):
    """What is owed and not yet done, by lane, read when Prometheus asks."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One figure a lane, and the age of the youngest heartbeat in seconds."""
        of = services()
        now = of.clock()
        waiting = GaugeMetricFamily("steward_waiting", "Due and not yet done", labels=["lane"])
        with of.database.reading() as session:
            for lane, count in _counts(now).items():
                waiting.add_metric([lane], session.scalar(count) or 0)
            beat = session.scalar(select(func.max(Heartbeat.at)))
        yield waiting
        if beat is not None:
            age = (of.machine_clock() - beat).total_seconds()
            yield GaugeMetricFamily("steward_worker_silent_seconds", "Since a worker's last sign of life", value=age)


def register(app: Flask) -> None:
    """Count and time the requests of `app`, and serve the figures at `/metrics`."""
    registry = CollectorRegistry()
    labels = ["method", "operation", "status"]
    requests = Counter("steward_requests", "Requests answered", labels, registry=registry)
    seconds = Histogram("steward_request_seconds", "Time to answer", ["operation"], registry=registry)
    registry.register(Waiting())

    def begin() -> None:
        g.began = perf_counter()

    def count(answer: Response) -> Response:
        operation = request.endpoint or "none"
        method = request.method if request.method in METHODS else "other"
        requests.labels(method, operation, str(answer.status_code)).inc()
        if "began" in g:
            seconds.labels(operation).observe(perf_counter() - g.began)
        return answer

    app.before_request(begin)
    app.after_request(count)

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(registry), content_type=CONTENT_TYPE)


def _counts(now: object) -> dict[str, Select[int]]:
    """One count a lane, over partial indexes."""

    def of(table: Any, *where: Any) -> Select[int]:
        return select(func.count()).select_from(table).where(*where)

    return {
        "timers": of(Timer, text("timers.status = 'pending'"), Timer.next_try_at <= now),
        "messages": of(Message, text("messages.status = 'owed'"), Message.next_try_at <= now),
        "services": of(ServiceJob, text("service_jobs.status = 'owed'"), ServiceJob.next_attempt_at <= now),
        "deliveries": of(Delivery, text("deliveries.status = 'owed'"), Delivery.next_attempt_at <= now),
    }
