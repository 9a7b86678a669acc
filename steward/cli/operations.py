"""Commands of whoever looks after running cases: stuck steps and the clock of a simulation."""

import click

from steward.cli.client import DRY_RUN, asks, one
from steward.cli.output import cell, echo, table
from steward.cli.server import Server


@click.command()
@asks
def stuck(server: Server) -> None:
    """List steps that cannot go on, and why."""
    found = server.get("/stuck", limit=200)["items"]
    columns = {"ID": "id", "CASE": "instance_id", "AT": "element", "WHY": "error", "SINCE": "since"}
    echo(found, table(found, columns, empty="Nothing is stuck."), as_json=server.as_json)


@click.command()
@one("stuck_id")
@DRY_RUN
@asks
def retry(server: Server, stuck_id: str, dry_run: bool) -> None:
    """Let a stuck step go on, after what was wrong has been put right."""
    done = server.change("POST", f"/stuck/{stuck_id}/retry", {}, dry_run=dry_run)
    echo(
        done, ["The step goes on." if done["resolved_at"] else f"Still stuck: {done['error']}"], as_json=server.as_json
    )


@click.command()
@DRY_RUN
@asks
def seal(server: Server, dry_run: bool) -> None:
    """Sign the heads of all chains as they are now. Keep what it prints where nobody can change it."""
    made = server.change("POST", "/seals", None, dry_run=dry_run)
    lines = [f"Seal {made['number']} of {cell(made['at'])}", f"root {made['root']}", f"signature {made['signature']}"]
    echo(made, lines, as_json=server.as_json)


@click.command()
@click.argument("to", required=False)
@asks
def clock(server: Server, to: str | None) -> None:
    """
    Show the product's clock, or move a simulated one.

    TO is a moment (2027-01-04T09:00+01:00) or a span from now (PT4H, P3D, 5 bd). All
    that falls due on the way happens in order.
    """
    found = server.get("/clock") if to is None else server.post("/clock", {"to": to})
    word = "a simulated clock" if found["simulated"] else "the machine's clock"
    lines = [f"{cell(found['now'])} on {word}"]
    lines += [f"{name}: {count}" for name, count in (found.get("happened") or {}).items() if count]
    echo(found, lines, as_json=server.as_json)
