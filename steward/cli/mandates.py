"""Commands about mandates: what auditors read, and until when."""

from typing import Any

import click

from steward.cli.absence import MOMENT
from steward.cli.client import DRY_RUN, asks, one
from steward.cli.output import cell, echo, table
from steward.cli.server import Server

COLUMNS = {"WHO": "person", "NAME": "name", "STATE": "state", "UNTIL": "ends_at", "PROCESSES": "covers"}
COLUMNS |= {"CASES SINCE": "since", "CASES UNTIL": "until"}


@click.group()
def mandate() -> None:
    """Say what auditors read, and until when."""


@mandate.command("list")
@asks
def list_mandates(server: Server) -> None:
    """List everybody who reads and changes nothing, with the mandate; its state is runs, ended or none."""
    found = server.get("/mandates")["items"]
    shown = [row | {"covers": _covers(row)} for row in found]
    echo(found, table(shown, COLUMNS, empty="There is no auditor."), as_json=server.as_json)


@mandate.command("give")
@one("person_id")
@click.option("--until", "ends_at", type=MOMENT, required=True, help="From then on nothing opens any more.")
@click.option("--process", "processes", multiple=True, help="Key of a process whose cases are read; else of all.")
@click.option("--cases-since", "since", type=MOMENT, help="Only cases that ran at some time after it.")
@click.option("--cases-until", "until", type=MOMENT, help="Only cases that ran at some time before it.")
@DRY_RUN
@asks
def give_mandate(server: Server, person_id: str, processes: tuple[str, ...], dry_run: bool, **about: Any) -> None:
    """Let PERSON_ID, an auditor, read until a moment. It takes the place of the mandate before."""
    body = about | {"processes": list(processes)}
    given = server.change("PUT", f"/people/{person_id}/mandate", body, dry_run=dry_run)
    words = f"{person_id} reads {_covers(given)} until {cell(given['ends_at'])}."
    echo(given, [words], as_json=server.as_json)


@mandate.command("end")
@one("person_id")
@DRY_RUN
@asks
def end_mandate(server: Server, person_id: str, dry_run: bool) -> None:
    """End a mandate at once. What was read stays in the log."""
    server.change("DELETE", f"/people/{person_id}/mandate", None, dry_run=dry_run)
    echo({"person": person_id}, [f"{person_id} reads nothing any more."], as_json=server.as_json)


def _covers(row: Any) -> str | None:
    """Which processes a mandate is about, in words; None where there is none."""
    if row["processes"] is None:
        return None
    return ", ".join(row["processes"]) or "all processes"
