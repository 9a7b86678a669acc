"""A pipeline waits until a case lets it pass."""

from collections.abc import Iterator
from contextlib import suppress
from threading import Event
from typing import Any
from uuid import UUID

import click

from steward.cli.client import asks
from steward.cli.output import NOT_FOUND, OK, REFUSED, WAITING, echo, fail
from steward.cli.server import Server

SAYS = {
    OK: "{title} lets it pass.",
    REFUSED: "{title} does not let it pass.",
    WAITING: "{title} is not decided yet.",
}


@click.command()
@click.argument("case")
@click.option("--wait", is_flag=True, help="Wait until it is decided.")
@click.option("--timeout", type=click.IntRange(1), help="Seconds to wait at most; without it for as long as it takes.")
@click.option("--every", type=click.IntRange(1, 3600), default=5, help="Seconds between two looks.", show_default=True)
@click.option("--variable", default="gate", help="The variable of the case that says so.", show_default=True)
@click.option("--passes", multiple=True, default=("open",), help="Its values that let pass.", show_default=True)
@click.option("--refuses", multiple=True, default=("closed",), help="Its values that refuse.", show_default=True)
@asks
def gate(
    server: Server,
    case: str,
    wait: bool,
    timeout: int | None,
    every: int,
    variable: str,
    passes: tuple[str, ...],
    refuses: tuple[str, ...],
) -> None:
    """
    Tell a pipeline whether CASE (its id or business key) lets it pass.

    Exit code 0 when it does, 1 when it refuses or has ended otherwise, 7 while it is not decided.
    """
    found = _found(server, case)
    for seconds in _looks(wait, timeout, every):
        Event().wait(seconds)
        found = server.get(f"/instances/{found['id']}")
        held = server.get(f"/instances/{found['id']}/variables")["variables"].get(variable)
        code = _code(found, held, passes, refuses)
        if code != WAITING:
            break
    told = {"id": found["id"], "title": found["title"], "status": found["status"], variable: held, "exit_code": code}
    echo(told, [SAYS[code].format(**told)], as_json=server.as_json)
    click.get_current_context().exit(code)


def _found(server: Server, case: str) -> dict[str, Any]:
    """The newest case with this business key, else the one with this id."""
    with suppress(ValueError):
        return dict(server.get(f"/instances/{UUID(case)}"))
    named = [one for one in server.get("/instances", text=case, limit=200)["items"] if one["business_key"] == case]
    if not named:
        fail(f"There is no case {case} that you may see.", NOT_FOUND)
    return dict(max(named, key=lambda one: str(one["started_at"])))


def _looks(wait: bool, timeout: int | None, every: int) -> Iterator[int]:
    """How long to rest before each look: the first is at once, the last when the time is over."""
    yield 0
    waited = 0
    while wait and (timeout is None or waited < timeout):
        rest = every if timeout is None else min(every, timeout - waited)
        waited += rest
        yield rest


def _code(case: dict[str, Any], held: Any, passes: tuple[str, ...], refuses: tuple[str, ...]) -> int:
    if held in passes:
        return OK
    ended = case["status"] not in ("running", "suspended")
    return REFUSED if held in refuses or ended else WAITING
