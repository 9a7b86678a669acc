"""A demo organisation served inside this process, and a terminal beside it."""

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from werkzeug.serving import make_server

from engine.identity import passwords
from steward import demo, founding
from steward.cli import main
from steward.cli.server import Credentials, Server
from steward.program import Program, prepare, reached, with_worker
from steward.settings import Settings, load
from tests.factories import END, START, process, sequence
from web.app import create_app
from web.services import Limits

MORNING = datetime.fromisoformat("2027-01-04T09:00+01:00")


@pytest.fixture(autouse=True, scope="package")
def quick_hashing() -> Iterator[None]:
    """Hash with little work: these tests are not about how long guessing takes."""
    usual = passwords.Hashing.hasher
    passwords.Hashing.use(time_cost=1, memory_cost=8)
    yield
    passwords.Hashing.hasher = usual


@dataclass
class Terminal:
    """Commands, typed beside a working folder and perhaps a server."""

    environment: dict[str, str]

    def run(self, *words: str, expect: int = 0, given: str | None = None, **more: str) -> Result:
        """A command, which must end with this exit code."""
        done = CliRunner().invoke(main, list(words), env=self.environment | more, input=given)
        problem = f"steward {' '.join(words)}: {done.exit_code}\n{done.output}\n{done.exception!r}"
        assert done.exit_code == expect, problem
        return done

    def says(self, *words: str, expect: int = 0, **more: str) -> str:
        """What it prints, errors too."""
        return self.run(*words, expect=expect, **more).output

    def json(self, *words: str, expect: int = 0, **more: str) -> Any:
        """What it answers for scripts."""
        return json.loads(self.run(*words, "--json", expect=expect, **more).stdout)


@dataclass
class House(Terminal):
    """A working folder, the program that serves it in a thread, and its people's passwords."""

    program: Program
    people: dict[str, str]
    address: str
    logged_in: set[str] = field(default_factory=set)

    def login(self, *people: str) -> None:
        """Keep tokens of these people."""
        for person in people:
            self.run("login", person, STEWARD_PASSWORD=self.people[person])

    def voice(self, person: str) -> Server:
        """The JSON API in somebody's name."""
        return Server(self.address, person, credentials=Credentials(self.environment))


@pytest.fixture(scope="package")
def demo_folder(quick_hashing: None, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with the demo organisation, made once."""
    folder = tmp_path_factory.mktemp("demo") / "home"
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "steward.sqlite")
    program = prepare(load({"home": str(folder)}, {}), simulated_from=MORNING)
    founding.seed(program)
    demo.settle(program)
    program.database.close()
    return folder


@pytest.fixture
def settings(demo_folder: Path, tmp_path: Path) -> Settings:
    """The settings of a copy of the demo's working folder."""
    shutil.copytree(demo_folder, tmp_path / "home")
    return load({"home": str(tmp_path / "home"), "release_groups": "quality_manager"}, {})


def environment_of(settings: Settings, address: str = "http://127.0.0.1:9") -> dict[str, str]:
    """What a shell beside the working folder would have set."""
    return {
        "STEWARD_HOME": settings.home,
        "STEWARD_SERVER": address,
        "STEWARD_CREDENTIALS": str(settings.folder.parent / "credentials.json"),
        **({"STEWARD_DATABASE_URL": settings.database_url} if settings.database_url else {}),
    }


@pytest.fixture(scope="package")
def doors() -> list[Flask]:
    """Front doors, put together once each, since most of that is their description."""
    return []


@pytest.fixture
def serve(doors: list[Flask]) -> Iterator[Callable[..., House]]:
    """Serve working folders in threads of this process, with a worker where asked for."""
    ends: list[Callable[[], None]] = []

    def door_on(program: Program) -> Flask:
        services = replace(reached(program), limits=Limits(sign_ins="1000 per second"))
        if len(doors) == len(ends):
            doors.append(create_app(services))
        doors[len(ends)].extensions["steward"] = services
        return doors[len(ends)]

    def begin(settings: Settings, *, working: bool = False, simulated: bool = True) -> House:
        program = prepare(settings, simulated_from=MORNING if simulated else None, working=working)
        worker = with_worker(program) if working else None
        server = make_server("127.0.0.1", 0, door_on(program), threaded=True)
        thread = threading.Thread(target=server.serve_forever, args=[0.02])
        thread.start()

        def end() -> None:
            server.shutdown()
            thread.join()
            server.server_close()
            if worker:
                worker.stop()
            program.close()

        ends.append(end)
        if worker:
            worker.start()
        address = f"http://127.0.0.1:{server.server_port}"
        file = settings.folder / "demo-people.json"
        people = {one["id"]: one["password"] for one in json.loads(file.read_text())} if file.exists() else {}
        return House(environment_of(settings, address), program, people, address)

    yield begin
    for end in ends:
        end()


@pytest.fixture
def house(serve: Callable[..., House], settings: Settings) -> House:
    """The demo organisation, served without a worker."""
    return serve(settings)


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """A terminal beside an empty working folder."""
    return Terminal(environment_of(replace(Settings(), home=str(tmp_path / "home"))))


@pytest.fixture
def put_in_force(house: House, tmp_path: Path) -> Callable[..., str]:
    """Deploy a process as Deniz and release it as Henrik; its key is its name."""

    def deploy(key: str, *elements: str) -> str:
        folder = tmp_path / key
        folder.mkdir()
        (folder / f"{key}.bpmn").write_bytes(process(key, sequence(START, *elements, END)))
        house.login("deniz.aydin", "henrik.lund")
        made = house.json("--as", "deniz.aydin", "deploy", str(folder))
        house.run("--as", "henrik.lund", "release", made["id"], "--owner", "henrik.lund")
        return key

    return deploy
