"""Commands about cases: start, look, speak, correct, stop."""

from typing import Any

import click

from steward.cli.client import DRY_RUN, IDS, asks, one, values
from steward.cli.output import cell, echo, ids, table
from steward.cli.server import Server

ANSWERS = click.option("-a", "pairs", multiple=True, metavar="NAME=VALUE", help="A value; JSON is taken as such.")
FROM_FILE = click.option("--from", "file", metavar="FILE", help="Values from a JSON file; - reads standard input.")


@click.command()
@click.argument("process")
@click.option("--at", "start_event", help="Id of the start event, where there are several.")
@click.option("--business-key", help="Name by which the outside knows the case.")
@click.option("--title", help="What people will call the case.")
@click.option("--subject", help="The row of a register that it is about: REGISTER:ROW.")
@ANSWERS
@FROM_FILE
@DRY_RUN
@asks
def start(
    server: Server,
    process: str,
    start_event: str | None,
    business_key: str | None,
    title: str | None,
    subject: str | None,
    pairs: tuple[str, ...],
    file: str | None,
    dry_run: bool,
) -> None:
    """Start a case of PROCESS."""
    body: dict[str, Any] = {"process": process, "variables": values(pairs, file)}
    named = {"start": start_event, "business_key": business_key, "title": title, "subject": subject}
    body |= {key: value for key, value in named.items() if value}
    made = server.change("POST", "/instances", body, dry_run=dry_run)
    lines = [f"Case {made['id']} is {made['status']}."]
    if not dry_run:
        lines += open_tasks(server, made["id"])
    echo(made, lines, as_json=server.as_json)


@click.command()
@click.option("--process", help="Key of a process.")
@click.option(
    "--status", type=click.Choice(["running", "suspended", "completed", "cancelled", "failed"]), help="Which."
)
@click.option("--text", help="Part of the title or the business key.")
@IDS
@asks
def instances(server: Server, process: str | None, status: str | None, text: str | None, only_ids: bool) -> None:
    """List cases that you may see."""
    found = server.get("/instances", process=process, status=status, text=text, limit=100)["items"]
    columns = {"ID": "id", "PROCESS": "process", "TITLE": "title", "STATUS": "status", "STARTED": "started_at"}
    lines = ids(found) if only_ids else table(found, columns, empty="There are no such cases.")
    echo(found, lines, as_json=server.as_json)


@click.command()
@one("instance_id")
@asks
def show(server: Server, instance_id: str) -> None:
    """Show a case: where it stands, its tasks and its data."""
    case = server.get(f"/instances/{instance_id}")
    tasks = server.get("/tasks", view="all", instance=instance_id, limit=200)["items"]
    variables = server.get(f"/instances/{instance_id}/variables")["variables"]
    lines = [f"{case['title']} ({case['process']} version {case['process_version']}): {case['status']}"]
    lines += [f"started {cell(case['started_at'])} by {case['started_by']}, owner {case['owner']}", ""]
    columns = {"TASK": "name", "STATUS": "status", "WHO": "holder", "ACCOUNTABLE": "accountable", "DUE": "due_at"}
    lines += [*table(tasks, columns | {"ID": "id"}, empty="No tasks."), ""]
    waits = server.get(f"/instances/{instance_id}/waits")["items"]
    lines += [_wait(one) for one in waits] + [""] * bool(waits)
    lines += [f"{name} = {cell(value)}" for name, value in sorted(variables.items())]
    echo(case | {"tasks": tasks, "variables": variables, "waits": waits}, lines, as_json=server.as_json)


def _wait(one: dict[str, Any]) -> str:
    where = f"{one['title']} ({one['process']}), with {', '.join(one['people']) or 'nobody'}" if one["case_id"] else "?"
    return f"waits for {where}, since {cell(one['since'])}"


@click.command()
@one("instance_id")
@asks
def trail(server: Server, instance_id: str) -> None:
    """Show what happened in a case, entry by entry."""
    found = everything(server, f"/instances/{instance_id}/trail")
    columns = {"NO": "number", "HAPPENED": "happened_at", "WHO": "actor", "WHAT": "verb", "OF": "subject"}
    echo(found, table(found, columns, empty="Nothing happened yet."), as_json=server.as_json)


def everything(server: Server, path: str) -> list[dict[str, Any]]:
    """All pages of a list."""
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = server.get(path, limit=200, cursor=cursor)
        items += page["items"]
        cursor = page.get("next")
        if cursor is None:
            return items


@click.command()
@one("instance_id")
@click.argument("text")
@click.option("--task", "task_id", help="The task that it is about.")
@DRY_RUN
@asks
def comment(server: Server, instance_id: str, text: str, task_id: str | None, dry_run: bool) -> None:
    """Say something about a case."""
    body = {"text": text} | ({"task_id": task_id} if task_id else {})
    said = server.change("POST", f"/instances/{instance_id}/comments", body, dry_run=dry_run)
    echo(said, ["Said."], as_json=server.as_json)


@click.command()
@click.argument("name")
@click.option("--key", help="Business key of the case that it is for.")
@click.option("--instance", help="Id of the case that it is for.")
@ANSWERS
@FROM_FILE
@DRY_RUN
@asks
def message(
    server: Server,
    name: str,
    key: str | None,
    instance: str | None,
    pairs: tuple[str, ...],
    file: str | None,
    dry_run: bool,
) -> None:
    """Send the message NAME: to a case that awaits it, or to start one."""
    body = {"name": name, "payload": values(pairs, file), "key": key, "instance_id": instance}
    body = {field: value for field, value in body.items() if value is not None}
    sent = server.change("POST", "/messages", body, dry_run=dry_run)
    echo(sent, [f"{field}: {cell(value)}" for field, value in (sent or {}).items()], as_json=server.as_json)


@click.command()
@click.argument("name")
@ANSWERS
@FROM_FILE
@DRY_RUN
@asks
def signal(server: Server, name: str, pairs: tuple[str, ...], file: str | None, dry_run: bool) -> None:
    """Broadcast the signal NAME to every case that waits for it."""
    heard = server.change("POST", "/signals", {"name": name, "payload": values(pairs, file)}, dry_run=dry_run)
    echo(heard, [f"It goes to {heard['instances']} cases."], as_json=server.as_json)


@click.command()
@one("instance_id")
@click.option("--reason", required=True, help="Why; it stands in the trail.")
@click.option("--remove", multiple=True, help="A variable that shall be gone.")
@ANSWERS
@FROM_FILE
@DRY_RUN
@asks
def correct(
    server: Server,
    instance_id: str,
    reason: str,
    remove: tuple[str, ...],
    pairs: tuple[str, ...],
    file: str | None,
    dry_run: bool,
) -> None:
    """Correct the data of a case, with a reason."""
    body = {"set": values(pairs, file), "remove": list(remove), "reason": reason}
    done = server.change("PATCH", f"/instances/{instance_id}/variables", body, dry_run=dry_run)
    echo(done, ["Corrected."], as_json=server.as_json)


@click.command()
@click.argument("act", type=click.Choice(["cancel", "suspend", "resume"]))
@one("instance_id")
@click.option("--reason", required=True, help="Why; it stands in the trail.")
@DRY_RUN
@asks
def case(server: Server, act: str, instance_id: str, reason: str, dry_run: bool) -> None:
    """Cancel, suspend or resume a case."""
    done = server.change("POST", f"/instances/{instance_id}/{act}", {"reason": reason}, dry_run=dry_run)
    echo(done, [f"The case is {done['status']}."], as_json=server.as_json)


def open_tasks(server: Server, instance_id: str) -> list[str]:
    """Lines about what has to be done now in a case."""
    found = server.get("/tasks", view="all", status="live", instance=instance_id, limit=50)["items"]
    return [f"to do: {each['name']} ({each['id']}), {each['accountable']} answers for it{_due(each)}" for each in found]


def _due(task: dict[str, Any]) -> str:
    return f", due {cell(task['due_at'])}" if task["due_at"] else ""
