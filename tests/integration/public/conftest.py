"""A door that anybody may use, and a handler inside who reads what came."""

import json
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from engine import messages
from engine.identity.people import SETUP
from engine.public import book
from engine.store.running import Instance
from engine.transactions import Database
from engine.verify import Report, verify
from tests import factories
from tests.factories import END, process, sequence, user_task
from tests.integration.api.conftest import (
    MORNING,
    Clock,
    app,
    clock,
    door,
    login,
    organised_file,
    organised_slate,
    postgres_url,
    quick_hashing,
    services,
    sqlite_url,
)

__all__ = [
    "app",
    "clock",
    "door",
    "login",
    "organised_file",
    "organised_slate",
    "postgres_url",
    "quick_hashing",
    "services",
    "sqlite_url",
]

FORM = {
    "schemaVersion": 18,
    "type": "default",
    "id": "told",
    "components": [
        {"type": "textarea", "key": "what", "id": "f1", "label": "What happened", "validate": {"required": True}},
        {"type": "select", "key": "about", "id": "f2", "label": "About", "valuesKey": "people.staff"},
    ],
}
WAY = {"name": "Tell us", "process": "told", "start": "S_told", "told": "reporter.wrote", "shows": ["staff"]}


def model(*, confidential: bool) -> bytes:
    said = "".join(
        f'<camunda:property name="{name}" value="{value}"/>'
        for name, value in {"confidential": "true", "handlers": "staff", "shut_out": "about"}.items()
        if confidential
    )
    start = (
        '<bpmn:startEvent id="S_told" camunda:formRef="told" camunda:formRefBinding="deployment">'
        f"<bpmn:extensionElements><camunda:properties>{said}</camunda:properties></bpmn:extensionElements>"
        "</bpmn:startEvent>"
    )
    again = (
        '<bpmn:subProcess id="ES" triggeredByEvent="true"><bpmn:startEvent id="E_wrote" isInterrupting="false">'
        '<bpmn:messageEventDefinition messageRef="M"/></bpmn:startEvent>'
        f'{user_task("T_again", groups="staff")}<bpmn:endEvent id="E_read"/>'
        '<bpmn:sequenceFlow id="a" sourceRef="E_wrote" targetRef="T_again"/>'
        '<bpmn:sequenceFlow id="b" sourceRef="T_again" targetRef="E_read"/></bpmn:subProcess>'
    )
    answers = (
        '<bpmn:serviceTask id="O" camunda:type="external" camunda:topic="steward.reply"><bpmn:extensionElements>'
        '<camunda:inputOutput><camunda:inputParameter name="text">${answer}</camunda:inputParameter>'
        "</camunda:inputOutput></bpmn:extensionElements></bpmn:serviceTask>"
    )
    body = sequence(start, user_task("T_see", groups="staff"), answers, user_task("T_last", groups="staff"), END)
    return process("told", body + again, before='<bpmn:message id="M" name="reporter.wrote"/>')


@dataclass
class Anybody:
    """Somebody without an account, and what the machine does meanwhile."""

    app: Flask
    database: Database
    clock: Clock
    files: list[tuple[str, bytes]] = field(default_factory=list)

    def deploy(self, *, confidential: bool = False, **way: Any) -> None:
        """Put the process in force, and open the way in."""
        form = json.dumps(FORM).encode()
        factories.deploy(
            self.database, model(confidential=confidential), owner="olga", now=MORNING, forms={"told": form}
        )
        self.set(**way)

    def set(self, **way: Any) -> None:
        """Change the way in."""
        self.database.perform(
            lambda session: book.change(session, "tell", WAY | way, by=SETUP, now=self.clock()),
            by=SETUP,
            now=self.clock(),
        )

    def send(self, path: str, body: dict[str, Any]) -> TestResponse:
        """One request with JSON."""
        return self.app.test_client().post(f"/public{path}", json=body)

    def tell(self, *files: tuple[str, bytes], way: str = "tell", **answers: Any) -> TestResponse:
        """One report, with files."""
        parts = [(BytesIO(data), name) for name, data in files]
        data = {"answers": json.dumps({"what": "It hurts."} | answers), **({"files": parts} if parts else {})}
        return self.app.test_client().post(f"/public/{way}", data=data, content_type="multipart/form-data")

    def code(self, **answers: Any) -> str:
        """The code of a new report."""
        answer = self.tell(**answers)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return str(answer.get_json()["code"])

    def letters(self, code: str) -> list[str]:
        """What was answered under a code."""
        answer = self.send("/letters/read", {"code": code})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return [one["text"] for one in answer.get_json()["items"]]

    def work(self) -> None:
        """Let what is owed be brought."""
        while messages.drain_messages(self.database, now=self.clock()):
            pass

    def case(self) -> UUID:
        """The newest case."""
        with self.database.reading() as session:
            return session.scalars(select(Instance.id).order_by(Instance.id.desc())).first() or UUID(int=0)

    def verified(self) -> Report:
        """What a verification finds."""
        with self.database.reading() as session:
            return verify(session, None)


@pytest.fixture
def anybody(app: Flask, database: Database, clock: Clock) -> Anybody:
    return Anybody(app, database, clock)
