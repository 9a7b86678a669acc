"""Commands about who is away and who stands in."""

from datetime import datetime
from typing import Any

import click

from steward.cli.client import DRY_RUN, asks, one
from steward.cli.output import cell, echo, table
from steward.cli.server import Server

COLUMNS = {
    "WHO": "person",
    "FROM": "begins_at",
    "UNTIL": "ends_at",
    "FIRST": "first",
    "SECOND": "second",
    "PROCESS": "process",
    "STATUS": "status",
    "ID": "id",
}


class Moment(click.ParamType[str]):
    """A moment as people type it: `2027-07-05`, `2027-07-05T08:00`, in this machine's zone unless it names one."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The moment in ISO 8601 with its zone."""
        try:
            return datetime.fromisoformat(str(value)).astimezone().isoformat()
        except ValueError:
            self.fail(f"{value!r} is no moment. Write 2027-07-05 or 2027-07-05T08:00.", param, ctx)


MOMENT = Moment()


@click.group()
def absence() -> None:
    """Say who is away and who stands in."""


@absence.command("list")
@click.option("--person", help="Only of this person.")
@click.option("--all", "every", is_flag=True, help="Also those that are over.")
@asks
def list_absences(server: Server, person: str | None, every: bool) -> None:
    """List who is away, or is going to be."""
    found = server.get("/substitutions", person=person, live="false" if every else "true")["items"]
    shown = [row | {"ends_at": row["stopped_at"] or row["ends_at"]} for row in found]
    echo(found, table(shown, COLUMNS, empty="Nobody is away."), as_json=server.as_json)


@absence.command("plan")
@click.argument("person")
@click.argument("first")
@click.option("--from", "begins_at", type=MOMENT, required=True, help="From when on.")
@click.option("--until", "ends_at", type=MOMENT, required=True, help="Until when.")
@click.option("--second", help="Who stands in where FIRST is away, or may not.")
@click.option("--process", help="Key of the one process it is about; else everything.")
@click.option("--reason", default="", help="Why; it stands in the trail.")
@DRY_RUN
@asks
def plan_absence(server: Server, dry_run: bool, **about: Any) -> None:
    """Let FIRST stand in for PERSON for a while."""
    made = server.change("POST", "/substitutions", about, dry_run=dry_run)
    words = f"{made['first']} stands in for {made['person']} from {cell(made['begins_at'])} to {cell(made['ends_at'])}."
    echo(made, [words], as_json=server.as_json)


@absence.command("change")
@one("substitution_id")
@click.option("--until", "ends_at", type=MOMENT, help="Until when.")
@click.option("--first", help="Who stands in.")
@click.option("--second", help="Who does where the first is away, or may not.")
@DRY_RUN
@asks
def change_absence(server: Server, substitution_id: str, dry_run: bool, **about: Any) -> None:
    """Let somebody be away until another moment, or let others stand in."""
    body = {key: value for key, value in about.items() if value is not None}
    if not body:
        raise click.UsageError("Say what shall change: --until, --first or --second.")
    done = server.change("PATCH", f"/substitutions/{substitution_id}", body, dry_run=dry_run)
    words = f"{done['first']} stands in for {done['person']} until {cell(done['ends_at'])}."
    echo(done, [words], as_json=server.as_json)


@absence.command("end")
@one("substitution_id")
@click.option("--reason", default="", help="Why; it stands in the trail.")
@DRY_RUN
@asks
def end_absence(server: Server, substitution_id: str, reason: str, dry_run: bool) -> None:
    """End an absence before its time, or cancel it; unfinished tasks come back."""
    done = server.change("POST", f"/substitutions/{substitution_id}/end", {"reason": reason}, dry_run=dry_run)
    words = "is cancelled" if done["status"] == "cancelled" else "is over, and unfinished tasks come back"
    echo(done, [f"The absence of {done['person']} {words}."], as_json=server.as_json)
