"""A confidential case with something of every kind that an address can name."""

from uuid import UUID

from sqlalchemy import insert, select

from engine.ids import new_id
from engine.store.records import Delivery
from engine.store.running import ServiceJob, StuckStep
from engine.transactions import Database
from tests.factories import process
from tests.integration.api.conftest import MORNING, Client

SAID = "Xylophone"
"""A word that stands in everything that is told in the case."""
LOOK = (
    '<bpmn:userTask id="T_look" name="Look" camunda:candidateGroups="board" camunda:dueDate="P3D">'
    '<bpmn:extensionElements><camunda:properties><camunda:property name="evidence" value="report:file|link*"/>'
    "</camunda:properties></bpmn:extensionElements></bpmn:userTask>"
)
PRINT = '<bpmn:serviceTask id="S_print" name="Print" camunda:type="external" camunda:topic="print"/>'
NODES = (
    f'<bpmn:startEvent id="start"/><bpmn:parallelGateway id="both"/>{LOOK}{PRINT}'
    '<bpmn:endEvent id="looked"/><bpmn:endEvent id="printed"/>'
)
FLOWS = "".join(
    f'<bpmn:sequenceFlow id="{one}_{two}" sourceRef="{one}" targetRef="{two}"/>'
    for one, two in (
        ("start", "both"),
        ("both", "T_look"),
        ("both", "S_print"),
        ("T_look", "looked"),
        ("S_print", "printed"),
    )
)
MODEL = process("secret", NODES + FLOWS).replace(
    b'isExecutable="true">',
    b'isExecutable="true"><bpmn:extensionElements><camunda:properties><camunda:property name="confidential"'
    b' value="true"/></camunda:properties></bpmn:extensionElements>',
)


def begin(database: Database, bert: Client) -> dict[str, str]:
    """Such a case, begun and worked on by bert, who is the board; the ids of all that is in it, as addresses do."""
    told = {"title": f"The {SAID}", "business_key": SAID, "variables": {"site": SAID}}
    case = bert.post("/instances", {"process": "secret", **told})["id"]
    (task,) = (one["id"] for one in bert.get(f"/instances/{case}/tasks")["items"])
    bert.post(f"/tasks/{task}/claim")
    sent = {"slot": "report", "url": f"https://example.org/{SAID}", "name": SAID}
    made = bert.send("POST", f"/tasks/{task}/evidence", data=sent, content_type="multipart/form-data")
    bert.post(f"/instances/{case}/comments", {"text": SAID})
    ids = {"instance_id": case, "task_id": task, "target_id": case, "chain": case}
    ids |= {"evidence_id": bert.expect(201, made)["id"], "delivery_id": str(new_id()), "stuck_id": str(new_id())}
    return ids | {"job_id": str(_goes_wrong(database, ids))}


def _goes_wrong(database: Database, ids: dict[str, str]) -> UUID:
    """A step is stuck and a message is dead; the id of the work for machines."""
    case = UUID(ids["instance_id"])
    of_it = {"instance_id": case, "task_id": UUID(ids["task_id"])}
    stuck = {"id": UUID(ids["stuck_id"]), "element": "T_look", "error": SAID, "event": b"{}", "by": "bert"}
    owed = {"id": UUID(ids["delivery_id"]), "lane": "bulk", "event": SAID, "kind": "task.offered", "recipient": "bert"}
    owed |= {"channel": "mail", "body": {"title": SAID}, "status": "dead", "ended_at": MORNING}
    with database.writing() as session:
        session.execute(insert(StuckStep), [{**stuck, **of_it, "since": MORNING}])
        session.execute(insert(Delivery), [{**owed, **of_it, "owed_at": MORNING, "next_attempt_at": MORNING}])
        return session.scalars(select(ServiceJob.id).where(ServiceJob.instance_id == case)).one()
