"""The statement of applicability: read as of a day, taken away as a sheet, and stated control by control."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from engine import clauses
from engine.core.sheets import lines
from engine.errors import Invalid, NotFound
from web.language import _
from web.pages import acting, typed
from web.pages.layout import Reader, look, page, show
from web.pages.typed import Wrong
from web.reads import applicability as found
from web.reads import entries

pages = Blueprint("applicability_pages", __name__)
acting.register(pages)
YEAR = timedelta(days=365)
HERE = "/clauses/<standard_id>/statement"


@page(pages, HERE)
def statement(standard_id: str) -> Response:
    """Every control: whether it applies and why, how it stands, and what puts it into practice, as of a day."""
    return show("statement.html", **look(lambda session, reader: _whole(session, reader, standard_id)))


@page(pages, f"{HERE}.csv")
def sheet(standard_id: str) -> Response:
    """The same as comma-separated values."""
    whole = look(lambda session, reader: _whole(session, reader, standard_id))
    headings = ("clause", "title", "applies", "reason", "stated_by", "stated_at", "state", "records", "practised_by")
    answer = Response(lines(headings, (_line(one) for one in whole["controls"])), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{standard_id}-{whole["at"]}.csv"'
    return answer


@page(pages, f"{HERE}/<ref>")
def control(standard_id: str, ref: str) -> Response:
    """What was stated about one control, and the form to state it anew."""
    return _control(standard_id, ref)


@page(pages, f"{HERE}/<ref>", scope="work", method="POST")
def state(standard_id: str, ref: str) -> Response:
    """State whether a control applies, and why; what was stated before stays."""
    kept = {"applies": typed.said("applies"), "reason": typed.said("reason")}

    def verb(session: Session, by: Any, now: datetime) -> None:
        if kept["applies"] not in ("yes", "no"):
            raise Invalid(_("Say whether it applies."), {"applies": _("Choose one of the two.")})
        if not kept["reason"]:
            raise Invalid(_("Say why, for whoever audits it."), {"reason": _("Write why it applies, or why not.")})
        applies = kept["applies"] == "yes"
        clauses.state(session, standard_id, ref, applies=applies, reason=kept["reason"], by=by, now=now)

    try:
        acting.perform(verb)
    except Invalid as error:
        return _control(standard_id, ref, Wrong("state", error, kept))
    return acting.then(f"/clauses/{standard_id}/statement#c-{ref}", _("It is stated. What was stated before stays."))


def _whole(session: Session, reader: Reader, standard_id: str) -> dict[str, Any]:
    standard = clauses.standard(session, standard_id)
    day = typed.day(request.args.get("at", ""), "at") or reader.now.astimezone(ZoneInfo(reader.zone)).date()
    until = typed.ends(day, reader.zone)
    controls = found.statement(session, reader.person, standard, since=until - YEAR, until=until)
    return {
        "standard": standard,
        "at": day.isoformat(),
        "controls": controls,
        "names": entries.names_in(session, [one.stated.by for one in controls if one.stated]),
        "states": clauses.may_state(standard, reader.person),
        "applying": sum(one.covered.applies for one in controls),
        "unstated": sum(one.stated is None for one in controls),
    }


def _control(standard_id: str, ref: str, wrong: Wrong | None = None) -> Response:
    def read(session: Session, reader: Reader) -> dict[str, Any]:
        standard = clauses.standard(session, standard_id)
        clause = standard.by_ref.get(ref)
        if clause is None:
            raise NotFound("clause", standard.key(ref))
        said = clauses.statements(session, standard_id, ref)
        return {
            "standard": standard,
            "clause": clause,
            "key": standard.key(ref),
            "said": said,
            "names": entries.names_in(session, [one.by for one in said]),
            "states": clauses.may_state(standard, reader.person),
            "wrong": wrong,
        }

    return show("stated.html", 422 if wrong else 200, **look(read))


def _line(one: found.Control) -> tuple[Any, ...]:
    stated = (one.stated.by, one.stated.at.isoformat()) if one.stated else (None, None)
    practised = [name for name, _address in one.by]
    covered = one.covered
    return (
        one.clause.ref,
        one.clause.title,
        covered.applies,
        covered.reason or (one.stated.reason if one.stated else ""),
        *stated,
        covered.state,
        covered.records,
        practised,
    )
