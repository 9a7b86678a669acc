"""A confidential case with something of every kind that an address can name, and all that can speak of it."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import insert, select

from engine import cycles
from engine.ids import new_id
from engine.store.cycles import OccurrenceRow
from engine.store.definitions import DefinitionRow, Resource
from engine.store.records import Delivery, FrozenDocument
from engine.store.running import Instance, ServiceJob, StuckStep, Task
from engine.transactions import Database
from tests.factories import deploy, process, user_task
from tests.integration.api.conftest import MORNING, Client, Clock
from tests.integration.hooks.conftest import firing
from tests.integration.pages.test_registers import STANDARD
from tests.integration.registers.conftest import FORM, MACHINES, PRESS

SAID = "Xylophone"
"""A word that stands in everything that is told in the case."""
LOOK = (
    '<bpmn:userTask id="T_look" name="Look" camunda:candidateGroups="board" camunda:dueDate="P3D">'
    '<bpmn:extensionElements><camunda:properties><camunda:property name="evidence" value="report:file|link*"/>'
    '<camunda:property name="clauses" value="iso9001:10.2"/>'
    "</camunda:properties></bpmn:extensionElements></bpmn:userTask>"
)
PRINT = '<bpmn:serviceTask id="S_print" name="Print" camunda:type="external" camunda:topic="print"/>'


def both(key: str, one: str, two: str) -> bytes:
    """A process of two things at once."""
    first, second = (thing.split('id="')[1].split('"')[0] for thing in (one, two))
    nodes = f'<bpmn:startEvent id="start"/><bpmn:parallelGateway id="both"/>{one}{two}'
    ends = '<bpmn:endEvent id="end1"/><bpmn:endEvent id="end2"/>'
    ways = (("start", "both"), ("both", first), ("both", second), (first, "end1"), (second, "end2"))
    flows = (f'<bpmn:sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in ways)
    return process(key, nodes + ends + "".join(flows))


MODEL = both("secret", LOOK, PRINT).replace(
    b'isExecutable="true">',
    b'isExecutable="true"><bpmn:extensionElements><camunda:properties><camunda:property name="confidential"'
    b' value="true"/></camunda:properties></bpmn:extensionElements>',
)
CALL = '<bpmn:callActivity id="C_secret" name="Ask the board" calledElement="secret"/>'
CALLER = both("caller", CALL, user_task("T_meanwhile", groups="staff"))
CYCLE = {"name": "Round", "process": "secret", "rule": "0 0 9 ? * WED", "zone": "Europe/Oslo"}
HOOK = {"name": "Alerts", "kind": "alertmanager", "process": "secret", "title": "annotations.summary"}
BEARER = "a bearer token of the monitoring"


def prepare(database: Database, login: Callable[..., Client], in_force: Callable[[bytes], str]) -> dict[str, str]:
    """All that such a case can be about, come from and be listed under; what addresses name of it."""
    definition = in_force(MODEL)
    deploy(database, CALLER, owner="anna", now=MORNING)
    adam, anna = login("adam"), login("anna")
    adam.post("/standards", {"standard": STANDARD})
    register = {"register": {**MACHINES, "clauses": ["iso9001:10.2"]}, "form": FORM}
    adam.expect(200, adam.send("PUT", "/registers/reg_machines", json=register))
    anna.post("/registers/reg_machines/rows", {"values": PRESS})
    adam.post("/cycles", {"key": "round", "definition": CYCLE})
    adam.post("/cycles/round/activate")
    adam.expect(200, adam.send("PUT", "/hooks/alerts", json=HOOK))
    adam.expect(200, adam.send("PUT", "/hooks/alerts/secret", json={"secret": BEARER}))
    anna.post("/instances", {"process": "secret", "title": "An older one"})
    with database.reading() as session:
        deployment = session.get_one(DefinitionRow, UUID(definition)).deployment_id
        resource = session.scalars(select(Resource.id).where(Resource.deployment_id == deployment)).first()
    known = {"definition_id": definition, "definition": definition}
    return known | {"deployment_id": str(deployment), "resource_id": str(resource)}


def begin(database: Database, bert: Client) -> dict[str, str]:
    """Two such cases, of bert, who is the board: one is done, and the other goes on; the ids of all that is in that."""
    _case, done, _evidence = _worked_on(bert, f"{SAID} 1")
    bert.post(f"/tasks/{done}/complete", {"answers": {}})
    case, task, evidence = _worked_on(bert, f"{SAID} 2")
    bert.post(f"/instances/{case}/comments", {"text": SAID})
    ids = {"instance_id": case, "task_id": task, "target_id": case, "chain": case, "evidence_id": evidence}
    ids |= {name: str(new_id()) for name in ("delivery_id", "stuck_id", "document_id", "file_id")}
    return ids | {"job_id": str(_goes_wrong(database, ids))}


def _worked_on(bert: Client, key: str) -> tuple[str, str, str]:
    """A case with its task, which bert has claimed, and what he handed in for it."""
    told = {"title": f"The {SAID}", "business_key": key, "variables": {"site": SAID}, "subject": "reg_machines:press"}
    case = bert.post("/instances", {"process": "secret", **told})["id"]
    (task,) = (one["id"] for one in bert.get(f"/instances/{case}/tasks")["items"])
    bert.post(f"/tasks/{task}/claim")
    sent = {"slot": "report", "url": f"https://example.org/{SAID}", "name": SAID}
    made = bert.send("POST", f"/tasks/{task}/evidence", data=sent, content_type="multipart/form-data")
    return case, task, bert.expect(201, made)["id"]


def _goes_wrong(database: Database, ids: dict[str, str]) -> UUID:
    """A step is stuck, a message is dead and a document frozen; the id of the work for machines."""
    case = UUID(ids["instance_id"])
    of_it = {"instance_id": case, "task_id": UUID(ids["task_id"])}
    stuck = {"id": UUID(ids["stuck_id"]), "element": "T_look", "error": SAID, "event": b"{}", "by": "bert"}
    owed = {"id": UUID(ids["delivery_id"]), "lane": "bulk", "event": SAID, "kind": "task.offered", "recipient": "bert"}
    owed |= {"channel": "mail", "body": {"title": SAID}, "status": "dead", "ended_at": MORNING}
    frozen = {
        "id": UUID(ids["document_id"]),
        "instance_id": case,
        "element": "T_look",
        "name": SAID,
        "digest": "0" * 64,
    }
    with database.writing() as session:
        session.execute(insert(FrozenDocument), [{**frozen, "content": b"{}", "at": MORNING}])
        session.execute(insert(StuckStep), [{**stuck, **of_it, "since": MORNING}])
        session.execute(insert(Delivery), [{**owed, **of_it, "owed_at": MORNING, "next_attempt_at": MORNING}])
        return session.scalars(select(ServiceJob.id).where(ServiceJob.instance_id == case)).one()


def spread(
    database: Database, login: Callable[..., Client], clock: Clock, ids: dict[str, str]
) -> tuple[dict[str, str], set[str]]:
    """
    Let everything speak of it that can: links, an entry, a cycle, a machine, and a case that calls one like it.

    Returns:
        What addresses name that is no secret; and the ids of all that is.
    """
    adam, bert = login("adam"), login("bert")
    mine, open_case = ids["instance_id"], adam.post("/instances", {"process": "caller", "title": "Asks"})["id"]
    for source, target, kind in ((mine, open_case, "blocks"), (open_case, mine, "raises")):
        bert.post(f"/instances/{source}/links", {"target_id": target, "kind": kind})
    bert.post("/registers/reg_machines/rows/press/cases", {"case": mine, "kind": "raises"})
    alert = firing() | {"annotations": {"summary": SAID}}
    body = {"version": "4", "groupKey": "g", "status": "firing", "receiver": "steward", "alerts": [alert]}
    bearer = {"Authorization": f"Bearer {BEARER}"}
    assert bert.app.test_client().post("/hooks/alerts", json=body, headers=bearer).status_code == 200
    clock.forward(days=3)
    assert cycles.drain_cycles(database, now=clock()) == 1
    with database.reading() as session:
        occurrence = session.scalars(select(OccurrenceRow.id)).one()
        known = session.scalars(select(Instance.id).where(Instance.confidential, Instance.title != "An older one"))
        cases = list(known)
        tasks = session.scalars(select(Task.id).where(Task.instance_id.in_(cases)))
        marks = {*map(str, (*cases, *tasks)), *(value for name, value in ids.items() if name != "chain")}
    assert len(cases) == 5
    return {"instance_id": open_case, "chain": open_case, "occurrence_id": str(occurrence)}, marks
