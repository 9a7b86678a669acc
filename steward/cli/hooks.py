"""Commands about hooks: what comes in from machines, and what it leads to."""

import tomllib
from pathlib import Path
from typing import Any

import click

from steward.cli.client import DRY_RUN, asks, one
from steward.cli.output import echo, table
from steward.cli.server import Server


@click.group()
def hook() -> None:
    """Look up what machines may tell Steward, change it, and see what came in."""


@hook.command("list")
@asks
def list_hooks(server: Server) -> None:
    """List the hooks in force."""
    found = server.get("/hooks")["items"]
    columns = {"KEY": "key", "NAME": "name", "KIND": "kind", "ACTIVE": "active", "VERSION": "number", "SINCE": "since"}
    echo(found, table(found, columns, empty="There are no hooks."), as_json=server.as_json)


@hook.command("show")
@one("key")
@asks
def show_hook(server: Server, key: str) -> None:
    """Show what a hook takes and what that leads to."""
    found = server.get(f"/hooks/{key}")
    echo(found, _lines(found), as_json=server.as_json)


@hook.command("history")
@one("key")
@asks
def hook_history(server: Server, key: str) -> None:
    """List the versions of a hook, the newest first."""
    found = server.get(f"/hooks/{key}/history")["items"]
    columns = {"VERSION": "number", "SINCE": "since", "BY": "by", "ACTIVE": "active", "DIGEST": "digest"}
    echo(found, table(found, columns, empty="There is no version."), as_json=server.as_json)


@hook.command("set")
@one("key")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@DRY_RUN
@asks
def set_hook(server: Server, key: str, file: Path, dry_run: bool) -> None:
    """Make the hook KEY, or a new version of it, from FILE: TOML as in config/hooks.toml, below [KEY]."""
    try:
        content = tomllib.loads(file.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{file} is not well-formed TOML: {error}") from error
    if key not in content:
        raise click.UsageError(f"{file} holds no hook [{key}].")
    made = server.change("PUT", f"/hooks/{key}", content[key], dry_run=dry_run)
    echo(made, [f"{made['name']} ({key}) is at version {made['number']}."], as_json=server.as_json)


@hook.command("rotate")
@one("key")
@click.option("--overlap", type=click.IntRange(0, 720), default=24, help="Hours the secret before stays valid.")
@click.option("--secret", help="One that the sender made; without it one is made.")
@DRY_RUN
@asks
def rotate_hook(server: Server, key: str, overlap: int, secret: str | None, dry_run: bool) -> None:
    """Give a hook a new secret. It is shown this once."""
    body = {"overlap_hours": overlap, "secret": secret}
    made = server.change("PUT", f"/hooks/{key}/secret", body, dry_run=dry_run)
    echo(made, [made["secret"]], as_json=server.as_json)


@hook.command("receipts")
@one("key")
@asks
def hook_receipts(server: Server, key: str) -> None:
    """List what came in through a hook, the newest first, and what became of it."""
    found = server.get(f"/hooks/{key}/receipts")["items"]
    lines = [{**came, **_of(receipt)} for receipt in found for came in receipt["events"] or [{}]]
    columns = {"RECEIPT": "id", "AT": "at", "OUTCOME": "outcome", "KEY": "key", "CASE": "instance_id", "WHY": "why"}
    echo(found, table(lines, columns, empty="Nothing came in."), as_json=server.as_json)


@click.group()
def sample() -> None:
    """See what was measured, and what was held against it."""


@sample.command("list")
@click.option("--subject", help="What was measured: REGISTER:ROW, or as it was sent.")
@click.option("--name", help="Of the metric.")
@click.option("--group", help="For which part of those concerned.")
@click.option("--breaches", is_flag=True, help="Only those that passed their limit.")
@asks
def list_samples(server: Server, subject: str | None, name: str | None, group: str | None, breaches: bool) -> None:
    """List the newest hundred samples of metrics."""
    wanted = {"subject": subject, "name": name, "group": group, "breach": True if breaches else None}
    found = server.get("/samples", **wanted, limit=100)["items"]
    columns = {"AT": "at", "SUBJECT": "subject", "NAME": "name", "GROUP": "group", "MODEL": "model_version"}
    columns |= {"VALUE": "value", "LIMIT": "limit", "BREACH": "breach", "CASE": "instance_id"}
    echo(found, table(found, columns, empty="Nothing was measured."), as_json=server.as_json)


def _of(receipt: dict[str, Any]) -> dict[str, Any]:
    return {"id": receipt["id"], "at": receipt["at"]}


def _lines(found: dict[str, Any]) -> list[str]:
    state = "active" if found["active"] else "not active"
    lines = [f"{found['name']} ({found['key']}), version {found['number']}, {found['kind']}, {state}"]
    lines += [f"{name}: {found[name]}" for name in ("signature", "when", "process", "message", "title") if found[name]]
    lines += [f"one case for each: {found['duplicate_key']}"] if found["duplicate_key"] else []
    return [*lines, *(f"{name} = {text}" for name, text in sorted(found["variables"].items()))]
