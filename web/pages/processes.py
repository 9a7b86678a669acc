"""Processes: their versions, what changed between them, what runs on each, who stands for their roles, their files."""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import quote

import orjson
from flask import Blueprint, Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import bindings
from engine.core.model.differences import Change, differences
from engine.core.vocabulary import Model
from engine.identity.person import Person
from engine.kit import kit
from engine.models.definitions import parsed
from engine.models.deployed import overview
from engine.store.people import GroupRow
from web import assets, changes
from web.attached import attached
from web.drawings.frame import plan_of
from web.drawings.twin import picture as drawing_of
from web.language import _, ngettext
from web.pages import acting, drawn
from web.pages.layout import Reader, look, page, show
from web.reads import processes as found
from web.reads import story
from web.reads.definitions import as_text, file_of
from web.reads.processes import Process, Version
from web.services import services

pages = Blueprint("processes", __name__)
acting.register(pages)
TEMPLATES = ".camunda/element-templates"
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The date of every file in a kit, so that the same kit has the same bytes."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A step of a version, and how much work waits there."""

    element: str
    name: str
    lane: str
    open: int
    late: int


@page(pages, "/processes")
def all_processes() -> Response:
    """Every process: its version in force, its owner, what runs, what waits for its release."""
    return show("processes.html", **look(_listed))


@page(pages, "/processes/<key>")
def one(key: str) -> Response:
    """A process by its version in force."""
    return show("process.html", **look(lambda session, reader: _shown(session, reader, key, None)))


@page(pages, "/processes/<key>/<int:number>")
def version(key: str, number: int) -> Response:
    """A process by one of its versions."""
    return show("process.html", **look(lambda session, reader: _shown(session, reader, key, number)))


@page(pages, "/processes/<key>/<int:number>/bind", scope="deploy", method="POST")
def bind(key: str, number: int) -> Response:
    """Let somebody else stand for a role from now on."""
    back = f"/processes/{key}/{number}#roles"

    def verb(session: Session, by: Person, now: datetime) -> None:
        which = found.process(session, by, key, now).version(number).row.id
        bindings.bind(session, which, request.form.get("role", ""), request.form.get("who", ""), by=by, now=now)

    return acting.done(verb, back, _("From now on new tasks go there. Open ones stay with whom they have."))


@page(pages, "/processes/<key>/<int:number>/diagram")
def diagram(key: str, number: int) -> Response:
    """The author's diagram in UTF-8, as scripts read it; where the address says `keep`, byte for byte and to keep."""

    def read(session: Session, reader: Reader) -> Any:
        return file_of(session, found.process(session, reader.person, key, reader.now).version(number).row.id)

    file = look(read)
    if "keep" in request.args:
        return attached(assets.drawing(file.data), file.name.rpartition("/")[2])
    return assets.drawing(as_text(file.data).encode())


@page(pages, "/processes/<key>/kit")
def one_kit(key: str) -> Response:
    """What the version in force is changed with, packed for the modeler: diagram, tables, forms, templates."""
    files = look(lambda session, _reader: kit(session, key))
    files |= {f"{TEMPLATES}/{name}": data for name, data in services().templates.items()}
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(f"{key}/{name}", FIRST_DAY), data)
    answer = Response(packed.getvalue(), mimetype="application/zip")
    return attached(answer, f"{key}.zip")


@page(pages, "/processes/<key>/<int:number>/marks.json")
def marks(key: str, number: int) -> Response:
    """What is marked on the drawing, for the script that shows it."""

    def read(session: Session, reader: Reader) -> bytes:
        process = found.process(session, reader.person, key, reader.now)
        version = process.version(number)
        facts = _facts(session, reader, process, version)
        return orjson.dumps(drawn.state_of(_way(version, facts), **facts).written())

    return Response(look(read), mimetype="application/json")


@page(pages, "/processes/<key>/<int:number>/picture.svg")
def picture(key: str, number: int) -> Response:
    """The whole drawing as a picture, to keep or to print."""

    def read(session: Session, reader: Reader) -> bytes:
        process = found.process(session, reader.person, key, reader.now)
        version = process.version(number)
        facts = _facts(session, reader, process, version)
        plan = plan_of(version.row.id, file_of(session, version.row.id).data)
        return drawing_of(plan, drawn.state_of(_way(version, facts), **facts), name=_title(version))

    return Response(look(read), mimetype="image/svg+xml")


def _listed(session: Session, reader: Reader) -> dict[str, Any]:
    return {
        "processes": found.processes(session, reader.person, reader.now),
        "may_deploy": reader.person.platform_admin,
    }


def _shown(session: Session, reader: Reader, key: str, number: int | None) -> dict[str, Any]:
    process = found.process(session, reader.person, key, reader.now)
    version = process.shown if number is None else process.version(number)
    before, facts = process.before(version), _facts(session, reader, process, version)
    model, way = parsed(session, version.row.id).model, _way(version, facts)
    ways, state = drawn.offered(**facts), drawn.state_of(way, **facts)
    data, address = file_of(session, version.row.id).data, f"/processes/{quote(key)}/{version.row.version}"
    bound = bindings.of(session, version.row.id)
    groups = dict(session.execute(select(GroupRow.key, GroupRow.name)).all())
    return {
        "process": process,
        "version": version,
        "before": before,
        "changes": facts["changes"],
        "drawing": drawn.drawing(version.row.id, data, state, address=address, way=way, name=_title(version)),
        "ways": [(one, drawn.said(one)) for one in ways],
        "way": way,
        "legend": drawn.legend(way, facts["changes"]) if ways else [],
        "words": changes,
        "sentence": _sentence(process, version, before, facts["changes"]),
        "places": _places(model, facts["work"]),
        "warnings": facts["findings"],
        "roles": [(role, _role(role, model, groups), who) for role, who in sorted(bound.items())],
        "may_bind": reader.person.id == version.row.owner_id or reader.person.platform_admin,
        "names": story.names(session, {who.removeprefix("person:") for who in bound.values()}),
        "groups": groups,
    }


def _facts(session: Session, reader: Reader, process: Process, version: Version) -> dict[str, Any]:
    """What can be drawn on a version: what it changes, what was found, and where its work waits."""
    made, file = overview(session, version.row.deployment_id), file_of(session, version.row.id).name
    return {
        "changes": _changes(session, process.key, process.before(version), version),
        "findings": [one for one in made.warnings if one["file"] == file],
        "work": found.work_of(session, reader.person, version.row.id, reader.now),
    }


def _way(version: Version, facts: dict[str, Any]) -> str:
    """What to draw: what the address asks for; else what matters most of such a version, as far as there is any."""
    ways, wanted = drawn.offered(**facts), request.args.get("draw", "")
    if wanted in drawn.WAYS:
        return wanted
    first = "changes" if version.waits else "work"
    return first if first in ways else next(iter(ways), "work")


def _title(version: Version) -> str:
    return _("%(name)s, version %(number)d", name=version.row.name, number=version.row.version)


def _changes(session: Session, key: str, before: Version | None, version: Version) -> Sequence[Change]:
    if before is None:
        return ()
    return differences(file_of(session, before.row.id).data, file_of(session, version.row.id).data, key)


def _sentence(process: Process, version: Version, before: Version | None, changed: Sequence[Change]) -> str:
    """What is to be known of this version first."""
    told = []
    if version.in_force:
        told.append(_("New cases start on version %(number)d.", number=version.row.version))
    elif version.waits:
        told.append(_("Version %(number)d waits for its release.", number=version.row.version))
        if process.in_force:
            told.append(_("New cases go on starting on version %(number)d.", number=process.in_force.row.version))
    else:
        told.append(_("Version %(number)d only carries cases that began on it.", number=version.row.version))
    if before is not None:
        told.append(_compared(len(changed), before.row.version))
    return " ".join(told)


def _compared(many: int, before: int) -> str:
    if not many:
        return _("It says the same as version %(before)d.", before=before)
    one, more = (
        "It changes %(num)d thing from version %(before)d.",
        "It changes %(num)d things from version %(before)d.",
    )
    return ngettext(one, more, many, before=before)


def _places(model: Model, work: dict[str, tuple[int, int]]) -> list[Place]:
    """The steps where work waits, the most first."""
    listed = []
    for element, (open_, late) in work.items():
        node = model.nodes.get(element)
        lane = model.lanes.get(node.lane or "", "") if node else ""
        listed.append(Place(element=element, name=node.name if node else element, lane=lane, open=open_, late=late))
    return sorted(listed, key=lambda one: (-one.late, -one.open, one.name))


def _role(role: str, model: Model, groups: dict[str, str]) -> str:
    """What a role is called by people."""
    kind, _colon, name = role.partition(":")
    if kind == "lane":
        return model.lanes.get(name) or name
    if kind == "group":
        return groups.get(name, name)
    node = model.nodes.get(name)
    return node.name if node else name
