"""The key figures of processes."""

from typing import Any

import click

from steward.cli.client import asks
from steward.cli.output import echo, table
from steward.cli.server import Server

COLUMNS = {"FIGURE": "name", "VALUE": "value", "UNIT": "unit", "BEFORE": "before", "GOAL": "goal", "MEETS": "meets"}
COLUMNS |= {"CASES": "cases", "BY": "by"}


@click.command()
@click.option("--since", help="From this moment on, with its zone; by default 90 days before --until.")
@click.option("--until", help="Before this moment; by default now.")
@asks
def figures(server: Server, since: str | None, until: str | None) -> None:
    """Show the key figures of a period, and how they were in the one before it."""
    found = server.get("/figures", since=since, until=until)["items"]
    lines = [one | {"by": _said(one["parts"])} for one in found]
    echo(found, table(lines, COLUMNS, empty="No figures are defined."), as_json=server.as_json)


def _said(parts: list[dict[str, Any]]) -> str:
    return ", ".join(f"{one['part'] or '-'}: {one['value']}" for one in parts)
