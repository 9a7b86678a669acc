"""Commands of the operator: work off what is due, beside servers and other workers."""

import fcntl
import signal
import threading
from contextlib import ExitStack, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import make_url

from engine.errors import Conflict, Invalid
from steward.cli import output
from steward.cli.operator import on_the_spot
from steward.cli.proof import AS_JSON
from steward.connections import must_agree_on_time
from steward.lanes import chosen
from steward.logs import configure
from steward.program import Program, prepare, with_worker
from steward.settings import Settings

SETTINGS = ("home", "database_url", "config")
SIMULATED = click.option(
    "--simulated-clock", "simulated", metavar="MOMENT", help="Serve with a clock that moves only when told."
)


@click.command()
@on_the_spot(*SETTINGS)
@click.option("--lanes", metavar="NAMES", help="Which lanes, separated by commas; all when not given.")
@SIMULATED
def worker(settings: Settings, lanes: str | None, simulated: str | None) -> None:
    """Work off what is due, beside servers and other workers. On SQLite only one worker may run."""
    _work(settings, None if lanes is None else [name.strip() for name in lanes.split(",") if name.strip()], simulated)


@click.command()
@click.argument("lane")
@on_the_spot(*SETTINGS)
@click.option("--once", is_flag=True, help="End when nothing is due any more, instead of waiting for more.")
@SIMULATED
@AS_JSON
def drain(settings: Settings, lane: str, once: bool, simulated: str | None, as_json: bool) -> None:
    """
    Work off one lane, for a scheduler of your own: cron, a Celery task, a systemd timer.

    Safe to call at once from anywhere; nothing is done twice. On SQLite it waits for
    nobody: while another process works on the folder it is refused.
    """
    if not once:
        _work(settings, [lane], simulated)
        return
    configure(settings.log_level)
    with ExitStack() as ending:
        program = _opened(settings, simulated, ending)
        must_agree_on_time(program.database)
        [one] = chosen(program.lanes(), [lane])
        done = 0
        while round_ := one.drain():
            done += round_
            program.ring()
    output.echo({"lane": lane, "done": done}, [f"{lane}: {done} done"], as_json=as_json)


def only_worker(settings: Settings) -> Any:
    """
    On SQLite, the right to be the one process with a worker; it ends with the process. None on PostgreSQL.

    Raises:
        Conflict: another process has it.
        Invalid: there can be no working folder.
    """
    if not settings.url.startswith("sqlite"):
        return None
    beside = Path(make_url(settings.url).database or settings.folder / "steward.sqlite").parent / "worker.lock"
    try:
        beside.parent.mkdir(parents=True, exist_ok=True)
        held = beside.open("w")
    except OSError as error:
        raise Invalid(f"{settings.folder} cannot be the working folder: {error.strerror}.") from None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.close()
        raise Conflict(
            f"Another process works on {beside.parent} already. Stop it first; on SQLite there can be one worker."
        ) from None
    return held


def moment(text: str | None) -> datetime | None:
    """
    A moment as an operator writes it, aware.

    Raises:
        Invalid: it is no moment, or has no zone.
    """
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{text!r} is no moment; write it like 2027-01-04T09:00+01:00.") from None
    if found.tzinfo is None:
        raise Invalid(f"{text} has no time zone; write it like {text}+01:00.")
    return found


def _work(settings: Settings, lanes: list[str] | None, simulated: str | None) -> None:
    """Work until told to stop."""
    configure(settings.log_level)
    with ExitStack() as ending:
        working = with_worker(_opened(settings, simulated, ending), lanes)
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        working.start()
        ending.callback(working.stop)
        click.echo(f"Working on {', '.join(working.lanes)}. Stop with Ctrl-C.")
        stop.wait()


def _opened(settings: Settings, simulated: str | None, ending: ExitStack) -> Program:
    """A program that may work; `ending` gives back what it holds."""
    ending.enter_context(only_worker(settings) or nullcontext())
    program = prepare(settings, simulated_from=moment(simulated), serving=False, working=True)
    ending.callback(program.close)
    return program
