"""
The made-up company in the middle of its spring, as pages show it best: work that is late, a case with a path behind
it, a version that waits for its release, a draft, a comment, a message that did not arrive.

Everything is played through the product by the same people and words as the acceptance test of the spring.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiosmtpd.controller import Controller

from tests.acceptance.northwind.conftest import served_to
from tests.acceptance.northwind.test_spring import BEFORE, PLAYED
from tests.acceptance.northwind.world import ADMIN, EVENTS, Northwind
from tests.acceptance.program.served import ROOT, free_port
from tests.integration.deliveries.conftest import Post
from tests.integration.reach.peers import http_peer

LAST_EVENT = 21
MORNING = "2027-04-06T14:20+02:00"
PROCESS = ROOT / "processes" / "corrective_action"
CHANGES = (
    ('name="Find causes"', 'name="Find the causes"'),
    ('name="Plan actions"', 'name="Plan the actions"'),
    ('<camunda:property name="clock" value="business" />', ""),
)
"""What the version that waits says otherwise; its timer says no clock, which is worth a second look."""


@contextmanager
def spring(folder: Path) -> Iterator[Northwind]:
    """The company, served from `folder` on a clock that stands; it is stopped afterwards."""
    post = Post()
    office = Controller(post, hostname="127.0.0.1", port=free_port(), ready_timeout=30)
    office.start()
    try:
        with http_peer() as chat, contextmanager(served_to)(folder, post, office.port, chat) as world:
            for number, event in EVENTS.items():
                if number <= LAST_EVENT and number in PLAYED:
                    for done in BEFORE[number]:
                        done(world)
                    world.begins()
                    world.until(event["at"])
                    PLAYED[number](world, event["expect"])
            _an_afternoon(world)
            yield world
    finally:
        office.stop()


def _an_afternoon(world: Northwind) -> None:
    """What pages show besides: a draft, a comment, an absence, a version that waits for a second person, a proof."""
    world.until(MORNING)
    incident, priya = world.case("incident_escalation"), world.api("priya.raman")
    review = world.task(incident["id"], "T_pir")
    written = {"pir_course": "At 23:40 the queue of two hospitals stood still. Reading by hand went on at once."}
    priya.call("PUT", f"/tasks/{review['id']}/draft", body={"answers": written})
    said = "@lucia.navarro were the morning lists of both hospitals complete?"
    priya.post(f"/instances/{incident['id']}/comments", {"text": said})
    away = {"begins_at": "2027-04-19T00:00+02:00", "ends_at": "2027-04-24T00:00+02:00", "first": "jonas.weber"}
    priya.post("/substitutions", {"person": "priya.raman"} | away)
    files = sorted(path for path in PROCESS.iterdir() if path.suffix in (".bpmn", ".dmn", ".form"))
    parts = [("files", (path.name, _changed(path))) for path in files]
    admin = world.api(ADMIN)
    admin.upload("/deployments", {"name": "corrective_action", "source": "modeler"}, parts)
    admin.post("/verifications", {})


def _changed(path: Path) -> bytes:
    text = path.read_text("utf-8")
    if path.suffix == ".bpmn":
        for before, after in CHANGES:
            text = text.replace(before, after)
    return text.encode()
