"""How a working folder begins: the calendar, the role groups, the ladders, and the first people."""

import tomllib
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from engine import clauses, cycles, registers, timetable
from engine.calendars import CalendarSettings, read_settings
from engine.errors import Conflict, Invalid
from engine.hooks import book as hooks
from engine.identity import groups, passwords, people
from engine.identity.person import Person
from engine.ladders import book
from engine.outreach import book as channels
from engine.public import book as public
from engine.store.people import PersonRow
from engine.store.records import Setting
from engine.subscriptions import book as subscriptions
from steward.program import Program, prepare
from steward.settings import Settings

SEEDED = "seeds"


def found(settings: Settings, first: list[tuple[str, str]], password: str, *, dry_run: bool) -> list[str]:
    """
    Make the working folder and its first people; the first of them is the administrator.

    Returns:
        What was done, a sentence each.

    Raises:
        Invalid: one person alone, where nothing is released at once: nobody could release what he deploys.
        Conflict: the folder has people already.
    """
    if len(first) < 2 and not settings.release_at_once:
        raise Invalid(
            "One person alone cannot put anything in force: a deployment is released by a second one. "
            "Name a second person with --second, or set STEWARD_RELEASE_AT_ONCE=true."
        )
    done = [f"{name} ({id_}) can log in." for id_, name in first[:1]]
    done += [f"{name} ({id_}) may release; set a password with the first person's help." for id_, name in first[1:]]
    if dry_run:
        return [f"Nothing was made in {settings.folder.resolve()}: this was a dry run.", *done]
    program = prepare(settings)
    with closing(program.database):
        seed(program)
        setup = program.operator("setup")
        program.perform(lambda session: _welcome(session, program, first, password), by=setup)
    return [f"The working folder {settings.folder.resolve()} is ready.", *done, "Serve it with `steward run`."]


def seed(program: Program) -> None:
    """Apply each of the files in `SEEDS` once; afterwards the tables are the truth. A newer file comes later, once."""
    setup = program.operator("setup")

    def apply(session: Session) -> None:
        before = session.get(Setting, SEEDED)
        applied = before.value["applied"] if before else []
        seeds = SEEDS | dict.fromkeys(_standards(program), _adopt_standard)
        seeds |= {f"registers/{path.name}": partial(define, path) for path in _registers(program)}
        coming = [file for file in seeds if file not in applied]
        for file in coming:
            seeds[file](session, _content(program, file), by=setup, now=program.clock())
        if coming:
            session.merge(Setting(key=SEEDED, value={"applied": [*applied, *coming]}))

    program.perform(apply, by=setup)


def _content(program: Program, file: str) -> dict[str, Any]:
    path = program.settings.config_folder / file
    return tomllib.loads(path.read_text()) if path.is_file() else {}


def _adopt(session: Session, content: Mapping[str, Any], *, by: Person, now: datetime) -> None:
    timetable.adopt(session, read_settings(content) if content else CalendarSettings(), by=by, now=now)


def _standards(program: Program) -> list[str]:
    """The files that hold a standard each; a further standard is a further file."""
    found = sorted((program.settings.config_folder / "clauses").glob("*-*.toml"))
    return [f"clauses/{path.name}" for path in found]


def _registers(program: Program) -> list[Path]:
    """The files that hold a register each, with its form beside it."""
    return sorted((program.settings.config_folder / "registers").glob("*.toml"))


def define(path: Path, session: Session, content: Mapping[str, Any], *, by: Person, now: datetime) -> None:
    """
    Bring the register of a file, read already, with the form beside it.

    Raises:
        Invalid: the form is not there, or the two make no register.
    """
    form = path.parent / str(content.get("form", ""))
    if not form.is_file():
        raise Invalid(f"{path} names the form {content.get('form')!r}, and there is no such file beside it.")
    registers.define(session, content, form.read_bytes(), by=by, now=now)


def _adopt_standard(session: Session, content: Mapping[str, Any], *, by: Person, now: datetime) -> None:
    clauses.adopt(session, content, by=by, now=now)


SEEDS: dict[str, Callable[..., None]] = {
    "calendar.toml": _adopt,
    "people.toml": groups.seed,
    "channels.toml": channels.seed,
    "ladders.toml": book.seed,
    "cycles.toml": cycles.seed,
    "hooks.toml": hooks.seed,
    "subscriptions.toml": subscriptions.seed,
    "public.toml": public.seed,
}
"""The files that fill tables when a folder is new, in this order, and the verb that applies each."""


def _welcome(session: Session, program: Program, first: list[tuple[str, str]], password: str) -> None:
    setup, now = people.operator(session, "setup", now=program.clock()), program.clock()
    if session.query(PersonRow).filter(PersonRow.kind == "person").first():
        raise Conflict(f"{program.settings.folder} has people already; nothing was changed.")
    for number, (id_, name) in enumerate(first):
        people.create(session, id_, name=name, platform_admin=number == 0, by=setup, now=now)
    passwords.set_password(session, first[0][0], password, by=setup, now=now)
