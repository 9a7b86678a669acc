"""An application over a small organisation, and clients that speak in somebody's name."""

import itertools
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from sqlalchemy import URL
from werkzeug.test import TestResponse

from engine.evidence import Store
from engine.identity import groups, passwords, people
from engine.identity.people import SETUP
from engine.transactions import Database
from tests import factories
from tests.conftest import fresh_file
from tests.postgres import Slate, copied
from web.app import create_app
from web.services import Limits, Services

numbers = itertools.count(1)
MORNING = datetime(2027, 1, 4, 8, 0, tzinfo=UTC)
PASSWORD = "a long password of {}"
STAFF = ("anna", "bert", "carl")


@dataclass
class Clock:
    """A clock that stands still until a test moves it."""

    moment: datetime = MORNING

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **span: int) -> None:
        """Let time pass."""
        self.moment += timedelta(**span)


@dataclass
class Client:
    """Speaks to the application in somebody's name."""

    app: Flask
    token: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, **given: Any) -> TestResponse:
        """One request under /api/v1."""
        headers = {**self.headers, **given.pop("headers", {})}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return self.app.test_client().open(f"/api/v1{path}", method=method, headers=headers, **given)

    def get(self, path: str, **query: Any) -> Any:
        """What is there; the test fails unless it is."""
        return self.expect(200, self.send("GET", path, query_string=query))

    def post(self, path: str, body: Any = None, **given: Any) -> Any:
        """What comes of it; the test fails unless something good does."""
        return self.expect((200, 201, 202, 204), self.send("POST", path, json=body or {}, **given))

    def expect(self, status: int | tuple[int, ...], answer: TestResponse) -> Any:
        """The answer's JSON, if it has this status."""
        wanted = (status,) if isinstance(status, int) else status
        assert answer.status_code in wanted, f"{answer.status}: {answer.get_data(as_text=True)}"
        return answer.get_json(silent=True)


@pytest.fixture(autouse=True, scope="package")
def quick_hashing() -> Iterator[None]:
    """Hash with little work: these tests are not about how long guessing takes."""
    usual = passwords.Hashing.hasher
    passwords.Hashing.use(time_cost=1, memory_cost=8)
    yield
    passwords.Hashing.hasher = usual


@pytest.fixture(scope="package")
def organised_file(quick_hashing: None, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file in which the organisation is there already."""
    file = tmp_path_factory.mktemp("organised") / "template.sqlite"
    shutil.copy(sqlite_template, file)
    found(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="package")
def organised_slate(quick_hashing: None, postgres: URL, postgres_template: str) -> Iterator[Slate]:
    """A PostgreSQL database in which the organisation is there again before each test."""
    name = f"{postgres_template}_organised_{next(numbers)}"  # Two packages may have one at the same time.
    with copied(postgres, postgres_template, name) as url:
        found(url.render_as_string(hide_password=False))
        yield Slate(url)


@pytest.fixture
def sqlite_url(organised_file: Path, sqlite_place: Path) -> str:
    """The address of a fresh SQLite file with the organisation in it."""
    return fresh_file(organised_file, sqlite_place)


@pytest.fixture
def postgres_url(organised_slate: Slate) -> str:
    """The address of a PostgreSQL database as good as new, with the organisation in it."""
    return organised_slate.wiped()


@pytest.fixture
def clock() -> Clock:
    """The product's clock."""
    return Clock()


@pytest.fixture
def moved() -> list[datetime]:
    """Where the simulated clock was moved to."""
    return []


@pytest.fixture
def services(database: Database, clock: Clock, tmp_path: Path) -> Services:
    """What the application reaches."""
    store = Store(tmp_path / "evidence")
    key = Ed25519PrivateKey.generate()
    return Services(database=database, clock=clock, machine_clock=lambda: MORNING, evidence=store, seal_key=key)


@pytest.fixture(scope="package")
def door(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The front door, put together once: most of the work is the description."""
    database = Database("sqlite://")
    store = Store(tmp_path_factory.mktemp("evidence"))
    many = Limits(sign_ins="1000 per second", public_calls="1000 per second")
    return create_app(Services(database=database, clock=Clock(), machine_clock=Clock(), evidence=store, limits=many))


@pytest.fixture
def app(door: Flask, services: Services) -> Flask:
    """The front door, open on this test's organisation."""
    door.extensions["steward"] = services
    return door


@pytest.fixture
def login(app: Flask) -> Callable[..., Client]:
    """Sign somebody in; the client speaks in his name, as far as `scopes` go."""

    def login(person: str, *scopes: str) -> Client:
        body = {"person": person, "password": PASSWORD.format(person), "name": "test"}
        body |= {"scopes": list(scopes)} if scopes else {}
        return Client(app, Client(app).post("/tokens", body)["token"])

    return login


@pytest.fixture
def in_force(database: Database) -> Callable[[bytes], str]:
    """Put a process in force, past all checks; olga owns it. Gives the id of its definition."""

    def put(xml: bytes) -> str:
        (definition,) = factories.deploy(database, xml, owner="olga", now=MORNING).values()
        return str(definition)

    return put


@pytest.fixture
def three(in_force: Callable[[bytes], str]) -> str:
    """The id of the definition of three tasks."""
    return in_force(factories.three_tasks())


def deploy(login: Callable[..., Client], name: str, data: bytes, **bindings: str) -> str:
    """Deploy a file as adam, release it as olga; the id of its definition."""
    made = login("adam").expect(201, upload(login("adam"), {name: data}))
    login("olga").post(f"/deployments/{made['id']}/release", {"owner": "olga", "bindings": bindings})
    return str(made["definitions"][0]["id"])


def upload(client: Client, files: dict[str, bytes], path: str = "/deployments", **fields: str) -> TestResponse:
    """Hand in files as one deployment."""
    parts = [(BytesIO(data), name) for name, data in files.items()]
    return client.send("POST", path, data={"files": parts, **fields}, content_type="multipart/form-data")


def make_auditor(adam: Client, person: str, **mandate: Any) -> None:
    """Let somebody read and change nothing: what his mandate says; without one, nothing."""
    adam.send("POST", "/groups", json={"key": "auditors", "name": "Auditors", "grants": "read"})
    adam.expect(200, adam.send("PUT", f"/groups/auditors/members/{person}", json={}))
    if mandate:
        adam.expect(200, adam.send("PUT", f"/people/{person}/mandate", json=mandate))


def found(url: str) -> None:
    """Found the organisation in a migrated database."""
    database = Database(url)
    organise(database)
    database.close()


def organise(database: Database) -> None:
    """Adam and olga manage the platform; anna, bert and carl are staff under anna; fred belongs to nothing."""
    with database.writing() as session:
        people.operator(session, "setup", now=MORNING)
        for person in ("adam", "olga", "fred", *STAFF):
            admin = person in ("adam", "olga")
            people.create(session, person, name=person.title(), platform_admin=admin, by=SETUP, now=MORNING)
            passwords.set_password(session, person, PASSWORD.format(person), by=SETUP, now=MORNING)
        groups.create(session, "staff", name="Staff", by=SETUP, now=MORNING)
        for person in STAFF:
            standing = "lead" if person == "anna" else "member"
            groups.join(session, "staff", person, standing=standing, by=SETUP, now=MORNING)
