"""
`steward.webhook`: a model tells those who have subscribed something itself, and may wait for an answer.

What is told stands in the case's trail, and becomes an event from there like
any other. A case that waits for an answer waits as for work outside: until the
job's next moment, at which nobody has answered (`engine.subscriptions.answers`).
"""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, text, update
from sqlalchemy.orm import Session

from engine import timetable
from engine.cases import Case
from engine.core import effects as fx
from engine.core.calendar import TimeError
from engine.core.due import resolve
from engine.core.spans import Repeat
from engine.core.stuck import Stuck
from engine.models.definitions import parsed
from engine.running.rows import Context, Rows
from engine.store.base import table_of
from engine.store.running import ServiceJob
from engine.subscriptions import feed
from engine.subscriptions.content import About
from engine.subscriptions.events import KINDS, TEST, TOLD

TOPIC = "steward.webhook"
TYPE = re.compile(r"[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)+")
LONGEST = 200
JOB = table_of(ServiceJob)
WAIT = (
    update(JOB)
    .where(JOB.c.instance_id == bindparam("case"), JOB.c.token == bindparam("of_token"))
    .where(text("service_jobs.status = 'owed'"))
    .values(next_attempt_at=bindparam("until"))
)


def tell(session: Session, case: Case, effect: fx.CallService, rows: Rows, context: Context) -> dict[str, Any] | None:
    """
    Owe an event of a type of its own: `type`, `data`, `subscription` (a key; without it all that take the type).

    With `answer_within` (a span of time) the case waits for the first answer,
    and goes the way of the error `no_answer` where none comes.

    Returns:
        `told`, the keys of those who are told, and no `answer`; None where the answer comes later.

    Raises:
        Stuck: it names no type, or no data, subscription or time that can be used.
    """
    type_, data, only = _type(effect), effect.inputs.get("data"), effect.inputs.get("subscription")
    if not isinstance(data or {}, dict):
        raise _stuck(effect, "Its data is no object.")
    until, only = _until(session, case, effect), None if only is None else str(only)
    told = [] if case.confidential else _takers(session, case, type_, only)
    if until is None and not told and (only is not None or case.confidential):
        why = "The case is confidential: nobody outside is told of it."
        raise _stuck(effect, why if case.confidential else f"There is no active subscription {only}.")
    body = {"type": type_, "data": data or {}, "subscription": only, "told": told}
    if until is not None:
        body |= {"token": effect.token, "until": until}
    case.chain.add(
        TOLD,
        effect.element,
        body,
        by=context.by,
        now=context.now,
        happened_at=effect.at,
        acting_for=context.acting_for,
    )
    if until is None:
        return {"told": told, "answer": None}
    _wait(session, case, effect, rows, until if told else context.now)
    return None


def _wait(session: Session, case: Case, effect: fx.CallService, rows: Rows, until: datetime) -> None:
    """Let the job wait until then; where nobody is asked, until now."""
    job = rows.pending("service_jobs", case, effect.token)
    if job is not None:
        job["next_attempt_at"] = until
    else:
        session.execute(WAIT, {"case": case.id, "of_token": effect.token, "until": until})


def _takers(session: Session, case: Case, type_: str, only: str | None) -> list[str]:
    definition = parsed(session, case.definition_id)
    about = About(process=definition.key, subject=str(case.subject or ""), standards=feed.standards_of(definition))
    subscriptions = feed.subscribed(session, case.chain.told)
    return [one.key for one in feed.takers_of(subscriptions, type_, about, only)]


def _type(effect: fx.CallService) -> str:
    type_ = effect.inputs.get("type")
    if not isinstance(type_, str) or len(type_) > LONGEST or not TYPE.fullmatch(type_):
        raise _stuck(effect, f"{type_!r} is no type of event; write one such as ai.pause.")
    if type_ in KINDS or type_ in (TOLD, TEST):
        raise _stuck(effect, f"Steward itself tells of {type_}; choose another type.")
    return type_


def _until(session: Session, case: Case, effect: fx.CallService) -> datetime | None:
    within = effect.inputs.get("answer_within")
    if within is None:
        return None
    calendar = timetable.calendar(session, case.calendar)
    try:
        until = resolve(str(within), since=effect.at, calendar=calendar, clock="elapsed")
    except TimeError as error:
        raise _stuck(effect, f"answer_within: {error}") from error
    if until is None or isinstance(until, Repeat):
        raise _stuck(effect, f"answer_within: {within!r} is no span of time, such as PT5M.")
    return until


def _stuck(effect: fx.CallService, why: str) -> Stuck:
    return Stuck(effect.element, effect.topic, why)
