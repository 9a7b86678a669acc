"""The clauses of the standards, and under each what proves it: records, evidence, entries, open work."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from engine import clauses
from engine.clauses import Scope
from engine.errors import Invalid, NotFound
from web.language import _
from web.pages import acting, typed
from web.pages.layout import Reader, look, page, show
from web.reads import entries
from web.reads import evidence as handed_in

pages = Blueprint("clauses_pages", __name__)
acting.register(pages)
YEAR = timedelta(days=365)


@page(pages, "/clauses")
def overview() -> Response:
    """The standards in force; the first one's clauses with their state in the last twelve months."""

    def read(session: Session, reader: Reader) -> dict[str, Any]:
        known = list(clauses.counting(session, reader.now.date()).values())
        return _covered(session, reader, known[0].id, known) if known else {"standards": []}

    return show("clauses.html", **look(read))


@page(pages, "/clauses/<standard_id>")
def standard(standard_id: str) -> Response:
    """The clauses of one standard with their state in a period."""

    def read(session: Session, reader: Reader) -> dict[str, Any]:
        known = list(clauses.counting(session, reader.now.date()).values())
        return _covered(session, reader, standard_id, known)

    return show("clauses.html", **look(read))


@page(pages, "/clauses/of/<key>")
def of(key: str) -> Response:
    """The page of a clause by the key that models write, such as `iso9001:10.2`, in the edition that counts today."""

    def read(session: Session, reader: Reader) -> str:
        family, _colon, ref = key.partition(":")
        found = clauses.in_force(session, reader.now.date()).get(family)
        if found is None:
            raise NotFound("clause", key)
        return f"/clauses/{found}/{ref}"

    return acting.then(look(read))


@page(pages, "/clauses/<standard_id>/<ref>")
def one(standard_id: str, ref: str) -> Response:
    """All records of one clause in a period."""

    def read(session: Session, reader: Reader) -> dict[str, Any]:
        found, (since, until) = clauses.standard(session, standard_id), _period(reader)
        clause = found.by_ref.get(ref)
        if clause is None:
            raise NotFound("clause", f"{found.family}:{ref}")
        period: dict[str, Any] = {"since": since, "until": until}
        covered = clauses.coverage(session, standard_id, **period, scope=Scope(), by=reader.person)
        records = clauses.records(session, standard_id, ref, **period, scope=Scope(), by=reader.person)
        evidence = handed_in.of_tasks(session, [record.id for record in records])
        rows = clauses.under(session, standard_id, ref, until=until, subject=None, by=reader.person)
        return {
            "standard": found,
            "clause": clause,
            "key": found.key(ref),
            "covered": next(one for one in covered if one.clause.ref == ref),
            "below": [one for one in found.clauses if one.parent == ref],
            "records": [(record, evidence.get(record.id, [])) for record in records],
            "rows": rows,
            "names": entries.names_in(session, [record.completed_by for record in records]),
            **_said(since, until),
        }

    return show("clause.html", **look(read))


def _covered(session: Session, reader: Reader, standard_id: str, known: list[Any]) -> dict[str, Any]:
    found, (since, until) = clauses.standard(session, standard_id), _period(reader)
    wanted = request.args.get("state", "")
    only = request.args.get("only", "")
    covered = clauses.coverage(session, standard_id, since=since, until=until, scope=Scope(), by=reader.person)
    counts = {state: sum(1 for one in covered if one.state == state) for state in STATES}
    seen = [one for one in covered if wanted in ("", one.state) and (only != "shared" or one.shared)]
    return {
        "standards": known,
        "standard": found,
        "covered": seen,
        "counts": counts,
        "state": wanted,
        "only": only,
        **_said(since, until),
    }


STATES = ("met", "partly", "not", "not applicable")


def _period(reader: Reader) -> tuple[datetime, datetime]:
    """From the beginning of a day to the end of another; the last twelve months where nothing is asked for."""
    today = reader.now.astimezone(ZoneInfo(reader.zone)).date()
    since = typed.day(request.args.get("since", ""), "since") or today - YEAR
    until = typed.day(request.args.get("until", ""), "until") or today
    if until < since:
        said = _("The period ends before it begins.")
        raise Invalid(said, {"until": [said]})
    return typed.begins(since, reader.zone), typed.ends(until, reader.zone)


def _said(since: datetime, until: datetime) -> dict[str, str]:
    last = until - timedelta(days=1)
    return {"since": since.date().isoformat(), "until": last.date().isoformat()}
