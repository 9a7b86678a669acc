"""A door with hooks, and senders that sign as the world does."""

import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from standardwebhooks import Webhook
from werkzeug.test import TestResponse

from engine import strongbox
from engine.hooks import book, receiving
from engine.identity.people import SETUP
from engine.store.hooks import HookEvent, HookReceipt, Sample
from engine.store.records import AuditEntry
from engine.store.running import Instance
from engine.transactions import Database
from engine.verify import Report, verify
from tests.factories import END, START, process, sequence, user_task
from tests.integration.api.conftest import (
    Clock,
    app,
    clock,
    door,
    in_force,
    login,
    organised_file,
    organised_slate,
    postgres_url,
    quick_hashing,
    services,
    sqlite_url,
)
from web.services import Services

__all__ = [
    "app",
    "clock",
    "door",
    "in_force",
    "login",
    "organised_file",
    "organised_slate",
    "postgres_url",
    "quick_hashing",
    "services",
    "sqlite_url",
]

LOOK = process("look_into", sequence(START, user_task("T_look", groups="staff"), END))
SECRETS = {
    "alerts": "a bearer token of the monitoring",
    "metrics": "whsec_" + "QUJD" * 8,
    "events": "whsec_" + "WFla" * 8,
}
HOOKS: dict[str, dict[str, Any]] = {
    "alerts": {
        "name": "Alerts",
        "kind": "alertmanager",
        "process": "look_into",
        "title": "labels.alertname",
        "variables": {"what": "annotations.summary"},
    },
    "metrics": {
        "name": "Metrics",
        "kind": "samples",
        "process": "look_into",
        "title": 'name + " of " + subject',
        "business_key": "subject",
        "variables": {"measured": "value", "allowed": "limit"},
    },
    "events": {
        "name": "Events",
        "kind": "events",
        "types": ["com.example.fault.*"],
        "process": "look_into",
        "key": "subject",
        "variables": {"what": "data.text"},
    },
}


@dataclass
class Outside:
    """Machines that speak to the hooks."""

    app: Flask
    database: Database
    clock: Clock
    services: Services

    def set(self, key: str, /, **parts: Any) -> None:
        """Make a hook, or change it."""
        content = HOOKS[key] | parts
        self.database.perform(
            lambda session: book.change(session, key, content, by=SETUP, now=self.clock()), by=SETUP, now=self.clock()
        )

    def rotate(self, key: str, secret: str | None = None) -> str:
        """Give a hook another secret."""
        owner, box = receiving.chain_of(key), self.services.strongbox
        return self.database.perform(
            lambda session: strongbox.rotate(session, owner, box, secret=secret, by=SETUP, now=self.clock()),
            by=SETUP,
            now=self.clock(),
        )

    def post(self, key: str, body: Any, headers: dict[str, str], kind: str = "application/json") -> TestResponse:
        """One request as it stands."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.app.test_client().post(f"/hooks/{key}", data=data, headers=headers, content_type=kind)

    def signed(
        self,
        key: str,
        body: Any,
        *,
        id_: str = "msg_1",
        secret: str | None = None,
        at: datetime | None = None,
        kind: str = "application/json",
    ) -> TestResponse:
        """A request signed by Standard Webhooks."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        moment = at or self.clock()
        signature = Webhook(secret or SECRETS[key]).sign(id_, moment, data.decode(errors="replace"))
        stamp = str(int(moment.timestamp()))
        headers = {"webhook-id": id_, "webhook-timestamp": stamp, "webhook-signature": signature}
        return self.post(key, data, headers, kind)

    def alert(self, *alerts: dict[str, Any], token: str = SECRETS["alerts"], **more: Any) -> TestResponse:
        """What Alertmanager sends."""
        body = {"version": "4", "groupKey": "g", "status": "firing", "receiver": "steward", "alerts": list(alerts)}
        return self.post("alerts", body | more, {"Authorization": f"Bearer {token}"})

    def cases(self) -> list[Instance]:
        """All cases, the oldest first."""
        with self.database.reading() as session:
            return list(session.scalars(select(Instance).order_by(Instance.id)))

    def rows(self, entity: type[HookReceipt] | type[HookEvent] | type[Sample]) -> list[Any]:
        """All rows of a table."""
        with self.database.reading() as session:
            return list(session.scalars(select(entity)))

    def verbs(self, chain: str | UUID) -> list[str]:
        """What a chain says, verb by verb."""
        with self.database.reading() as session:
            query = select(AuditEntry.verb).where(AuditEntry.chain == str(chain)).order_by(AuditEntry.number)
            return list(session.scalars(query))

    def verified(self) -> Report:
        """What a verification finds."""
        with self.database.reading() as session:
            return verify(session, None)


def firing(fingerprint: str = "ab12", *, status: str = "firing", began: str = "2027-01-04T07:00:00Z") -> dict[str, Any]:
    """One alert."""
    return {
        "status": status,
        "fingerprint": fingerprint,
        "startsAt": began,
        "endsAt": "0001-01-01T00:00:00Z",
        "labels": {"alertname": "BackupFailed", "severity": "page"},
        "annotations": {"summary": "The backup failed"},
    }


def sample(value: float, *, at: str, group: str | None = None, limit: float | None = 0.1) -> dict[str, Any]:
    """One measurement."""
    return {"subject": "AIS-7", "name": "bias", "group": group, "value": value, "limit": limit, "at": at}


def event(id_: str = "e1", subject: str = "line 4", **more: Any) -> dict[str, Any]:
    """A CloudEvent."""
    return {
        "specversion": "1.0",
        "id": id_,
        "source": "/mes",
        "type": "com.example.fault.stopped",
        "subject": subject,
        "time": "2027-01-04T07:59:00Z",
        "data": {"text": "It stopped"},
    } | more


def hmac_of(secret: str, body: bytes) -> str:
    """Hex of the HMAC-SHA256 of a body."""
    return hmac.new(secret.encode(), body, sha256).hexdigest()


@pytest.fixture
def outside(app: Flask, database: Database, clock: Clock, services: Services, in_force: Any) -> Outside:
    """Three hooks that lead to a process of one task."""
    in_force(LOOK)
    found = Outside(app, database, clock, services)
    for key in HOOKS:
        found.set(key)
        found.rotate(key, SECRETS[key])
    return found
