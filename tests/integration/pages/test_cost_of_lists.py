"""What pages ask of the database: each thing once, however much they list."""

from collections.abc import Callable
from typing import Any

from engine import cycles
from engine.transactions import Database
from tests.factories import END, START, process, sequence, user_task
from tests.integration.api.conftest import Client, Clock
from tests.integration.pages.conftest import Reader, words
from tests.integration.pages.test_cost import cost
from tests.integration.registers.conftest import FORM, MACHINES, PRESS

CARE = process("care", sequence(START, user_task("T_look", groups="staff"), END))
WEEKLY = {
    "name": "Look after it",
    "process": "care",
    "for_each": {"register": "reg_machines"},
    "rule": "0 0 9 ? * WED",
    "zone": "Europe/Oslo",
    "variables": {"who": "${nobody}"},
}
PAGES = (
    "/calendar",
    "/calendar/2027",
    "/cases",
    "/cycles/care",
    "/dashboard",
    "/deliveries",
    "/people",
    "/registers/reg_machines",
)


def test_a_pages_statements_do_not_grow_with_what_it_lists(
    reader: Callable[[str], Reader],
    login: Callable[..., Client],
    in_force: Callable[[bytes], str],
    database: Database,
    clock: Clock,
) -> None:
    in_force(CARE)
    adam, anna = login("adam"), login("anna")
    adam.expect(200, adam.send("PUT", "/registers/reg_machines", json={"register": MACHINES, "form": FORM}))
    adam.post("/cycles", {"key": "care", "definition": WEEKLY})
    adam.post("/cycles/care/activate")

    def more(*names: str) -> dict[str, int]:
        for name in names:
            made: dict[str, Any] = anna.post(
                "/registers/reg_machines/rows", {"values": PRESS | {"id": name.lower(), "name": name}}
            )
            anna.post("/instances", {"process": "care", "title": name, "subject": f"reg_machines:{made['key']}"})
        clock.forward(days=7)
        cycles.drain_cycles(database, now=clock())
        return {address: cost(reader("anna"), database, address) for address in PAGES}

    more("Lathe")
    few, many = more("Saw"), more("Drill", "Mill", "Oven")
    assert many == few
    assert all("Mill" in words(reader("anna").open(address)) for address in ("/calendar", "/cycles/care", "/dashboard"))
