"""Work for workers outside, as their libraries ask for it; a worker's name and the task's id stand for our lease."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import access
from engine import services as verbs
from engine.errors import Conflict, Invalid, NotFound
from engine.identity.person import Person
from engine.store.definitions import DefinitionRow
from engine.store.running import Instance, ServiceJob
from web.engine_rest import shapes, values
from web.engine_rest.answers import answer, moment, nothing
from web.engine_rest.blueprint import view
from web.engine_rest.body import number, text, the_body
from web.perform import perform
from web.services import services

MINUTE = 60_000
MOST = 100
CASES = select(
    Instance.id,
    Instance.business_key,
    Instance.definition_id,
    DefinitionRow.key,
    DefinitionRow.version,
    DefinitionRow.version_tag,
).join(DefinitionRow, DefinitionRow.id == Instance.definition_id)


@view("POST", "/external-task/fetchAndLock", scope="work")
def fetch_and_lock() -> Response:
    """Lease due work of these topics, oldest first; answered at once, also where there is none."""
    body, machine = the_body(), services().machine_clock()
    worker, most = _worker(body), min(number(body, "maxTasks", 1), MOST)
    topics = body.get("topics") or []
    if not isinstance(topics, list) or not all(isinstance(one, dict) for one in topics):
        raise Invalid("topics is a list of objects with topicName and lockDuration.")

    def verb(session: Session, by: Person, now: datetime) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for topic in topics:
            lease = timedelta(milliseconds=number(topic, "lockDuration", MINUTE))
            asked: dict[str, Any] = {"worker": worker, "limit": most - len(found), "lease": lease}
            name = text(topic, "topicName") or ""
            found += verbs.fetch(session, [name], **asked, machine_now=machine, by=by, now=now)
            if len(found) >= most:
                break
        return _shown(session, found, worker)

    return answer(perform(verb))


@view("POST", "/external-task/<uuid:job_id>/complete", scope="work")
def complete(job_id: UUID) -> Response:
    """The work is done; the case moves on."""
    body = the_body()
    result = values.untyped(body.get("variables")) | values.untyped(body.get("localVariables"))
    return _on(job_id, body, verbs.complete_job, result=result)


@view("POST", "/external-task/<uuid:job_id>/failure", scope="work")
def failure(job_id: UUID) -> Response:
    """It went wrong; without retries left its step is stuck."""
    body = the_body()
    said = [one for one in (text(body, "errorMessage"), text(body, "errorDetails")) if one]
    told: dict[str, Any] = {"error": "\n".join(said) or "The worker did not say why."}
    if body.get("retries") is not None:
        told["retries"] = number(body, "retries", 0)
    if body.get("retryTimeout") is not None:
        told["backoff"] = timedelta(milliseconds=number(body, "retryTimeout", 0))
    return _on(job_id, body, verbs.fail_job, **told)


@view("POST", "/external-task/<uuid:job_id>/bpmnError", scope="work")
def error(job_id: UUID) -> Response:
    """It ended in an error that the model knows by its code."""
    body = the_body()
    told = {"code": text(body, "errorCode") or "", "message": text(body, "errorMessage") or ""}
    return _on(job_id, body, verbs.job_error, **told, result=values.untyped(body.get("variables")))


@view("POST", "/external-task/<uuid:job_id>/extendLock", scope="work")
def extend(job_id: UUID) -> Response:
    """Keep the lease for longer, from now on."""
    body = the_body()
    return _until(job_id, body, timedelta(milliseconds=number(body, "newDuration", MINUTE)))


@view("POST", "/external-task/<uuid:job_id>/unlock", scope="work")
def unlock(job_id: UUID) -> Response:
    """Let another worker have it now; by whoever holds it."""
    return _until(job_id, the_body(), timedelta(0))


def _until(job_id: UUID, body: dict[str, Any], span: timedelta) -> Response:
    until = services().machine_clock() + span

    def verb(session: Session, by: Person, _now: datetime) -> None:
        verbs.extend_job(session, job_id, lock=_lock(session, job_id, body, by), until=until, by=by)

    perform(verb)
    return nothing()


def _on(job_id: UUID, body: dict[str, Any], verb: Any, **told: Any) -> Response:
    perform(
        lambda session, by, now: verb(session, job_id, lock=_lock(session, job_id, body, by), by=by, now=now, **told)
    )
    return nothing()


def _worker(body: dict[str, Any]) -> str:
    worker = text(body, "workerId")
    if not worker:
        raise Invalid("workerId says which worker this is.", {"workerId": "A text."})
    return worker


def _lock(session: Session, job_id: UUID, body: dict[str, Any], by: Person) -> str:
    """
    The lease of a job that this worker holds.

    Raises:
        NotFound: there is no such job in a case that `by` may see.
        Conflict: another worker holds it, or nobody.
    """
    query = select(ServiceJob.lock).join(Instance, Instance.id == ServiceJob.instance_id)
    row = session.execute(query.where(ServiceJob.id == job_id, access.visible_instances(by))).one_or_none()
    if row is None:
        raise NotFound("external task", str(job_id))
    worker = _worker(body)
    if not row.lock or row.lock.rpartition(":")[0] != worker:
        raise Conflict(f"The worker {worker} does not hold this task: its lock is over, or another worker has it.")
    return str(row.lock)


def _shown(session: Session, jobs: Sequence[dict[str, Any]], worker: str) -> list[dict[str, Any]]:
    wanted = {job["instance_id"] for job in jobs}
    cases = {row.id: row for row in session.execute(CASES.where(Instance.id.in_(wanted)))} if wanted else {}
    return [_task(job, cases[job["instance_id"]], worker) for job in jobs]


def _task(job: dict[str, Any], case: Any, worker: str) -> dict[str, Any]:
    return {
        "id": str(job["id"]),
        "topicName": job["topic"],
        "workerId": worker,
        "lockExpirationTime": moment(job["leased_until"]),
        "activityId": job["element"],
        "activityInstanceId": f"{job['element']}:{job['token']}",
        "executionId": str(case.id),
        "processInstanceId": str(case.id),
        "processDefinitionId": shapes.version_id(case.key, case.version, case.definition_id),
        "processDefinitionKey": case.key,
        "processDefinitionVersionTag": case.version_tag,
        "businessKey": case.business_key,
        "retries": job["retries"] if job["error"] else None,
        "errorMessage": job["error"],
        "errorDetails": None,
        "priority": 0,
        "suspended": False,
        "tenantId": None,
        "extensionProperties": None,
        "variables": values.typed(job["inputs"]),
    }
