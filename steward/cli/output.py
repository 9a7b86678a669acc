"""How the command line speaks: tables for people, JSON for scripts, and an exit code for both."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import click

OK, REFUSED, USAGE, NOT_FOUND, CONFLICT, FORBIDDEN, UNREACHABLE, WAITING = range(8)

EXIT_CODES = {
    OK: "done",
    REFUSED: "refused, invalid, or a check that failed",
    USAGE: "the command's words are off",
    NOT_FOUND: "no such thing, or you may not see it",
    CONFLICT: "somebody was faster, or the thing has changed",
    FORBIDDEN: "you may not do this, or you are not logged in",
    UNREACHABLE: "no server answers",
    WAITING: "not decided yet",
}

BY_STATUS = {401: FORBIDDEN, 403: FORBIDDEN, 404: NOT_FOUND, 409: CONFLICT, 412: CONFLICT}


def echo(document: Any, lines: Iterable[str], *, as_json: bool) -> None:
    """Say `document` as JSON, or `lines` to a person."""
    if as_json:
        click.echo(json.dumps(document, indent=2, ensure_ascii=False, default=str))
        return
    for line in lines:
        click.echo(line)


def table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], *, empty: str) -> list[str]:
    """Lines of a table; `columns` maps a heading to the key of a row."""
    if not rows:
        return [empty]
    cells = [list(columns), *[[cell(row.get(key)) for key in columns.values()] for row in rows]]
    widths = [max(len(line[place]) for line in cells) for place in range(len(columns))]
    return ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in cells]


def ids(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The ids alone, for shell variables."""
    return [str(row["id"]) for row in rows]


def cell(value: Any) -> str:
    """One value as a person reads it; moments lose their seconds."""
    if value is None:
        return "-"
    if isinstance(value, list):
        return ", ".join(cell(one) for one in value)
    if isinstance(value, str) and len(value) >= 19 and value[4:5] == "-" and value[10:11] == "T":
        return moment(value)
    return str(value)


def moment(text: str) -> str:
    """`2027-01-04T08:00:00+00:00` as `2027-01-04 09:00+01:00`, in this machine's zone; other text as it is."""
    try:
        return datetime.fromisoformat(text).astimezone().isoformat(sep=" ", timespec="minutes")
    except ValueError:
        return text


def fail(text: str, code: int, *, more: Iterable[str] = ()) -> None:
    """Say what went wrong on standard error, and end with `code`."""
    click.echo(f"Error: {text}", err=True)
    for line in more:
        click.echo(f"  {line}", err=True)
    raise click.exceptions.Exit(code)
