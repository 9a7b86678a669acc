"""Commands about the links between cases."""

from typing import Any

import click

from steward.cli.client import DRY_RUN, asks, one
from steward.cli.output import echo, table
from steward.cli.server import Server

COLUMNS = {"KIND": "kind", "FROM": "source_id", "TO": "target_id", "LIFTED": "lifted_at", "WHY": "reason"}


@click.group()
def link() -> None:
    """Tie cases to each other, and see how they are tied."""


@link.command("list")
@one("instance_id")
@asks
def list_links(server: Server, instance_id: str) -> None:
    """List the links of a case, from both sides."""
    _show(server, server.get(f"/instances/{instance_id}/links"))


@link.command("add")
@one("instance_id")
@click.argument("target_id")
@click.option(
    "--kind",
    required=True,
    type=click.Choice(["caused_by", "raises", "joins", "blocks", "evidence_for"]),
    help="What the case is to the other.",
)
@DRY_RUN
@asks
def add_link(server: Server, instance_id: str, target_id: str, kind: str, dry_run: bool) -> None:
    """Tie a case to the case TARGET_ID."""
    body = {"target_id": target_id, "kind": kind}
    _show(server, server.change("POST", f"/instances/{instance_id}/links", body, dry_run=dry_run))


@link.command("lift")
@one("instance_id")
@click.argument("target_id")
@click.option("--reason", required=True, help="Why it no longer blocks; it stands in the trail.")
@DRY_RUN
@asks
def lift_link(server: Server, instance_id: str, target_id: str, reason: str, dry_run: bool) -> None:
    """Let a case no longer block the case TARGET_ID."""
    address = f"/instances/{instance_id}/links/{target_id}/lift"
    _show(server, server.change("POST", address, {"reason": reason}, dry_run=dry_run))


def _show(server: Server, found: dict[str, Any]) -> None:
    echo(found["items"], table(found["items"], COLUMNS, empty="It is tied to no other case."), as_json=server.as_json)
