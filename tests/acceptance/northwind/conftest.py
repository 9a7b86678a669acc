"""Northwind Diagnostics on a Monday morning: an administrator, a second person, and nothing in force."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from tests.acceptance.northwind.assessing import TRIAGELENS
from tests.acceptance.northwind.world import ADMIN, EVENTS, ORGANISATION, SPRING, Northwind, configuration
from tests.acceptance.program.served import Served, free_port
from tests.integration.deliveries.conftest import Post
from tests.integration.reach.peers import Peer, http_peer


@pytest.fixture(scope="module")
def northwind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Northwind]:
    """The organisation as it stands before the first event, served with a clock that is set."""
    folder = tmp_path_factory.mktemp("northwind")
    post = Post()
    office = Controller(post, hostname="127.0.0.1", port=free_port(), ready_timeout=30)
    office.start()
    with http_peer() as chat:
        yield from served_to(folder, post, office.port, chat)
    office.stop()


def served_to(folder: Path, post: Post, port: int, chat: Peer) -> Iterator[Northwind]:
    """The organisation, whose letters and cards go to these peers."""
    began = EVENTS[1]["at"]
    served = Served(folder / "home", options=["--simulated-clock", began])
    served.more |= {"STEWARD_CONFIG": str(configuration(folder)), "STEWARD_RELEASE_GROUPS": "quality_manager"}
    served.more |= {"STEWARD_SMTP_HOST": "127.0.0.1", "STEWARD_SMTP_PORT": str(port), "STEWARD_SMTP_TLS": "none"}
    served.more |= {"STEWARD_SMTP_FROM": "steward@northwind.example", "STEWARD_ALLOW_HTTP": "true"}
    served.more |= {"STEWARD_ALLOW_PRIVATE": "127.0.0.0/8"}
    world = Northwind(served, post, chat)
    first = ["--admin", ADMIN, "--name", "Deniz Aydın", "--second", "henrik.lund", "--second-name", "Henrik Lund"]
    made = served.shell("init", *first, STEWARD_NEW_PASSWORD=world.passwords[ADMIN])
    assert made.returncode == 0, made.stderr
    served.start()
    settle_in(world)
    yield world
    served.clear()


def settle_in(world: Northwind) -> None:
    """Everybody gets a password and his place."""
    admin = world.api(ADMIN)
    for person in SPRING["person"]:
        if person["id"] not in (ADMIN, "henrik.lund"):
            body = {"id": person["id"], "name": person["id"].replace(".", " ").title()}
            admin.post("/people", body | {"email": f"{person['id']}@northwind.example"})
        if person["id"] != ADMIN:
            admin.post(f"/people/{person['id']}/password", {"password": world.passwords[person["id"]]})
    for group, members in ORGANISATION["groups"].items():
        for place, person in enumerate(members):
            standing = "lead" if place == 0 else "deputy" if place == 1 else "member"
            admin.call("PUT", f"/groups/{group}/members/{person}", body={"standing": standing})
    admin.call("PUT", "/people/ruth.osei/mandate", body={"ends_at": "2028-01-01T00:00:00Z"})
    admin.call("PUT", "/channels/team", body={"name": "Team", "kind": "slack"})
    admin.call("PUT", "/channels/team/address", body={"address": world.chat.url("/team")})
    both = {"ordinary": ["mail", "chat:team"], "urgent": ["mail", "chat:team"], "together": True}
    for person in SPRING["person"]:
        admin.call("PUT", f"/people/{person['id']}/channels", body=both)
    turns = {"days": 7, "zone": "Europe/Berlin", "starts_on": "2027-01-04"}
    for level in range(1, 5):
        people = ORGANISATION["groups"][f"oncall_l{level}"][:1]
        body = {"subject": TRIAGELENS, "level": level, "people": people} | turns
        admin.call("PUT", "/on-call/rotations", body=body)
