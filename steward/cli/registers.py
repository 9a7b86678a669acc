"""Commands about registers and their rows."""

import json
import tomllib
from pathlib import Path
from typing import Any

import click

from steward.cli.cases import ANSWERS, FROM_FILE
from steward.cli.client import CODE, DRY_RUN, asks, one, proved, values
from steward.cli.output import echo, table
from steward.cli.server import Server

COLUMNS = {"KEY": "key", "TITLE": "title", "VERSION": "number", "ENDED": "ended"}
REASON = click.option("--reason", required=True, help="Why; it stands in the trail.")
AT = click.option("--at", help="As it stood at this moment (ISO 8601, with a zone).")
EXPECTED = click.option("--expected", type=int, help="The version that you have seen; refused if it is another by now.")


@click.group()
def register() -> None:
    """Keep registers, such as that of AI systems, and see how they were."""


@register.command("list")
@asks
def list_registers(server: Server) -> None:
    """List the registers."""
    found = server.get("/registers")["items"]
    columns = {"KEY": "key", "NAME": "name", "KEPT BY": "may_change", "VERSION": "version"}
    echo(found, table(found, columns, empty="There are no registers."), as_json=server.as_json)


@register.command("rows")
@click.argument("key")
@AT
@click.option("--ended", is_flag=True, help="Also rows that have ended.")
@click.option("--text", help="Part of the key or the title.")
@asks
def list_rows(server: Server, key: str, at: str | None, ended: bool, text: str | None) -> None:
    """List the rows of the register KEY."""
    given = {"at": at, "ended": "true" if ended else None, "text": text, "limit": 200}
    found = server.get(f"/registers/{key}/rows", **given)["items"]
    echo(found, table(found, COLUMNS, empty="It has no such rows."), as_json=server.as_json)


@register.command("show")
@click.argument("key")
@one("row")
@AT
@asks
def show_row(server: Server, key: str, row: str, at: str | None) -> None:
    """Show one row of the register KEY."""
    _tell(server, server.get(f"/registers/{key}/rows/{row}", at=at))


@register.command("history")
@click.argument("key")
@one("row")
@asks
def show_history(server: Server, key: str, row: str) -> None:
    """List every version of a row: who, when, why."""
    found = server.get(f"/registers/{key}/rows/{row}/history")["items"]
    columns = {"VERSION": "number", "WHAT": "kind", "WHEN": "at", "BY": "by", "WHY": "reason"}
    echo(found, table(found, columns, empty="There are none."), as_json=server.as_json)


@register.command("add")
@click.argument("key")
@ANSWERS
@FROM_FILE
@DRY_RUN
@asks
def add_row(server: Server, key: str, pairs: tuple[str, ...], file: str | None, dry_run: bool) -> None:
    """Add a row to the register KEY."""
    _tell(server, server.change("POST", f"/registers/{key}/rows", {"values": values(pairs, file)}, dry_run=dry_run))


@register.command("change")
@click.argument("key")
@one("row")
@REASON
@EXPECTED
@ANSWERS
@FROM_FILE
@DRY_RUN
@asks
def change_row(
    server: Server,
    key: str,
    row: str,
    reason: str,
    expected: int | None,
    pairs: tuple[str, ...],
    file: str | None,
    dry_run: bool,
) -> None:
    """Change fields of a row, with a reason; `-a NAME=null` empties one."""
    body = {"values": values(pairs, file), "reason": reason, "expected": expected}
    _tell(server, server.change("PATCH", f"/registers/{key}/rows/{row}", _said(body), dry_run=dry_run))


@register.command("end")
@click.argument("key")
@one("row")
@REASON
@EXPECTED
@DRY_RUN
@asks
def end_row(server: Server, key: str, row: str, reason: str, expected: int | None, dry_run: bool) -> None:
    """End a row, with a reason; it stays, and never changes again."""
    body = {"reason": reason, "expected": expected}
    _tell(server, server.change("POST", f"/registers/{key}/rows/{row}/end", _said(body), dry_run=dry_run))


@register.command("sign")
@click.argument("key")
@one("row")
@EXPECTED
@click.option("--password", envvar="STEWARD_PASSWORD", help="Else you are asked for it; STEWARD_PASSWORD also works.")
@CODE
@DRY_RUN
@asks
def sign_row(
    server: Server,
    key: str,
    row: str,
    expected: int | None,
    password: str | None,
    code: str | None,
    dry_run: bool,
) -> None:
    """Sign a row of the register KEY as it is, with your password again."""
    password = password or click.prompt("Password", hide_input=True)
    body, path = _said({"password": password, "expected": expected}), f"/registers/{key}/rows/{row}/sign"
    _tell(server, proved(lambda code: server.change("POST", path, body | {"code": code}, dry_run=dry_run), code))


@register.command("ask-end")
@click.argument("key")
@one("row")
@REASON
@EXPECTED
@DRY_RUN
@asks
def ask_to_end(server: Server, key: str, row: str, reason: str, expected: int | None, dry_run: bool) -> None:
    """Ask that a row ends, where a second person must agree."""
    body = _said({"reason": reason, "expected": expected})
    _tell(server, server.change("POST", f"/registers/{key}/rows/{row}/end/ask", body, dry_run=dry_run))


@register.command("answer-end")
@click.argument("key")
@one("row")
@click.option("--agree/--refuse", "agreed", required=True, help="Whether the row may end.")
@click.option("--reason", default="", help="Why it stays.")
@DRY_RUN
@asks
def answer_end(server: Server, key: str, row: str, agreed: bool, reason: str, dry_run: bool) -> None:
    """Agree that a row ends which somebody else asked to end, or say why it stays."""
    body = {"agreed": agreed, "reason": reason}
    _tell(server, server.change("POST", f"/registers/{key}/rows/{row}/end/answer", body, dry_run=dry_run))


@register.command("cases")
@click.argument("key")
@one("row")
@asks
def list_cases(server: Server, key: str, row: str) -> None:
    """List the cases that touched a row, in the order of time."""
    _cases(server, server.get(f"/registers/{key}/rows/{row}/cases")["items"])


@register.command("tie")
@click.argument("key")
@one("row")
@click.argument("case")
@click.option("--as", "kind", type=click.Choice(("caused_by", "raises", "evidence_for")), required=True, help="How.")
@DRY_RUN
@asks
def tie_case(server: Server, key: str, row: str, case: str, kind: str, dry_run: bool) -> None:
    """Tie CASE to a row."""
    body = {"case": case, "kind": kind}
    _cases(server, server.change("POST", f"/registers/{key}/rows/{row}/cases", body, dry_run=dry_run)["items"])


@register.command("export")
@click.argument("key")
@AT
@click.option("--to", "file", type=click.Path(dir_okay=False, path_type=Path), help="A file; else it is printed.")
@asks
def export_rows(server: Server, key: str, at: str | None, file: Path | None) -> None:
    """Write the rows of the register KEY as comma-separated values."""
    found = server.get(f"/registers/{key}/sheet", at=at)
    if file is None:
        echo(found, found["csv"].splitlines(), as_json=server.as_json)
        return
    file.write_text(found["csv"], encoding="utf-8", newline="")
    echo({"file": str(file)}, [f"Written to {file}."], as_json=server.as_json)


@register.command("import")
@click.argument("key")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@REASON
@DRY_RUN
@asks
def import_rows(server: Server, key: str, file: Path, reason: str, dry_run: bool) -> None:
    """Add and change rows of the register KEY from FILE (comma-separated values): all, or none."""
    try:
        body = {"csv": file.read_text(encoding="utf-8-sig"), "reason": reason}
    except (OSError, UnicodeDecodeError) as error:
        raise click.BadParameter(f"{file} cannot be read: {error}") from error
    lines = server.change("POST", f"/registers/{key}/import", body, dry_run=dry_run)["items"]
    shown = [one | {"why": "; ".join(why for told in one["errors"].values() for why in told)} for one in lines]
    columns = {"LINE": "line", "KEY": "key", "WHAT": "outcome", "WHY": "why"}
    echo(lines, table(shown, columns, empty="The sheet has no rows."), as_json=server.as_json)


@register.command("define")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@DRY_RUN
@asks
def define_register(server: Server, file: Path, dry_run: bool) -> None:
    """Bring a register from FILE (TOML, as in config/registers/) and the form beside it."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        form = json.loads((file.parent / str(content.get("form", ""))).read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, ValueError, OSError) as error:
        raise click.BadParameter(f"{file} or its form cannot be read: {error}") from error
    body = {"register": content, "form": form}
    made = server.change("PUT", f"/registers/{content.get('key', '')}", body, dry_run=dry_run)
    echo(made, [f"{made['name']} is defined in version {made['version']}."], as_json=server.as_json)


def _cases(server: Server, found: list[dict[str, Any]]) -> None:
    columns = {"HOW": "kind", "PROCESS": "process", "TITLE": "title", "STATUS": "status", "SINCE": "started_at"}
    echo(found, table(found, columns, empty="No case has touched it."), as_json=server.as_json)


def _said(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}


def _tell(server: Server, row: dict[str, Any]) -> None:
    lines = [f"{row['title']} ({row['register']}:{row['key']}), version {row['number']}"]
    lines += ["It has ended."] if row["ended"] else [] if row["in_force"] else ["Not in force: not signed by all."]
    lines += [
        f"  signed by {one['by']} for {one['role']}, version {one['number']}" for one in row.get("signatures", [])
    ]
    if asked := row.get("ending"):
        lines += [f"  {asked['asked_by']} asks to end it: {asked['reason']}"]
    lines += [f"  {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in sorted(row["values"].items())]
    echo(row, lines, as_json=server.as_json)
