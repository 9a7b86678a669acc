"""Commands about cycles: plans that recur, and each time that one came round."""

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import click

from steward.cli.client import DRY_RUN, asks, one
from steward.cli.output import cell, echo, table
from steward.cli.server import Server

OCCURRENCES = {
    "ID": "id",
    "CYCLE": "cycle",
    "FOR": "subject",
    "PLANNED": "planned_at",
    "LIMIT": "limit_at",
    "OUTCOME": "outcome",
    "CASE": "instance_id",
    "GAP": "gap",
}
GAPS = {key: OCCURRENCES[key] for key in ("ID", "CYCLE", "FOR", "PLANNED", "OUTCOME")} | {"EXPLAINED": "explanation"}
REASON = click.option("--reason", required=True, help="Why; it stands in the trail.")


@click.group()
def cycle() -> None:
    """Plan work that recurs, and see what has come round."""


@cycle.command("list")
@asks
def list_cycles(server: Server) -> None:
    """List cycles: which come round, when next, and what the others lack."""
    found = server.get("/cycles")["items"]
    columns = {"KEY": "key", "NAME": "name", "STATUS": "status", "NEXT": "next_at", "LACKS": "lacks"}
    echo(found, table(found, columns, empty="There are no cycles."), as_json=server.as_json)


@cycle.command("show")
@one("key")
@asks
def show(server: Server, key: str) -> None:
    """Show a cycle: its definition, its history, and what it plans for each subject."""
    found = server.get(f"/cycles/{key}")
    turns = server.get(f"/cycles/{key}/history")["items"]
    lines = [f"{found['name']} ({found['key']}), version {found['version']}, {found['status']}"]
    lines += [f"  {name} = {json.dumps(value, ensure_ascii=False)}" for name, value in found["definition"].items()]
    lines += [f"  {note}" for note in (found["note"], found["lacks"]) if note]
    columns = {"FOR": "subject", "PLANNED ON": "planned_on", "STARTS": "next_at", "FAULT": "fault"}
    lines += table(found["series"], columns, empty="Nothing is planned.")
    lines += [f"{cell(turn['at'])} {turn['verb']} by {turn['by']}" for turn in turns]
    echo({**found, "history": turns}, lines, as_json=server.as_json)


@cycle.command("preview")
@one("key")
@click.option("--count", type=int, default=10, show_default=True, help="How many dates for each subject.")
@asks
def preview(server: Server, key: str, count: int) -> None:
    """Show the next dates if the cycle were activated now, and how many past ones it would leave out."""
    found = server.get(f"/cycles/{key}/preview", count=count)
    lines = [f"It cannot be activated yet. {found['lacks']}"] if found["lacks"] else []
    columns = {"PLANNED ON": "planned_on", "PLANNED": "planned_at", "STARTS": "starts_at", "LIMIT": "limit_at"}
    for subject in found["subjects"]:
        lines += [subject["subject"]] if subject["subject"] else []
        lines += table(subject["dates"], columns, empty=subject["fault"] or "Nothing is planned.")
        lines += [f"{subject['past']} past dates are left out."] if subject["past"] else []
    echo(found, lines or ["It has no subjects now."], as_json=server.as_json)


@cycle.command("define")
@one("key")
@click.argument("file")
@click.option("--reason", default="", help="Why it changes; it stands in the trail.")
@DRY_RUN
@asks
def define(server: Server, key: str, file: str, reason: str, dry_run: bool) -> None:
    """
    Define the cycle KEY, or give it another definition.

    FILE holds its parts in TOML or JSON (`-`: JSON from standard input); in a
    file such as config/cycles.toml those of [cycles.KEY] are taken.
    """
    definition = _definition(key, file)
    known = {one["key"] for one in server.get("/cycles")["items"]}
    if key in known:
        if not reason:
            raise click.UsageError(f"There is a cycle {key}. Say with --reason why it changes.")
        body: dict[str, Any] = {"definition": definition, "reason": reason}
        done = server.change("PUT", f"/cycles/{key}", body, dry_run=dry_run)
    else:
        done = server.change("POST", "/cycles", {"key": key, "definition": definition}, dry_run=dry_run)
    said = f"{done['name']} ({key}) is defined, version {done['version']}, {done['status']}."
    echo(done, [said], as_json=server.as_json)


@cycle.command("activate")
@one("key")
@DRY_RUN
@asks
def activate(server: Server, key: str, dry_run: bool) -> None:
    """Let a cycle come round from now on. See `preview` first."""
    done = server.change("POST", f"/cycles/{key}/activate", None, dry_run=dry_run)
    said = f"{done['name']} comes round from now on; its next work starts {cell(done['next_at'])}."
    echo(done, [said], as_json=server.as_json)


@cycle.command("pause")
@one("key")
@REASON
@DRY_RUN
@asks
def pause(server: Server, key: str, reason: str, dry_run: bool) -> None:
    """Let a cycle rest. What is planned meanwhile never comes round."""
    done = server.change("POST", f"/cycles/{key}/pause", {"reason": reason}, dry_run=dry_run)
    echo(done, [f"{done['name']} rests."], as_json=server.as_json)


@cycle.command("run")
@one("key")
@click.option("--for", "subject", help="For this row of its register.")
@REASON
@DRY_RUN
@asks
def run(server: Server, key: str, subject: str | None, reason: str, dry_run: bool) -> None:
    """Let a cycle come round now, outside its rhythm. Its regular dates stay; it begins once a day at most."""
    body = {"reason": reason} | ({"subject": subject} if subject else {})
    done = server.change("POST", f"/cycles/{key}/run", body, dry_run=dry_run)
    said = "It joined" if done["outcome"] == "joined" else "Started as"
    echo(done, [f"{said} {done['instance_id']}."], as_json=server.as_json)


@cycle.command("end")
@one("key")
@REASON
@DRY_RUN
@asks
def end(server: Server, key: str, reason: str, dry_run: bool) -> None:
    """End a cycle for good."""
    done = server.change("POST", f"/cycles/{key}/end", {"reason": reason}, dry_run=dry_run)
    echo(done, [f"{done['name']} has ended."], as_json=server.as_json)


@cycle.command("occurrences")
@click.option("--cycle", "key", help="Of this cycle.")
@click.option("--for", "subject", help="For this row of its register.")
@click.option("--limit", type=int, default=50, show_default=True, help="How many at most.")
@asks
def occurrences(server: Server, key: str | None, subject: str | None, limit: int) -> None:
    """List what has come round, the newest planned first."""
    found = server.get("/occurrences", cycle=key, subject=subject, limit=limit)["items"]
    echo(found, table(found, OCCURRENCES, empty="Nothing has come round."), as_json=server.as_json)


@cycle.command("gaps")
@click.option("--cycle", "key", help="Of this cycle.")
@click.option("--for", "subject", help="For this row of its register.")
@click.option("--limit", type=int, default=50, show_default=True, help="How many at most.")
@asks
def gaps(server: Server, key: str | None, subject: str | None, limit: int) -> None:
    """List what was not done in time."""
    found = server.get("/occurrences", cycle=key, subject=subject, gap="true", limit=limit)["items"]
    echo(found, table(found, GAPS, empty="There are no gaps."), as_json=server.as_json)


@cycle.command("explain")
@one("occurrence_id")
@click.argument("note")
@DRY_RUN
@asks
def explain(server: Server, occurrence_id: str, note: str, dry_run: bool) -> None:
    """Explain a gap with NOTE. It stays a gap."""
    done = server.change("POST", f"/occurrences/{occurrence_id}/explain", {"note": note}, dry_run=dry_run)
    echo(done, [f"The gap of {done['planned_on']} is explained."], as_json=server.as_json)


@cycle.command("retry")
@one("occurrence_id")
@DRY_RUN
@asks
def retry(server: Server, occurrence_id: str, dry_run: bool) -> None:
    """Start the case of an occurrence that could not be started."""
    done = server.change("POST", f"/occurrences/{occurrence_id}/retry", None, dry_run=dry_run)
    echo(done, [f"Started as {done['instance_id']}."], as_json=server.as_json)


def _definition(key: str, file: str) -> dict[str, Any]:
    try:
        held = sys.stdin.read() if file == "-" else Path(file).read_text()
        content: Any = tomllib.loads(held) if file.endswith(".toml") else json.loads(held)
    except OSError as error:
        raise click.UsageError(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise click.UsageError(f"{file} is neither TOML nor JSON: {error}.") from error
    if not isinstance(content, dict):
        raise click.UsageError(f"{file} holds no definition.")
    whole: dict[str, Any] = json.loads(json.dumps(content.get("cycles", {}).get(key, content), default=str))
    return whole
