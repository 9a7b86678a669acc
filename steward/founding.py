"""How a working folder begins: the role groups, the calendar, and the first people."""

import tomllib
from contextlib import closing

from sqlalchemy.orm import Session

from engine import groups, passwords, people, timetable
from engine.errors import Conflict, Invalid
from engine.store.people import PersonRow
from engine.store.records import Setting
from steward.program import Program, calendar_settings, prepare
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
    """Apply `config/people.toml` and `config/calendar.toml` once; afterwards the tables are the truth."""
    setup = program.operator("setup")

    def apply(session: Session) -> None:
        if session.get(Setting, SEEDED):
            return
        now = program.clock()
        timetable.adopt(session, calendar_settings(program.settings), by=setup, now=now)
        path = program.settings.config_folder / "people.toml"
        content = tomllib.loads(path.read_text()) if path.is_file() else {}
        groups.seed(session, content, by=setup, now=now)
        session.add(Setting(key=SEEDED, value={"applied": ["calendar.toml", "people.toml"]}))

    program.perform(apply, by=setup)


def _welcome(session: Session, program: Program, first: list[tuple[str, str]], password: str) -> None:
    setup, now = people.operator(session, "setup", now=program.clock()), program.clock()
    if session.query(PersonRow).filter(PersonRow.kind == "person").first():
        raise Conflict(f"{program.settings.folder} has people already; nothing was changed.")
    for number, (id_, name) in enumerate(first):
        people.create(session, id_, name=name, platform_admin=number == 0, by=setup, now=now)
    passwords.set_password(session, first[0][0], password, by=setup, now=now)
