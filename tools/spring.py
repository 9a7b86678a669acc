"""
The made-up company in the middle of its spring, as pages show it best: work that is late, a case with a path behind
it, a version that waits for its release, a draft, a comment, a message that did not arrive, a step that is stuck.

Everything is played through the product by the same people and words as the acceptance test of the spring.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from tests.acceptance.northwind.conftest import served_to
from tests.acceptance.northwind.test_spring import BEFORE, PLAYED
from tests.acceptance.northwind.world import ADMIN, EVENTS, Northwind
from tests.acceptance.program.served import ROOT, free_port
from tests.factories import process, sequence
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
SLIPS = (*CHANGES, ('decisionRef="capa_due"', 'decisionRef="capa_limits"'))
"""What must be mended besides: a table that nobody handed in."""
CHECKING = process(
    "measuring_tool",
    sequence(
        '<bpmn:startEvent id="S_tool" name="A tool is due"/>',
        '<bpmn:userTask id="T_fetch" name="Fetch the tool" camunda:candidateGroups="resolver" camunda:dueDate="5 bd"/>',
        '<bpmn:businessRuleTask id="D_how_often" name="How often it is checked" camunda:decisionRef="how_often"'
        ' camunda:resultVariable="how_often" camunda:mapDecisionResult="singleEntry"/>',
        '<bpmn:exclusiveGateway id="G_known" name="Is it known?"/>',
        '<bpmn:userTask id="T_check" name="Check the tool" camunda:candidateGroups="resolver" camunda:dueDate="5 bd"/>',
        '<bpmn:endEvent id="E_checked" name="Checked"/>',
    ).replace(
        'sourceRef="G_known" targetRef="T_check"/>',
        'sourceRef="G_known" targetRef="T_check"><bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">'
        "${how_often != null}</bpmn:conditionExpression></bpmn:sequenceFlow>",
    ),
).replace(b'name="Measuring_Tool"', b'name="Check of a measuring tool"')
HOW_OFTEN = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="x">
<decision id="how_often" name="How often a tool is checked"><decisionTable id="t" hitPolicy="UNIQUE">
<input id="i" label="Kind"><inputExpression id="ie" typeRef="string"><text>kind</text></inputExpression></input>
<output id="o" name="how_often" typeRef="string"/>
<rule id="r1"><inputEntry id="i1"><text>"scale"</text></inputEntry>
<outputEntry id="o1"><text>"P6M"</text></outputEntry></rule>
<rule id="r2"><inputEntry id="i2"><text>"gauge"</text></inputEntry>
<outputEntry id="o2"><text>"P12M"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""
"""A process of which one table forgot a kind of tools."""


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
    _handed_in(world, "corrective_action", corrective_action(CHANGES))
    made = _handed_in(world, "measuring_tool", {"measuring_tool.bpmn": CHECKING, "how_often.dmn": HOW_OFTEN})
    world.api("henrik.lund").post(f"/deployments/{made['id']}/release", {"owner": "henrik.lund", "bindings": {}})
    begun = {"process": "measuring_tool", "title": "Laser distance meter 4", "variables": {"kind": "laser"}}
    case = world.api("jonas.weber").post("/instances", begun)
    world.does("jonas.weber", world.task(case["id"], "T_fetch"), {})
    world.api(ADMIN).post("/verifications", {})


def corrective_action(changes: Iterable[tuple[str, str]]) -> dict[str, bytes]:
    """The files of a process, its diagram changed: by name."""
    found = {}
    for path in sorted(path for path in PROCESS.iterdir() if path.suffix in (".bpmn", ".dmn", ".form")):
        text = path.read_text("utf-8")
        for before, after in changes if path.suffix == ".bpmn" else ():
            text = text.replace(before, after)
        found[path.name] = text.encode()
    return found


def _handed_in(world: Northwind, name: str, files: Mapping[str, bytes]) -> Any:
    parts: Any = [("files", one) for one in files.items()]
    return world.api(ADMIN).upload("/deployments", {"name": name, "source": "modeler"}, parts)
