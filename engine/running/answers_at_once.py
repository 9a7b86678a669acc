"""What a step answers by itself: decision tables, and built-in topics that concern the case alone."""

from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from engine import timetable, topics
from engine.cases import Case
from engine.core import effects as fx
from engine.core import events as ev
from engine.core.chain import content_digest
from engine.core.expressions import ExpressionError
from engine.core.model.references import Reference
from engine.core.stuck import Stuck
from engine.models.decisions import decision
from engine.models.definitions import Parsed
from engine.running import beginning
from engine.running.cause import Cause
from engine.running.rows import Context, Rows


def decide(
    session: Session, definition: Parsed, case: Case, effect: fx.Decide, rows: Rows, context: Context
) -> tuple[ev.Event, Cause]:
    """
    Ask the decision, and record which version of it answered by which rows.

    Raises:
        Stuck: there is no such released decision, or it has no answer.
    """
    reference = Reference("decision", effect.decision, effect.binding, effect.version)
    decision_id = beginning.version_of(session, rows, definition, case, reference)
    if decision_id is None:
        raise Stuck(effect.element, effect.decision, f"There is no released decision {reference.name}.")
    version, decisions = decision(session, decision_id)
    zone = ZoneInfo(timetable.calendar(session, case.calendar).zone)
    try:
        decided = decisions.decide(effect.decision, effect.inputs, now=effect.at, zone=zone)
    except ExpressionError as error:
        raise Stuck(effect.element, effect.decision, str(error)) from error
    matched = [{"table": match.table, "rule": match.rule, "index": match.index} for match in decided.matched]
    rows.add(
        "decisions_made",
        {
            "id": context.new_id(),
            "instance_id": case.id,
            "element": effect.element,
            "decision_id": decision_id,
            "at": effect.at,
            "inputs": effect.inputs,
            "matched": matched,
            "rows": decided.rows,
        },
    )
    said = {"decision": effect.decision, "version": version, "matched": matched, "rows": decided.rows}
    said["inputs"] = content_digest(effect.inputs).hex()
    return ev.ServiceDone(token=effect.token, rows=decided.rows), Cause(
        verb="decision.made", subject=effect.element, body=said
    )


def serve(
    session: Session, case: Case, effect: fx.CallService, rows: Rows, context: Context
) -> tuple[ev.Event, Cause] | None:
    """
    The answer of a built-in topic that concerns this case alone; None for work that leaves the step.

    Raises:
        Stuck: the topic cannot do what it is asked.
    """
    topic = topics.BUILT_IN.get(effect.topic)
    if topic is None or effect.topic in topics.LATER:
        return None
    result = topic(session, case, effect, rows, context)
    job = rows.pending("service_jobs", case, effect.token)
    if result is None:
        if job:
            job["status"] = "asked"
        return None
    if job:
        job["status"] = "done"
    said = {"topic": effect.topic, "result": result}
    return ev.ServiceDone(token=effect.token, result=result), Cause(
        verb="service.completed", subject=effect.element, body=said
    )
