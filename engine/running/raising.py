"""
One case brings about another (`steward.raise`): it starts one, or joins one that runs already.

The wish is a message, committed with its cause; it is brought in a transaction
of its own, which never locks the case that wished. The answer is a message
back. So no transaction locks two cases that exist, and whatever happens to one
of them, the other is told once.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, insert, or_, select, text, update
from sqlalchemy.orm import Session

from engine import audit, instances, stuck
from engine.cases import lock
from engine.core import events as ev
from engine.core.stuck import Stuck
from engine.errors import Conflict, Rejected
from engine.identity import people
from engine.identity.person import Person
from engine.ids import new_id
from engine.models import versions
from engine.models.definitions import Parsed, parsed
from engine.running import stepping
from engine.running.cause import Cause
from engine.running.correlation import ABOUT, STARTED_BY_KEY, TAKE_KEY, apply, checked
from engine.running.joining import OPEN_CASES
from engine.running.rows import Context, Rows, message_row
from engine.running.turns import take_turn
from engine.store.base import table_of
from engine.store.running import Instance, Link, Message, ServiceJob, Subscription
from engine.subject import Subject, parted

MESSAGE, JOB, LINK = table_of(Message), table_of(ServiceJob), table_of(Link)

WAITING = and_(Subscription.instance_id == bindparam("case"), Subscription.name == bindparam("name"))
PLACE = select(Subscription.token, Subscription.element).where(Subscription.kind == "message", WAITING).limit(1)
LINKED = select(LINK.c.kind).where(
    LINK.c.source_id == bindparam("source"), LINK.c.target_id == bindparam("target"), LINK.c.kind == bindparam("kind")
)
ASKED = select(JOB).where(
    JOB.c.instance_id == bindparam("case"), JOB.c.token == bindparam("of_token"), text("service_jobs.status = 'asked'")
)
ANSWERED = update(JOB).where(JOB.c.id == bindparam("job_id")).values(status=bindparam("status"), error=bindparam("why"))


def bring(session: Session, message: Any, by: Person, now: datetime) -> str:
    """Start the case that is wished for, or join the one that runs, and owe the answer."""
    asked = message.payload
    who = people.find(session, message.sent_by) or by
    try:
        with session.begin_nested():
            case_id, joined = _found_or_begun(session, message, asked, who, now)
            tie(session, message.source_id, case_id, asked.get("link", "raises"), joined, by=who, now=now)
        answer: dict[str, Any] = {"case": str(case_id), "joined": joined}
    except (Rejected, Stuck) as error:
        answer = {"error": str(error)}
    context = Context(by=message.sent_by, now=now, new_id=new_id)
    back = message_row("raised", message.name, answer, context, target=message.source_id, token=message.target_token)
    session.execute(insert(MESSAGE), [back])
    return "applied"


def bring_back(session: Session, message: Any, by: Person, now: datetime) -> str:
    """Let the case that wished go on with the answer; a wish that could not be met leaves its step stuck."""
    case = lock(session, message.target_id)
    job = session.execute(ASKED, {"case": case.id, "of_token": message.target_token}).one_or_none()
    if job is None or case.status != "running":
        raise Conflict("The case no longer waits for the answer.")
    if "error" in message.payload:
        session.execute(ANSWERED, {"job_id": job.id, "status": "stuck", "why": message.payload["error"]})
        stuck.keep_job(session, case, job, message.payload["error"], by=by, now=now)
        return "applied"
    event = ev.ServiceDone(token=job.token, result=message.payload)
    said = {"topic": job.topic, "result": message.payload}
    rows = Rows()
    rows.served.append({"job_id": job.id, "status": "done", "retries": job.retries, "error": None})
    cause = Cause(verb="service.completed", subject=job.element, body=said)
    try:
        stepping.take(session, case, event, by=by, now=now, cause=cause, rows=rows)
    except Stuck as error:
        stuck.keep(session, case, event, error, by=by, now=now)
        session.execute(stuck.HOLD_JOB, {"job_id": job.id})
    return "applied"


def _found_or_begun(
    session: Session, message: Any, asked: dict[str, Any], by: Person, now: datetime
) -> tuple[UUID, bool]:
    """The case that the wish comes to, and whether it ran already."""
    definition = _released(session, message.name)
    if message.key is not None:
        given = {"of_process": message.name, "of_key": message.key}
        if known := session.execute(STARTED_BY_KEY, given).scalar_one_or_none():
            return known, True
    found = _found(session, message, asked) if asked.get("mode") == "join" else None
    case_id: UUID | None = found.id if found is not None else None
    if found is not None and not _joined(session, found, message, asked, by, now):
        case_id = None
    begun = case_id or _begin(session, definition, message, asked, by, now)
    if message.key is not None:
        session.execute(TAKE_KEY, {"process": message.name, "key": message.key, "instance_id": begun})
    return begun, case_id is not None


def _released(session: Session, key: str) -> Parsed:
    definition_id = versions.latest(session, "process", key)
    if definition_id is None:
        raise Conflict(f"No version of the process {key} is released, so none of its cases can begin.")
    return parsed(session, definition_id)


def _found(session: Session, message: Any, asked: dict[str, Any]) -> Any:
    """The case to join; of two that find none at once, the second one waits and finds what the first has begun."""
    found = _running(session, message, asked)
    if found is None:
        about = asked.get("business_key") or asked.get("subject") or ""
        take_turn(session, f"join {message.name} {about}")
        found = _running(session, message, asked)
    return found


def _running(session: Session, message: Any, asked: dict[str, Any]) -> Any:
    """The oldest running case of the process that waits for the message and is about the same."""
    query = OPEN_CASES
    given = {"process": message.name, "name": str(asked["message"]), "but": message.source_id}
    about, subject = asked.get("business_key"), Subject.of(asked.get("subject") or "")
    if about is not None:
        query = query.where(or_(Subscription.key == bindparam("about"), Instance.business_key == bindparam("about")))
        given["about"] = str(about)
    elif subject is not None:
        query = query.where(ABOUT)
        given |= {"of_register": subject.register, "of_row": subject.row}
    return session.execute(query, given).one_or_none()


def _joined(session: Session, found: Any, message: Any, asked: dict[str, Any], by: Person, now: datetime) -> bool:
    payload = asked.get("payload") or {}
    return told(session, found.id, str(asked["message"]), payload, message, by=by, now=now)


def told(
    session: Session, case_id: UUID, name: str, payload: dict[str, Any], message: Any, *, by: Person, now: datetime
) -> bool:
    """Whether the running case has taken the message; it may have moved on before it was locked."""
    case = lock(session, case_id)
    place = session.execute(PLACE, {"case": case.id, "name": name}).one_or_none()
    if case.status != "running" or place is None:
        return False
    said = {"name": name, "message": message.id, "from": message.source_id, "sent_by": message.sent_by}
    event = ev.MessageArrived(token=place.token, payload=checked(payload))
    cause = Cause(verb="message.received", subject=place.element, body=said)
    return apply(session, case, event, cause, by=by, now=now) is None


def _begin(
    session: Session, definition: Parsed, message: Any, asked: dict[str, Any], by: Person, now: datetime
) -> UUID:
    named = asked.get("message")
    start = next((one for one in definition.model.starts if (one.kind, one.name) == ("message", named)), None)
    variables, _ = parted(checked(asked.get("payload") or {}))
    return instances.begin(
        session,
        definition,
        variables=variables,
        start=start.element if start else None,
        business_key=asked.get("business_key"),
        title=asked.get("title"),
        subject=Subject.of(asked.get("subject") or ""),
        because={
            "raised_by": message.source_id,
            "link": asked.get("link", "raises"),
            "message_id": message.id,
        },
        by=by,
        now=now,
    )


def tie(
    session: Session,
    source: UUID,
    target: UUID,
    kind: str,
    joined: bool,
    *,
    call: dict[str, Any] | None = None,
    by: Person,
    now: datetime,
) -> None:
    """
    Link the two cases, and say in the trail of the one that ran already that another one has come to it.

    Args:
        call: element and token of the call activity that waits for its end, if one does.
    """
    given = {"source": source, "target": target, "kind": kind}
    if session.execute(LINKED, given).first() is None:
        session.execute(insert(LINK), [{"source_id": source, "target_id": target, "kind": kind, "at": now}])
    if joined:
        said = {"from": source, "kind": kind, **({"call": call} if call else {})}
        audit.append(session, target, "instance.joined", target, said, by=by, now=now)
