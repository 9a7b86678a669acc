"""A made-up organisation to try Steward with, and the shipped processes in force."""

import json
import os
import secrets
import tomllib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from engine import cycles, deployments, oncall, registers, strongbox
from engine.errors import Forbidden
from engine.hooks import book as hooks
from engine.hooks import receiving
from engine.identity import groups, mandates, passwords, people
from engine.identity.belonging import Standing
from engine.identity.person import Person
from engine.store.records import Setting
from engine.strongbox import Strongbox
from steward.keys import secrets_key
from steward.order import in_order
from steward.program import Program
from steward.settings import Settings

LOOPBACK = ("127.0.0.1", "::1", "localhost")
SUFFIXES = (".bpmn", ".dmn", ".form", ".typ")
APPLIED = "demo"


def refuse_elsewhere(settings: Settings) -> None:
    """
    Passwords that are printed belong on one machine.

    Raises:
        Forbidden: the host is not a loopback address.
    """
    if settings.host not in LOOPBACK:
        raise Forbidden(
            f"A demo prints its passwords, so it is not served on {settings.host}.",
            "Use `steward init` for a real organisation, or serve the demo on 127.0.0.1.",
        )


def settle(program: Program, say: Callable[[str], None] = lambda _line: None) -> list[dict[str, Any]]:
    """
    Make the organisation and deploy the processes, the first time; later only deploy what has changed.

    Args:
        say: is told before what takes a few seconds.

    Returns:
        The people: id, name, password and groups, as in `demo-people.json` of the working folder.
    """
    refuse_elsewhere(program.settings)
    content = tomllib.loads((program.settings.config_folder / "demo.toml").read_text())
    path = program.settings.folder / "demo-people.json"
    setup = program.operator("setup")
    if path.exists():
        made = json.loads(path.read_text())
    else:
        say(f"Setting up the demo organisation {content['name']}, with a password for each of its people ...")
        made = _people(content)
    _keep(path, made)
    program.perform(lambda session: _welcome(session, made, content, by=setup, now=program.clock()), by=setup)
    for folder in process_folders(program.settings):
        _deploy(program, folder, owner=content["owner"])
    _let_come_round(program)
    _give_secrets(program, program.settings.folder / "demo-hooks.json")
    return list(made)


def first_commands(settings: Settings) -> list[str]:
    """What to try first, without the name of this program."""
    content = tomllib.loads((settings.config_folder / "demo.toml").read_text())
    return list(content.get("first_commands", []))


def process_folders(settings: Settings) -> list[Path]:
    """The folders of the shipped processes and tables, those first that others call or ask."""
    files = (path for path in sorted(Path(settings.processes).glob("*/*")) if path.suffix in SUFFIXES)
    return in_order(path.parent for path in files)


def _let_come_round(program: Program) -> None:
    """The shipped cycles whose process and register are there, each once."""
    path, setup = program.settings.config_folder / "cycles.toml", program.operator("setup")
    keys = list(tomllib.loads(path.read_text())["cycles"]) if path.is_file() else []
    program.perform(lambda session: cycles.activate_ready(session, keys, by=setup, now=program.clock()), by=setup)


def _give_secrets(program: Program, path: Path) -> None:
    """A secret for each shipped hook, once, so that it can be tried; they stand in a file of the working folder."""
    if path.exists():
        return
    setup, box = program.operator("setup"), Strongbox(secrets_key(program.settings.folder))

    def give(session: Session) -> dict[str, str]:
        keys = [row.key for row in hooks.in_force(session) if row.content["active"]]
        return {
            key: strongbox.rotate(session, receiving.chain_of(key), box, by=setup, now=program.clock()) for key in keys
        }

    _keep(path, program.perform(give, by=setup))


def _deploy(program: Program, folder: Path, *, owner: str) -> None:
    setup = program.operator("setup")
    program.perform(lambda session: put_in_force(session, folder, owner=owner, by=setup, now=program.clock()), by=setup)


def put_in_force(
    session: Session,
    folder: Path,
    *,
    owner: str,
    bindings: Mapping[str, str] | None = None,
    by: Person,
    now: datetime,
) -> None:
    """Deploy a folder and release it at once; the trail says so. Unchanged files make no new version."""
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix in SUFFIXES}
    made = deployments.deploy(session, files, name=folder.name, source="shipped", by=by, now=now)
    if made.status == "waiting" and made.id:
        deployments.release(session, made.id, owner=owner, bindings=bindings, at_once=True, by=by, now=now)


def _people(content: dict[str, Any]) -> list[dict[str, Any]]:
    """Everybody with a password of his own; who reads most is listed first."""
    first = content.get("quick_start", [])
    order = [*first, *(one for one in content["people"] if one not in first)]
    return [
        {
            "id": one,
            "name": content["people"][one],
            "password": secrets.token_urlsafe(9),
            "groups": [key for key, members in content["groups"].items() if one in members],
        }
        for one in order
    ]


def _keep(path: Path, made: object) -> None:
    if path.exists():
        return
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(made, file, indent=2, ensure_ascii=False)


def _welcome(
    session: Session, made: list[dict[str, Any]], content: dict[str, Any], *, by: Person, now: datetime
) -> None:
    if session.get(Setting, APPLIED):
        return
    for one in made:
        people.create(session, one["id"], name=one["name"], by=by, now=now)
        passwords.set_password(session, one["id"], one["password"], by=by, now=now)
    for key, members in content["groups"].items():
        fill(session, key, members, by=by, now=now)
    for auditor, given in content.get("mandates", {}).items():
        mandates.give(session, auditor, ends_at=now + timedelta(days=given["days"]), by=by, now=now)
    for register, rows in content.get("registers", {}).items():
        for values in rows:
            registers.add(session, register, values, by=by, now=now)
    for turns in content.get("turns", []):
        who = {"people": turns["people"], "zone": content["zone"], "starts_on": now.date()}
        oncall.define(session, turns["of"], turns["level"], **who, by=by, now=now)
    session.add(Setting(key=APPLIED, value={"organisation": content["name"]}))


def fill(session: Session, key: str, members: list[str], *, by: Person, now: datetime) -> None:
    """Let people belong to a group: the first leads it, the second stands in."""
    for place, one in enumerate(members):
        standing: Standing = "lead" if place == 0 else "deputy" if place == 1 else "member"
        groups.join(session, key, one, standing=standing, by=by, now=now)
