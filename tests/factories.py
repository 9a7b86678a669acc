"""Little organisations and processes for the tests, made without detours."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine import audit
from engine.core.model import read_models
from engine.core.translate import TRANSLATOR, translate
from engine.identity.people import SETUP
from engine.identity.person import Person
from engine.ids import new_id
from engine.store.definitions import Binding, DecisionRow, DefinitionRow, Deployment, FormRow, Resource
from engine.store.people import GroupRow, Membership, PersonRow
from engine.transactions import Database

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
"""A Monday morning."""

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' id="definitions" targetNamespace="http://example.org/tests">'
)


def people(database: Database, *ids: str, **groups: Iterable[str]) -> dict[str, Person]:
    """Make these people, and groups of them; the first of a group leads it. Returns them by id."""
    members = {key: list(who) for key, who in groups.items()}
    everybody = dict.fromkeys([*ids, *(one for who in members.values() for one in who)])
    with database.writing() as session:
        for person_id in everybody:
            session.execute(insert(PersonRow).values(**_person(person_id)))
        for key, who in members.items():
            session.execute(insert(GroupRow).values(**_group(key)))
            for place, person_id in enumerate(who):
                standing = "lead" if place == 0 else "member"
                session.execute(
                    insert(Membership).values(group_key=key, person_id=person_id, standing=standing, since=NOW)
                )
        _tell_of_people(session, everybody, members)
    return {
        one: Person(
            id=one,
            name=one.title(),
            groups=frozenset(key for key, who in members.items() if one in who),
            leads=frozenset(key for key, who in members.items() if who and who[0] == one),
        )
        for one in everybody
    }


def _tell_of_people(session: Session, ids: Iterable[str], members: Mapping[str, Iterable[str]]) -> None:
    """What the trail says of them, as if they had come one by one."""
    for one in ids:
        said = {name: _person(one)[name] for name in ("name", "kind")} | {"email": None, "platform_admin": False}
        audit.append(session, audit.PLATFORM, "person.created", one, said, by=SETUP, now=NOW)
    for key, who in members.items():
        audit.append(session, audit.PLATFORM, "group.created", key, _group(key), by=SETUP, now=NOW)
        for place, one in enumerate(who):
            said = {"person": one, "before": None, "after": "lead" if place == 0 else "member"}
            audit.append(session, audit.PLATFORM, "group.joined", key, said, by=SETUP, now=NOW)


def _group(key: str) -> dict[str, object]:
    return {"key": key, "name": key.replace("_", " "), "description": "", "everybody": False, "grants": None}


def _person(person_id: str) -> dict[str, object]:
    return {
        "id": person_id,
        "name": person_id.title(),
        "kind": "operator" if person_id.startswith("operator:") else "person",
        "active": True,
        "fs_uniquifier": person_id,
        "created_at": NOW,
    }


def process(key: str, body: str, *, before: str = "") -> bytes:
    """A whole BPMN file around the content of one process; `before` holds messages, errors and the like."""
    opening = f'<bpmn:process id="{key}" name="{key.title()}" isExecutable="true">'
    return f"{HEAD}{before}{opening}{body}</bpmn:process></bpmn:definitions>".encode()


def sequence(*elements: str) -> str:
    """Elements one after the other. Each is a start, an end or the like, whole but for its flows."""
    ids = [element.split('id="')[1].split('"')[0] for element in elements]
    flows = [
        f'<bpmn:sequenceFlow id="f_{one}_{two}" sourceRef="{one}" targetRef="{two}"/>' for one, two in pairwise(ids)
    ]
    return "".join((*elements, *flows))


def user_task(element: str, *, groups: str = "", assignee: str = "", apart: str = "", inside: str = "") -> str:
    """A user task; `apart` is its rule of separation."""
    said = (f' camunda:candidateGroups="{groups}"' if groups else "") + (
        f' camunda:assignee="{assignee}"' if assignee else ""
    )
    rule = f'<camunda:property name="separate_from" value="{apart}"/>' if apart else ""
    extension = f"<camunda:properties>{rule}</camunda:properties>" if rule else ""
    return (
        f'<bpmn:userTask id="{element}" name="{element.replace("_", " ")}"{said}>'
        f"<bpmn:extensionElements>{extension}</bpmn:extensionElements>{inside}</bpmn:userTask>"
        if extension
        else f'<bpmn:userTask id="{element}" name="{element.replace("_", " ")}"{said}>{inside}</bpmn:userTask>'
    )


START, END = '<bpmn:startEvent id="start"/>', '<bpmn:endEvent id="end"/>'


def three_tasks() -> bytes:
    """Ask, do, and check by somebody else."""
    return process(
        "three",
        sequence(
            START,
            user_task("T_ask", groups="staff"),
            user_task("T_do", groups="staff"),
            user_task("T_check", groups="staff", apart="T_do"),
            END,
        ),
    )


def drawn(xml: bytes, key: str, *elements: str) -> bytes:
    """The same file with these of its elements drawn in a row."""
    bounds = '<dc:Bounds x="{1}" y="80" width="100" height="80"/>'
    shape = f'<bpmndi:BPMNShape id="{{0}}_di" bpmnElement="{{0}}">{bounds}</bpmndi:BPMNShape>'
    shapes = "".join(shape.format(one, 160 * place) for place, one in enumerate(elements, 1))
    plane = f'<bpmndi:BPMNPlane id="p" bpmnElement="{key}">{shapes}</bpmndi:BPMNPlane>'
    plane = f'<bpmndi:BPMNDiagram id="d">{plane}</bpmndi:BPMNDiagram>'
    of = "http://www.omg.org/spec"
    names = f' xmlns:bpmndi="{of}/BPMN/20100524/DI" xmlns:dc="{of}/DD/20100524/DC" id='
    whole = xml.replace(b" id=", names.encode(), 1)
    return whole.replace(b"</bpmn:definitions>", f"{plane}</bpmn:definitions>".encode())


def deploy(
    database: Database,
    *files: bytes,
    owner: str,
    decisions: dict[str, bytes] | None = None,
    forms: dict[str, bytes] | None = None,
    beside: dict[str, bytes] | None = None,
    bindings: dict[str, str] | None = None,
    now: datetime = NOW,
) -> dict[str, UUID]:
    """
    Put files in force as they are, past all checks; returns the ids of the definitions by key.

    Args:
        beside: whatever else lies in the deployment, by file name.
    """
    deployment, made = new_id(), {}
    with database.writing() as session:
        session.execute(
            insert(Deployment).values(
                id=deployment,
                name="test",
                status="released",
                deployed_at=now,
                deployed_by=owner,
                released_at=now,
                released_by=owner,
                at_once=True,
                owner=owner,
                warnings=[],
            )
        )

        def keep(name: str, data: bytes) -> UUID:
            resource = new_id()
            session.execute(
                insert(Resource).values(
                    id=resource, deployment_id=deployment, name=name, sha256=sha256(data).digest(), data=data
                )
            )
            return resource

        def version(entity: type, key: str) -> int:
            return len(session.execute(select(entity.id).where(entity.key == key)).all()) + 1  # type: ignore[attr-defined]

        for name, data in (beside or {}).items():
            keep(name, data)
        for number, xml in enumerate(files):
            resource = keep(f"process-{number}.bpmn", xml)
            for model in read_models(xml, f"process-{number}.bpmn"):
                made[model.key] = new_id()
                session.execute(
                    insert(DefinitionRow).values(
                        id=made[model.key],
                        deployment_id=deployment,
                        resource_id=resource,
                        key=model.key,
                        version=version(DefinitionRow, model.key),
                        name=model.name,
                        version_tag=model.version_tag,
                        translated=translate(xml),
                        translator=TRANSLATOR,
                    )
                )
                for role, who in (bindings or {}).items():
                    session.execute(
                        insert(Binding).values(definition_id=made[model.key], role=role, who=who, since=now)
                    )
        for entity, given in ((DecisionRow, decisions or {}), (FormRow, forms or {})):
            for key, data in given.items():
                row = {"id": new_id(), "deployment_id": deployment, "resource_id": keep(key, data), "key": key}
                named = {"name": key} if entity is DecisionRow else {}
                session.execute(insert(entity).values(**row, **named, version=version(entity, key)))
        _tell_of_deployment(session, deployment, owner, now)
    return made


def _tell_of_deployment(session: Session, deployment: UUID, owner: str, now: datetime) -> None:
    """What the trail says of a deployment that is released at once."""
    files = select(Resource.name, Resource.sha256).where(Resource.deployment_id == deployment)
    tables: dict[str, Any] = {"process": DefinitionRow, "decision": DecisionRow, "form": FormRow}
    made = [
        [kind, *row]
        for kind, table in tables.items()
        for row in session.execute(
            select(table.key, table.version, Resource.name)
            .join(Resource, Resource.id == table.resource_id)
            .where(table.deployment_id == deployment)
        )
    ]
    roles = (
        select(DefinitionRow.key, Binding.role, Binding.who)
        .join(Binding, Binding.definition_id == DefinitionRow.id)
        .where(DefinitionRow.deployment_id == deployment)
    )
    bound: dict[str, dict[str, str]] = {}
    for process, role, who in session.execute(roles):
        bound.setdefault(process, {})[role] = who
    runs = select(DefinitionRow.key, DefinitionRow.translated).where(DefinitionRow.deployment_id == deployment)
    translated = {key: sha256(data).hexdigest() for key, data in session.execute(runs)}
    by = Person(id=owner, name=owner)
    said = {"name": "test", "source": "", "files": {name: sha.hex() for name, sha in session.execute(files)}}
    audit.append(
        session,
        audit.PLATFORM,
        "deployment.made",
        deployment,
        said | {"versions": made, "translated": translated},
        by=by,
        now=now,
    )
    told = {"name": "test", "owner": owner, "at_once": True, "bindings": bound}
    audit.append(session, audit.PLATFORM, "deployment.released", deployment, told, by=by, now=now)
