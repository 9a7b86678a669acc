"""Commands about who is on call."""

from typing import Any

import click

from steward.cli.absence import MOMENT
from steward.cli.client import DRY_RUN, asks, one
from steward.cli.output import cell, echo, table
from steward.cli.server import Server

COLUMNS = {"LEVEL": "level", "WHO": "person", "FOR": "standing_in_for", "HAS LEFT": "skipped", "UNTIL": "until"}
EMPTY = "Nobody takes turns there."
LEVEL = click.IntRange(1, 4)


@click.group()
def oncall() -> None:
    """Say who is on call, and ask who is. SUBJECT is REGISTER:ROW or the name of a service."""


@oncall.command("show")
@click.argument("subject", required=False)
@click.option("--at", type=MOMENT, help="At another moment than now.")
@asks
def show_on_call(server: Server, subject: str | None, at: str | None) -> None:
    """Show who is on call for SUBJECT, level by level; or for what somebody is."""
    if subject is None:
        served = server.get("/on-call/subjects")["items"]
        echo(served, table(served, {"SUBJECT": "subject"}, empty="Nobody takes turns."), as_json=server.as_json)
        return
    found = server.get("/on-call", subject=subject, at=at)["items"]
    echo(found, table(found, COLUMNS, empty=EMPTY), as_json=server.as_json)


@oncall.command("who")
@click.argument("subject")
@click.option("--level", type=LEVEL, default=1, show_default=True, help="At which level.")
@click.option("--pause", is_flag=True, help="Who may pause it, rather than who is on call.")
@asks
def who_is_on_call(server: Server, subject: str, level: int, pause: bool) -> None:
    """Say who is on call for SUBJECT now, or who may pause it."""
    path = "/on-call/pausing" if pause else "/on-call"
    found = server.get(path, subject=subject)["items"]
    people = [one for one in found if pause or one["level"] == level]
    lines = [_named(one) for one in people if one["person"]]
    echo(people, lines or ["Nobody."], as_json=server.as_json)


def _named(one: dict[str, Any]) -> str:
    away = one["standing_in_for"]
    return f"{one['person']}, for {away}" if away else str(one["person"])


@oncall.command("gaps")
@click.argument("subject")
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True, help="How far ahead to look.")
@asks
def gaps(server: Server, subject: str, days: int) -> None:
    """Show where nobody is going to be on call for SUBJECT."""
    found = server.get("/on-call/gaps", subject=subject, days=days)["items"]
    lines = [
        f"nobody on call at level {one['level']} from {cell(one['begins'])} to {cell(one['ends'])}" for one in found
    ]
    echo(found, lines or ["There is always somebody."], as_json=server.as_json)


@oncall.command("define")
@click.argument("subject")
@click.argument("level", type=LEVEL)
@click.argument("people", nargs=-1)
@click.option("--days", type=int, default=7, show_default=True, help="How long a turn lasts.")
@click.option("--handover", default="09:00", show_default=True, help="At which time of day a turn begins.")
@click.option("--zone", required=True, help="By whose clocks, such as Europe/Berlin.")
@click.option("--from", "starts_on", required=True, help="The day of the first handover, YYYY-MM-DD.")
@DRY_RUN
@asks
def define_rotation(server: Server, people: tuple[str, ...], dry_run: bool, **about: Any) -> None:
    """Let PEOPLE take turns at LEVEL for SUBJECT, in this order; no people leave it empty."""
    found = server.change("PUT", "/on-call/rotations", about | {"people": list(people)}, dry_run=dry_run)["items"]
    echo(found, table(found, COLUMNS, empty=EMPTY), as_json=server.as_json)


@oncall.command("override")
@click.argument("subject")
@click.argument("level", type=LEVEL)
@click.argument("person")
@click.option("--from", "begins_at", type=MOMENT, required=True, help="From when on.")
@click.option("--until", "ends_at", type=MOMENT, required=True, help="Until when.")
@click.option("--reason", default="", help="Why; it stands in the trail.")
@DRY_RUN
@asks
def make_override(server: Server, dry_run: bool, **about: Any) -> None:
    """Let PERSON be on call out of turn at LEVEL for SUBJECT."""
    made = server.change("POST", "/on-call/overrides", about, dry_run=dry_run)
    words = f"{about['person']} is on call from {cell(about['begins_at'])} to {cell(about['ends_at'])} ({made['id']})."
    echo(made, [words], as_json=server.as_json)


@oncall.command("cancel")
@one("override_id")
@DRY_RUN
@asks
def cancel_override(server: Server, override_id: str, dry_run: bool) -> None:
    """Let an override count no more."""
    server.change("POST", f"/on-call/overrides/{override_id}/cancel", {}, dry_run=dry_run)
    echo({"cancelled": override_id}, ["It counts no more."], as_json=server.as_json)
