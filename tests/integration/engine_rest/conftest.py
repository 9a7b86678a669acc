"""A modeler that talks to the endpoint, over the little organisation of the API's tests."""

import json
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.integration.api.conftest import (
    PASSWORD,
    app,
    clock,
    door,
    in_force,
    login,
    organised_file,
    quick_hashing,
    services,
    sqlite_url,
)
from web.engine_rest.login import REMEMBERED
from web.engine_rest.remembered import Remembered

__all__ = ["app", "clock", "door", "in_force", "login", "organised_file", "quick_hashing", "services", "sqlite_url"]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """These tests are about HTTP: one database is enough."""
    return sqlite_url


def basic(person: str, password: str | None = None, charset: str = "utf-8") -> str:
    """The header of a name and a password; by default the person's own."""
    pair = f"{person}:{PASSWORD.format(person) if password is None else password}"
    return f"Basic {b64encode(pair.encode(charset)).decode()}"


KIND = "Content-Type: text/plain\r\n"


@dataclass
class Modeler:
    """Speaks as Camunda Modeler does, in somebody's name."""

    app: Flask
    login: str | None

    def send(self, method: str, path: str, **given: Any) -> TestResponse:
        """One request under the endpoint's address."""
        headers = {"Origin": "file://", **({"Authorization": self.login} if self.login else {})}
        headers |= given.pop("headers", {})
        return self.app.test_client().open(f"/engine-rest{path}", method=method, headers=headers, **given)

    def get(self, path: str, **query: Any) -> Any:
        """What is there; the test fails unless it is."""
        answer = self.send("GET", path, **({"query_string": query} if query else {}))
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()

    def post(self, path: str, body: Any = None) -> TestResponse:
        """A request with a JSON body."""
        return self.send("POST", path, json=body)

    def deploy(self, files: dict[str, bytes] | list[tuple[str, bytes]], **fields: str) -> TestResponse:
        """The form in the modeler's order and letters, names in raw UTF-8."""
        listed = list(files.items()) if isinstance(files, dict) else files
        told = {
            "deployment-name": "trial",
            "deployment-source": "Camunda Modeler",
            "enable-duplicate-filtering": "true",
        }
        told |= {key.replace("_", "-"): text for key, text in fields.items()}
        parts = [_part(f'name="{name}"', "", text.encode()) for name, text in told.items()]
        parts += [_part(f'name="{name}"; filename="{name}"', KIND, data) for name, data in listed]
        body = b"".join(parts) + b"--edge--\r\n"
        return self.send("POST", "/deployment/create", data=body, content_type="multipart/form-data; boundary=edge")


def _part(disposition: str, more: str, data: bytes) -> bytes:
    return f"--edge\r\nContent-Disposition: form-data; {disposition}\r\n{more}\r\n".encode() + data + b"\r\n"


@pytest.fixture(autouse=True)
def forgetful(app: Flask) -> None:
    """The application outlives a test; what it remembers of logins does not."""
    app.extensions[REMEMBERED] = Remembered()


@pytest.fixture
def modeler(app: Flask) -> Modeler:
    """Adam's modeler; he manages the platform."""
    return Modeler(app, basic("adam"))


DECISION = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="Class" namespace="http://example.org">
  <decision id="harm_class" name="Class">
    <decisionTable id="t1" hitPolicy="FIRST">
      <input id="i1" label="Harm"><inputExpression id="e1" typeRef="boolean"><text>harm</text></inputExpression></input>
      <output id="o1" label="Class" name="class" typeRef="string"/>
      <rule id="r1">
        <inputEntry id="a1"><text>-</text></inputEntry>
        <outputEntry id="b1"><text>"minor"</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
</definitions>
"""
FORM = json.dumps(
    {
        "type": "default",
        "id": "found",
        "schemaVersion": 16,
        "components": [{"type": "textfield", "key": "found", "label": "What was found"}],
    }
).encode()
