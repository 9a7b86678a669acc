"""Work for outside workers."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from engine import services as verbs
from engine.identity.person import Person
from web.acts import act
from web.operations import Theme
from web.schemas.base import list_of
from web.schemas.traffic import CompleteJob, ExtendJob, FailJob, FetchJobs, JobError, JobOut
from web.services import services

theme = Theme("service-jobs", __name__, description="Work that no person does, for workers outside.")
LIST = list_of(JobOut)
JOB = "/service-jobs/<uuid:job_id>"


@theme.operation("POST", "/service-jobs/fetch", scope="work", body=FetchJobs, gives=LIST)
def fetch(body: dict[str, Any]) -> Response:
    """Take on work of these topics. It is leased: after that time another worker may have it."""
    lease = timedelta(seconds=body["lease_seconds"])

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        asked = {"worker": body["worker"], "limit": body["limit"], "lease": lease}
        machine = services().machine_clock()
        return {"items": verbs.fetch(session, body["topics"], **asked, machine_now=machine, by=by, now=now)}

    return act(verb, LIST)


@theme.operation("POST", f"{JOB}/complete", scope="work", body=CompleteJob, refused=(409,))
def complete(body: dict[str, Any], job_id: UUID) -> Response:
    """The work is done; the case moves on."""
    return act(lambda session, by, now: verbs.complete_job(session, job_id, **body, by=by, now=now))


@theme.operation("POST", f"{JOB}/fail", scope="work", body=FailJob, refused=(409,))
def fail(body: dict[str, Any], job_id: UUID) -> Response:
    """It went wrong. With retries left it is tried again after the backoff; without, the step is stuck."""
    seconds = body.pop("backoff_seconds")
    backoff = None if seconds is None else timedelta(seconds=seconds)
    return act(lambda session, by, now: verbs.fail_job(session, job_id, **body, backoff=backoff, by=by, now=now))


@theme.operation("POST", f"{JOB}/error", scope="work", body=JobError, refused=(409,))
def error(body: dict[str, Any], job_id: UUID) -> Response:
    """It ended in an error that the model knows; the case goes the way drawn for it."""
    return act(lambda session, by, now: verbs.job_error(session, job_id, **body, by=by, now=now))


@theme.operation("POST", f"{JOB}/extend", scope="work", body=ExtendJob, refused=(409,))
def extend(body: dict[str, Any], job_id: UUID) -> Response:
    """It takes longer; nobody else shall have it meanwhile."""
    until = services().machine_clock() + timedelta(seconds=body["lease_seconds"])
    return act(lambda session, by, _now: verbs.extend_job(session, job_id, lock=body["lock"], until=until, by=by))
