"""What was handed in: checked, deployed, looked at, and released by a second person."""

import posixpath
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import deployments, releases
from engine.bindings import shown as bindings_of
from engine.errors import Invalid, Refused, Rejected
from engine.identity.person import Person
from engine.models.deployed import Deployed, overview
from engine.models.releasers import owners_before, releasers, why_not
from engine.store.people import GroupRow, PersonRow
from web.language import _, ngettext
from web.pages import acting
from web.pages.layout import Reader, greet, look, page, show
from web.reads import story
from web.reads.processes import files_of
from web.services import services

pages = Blueprint("handed_in", __name__)
acting.register(pages)
MOST_PEOPLE = 500
SOURCE = "page"


@page(pages, "/deployments/<uuid:deployment_id>")
def one(deployment_id: UUID) -> Response:
    """What a deployment made, what is to be known of it, and its release."""
    return _page(deployment_id)


@page(pages, "/deployments/<uuid:deployment_id>/release", scope="deploy", method="POST")
def release(deployment_id: UUID) -> Response:
    """Put it in force."""
    owner = request.form.get("owner", "").strip()
    roles = {name.removeprefix("role "): who for name, who in request.form.items() if name.startswith("role ") and who}
    groups = services().release_groups

    def verb(session: Session, by: Person, now: datetime) -> Deployed:
        told: dict[str, Any] = {"owner": owner, "bindings": roles, "release_groups": groups}
        return releases.release(session, deployment_id, **told, by=by, now=now)

    try:
        acting.perform(verb)
    except Invalid as error:
        return _page(deployment_id, 422, refused=error, chosen=roles | {"owner": owner})
    except Rejected as error:
        return acting.refused(error, f"/deployments/{deployment_id}")
    return acting.then(f"/deployments/{deployment_id}", _("It is in force. New cases start on it from now on."))


@page(pages, "/deployments", scope="deploy", method="POST")
def deploy() -> Response:
    """Deploy the files of a form, or only say what would come of it."""
    only_check = "check" in request.form
    part = "HX-Request" in request.headers
    try:
        files = _files()
        made = _checked(files) if only_check else acting.perform(lambda s, by, now: _deployed(s, files, by, now))
    except Invalid as error:
        found = error.problems.get("problems", []) if isinstance(error, Refused) else []
        parted = {must: [one for one in found if (one["severity"] == "error") == must] for must in (True, False)}
        return _told(part, 200 if part else 422, error=error, wrong=parted[True], warnings=parted[False])
    if only_check:
        return _told(part, 200, made=made, warnings=made.warnings)
    said = _("Deployed.") if made.is_new else _("Nothing has changed; this is what is there already.")
    return acting.then(f"/deployments/{made.id}", said)


def _told(part: bool, status: int, **found: Any) -> Response:
    """What came of a check, or why nothing was deployed."""
    if not part:
        greet()
    said: dict[str, Any] = {"made": None, "error": None, "wrong": [], "warnings": []}
    said["name"] = request.form.get("name", "")
    return show("checked_part.html" if part else "checked.html", status, **said | found)


def _files() -> dict[str, bytes]:
    sent = [file for file in request.files.getlist("files") if file.filename]
    names = [posixpath.basename((file.filename or "").replace("\\", "/")) for file in sent]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Invalid(_("%(file)s is there twice. Choose each file once.", file=twice[0]))
    if not sent:
        raise Invalid(_("Choose the files of one process: its diagram, tables and forms."))
    return {name: file.stream.read() for name, file in zip(names, sent, strict=True)}


def _checked(files: dict[str, bytes]) -> Deployed:
    def read(session: Session, reader: Reader) -> Deployed:
        told: dict[str, Any] = {"name": _name(files), "source": SOURCE, "dry_run": True}
        return deployments.deploy(session, files, **told, by=reader.person, now=reader.now)

    return look(read)


def _deployed(session: Session, files: dict[str, bytes], by: Person, now: datetime) -> Deployed:
    at_once = services().release_at_once
    return deployments.deploy(session, files, name=_name(files), source=SOURCE, at_once=at_once, by=by, now=now)


def _name(files: dict[str, bytes]) -> str:
    """What the files are handed in as: what was said, else the first diagram's name."""
    first = next((name for name in files if name.endswith(".bpmn")), next(iter(files)))
    return request.form.get("name", "").strip() or first.partition(".")[0]


def _page(deployment_id: UUID, status: int = 200, **more: Any) -> Response:
    found = look(lambda session, reader: _found(session, reader, deployment_id))
    return show("deployment.html", status, **{"refused": None, "chosen": {}} | found | more)


def _found(session: Session, reader: Reader, deployment_id: UUID) -> dict[str, Any]:
    made = overview(session, deployment_id)
    owners, groups = owners_before(session, deployment_id), services().release_groups
    may = why_not(session, made, owner=reader.person.id, release_groups=groups, by=reader.person)
    waits = made.status == "waiting"
    known = releasers(session, made, groups) if waits else frozenset()
    names = story.names(session, {made.deployed_by, made.released_by, made.owner, *known})
    return {
        "made": made,
        "files": files_of(session, deployment_id),
        "waits": waits,
        "why_not": may if waits else None,
        "own": made.deployed_by == reader.person.id,
        "names": names,
        "releasers": [names.get(one, one) for one in sorted(known)],
        "owner": next(iter(sorted(owners)), reader.person.id),
        "proposed": {
            f"{one.key}/{row['role']}": row
            for one in made.versions
            if one.kind == "process" and one.id
            for row in bindings_of(session, one.id)
        },
        "choices": _choices(session) if waits and may is None else ([], []),
        "name": _called(made),
        "summary": _summary(made),
    }


def _choices(session: Session) -> tuple[list[Any], list[Any]]:
    """Who can own processes and stand for roles: people and groups, as id and name."""
    people = select(PersonRow.id, PersonRow.name).where(PersonRow.kind == "person", PersonRow.active)
    groups = select(GroupRow.key, GroupRow.name).where(GroupRow.everybody.is_(False)).order_by(GroupRow.name)
    return (
        [(one.id, one.name) for one in session.execute(people.order_by(PersonRow.name).limit(MOST_PEOPLE))],
        [(one.key, one.name) for one in session.execute(groups)],
    )


def _called(made: Deployed) -> str:
    """What a deployment is called by people: the process that it brings, else its own name."""
    brings = [one for one in made.versions if one.kind == "process"]
    if len(brings) != 1:
        return made.name
    return _("%(name)s, version %(number)d", name=brings[0].name, number=brings[0].version)


def _summary(made: Deployed) -> str:
    kinds = {kind: sum(one.kind == kind for one in made.versions) for kind in ("process", "decision", "form")}
    told = [
        ngettext("%(num)d process", "%(num)d processes", kinds["process"]) if kinds["process"] else "",
        ngettext("%(num)d table", "%(num)d tables", kinds["decision"]) if kinds["decision"] else "",
        ngettext("%(num)d form", "%(num)d forms", kinds["form"]) if kinds["form"] else "",
    ]
    return ", ".join(one for one in told if one)
