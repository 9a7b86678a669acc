"""Commands about messages owed to people."""

import click

from steward.cli.client import DRY_RUN, asks, one
from steward.cli.output import cell, echo, table
from steward.cli.server import Server

COLUMNS = {"ID": "id", "TO": "recipient", "BY": "channel", "WHAT": "kind", "STATUS": "status", "TRIES": "attempts"}
COLUMNS |= {"OWED": "owed_at", "WHY NOT": "note"}


@click.group()
def deliveries() -> None:
    """See what is owed to people, what came of it, and send once more."""


@deliveries.command("list")
@click.option("--status", type=click.Choice(["owed", "sent", "dead", "withdrawn", "passed_on"]), help="Which.")
@click.option("--to", "recipient", help="To whom.")
@asks
def list_deliveries(server: Server, status: str | None, recipient: str | None) -> None:
    """List the newest hundred messages; yours, or all where you manage the platform."""
    found = server.get("/deliveries", status=status, recipient=recipient, limit=100)["items"]
    echo(found, table(found, COLUMNS, empty="There are no messages."), as_json=server.as_json)


@deliveries.command("show")
@one("delivery_id")
@asks
def show_delivery(server: Server, delivery_id: str) -> None:
    """Show one message with every try to send it."""
    found = server.get(f"/deliveries/{delivery_id}")
    lines = [f"To {found['recipient']} by {found['channel']}: {found['status']} after {found['attempts']} tries."]
    lines += [f"{cell(each['at'])}  {each['outcome']}  {each['answer']}" for each in found["tried"]]
    echo(found, lines, as_json=server.as_json)


@deliveries.command("retry")
@one("delivery_id")
@DRY_RUN
@asks
def retry_delivery(server: Server, delivery_id: str, dry_run: bool) -> None:
    """Send once more what is dead."""
    done = server.change("POST", f"/deliveries/{delivery_id}/retry", None, dry_run=dry_run)
    echo(done, [f"It is {done['status']} again."], as_json=server.as_json)


@click.group()
def notify() -> None:
    """Try whether messages reach people."""


@notify.command("test")
@one("person")
@click.option("--by", "channel", help="By which channel: mail, or chat:KEY; by default as for what is urgent.")
@DRY_RUN
@asks
def test_person(server: Server, person: str, channel: str | None, dry_run: bool) -> None:
    """Owe PERSON a test message; `steward deliveries show` tells what came of it."""
    made = server.change("POST", "/deliveries/test", {"person": person, "channel": channel}, dry_run=dry_run)
    echo(made, [f"{made['recipient']} is owed a message by {made['channel']}: {made['id']}"], as_json=server.as_json)
