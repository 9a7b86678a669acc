"""Commands of the process owner: find a task, take it on, do it, sign it."""

import mimetypes
from pathlib import Path
from typing import Any

import click

from steward.cli.cases import ANSWERS, FROM_FILE, open_tasks
from steward.cli.client import CODE, DRY_RUN, IDS, asks, one, proved, values
from steward.cli.fields import field_lines
from steward.cli.output import cell, echo, ids, table
from steward.cli.server import Server


@click.command()
@one("task_id", required=False)
@click.option("--claimable", "view", flag_value="claimable", help="What you may take on.")
@click.option("--all", "view", flag_value="all", help="All that you may see.")
@click.option("--late", is_flag=True, help="Only what is late.")
@click.option("--process", help="Key of a process.")
@IDS
@asks
def tasks(
    server: Server, task_id: str | None, view: str | None, late: bool, process: str | None, only_ids: bool
) -> None:
    """List your tasks, or show one: its form, what it needs, and why you may not do it, if so."""
    if task_id:
        task = server.get(f"/tasks/{task_id}")
        echo(task, _whole(task), as_json=server.as_json)
        return
    filters: dict[str, Any] = {"process": process, "late": "true" if late else None}
    views = [view] if view else ["mine", "claimable", "for_others"]
    found = [task for each in views for task in server.get("/tasks", view=each, limit=100, **filters)["items"]]
    found = list({task["id"]: task for task in reversed(found)}.values())[::-1]
    columns = {"TASK": "name", "CASE": "title", "STATUS": "status", "WHO": "holder", "DUE": "due_at", "ID": "id"}
    shown = [task | {"for": task["acting_for"] or task["for_whom"]} for task in found]
    columns |= {"FOR": "for"} if any(task["for"] for task in shown) else {}
    lines = ids(found) if only_ids else table(shown, columns, empty="Nothing to do.")
    echo(found, lines, as_json=server.as_json)


def _whole(task: dict[str, Any]) -> list[str]:
    lines = [f"{task['name']} in {task['title']}: {task['status']}", f"accountable: {task['accountable']}"]
    lines += [f"held by: {cell(task['holder'])}", f"due: {cell(task['due_at'])}"]
    lines += [f"You may not do it: {task['why_not']}"] if task["why_not"] else []
    lines += [f"evidence wanted: {slot['name']}{'' if slot['required'] else ' (optional)'}" for slot in task["slots"]]
    lines += [f"to be signed: {task['rules']['sign']}"] if task["rules"]["sign"] else []
    asked = list(field_lines(task["form"]))
    return lines + (["answers wanted:", *asked] if asked else [])


@click.command()
@one("task_id")
@click.option("--for", "acting_for", help="Who is away and would have it, where you stand in.")
@DRY_RUN
@asks
def claim(server: Server, task_id: str, acting_for: str | None, dry_run: bool) -> None:
    """Take a task on."""
    body = {"acting_for": acting_for} if acting_for else {}
    done = server.change("POST", f"/tasks/{task_id}/claim", body, dry_run=dry_run)
    whose = f", for {done['acting_for']}" if done["acting_for"] else ""
    echo(done, [f"{done['name']} is yours{whose}."], as_json=server.as_json)


@click.command("give-back")
@one("task_id")
@click.option("--reason", default="", help="Why.")
@DRY_RUN
@asks
def give_back(server: Server, task_id: str, reason: str, dry_run: bool) -> None:
    """Give a task back to those who may take it on."""
    done = server.change("POST", f"/tasks/{task_id}/give-back", {"reason": reason}, dry_run=dry_run)
    echo(done, [f"{done['name']} can be taken on again."], as_json=server.as_json)


@click.command()
@one("task_id")
@click.argument("to")
@click.option("--reason", required=True, help="Why; it stands in the trail.")
@click.option("--delegate", is_flag=True, help="Your own task, in your name, rather than as its owner.")
@DRY_RUN
@asks
def assign(server: Server, task_id: str, to: str, reason: str, delegate: bool, dry_run: bool) -> None:
    """Give a task to the person TO."""
    act = "delegate" if delegate else "assign"
    done = server.change("POST", f"/tasks/{task_id}/{act}", {"to": to, "reason": reason}, dry_run=dry_run)
    echo(done, [f"{done['name']} is with {done['holder']}."], as_json=server.as_json)


@click.command()
@one("task_id")
@ANSWERS
@FROM_FILE
@DRY_RUN
@asks
def complete(server: Server, task_id: str, pairs: tuple[str, ...], file: str | None, dry_run: bool) -> None:
    """Hand in the answers of a task that needs no signature."""
    _hand_in(server, task_id, {"answers": values(pairs, file)}, dry_run)


@click.command()
@one("task_id")
@click.option("--password", envvar="STEWARD_PASSWORD", help="Else you are asked for it; STEWARD_PASSWORD also works.")
@CODE
@click.option(
    "--meaning", type=click.Choice(["approved", "verified", "reviewed", "authored"]), help="As the task says."
)
@ANSWERS
@FROM_FILE
@DRY_RUN
@asks
def sign(
    server: Server,
    task_id: str,
    password: str | None,
    code: str | None,
    meaning: str | None,
    pairs: tuple[str, ...],
    file: str | None,
    dry_run: bool,
) -> None:
    """Hand in the answers of a task under your signature: your password, given again."""
    meaning = meaning or server.get(f"/tasks/{task_id}")["rules"]["sign"]
    if meaning is None:
        raise click.UsageError("This task needs no signature; use `steward complete`.")
    if not server.as_json:
        click.echo(f"Your signature will say: {meaning}.")
    password = password or click.prompt("Password", hide_input=True)
    answers, signing = values(pairs, file), {"password": password, "meaning": meaning}
    proved(
        lambda code: _hand_in(server, task_id, {"answers": answers, "sign": signing | {"code": code}}, dry_run), code
    )


def _hand_in(server: Server, task_id: str, body: dict[str, Any], dry_run: bool) -> None:
    done = server.change("POST", f"/tasks/{task_id}/complete", body, dry_run=dry_run)
    lines = _stands_still(done) if done["stuck"] else [f"{done['name']}: {done['status']}."]
    if not dry_run:
        lines += open_tasks(server, done["instance_id"])
    echo(done, lines, as_json=server.as_json)


def _stands_still(done: dict[str, Any]) -> list[str]:
    """What to say when the answers were taken and the case cannot go on."""
    return [
        f"{done['name']}: your answers are kept, but the case cannot go on: {done['stuck']}",
        f"When that is mended, somebody who looks after it says: steward retry {done['stuck_id']}",
    ]


@click.command()
@one("task_id")
@click.argument("slot")
@click.argument("what")
@click.option("--effective", help="The day the evidence speaks of, YYYY-MM-DD.")
@click.option("--version", help="The version of what it speaks of, such as that of a model.")
@click.option("--replaces", help="Id of the older version, which is kept.")
@DRY_RUN
@asks
def attach(
    server: Server,
    task_id: str,
    slot: str,
    what: str,
    effective: str | None,
    version: str | None,
    replaces: str | None,
    dry_run: bool,
) -> None:
    """Give evidence: WHAT is a file or a link (https://...), for SLOT of the task."""
    about = {"slot": slot, "effective_on": effective, "version": version, "replaces_id": replaces}
    fields = {key: value for key, value in about.items() if value}
    path = f"/tasks/{task_id}/evidence" + ("?dry_run=true" if dry_run else "")
    if "://" in what:
        made = server.upload(path, fields | {"url": what}, [])
    else:
        file = Path(what)
        if not file.is_file():
            raise click.UsageError(f"There is no file {what}.")
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        made = server.upload(path, fields, [("file", (file.name, file.read_bytes(), kind))])
    lines = [f"{made['name']} is in {made['slot']}" + (f", SHA-256 {made['sha256']}" if made["sha256"] else "") + "."]
    echo(made, lines, as_json=server.as_json)
