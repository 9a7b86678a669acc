"""Standards by edition, what stands under each clause, and what applies."""

from datetime import datetime
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from engine import clauses as verbs
from engine.errors import Invalid
from engine.identity.person import Person
from web.acts import act, look
from web.auth import caller
from web.operations import Theme
from web.reads import clauses as found
from web.schemas.base import list_of
from web.schemas.clauses import (
    AdoptStandard,
    AtQuery,
    ChooseEdition,
    ClauseOut,
    CoverageOut,
    CoveredOut,
    FiguresOut,
    PeriodQuery,
    RecordOut,
    SpanQuery,
    StandardOut,
    StandardWithClausesOut,
    StateApplicability,
    StatedOut,
)
from web.schemas.registers import RowOut

theme = Theme("standards", __name__, description="The clauses of standards, and what stands under each.")
LIST, ONE, COVERAGE = list_of(StandardOut), StandardWithClausesOut(), CoverageOut()
RECORDS, ROWS, STATEMENT = list_of(RecordOut), list_of(RowOut), list_of(StatedOut)
OWN, STRENGTHS, FIGURES = list_of(ClauseOut), list_of(CoveredOut), FiguresOut()
STANDARD = "/standards/<standard_id>"


@theme.operation("GET", "/standards", scope="read", gives=LIST)
def all_standards() -> Response:
    """All standards by id."""
    now = caller().now
    return look(lambda session, _: found.standards(session, now), LIST)


@theme.operation("POST", "/standards", scope="admin", body=AdoptStandard, gives=ONE, status=201, refused=(409,))
def adopt(body: dict[str, Any]) -> Response:
    """Bring a standard, or a further edition of one."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        made = verbs.adopt(session, body["standard"], by=by, now=now)
        return found.one_standard(session, made.id, now)

    return act(verb, ONE, status=201, at=lambda one: f"/api/v1/standards/{one['id']}")


@theme.operation("GET", STANDARD, scope="read", gives=ONE)
def one(standard_id: str) -> Response:
    """A standard with its clauses."""
    now = caller().now
    return look(lambda session, _: found.one_standard(session, standard_id, now), ONE)


@theme.operation("POST", f"{STANDARD}/choose", scope="admin", body=ChooseEdition, gives=ONE, refused=(409,))
def choose(body: dict[str, Any], standard_id: str) -> Response:
    """Let this edition count from a day on."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        verbs.choose(session, standard_id, since=body["since"], by=by, now=now)
        return found.one_standard(session, standard_id, now)

    return act(verb, ONE)


@theme.operation("GET", f"{STANDARD}/coverage", scope="read", query=PeriodQuery, gives=COVERAGE)
def coverage(query: dict[str, Any], standard_id: str) -> Response:
    """Each clause with its records, evidence, open work and state in a period."""
    _must_be_a_period(query)
    return look(lambda session, person: found.coverage(session, person, standard_id, query), COVERAGE)


@theme.operation("GET", f"{STANDARD}/clauses/<ref>/records", scope="read", query=PeriodQuery, gives=RECORDS)
def records(query: dict[str, Any], standard_id: str, ref: str) -> Response:
    """The newest two hundred finished tasks that stand under a clause."""
    _must_be_a_period(query)
    return look(lambda session, person: found.records(session, person, standard_id, ref, query), RECORDS)


@theme.operation("GET", f"{STANDARD}/clauses/<ref>/rows", scope="read", query=PeriodQuery, gives=ROWS)
def rows(query: dict[str, Any], standard_id: str, ref: str) -> Response:
    """The rows of registers that stood under a clause when the period ended."""
    return look(lambda session, person: found.rows(session, person, standard_id, ref, query), ROWS)


@theme.operation("GET", f"{STANDARD}/own", scope="read", query=AtQuery, gives=OWN)
def own(query: dict[str, Any], standard_id: str) -> Response:
    """The clauses that only this standard has: no other one that counts has a counterpart."""
    at = query["at"] or caller().now
    return look(lambda session, _: found.only_here(session, standard_id, at), OWN)


@theme.operation("GET", f"{STANDARD}/strengths", scope="read", query=SpanQuery, gives=STRENGTHS)
def strengths(query: dict[str, Any], standard_id: str) -> Response:
    """The clauses that are met by more than one record, and against which nothing was found in a period."""
    _must_be_a_period(query)
    return look(lambda session, person: found.strengths(session, person, standard_id, query), STRENGTHS)


@theme.operation("GET", "/figures/shared", scope="read", query=SpanQuery, gives=FIGURES)
def figures(query: dict[str, Any]) -> Response:
    """How much counts more than once: actions under two standards, clauses a piece of evidence, hours an audit."""
    _must_be_a_period(query)
    return look(lambda session, person: found.figures(session, person, query), FIGURES)


@theme.operation("GET", f"{STANDARD}/applicability", scope="read", query=AtQuery, gives=STATEMENT)
def statement(query: dict[str, Any], standard_id: str) -> Response:
    """The statement of applicability, now or as it stood."""
    at = query["at"] or caller().now
    return look(lambda session, _: found.statement(session, standard_id, at), STATEMENT)


@theme.operation(
    "PUT", f"{STANDARD}/applicability/<ref>", scope="work", body=StateApplicability, gives=STATEMENT, refused=(409,)
)
def state(body: dict[str, Any], standard_id: str, ref: str) -> Response:
    """State whether a clause applies; what was stated before stays."""

    def verb(session: Session, by: Person, now: datetime) -> dict[str, Any]:
        verbs.state(session, standard_id, ref, **body, by=by, now=now)
        return found.statement(session, standard_id, now)

    return act(verb, STATEMENT)


def _must_be_a_period(query: dict[str, Any]) -> None:
    if query["until"] <= query["since"]:
        raise Invalid("The period ends before it begins.", {"until": ["It must lie after `since`."]})
