"""Cycles: plans that recur, and what has come round."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from engine import cycles as verbs
from engine.identity.person import Person
from web.acts import act, look
from web.auth import caller
from web.operations import Theme
from web.reads import cycles as found
from web.schemas.base import list_of, page_of
from web.schemas.cycles import (
    Because,
    ChangeCycle,
    CountQuery,
    CycleOut,
    DefineCycle,
    Explain,
    OccurrenceOut,
    OccurrenceQuery,
    PreviewOut,
    RunCycle,
    TurnOut,
    WholeCycleOut,
)

theme = Theme("cycles", __name__, description="Plans that recur, and each time that one came round.")
LIST, WHOLE, PREVIEW, TURNS = list_of(CycleOut), WholeCycleOut(), PreviewOut(), list_of(TurnOut)
PAGE, OCCURRENCE = page_of(OccurrenceOut), OccurrenceOut()


@theme.operation("GET", "/cycles", scope="read", gives=LIST)
def all_cycles() -> Response:
    """All cycles by key."""
    return look(lambda session, _: found.cycles(session), LIST)


@theme.operation("POST", "/cycles", scope="admin", body=DefineCycle, gives=WHOLE, status=201, refused=(409,))
def define(body: dict[str, Any]) -> Response:
    """Define a cycle. It does nothing until it is activated."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        verbs.define(session, body["key"], body["definition"], by=by, now=now)
        return found.one_cycle(session, by, body["key"])

    return act(verb, WHOLE, status=201, at=lambda cycle: f"/api/v1/cycles/{cycle['key']}")


@theme.operation("GET", "/cycles/<cycle_key>", scope="read", gives=WHOLE)
def one(cycle_key: str) -> Response:
    """One cycle with its definition, and what it plans for each subject."""
    return look(lambda session, person: found.one_cycle(session, person, cycle_key), WHOLE)


@theme.operation("PUT", "/cycles/<cycle_key>", scope="admin", body=ChangeCycle, gives=WHOLE, refused=(409,))
def change(body: dict[str, Any], cycle_key: str) -> Response:
    """Give a cycle another definition. What has come due happens as it was planned; later dates are counted anew."""

    def verb(session: Session, by: Person, now: datetime) -> None:
        verbs.change(session, cycle_key, body["definition"], reason=body["reason"], by=by, now=now)

    return _turned(cycle_key, verb)


@theme.operation("GET", "/cycles/<cycle_key>/preview", scope="read", query=CountQuery, gives=PREVIEW)
def preview(query: dict[str, Any], cycle_key: str) -> Response:
    """The next dates for each subject if the cycle were activated now, and how many past ones it would leave out."""
    now = caller().now
    return look(lambda session, by: verbs.preview(session, cycle_key, count=query["count"], by=by, now=now), PREVIEW)


@theme.operation("GET", "/cycles/<cycle_key>/history", scope="read", gives=TURNS)
def history(cycle_key: str) -> Response:
    """What was done with a cycle, the newest first."""
    return look(lambda session, _: found.history(session, cycle_key), TURNS)


@theme.operation("POST", "/cycles/<cycle_key>/activate", scope="admin", gives=WHOLE, refused=(409,))
def activate(cycle_key: str) -> Response:
    """Let a cycle come round from now on. Earlier dates are left out, however old its anchor."""
    return _turned(cycle_key, lambda session, by, now: verbs.activate(session, cycle_key, by=by, now=now))


@theme.operation("POST", "/cycles/<cycle_key>/pause", scope="admin", body=Because, gives=WHOLE, refused=(409,))
def pause(body: dict[str, Any], cycle_key: str) -> Response:
    """Let a cycle rest. What is planned meanwhile never comes round."""
    why = body["reason"]
    return _turned(cycle_key, lambda session, by, now: verbs.pause(session, cycle_key, reason=why, by=by, now=now))


@theme.operation("POST", "/cycles/<cycle_key>/end", scope="admin", body=Because, gives=WHOLE, refused=(409,))
def end(body: dict[str, Any], cycle_key: str) -> Response:
    """End a cycle for good. Its occurrences stay, and so do the cases it started."""
    why = body["reason"]
    return _turned(cycle_key, lambda session, by, now: verbs.end(session, cycle_key, reason=why, by=by, now=now))


@theme.operation(
    "POST", "/cycles/<cycle_key>/run", scope="admin", body=RunCycle, gives=OCCURRENCE, status=201, refused=(409, 422)
)
def run(body: dict[str, Any], cycle_key: str) -> Response:
    """Let a cycle come round now, outside its rhythm and once a day at most; its regular dates stay."""

    def verb(session: Session, by: Person, now: datetime) -> Any:
        made = verbs.run(session, cycle_key, reason=body["reason"], subject=body["subject"], by=by, now=now)
        return found.one_occurrence(session, by, made, now)

    return act(verb, OCCURRENCE, status=201)


@theme.operation("GET", "/occurrences", scope="read", query=OccurrenceQuery, gives=PAGE)
def occurrences(query: dict[str, Any]) -> Response:
    """What has come round, the newest planned first; `gap=true` for what was not done in time."""
    now = caller().now
    return look(lambda session, person: found.occurrences(session, person, query, now), PAGE)


@theme.operation(
    "POST", "/occurrences/<uuid:occurrence_id>/explain", scope="admin", body=Explain, gives=OCCURRENCE, refused=(409,)
)
def explain(body: dict[str, Any], occurrence_id: UUID) -> Response:
    """Say why there is a gap. It can be explained, and is never filled in afterwards."""

    def verb(session: Session, by: Person, now: datetime) -> Any:
        verbs.explain(session, occurrence_id, note=body["note"], by=by, now=now)
        return found.one_occurrence(session, by, occurrence_id, now)

    return act(verb, OCCURRENCE)


@theme.operation("POST", "/occurrences/<uuid:occurrence_id>/retry", scope="admin", gives=OCCURRENCE, refused=(409, 422))
def retry(occurrence_id: UUID) -> Response:
    """Start the case of an occurrence that could not be started."""

    def verb(session: Session, by: Person, now: datetime) -> Any:
        verbs.retry(session, occurrence_id, by=by, now=now)
        return found.one_occurrence(session, by, occurrence_id, now)

    return act(verb, OCCURRENCE)


def _turned(key: str, turn: Callable[[Session, Person, datetime], None]) -> Response:
    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        turn(session, by, now)
        session.expire_all()
        return found.one_cycle(session, by, key)

    return act(verb, WHOLE)
