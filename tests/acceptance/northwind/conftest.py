"""Northwind Diagnostics on a Monday morning: an administrator, a second person, and nothing in force."""

from collections.abc import Iterator

import pytest

from tests.acceptance.northwind.world import ADMIN, EVENTS, ORGANISATION, SPRING, Northwind, configuration
from tests.acceptance.program.served import Served


@pytest.fixture(scope="module")
def northwind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Northwind]:
    """The organisation as it stands before the first event, served with a clock that is set."""
    folder = tmp_path_factory.mktemp("northwind")
    began = EVENTS[1]["at"]
    served = Served(folder / "home", options=["--simulated-clock", began])
    served.more |= {"STEWARD_CONFIG": str(configuration(folder)), "STEWARD_RELEASE_GROUPS": "quality_manager"}
    world = Northwind(served)
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
