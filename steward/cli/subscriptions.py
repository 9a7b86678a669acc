"""Commands about webhook subscriptions: who is told of which events."""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from steward.cli.client import DRY_RUN, asks, one
from steward.cli.output import echo, table
from steward.cli.server import Server


@click.group()
def subscription() -> None:
    """Look up who is told of which events by webhooks, change it, and tell again."""


@subscription.command("list")
@asks
def list_subscriptions(server: Server) -> None:
    """List the subscriptions in force."""
    found = server.get("/subscriptions")["items"]
    columns = {"KEY": "key", "NAME": "name", "ADDRESS": "address", "ACTIVE": "active", "VERSION": "number"}
    echo(found, table(found, columns, empty="There are no subscriptions."), as_json=server.as_json)


@subscription.command("show")
@one("key")
@asks
def show_subscription(server: Server, key: str) -> None:
    """Show whom a subscription tells, of what."""
    found = server.get(f"/subscriptions/{key}")
    echo(found, _lines(found), as_json=server.as_json)


@subscription.command("history")
@one("key")
@asks
def subscription_history(server: Server, key: str) -> None:
    """List the versions of a subscription, the newest first."""
    found = server.get(f"/subscriptions/{key}/history")["items"]
    columns = {"VERSION": "number", "SINCE": "since", "BY": "by", "ACTIVE": "active", "DIGEST": "digest"}
    echo(found, table(found, columns, empty="There is no version."), as_json=server.as_json)


@subscription.command("set")
@one("key")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@DRY_RUN
@asks
def set_subscription(server: Server, key: str, file: Path, dry_run: bool) -> None:
    """Make the subscription KEY, or a new version of it, from FILE: TOML as in config/subscriptions.toml."""
    try:
        content = tomllib.loads(file.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{file} is not well-formed TOML: {error}") from error
    if key not in content:
        raise click.UsageError(f"{file} holds no subscription [{key}].")
    made = server.change("PUT", f"/subscriptions/{key}", content[key], dry_run=dry_run)
    echo(made, [f"{made['name']} ({key}) is at version {made['number']}."], as_json=server.as_json)


@subscription.command("rotate")
@one("key")
@click.option("--overlap", type=click.IntRange(0, 720), default=24, help="Hours the secret before signs too.")
@click.option("--secret", help="One that the receiver made; without it one is made.")
@DRY_RUN
@asks
def rotate_subscription(server: Server, key: str, overlap: int, secret: str | None, dry_run: bool) -> None:
    """Give a subscription a new secret. It is shown this once."""
    body = {"overlap_hours": overlap, "secret": secret}
    made = server.change("PUT", f"/subscriptions/{key}/secret", body, dry_run=dry_run)
    echo(made, [made["secret"]], as_json=server.as_json)


@subscription.command("test")
@one("key")
@DRY_RUN
@asks
def test_subscription(server: Server, key: str, dry_run: bool) -> None:
    """Owe a subscription a test event; `steward deliveries show` tells what came of it."""
    made = server.change("POST", f"/subscriptions/{key}/test", None, dry_run=dry_run)
    echo(made, [f"{key} is owed a test: {made['delivery_id']}"], as_json=server.as_json)


@subscription.command("replay")
@one("key")
@click.option("--from", "since", required=True, help="From when on, such as 2027-03-01T00:00:00Z.")
@click.option("--to", "until", help="Up to when; without it, up to now.")
@DRY_RUN
@asks
def replay_subscription(server: Server, key: str, since: str, until: str | None, dry_run: bool) -> None:
    """Tell a subscription once more what was recorded in a period. The events keep their ids."""
    body = {"since": _moment("--from", since), "until": _moment("--to", until) if until else None}
    made = server.change("POST", f"/subscriptions/{key}/replay", body, dry_run=dry_run)
    echo(made, [f"{made['owed']} events are owed to {key} again: replay {made['replay']}."], as_json=server.as_json)


def _moment(option: str, text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError(f"{option}: {text} is no moment, such as 2027-03-01T00:00:00Z.") from error
    if moment.tzinfo is None:
        raise click.UsageError(f"{option}: {text} names no zone. Write it as 2027-03-01T00:00:00Z.")
    return moment.isoformat()


def _lines(found: dict[str, Any]) -> list[str]:
    state = "active" if found["active"] else "not active"
    lines = [f"{found['name']} ({found['key']}), version {found['number']}, {state}", f"address: {found['address']}"]
    names = ("types", "processes", "subjects", "standards")
    return lines + [f"{name}: {', '.join(found[name])}" for name in names if found[name]]
