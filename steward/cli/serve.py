"""Commands of the operator: make a working folder, serve it, and work beside it."""

import fcntl
import signal
import sys
import threading
from contextlib import ExitStack, nullcontext
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click
import waitress

from engine.errors import Conflict, Invalid
from steward import demo as demonstration
from steward import founding
from steward.cli.operator import on_the_spot
from steward.cli.server import LOCAL
from steward.logs import configure
from steward.program import Program, application, prepare, with_worker
from steward.settings import Settings

SETTINGS = ("home", "database_url", "config")
SIMULATED = click.option(
    "--simulated-clock", "simulated", metavar="MOMENT", help="Serve with a clock that moves only when told."
)


@click.command()
@on_the_spot(*SETTINGS)
@click.option("--admin", required=True, help="Id of the first administrator.")
@click.option("--name", required=True, help="The administrator's name.")
@click.option("--second", help="Id of a second person, who releases what the first deploys.")
@click.option("--second-name", help="The second person's name.")
@click.password_option(envvar="STEWARD_NEW_PASSWORD", help="The administrator's password.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
def init(
    settings: Settings, admin: str, name: str, second: str | None, second_name: str | None, password: str, dry_run: bool
) -> None:
    """Make a working folder for a real organisation: database, keys, role groups and the first people."""
    first_people = [(admin, name)] + ([(second, second_name or second)] if second else [])
    done = founding.found(settings, first_people, password, dry_run=dry_run)
    for line in done:
        click.echo(line)


@click.command()
@on_the_spot(*SETTINGS, "host", "port")
@click.option("--demo", is_flag=True, help="With a made-up organisation and the shipped processes in force.")
@SIMULATED
@click.option("--no-worker", is_flag=True, help="Serve only; `steward worker` runs elsewhere.")
def run(settings: Settings, demo: bool, simulated: str | None, no_worker: bool) -> None:
    """Serve Steward, with a worker inside."""
    configure(settings.log_level)
    if demo:
        demonstration.refuse_elsewhere(settings)
    moment = _moment(simulated)
    with ExitStack() as ending:
        if not no_worker:
            ending.enter_context(_only_worker(settings) or nullcontext())
        program = prepare(settings, simulated_from=moment, working=not no_worker)
        ending.callback(program.close)
        founding.seed(program)
        people = demonstration.settle(program, say=click.echo) if demo else []
        working = None if no_worker else with_worker(program)
        server = _listening(application(program), settings)
        for line in _greeting(program, people):
            click.echo(line)
        if working:
            working.start()
            ending.callback(working.stop)
        _until_told(server)


@click.command()
@on_the_spot(*SETTINGS)
@click.option("--lanes", metavar="NAMES", help="Which lanes, separated by commas; all when not given.")
@SIMULATED
def worker(settings: Settings, lanes: str | None, simulated: str | None) -> None:
    """Work off what is due, beside servers and other workers. On SQLite only one worker may run."""
    configure(settings.log_level)
    with ExitStack() as ending:
        ending.enter_context(_only_worker(settings) or nullcontext())
        program = prepare(settings, simulated_from=_moment(simulated), working=True)
        ending.callback(program.close)
        wanted = None if lanes is None else [name.strip() for name in lanes.split(",") if name.strip()]
        working = with_worker(program, wanted)
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        working.start()
        ending.callback(working.stop)
        click.echo(f"Working on {', '.join(working.lanes)}. Stop with Ctrl-C.")
        stop.wait()


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{text!r} is no moment; write it like 2027-01-04T09:00+01:00.") from None
    if moment.tzinfo is None:
        raise Invalid(f"{text} has no time zone; write it like {text}+01:00.")
    return moment


def _only_worker(settings: Settings) -> Any:
    """On SQLite, the right to be the one process with a worker; it ends with the process."""
    if not settings.url.startswith("sqlite"):
        return None
    try:
        settings.folder.mkdir(parents=True, exist_ok=True)
        held = (settings.folder / "worker.lock").open("w")
    except OSError as error:
        raise Invalid(f"{settings.folder} cannot be the working folder: {error.strerror}.") from None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.close()
        raise Conflict(
            f"Another process works on {settings.folder} already. Stop it first; on SQLite there can be one worker."
        ) from None
    return held


def _greeting(program: Program, people: list[dict[str, Any]]) -> list[str]:
    settings = program.settings
    here = f"http://{settings.host}:{settings.port}"
    lines = [f"Steward serves {here} from {settings.folder.resolve()}"]
    if program.simulated:
        lines.append(f"The clock is simulated and stands at {program.clock().isoformat()}.")
    if not people:
        return [*lines, "Stop with Ctrl-C."]
    width = max(len(one["id"]) for one in people)
    lines += ["", "People who can log in (also in demo-people.json of the working folder):"]
    lines += [f"  {one['id']:{width}}  {one['password']}  {', '.join(one['groups']) or 'reporter'}" for one in people]
    first, steward = people[0], _command() if here == LOCAL else f"{_command()} --server {here}"
    lines += ["", "Three commands to try, in another terminal:"]
    lines.append(f"  {steward} login {first['id']} --password {first['password']}")
    lines.append(f"  {steward} start corrective_action --at S_form")
    lines.append(f"  {steward} tasks")
    return [*lines, "", "Stop with Ctrl-C; nothing is lost."]


def _command() -> str:
    """This program, as it was called."""
    called = Path(sys.argv[0])
    return str(called) if called.name == "steward" else "steward"


def _listening(app: Any, settings: Settings) -> Any:
    """
    A server that holds its port already.

    Raises:
        Conflict: somebody else listens there.
    """
    try:
        return waitress.create_server(
            app,
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            ident="Steward",
            clear_untrusted_proxy_headers=True,
        )
    except OSError as error:
        raise Conflict(
            f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}. Choose another with --port."
        ) from error


def _until_told(server: Any) -> None:
    """Answer requests until SIGTERM or Ctrl-C."""

    def told(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, told)
    try:
        server.run()
        click.echo("Stopping.")
    finally:
        server.close()
