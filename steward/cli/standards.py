"""Commands about standards: their clauses, what stands under each, and what applies."""

import json
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from steward.cli.client import DRY_RUN, asks, one
from steward.cli.output import cell, echo, table
from steward.cli.server import Server

SINCE = click.option("--since", required=True, help="Work finished from this day or moment on (ISO 8601).")
UNTIL = click.option("--until", required=True, help="Work finished before this day or moment.")
PROCESS = click.option("--process", help="Only cases of this process.")
SUBJECT = click.option("--subject", help="Only cases about this row of a register: REGISTER:ROW.")


@click.group()
def standard() -> None:
    """See the clauses of standards, and what stands under each."""


@standard.command("list")
@asks
def list_standards(server: Server) -> None:
    """List the standards, and which edition counts today."""
    found = server.get("/standards")["items"]
    columns = {"ID": "id", "NAME": "name", "EDITION": "edition", "SUBJECT": "subject", "COUNTS": "in_force"}
    echo(found, table(found, columns, empty="There are no standards."), as_json=server.as_json)


@standard.command("show")
@one("standard_id")
@asks
def show_standard(server: Server, standard_id: str) -> None:
    """List the clauses of a standard."""
    found = server.get(f"/standards/{standard_id}")
    lines = table(
        found["clauses"], {"CLAUSE": "key", "TITLE": "title", "WANTS KEPT": "documented"}, empty="No clauses."
    )
    echo(found, lines, as_json=server.as_json)


@standard.command("adopt")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@DRY_RUN
@asks
def adopt_standard(server: Server, file: Path, dry_run: bool) -> None:
    """Bring a standard, or a further edition, from FILE (TOML, as in config/clauses/)."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise click.BadParameter(f"{file} is not well-formed TOML: {error}") from error
    body = {"standard": json.loads(json.dumps(content, default=str))}
    made = server.change("POST", "/standards", body, dry_run=dry_run)
    echo(made, [f"{made['name']}:{made['edition']} has {len(made['clauses'])} clauses."], as_json=server.as_json)


@standard.command("choose")
@one("standard_id")
@click.option("--since", required=True, help="From this day on (2027-09-01).")
@DRY_RUN
@asks
def choose_standard(server: Server, standard_id: str, since: str, dry_run: bool) -> None:
    """Let this edition count from a day on."""
    done = server.change("POST", f"/standards/{standard_id}/choose", {"since": since}, dry_run=dry_run)
    echo(done, [f"{done['name']}:{done['edition']} counts from {since} on."], as_json=server.as_json)


@standard.command("coverage")
@one("standard_id")
@SINCE
@UNTIL
@PROCESS
@SUBJECT
@asks
def show_coverage(
    server: Server, standard_id: str, since: str, until: str, process: str | None, subject: str | None
) -> None:
    """Tell each clause with its records, evidence, open work and state in a period."""
    period = {"since": _moment(since), "until": _moment(until), "process": process, "subject": subject}
    found = server.get(f"/standards/{standard_id}/coverage", **period)
    columns = {"CLAUSE": "ref", "STATE": "state", "RECORDS": "records", "EVIDENCE": "evidence", "ROWS": "rows"}
    columns |= {"OPEN": "open", "LATE": "late", "SHARED": "shared", "TITLE": "title"}
    echo(found, table(found["items"], columns, empty="No clauses."), as_json=server.as_json)


@standard.command("records")
@one("standard_id")
@click.argument("ref")
@SINCE
@UNTIL
@PROCESS
@SUBJECT
@asks
def show_records(
    server: Server, standard_id: str, ref: str, since: str, until: str, process: str | None, subject: str | None
) -> None:
    """List the finished tasks that stand under the clause REF."""
    period = {"since": _moment(since), "until": _moment(until), "process": process, "subject": subject}
    found = server.get(f"/standards/{standard_id}/clauses/{ref}/records", **period)["items"]
    columns = {"TASK": "name", "CASE": "title", "BY": "completed_by", "DONE": "closed_at", "ID": "id"}
    echo(found, table(found, columns, empty="There are no records."), as_json=server.as_json)


@standard.command("rows")
@one("standard_id")
@click.argument("ref")
@SINCE
@UNTIL
@SUBJECT
@asks
def show_rows(server: Server, standard_id: str, ref: str, since: str, until: str, subject: str | None) -> None:
    """List the rows of registers that stood under the clause REF when the period ended."""
    period = {"since": _moment(since), "until": _moment(until), "subject": subject}
    found = server.get(f"/standards/{standard_id}/clauses/{ref}/rows", **period)["items"]
    columns = {"REGISTER": "register", "KEY": "key", "TITLE": "title", "VERSION": "number", "IN FORCE": "in_force"}
    echo(found, table(found, columns, empty="There are no rows."), as_json=server.as_json)


@standard.command("own")
@one("standard_id")
@asks
def show_own(server: Server, standard_id: str) -> None:
    """List the clauses that no other standard has."""
    found = server.get(f"/standards/{standard_id}/own")["items"]
    echo(found, table(found, {"CLAUSE": "key", "TITLE": "title"}, empty="There are none."), as_json=server.as_json)


@standard.command("strengths")
@one("standard_id")
@SINCE
@UNTIL
@asks
def show_strengths(server: Server, standard_id: str, since: str, until: str) -> None:
    """List the clauses that are met more than once, and against which nothing was found."""
    period = {"since": _moment(since), "until": _moment(until)}
    found = server.get(f"/standards/{standard_id}/strengths", **period)["items"]
    columns = {"CLAUSE": "ref", "RECORDS": "records", "EVIDENCE": "evidence", "ROWS": "rows", "TITLE": "title"}
    echo(found, table(found, columns, empty="There are none."), as_json=server.as_json)


@standard.command("figures")
@SINCE
@UNTIL
@asks
def show_figures(server: Server, since: str, until: str) -> None:
    """Tell how much counts more than once: actions, evidence, and the hours that audits took to prepare."""
    found = server.get("/figures/shared", since=_moment(since), until=_moment(until))
    columns = {"REGISTER": "name", "ROWS": "rows", "OF BOTH": "shared", "SHARE": "share"}
    lines = table(found["actions"], columns, empty="There are no registers whose rows name clauses.")
    lines += [f"{found['evidence']} pieces of evidence, clauses each: {cell(found['per_evidence'])}"]
    lines += [f"{len(found['audits'])} audits, hours of preparation each: {cell(found['hours'])}"]
    echo(found, lines, as_json=server.as_json)


@standard.command("applicability")
@one("standard_id")
@click.option("--at", help="As it stood at this moment; default now.")
@asks
def show_applicability(server: Server, standard_id: str, at: str | None) -> None:
    """Show the statement of applicability."""
    found = server.get(f"/standards/{standard_id}/applicability", at=_moment(at) if at else None)["items"]
    columns = {"CLAUSE": "ref", "APPLIES": "applies", "WHY": "reason", "STATED BY": "by", "TITLE": "title"}
    echo(found, table(found, columns, empty="No clauses."), as_json=server.as_json)


@standard.command("state")
@one("standard_id")
@click.argument("ref")
@click.option("--applies/--left-out", required=True, help="Whether the clause counts for this organisation.")
@click.option("--reason", default="", help="Why; needed for what is left out.")
@DRY_RUN
@asks
def state_applicability(server: Server, standard_id: str, ref: str, applies: bool, reason: str, dry_run: bool) -> None:
    """State whether the clause REF applies; what was stated before stays."""
    body = {"applies": applies, "reason": reason}
    done = server.change("PUT", f"/standards/{standard_id}/applicability/{ref}", body, dry_run=dry_run)
    echo(done["items"], [f"{ref} {'applies' if applies else 'is left out'}."], as_json=server.as_json)


def _moment(text: str) -> str:
    """A moment; one without a zone is meant in the zone of this machine."""
    try:
        moment: Any = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no day or moment; write 2027-01-01.") from None
    return str((moment if moment.tzinfo else moment.astimezone()).isoformat())
