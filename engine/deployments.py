"""
Deployments: files become versions, all or none, and wait for a second person's release.

A deployment keeps every file byte for byte. A file that is the same as in the
last released deployment of this name and source makes no new version.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine import audit, bindings, registers, releases
from engine.bindings import bind as bind
from engine.core.problem import Problem
from engine.core.profile import Known, check
from engine.core.translate import TRANSLATOR
from engine.errors import Forbidden, Invalid, Refused
from engine.identity.person import Person
from engine.ids import new_id
from engine.ladders import book
from engine.models.contents import Contents, digests_of, read_contents
from engine.models.deployed import TABLES, Deployed, Version, overview, waiting_roles
from engine.models.planning import Planned, files_before, plan
from engine.releases import release as release
from engine.store.base import table_of
from engine.store.definitions import Deployment, Resource

LONGEST_NAME = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def deploy(
    session: Session,
    files: Mapping[str, bytes],
    *,
    name: str,
    source: str = "",
    by: Person,
    now: datetime,
    at_once: bool = False,
    owner: str | None = None,
    dry_run: bool = False,
) -> Deployed:
    """
    Hand in diagrams, tables, forms and whatever else belongs to them.

    Args:
        files: bytes by file name; the suffix says what a file is.
        name: under which the same files are handed in again.
        at_once: whether it is released in the same act (a setting of the installation).
        owner: with `at_once`, who owns the processes; the deployer where None.
        dry_run: say what would happen, and change nothing.

    Raises:
        Forbidden: `by` does not manage the platform.
        Invalid: there is no file, or a name cannot be used.
        Refused: with every problem of every file; nothing was deployed.
    """
    must_deploy(by)
    _check_names(files, name, source)
    if not dry_run:
        audit.extend(session, audit.PLATFORM)  # One deployment at a time, so that version numbers follow one another.
    before = files_before(session, name, source)
    same = [before[file] for file, sha in digests_of(files).items() if file in before and before[file].sha256 == sha]
    if len(same) == len(files):
        newest = max(same, key=lambda one: one.deployed_at).deployment_id
        found = overview(session, newest, is_new=False)
        waits = at_once and not dry_run and found.status == "waiting"
        return releases.release(session, newest, owner=owner or by.id, at_once=True, by=by, now=now) if waits else found
    warnings = _judge(session, files)
    contents = read_contents(files)
    _refuse(contents.problems)
    planned = plan(session, contents, before)
    if dry_run:
        return _previewed(files, planned, warnings, name=name, source=source, by=by, now=now)
    deployment_id = _write(session, files, contents, planned, warnings, name=name, source=source, by=by, now=now)
    if at_once:
        return releases.release(session, deployment_id, owner=owner or by.id, at_once=True, by=by, now=now)
    return overview(session, deployment_id)


def must_deploy(by: Person) -> None:
    """
    Refuse whoever does not deploy.

    Raises:
        Forbidden: `by` is no administrator of the platform.
    """
    if not by.platform_admin:
        raise Forbidden(f"{by.name} may not deploy.", "Ask an administrator of the platform.")


def _check_names(files: Mapping[str, bytes], name: str, source: str) -> None:
    problems = {}
    if not files:
        problems["files"] = "A deployment needs at least one file."
    if not name.strip() or _unfit(name):
        problems["name"] = f"A deployment needs a name of at most {LONGEST_NAME} signs, all of which can be printed."
    if _unfit(source):
        problems["source"] = f"A source has at most {LONGEST_NAME} signs, all of which can be printed."
    for file in files:
        if not file.strip(" .") or _unfit(file):
            problems["files"] = f"{file[:50]!r} cannot be the name of a file."
    if problems:
        raise Invalid(" ".join(problems.values()), problems)


def _unfit(name: str) -> bool:
    return len(name) > LONGEST_NAME or bool(_CONTROL.search(name))


def _judge(session: Session, files: Mapping[str, bytes]) -> list[Problem]:
    """Refuse what the profile refuses, and give back what it only warns of."""
    keys = {kind: frozenset(session.execute(select(table.key).distinct()).scalars()) for kind, table in TABLES.items()}
    known = Known(
        processes=keys["process"],
        decisions=keys["decision"],
        forms=keys["form"],
        people=bindings.everybody(session),
        groups=frozenset(bindings.group_names(session)),
        ladders=book.keys(session),
        registers=frozenset(one.definition.key for one in registers.all_registers(session)),
    )
    problems = check(files, known)
    _refuse(problems)
    return list(problems)


def _refuse(problems: Sequence[Problem]) -> None:
    errors = sum(problem.severity == "error" for problem in problems)
    if errors:
        why = f"{errors} problem{'s' if errors > 1 else ''} must be solved first; nothing was deployed."
        raise Refused(why, {"problems": [asdict(problem) for problem in problems]})


def _write(
    session: Session,
    files: Mapping[str, bytes],
    contents: Contents,
    planned: Sequence[Planned],
    warnings: Sequence[Problem],
    *,
    name: str,
    source: str,
    by: Person,
    now: datetime,
) -> UUID:
    deployment_id = new_id()
    about = {"id": deployment_id, "name": name, "source": source, "status": "waiting", "at_once": False}
    since = {"deployed_at": now, "deployed_by": by.id, "warnings": [asdict(one) for one in warnings]}
    session.execute(insert(table_of(Deployment)), [about | since])
    resources = {file: new_id() for file in files}
    rows = [
        {"id": resources[file], "deployment_id": deployment_id, "name": file, "sha256": digest, "data": files[file]}
        for file, digest in contents.digests.items()
    ]
    session.execute(insert(table_of(Resource)), rows)
    for one in planned:
        definition_id = _write_version(session, one, deployment_id, resources[one.thing.file])
        if one.bindings:
            bindings.put(session, definition_id, one.bindings, now)
    said = {
        "name": name,
        "source": source,
        "files": {file: digest.hex() for file, digest in contents.digests.items()},
        "versions": [[one.thing.kind, one.thing.key, one.version, one.thing.file] for one in planned],
        "translated": {one.thing.key: sha256(one.thing.translated).hexdigest() for one in planned if one.thing.model},
    }
    audit.append(session, audit.PLATFORM, "deployment.made", deployment_id, said, by=by, now=now)
    return deployment_id


def _write_version(session: Session, planned: Planned, deployment_id: UUID, resource_id: UUID) -> UUID:
    thing, version_id = planned.thing, new_id()
    row: dict[str, Any] = {
        "id": version_id,
        "deployment_id": deployment_id,
        "resource_id": resource_id,
        "key": thing.key,
        "version": planned.version,
        "version_tag": thing.version_tag,
    }
    if thing.kind != "form":
        row["name"] = thing.name
    if thing.kind == "process":
        row |= {"translated": thing.translated, "translator": TRANSLATOR, "suspended_at": None}
    session.execute(insert(table_of(TABLES[thing.kind])), [row])
    return version_id


def _previewed(
    files: Mapping[str, bytes],
    planned: Sequence[Planned],
    warnings: Sequence[Problem],
    *,
    name: str,
    source: str,
    by: Person,
    now: datetime,
) -> Deployed:
    """What a deployment would be."""
    return Deployed(
        id=None,
        name=name,
        source=source,
        status="waiting",
        deployed_at=now,
        deployed_by=by.id,
        files=tuple(files),
        versions=tuple(_preview(one) for one in planned),
        warnings=tuple(asdict(one) for one in warnings),
    )


def _preview(planned: Planned) -> Version:
    thing, held = planned.thing, {role: who for role, (who, _) in planned.bindings.items()}
    return Version(
        kind=thing.kind,
        id=None,
        key=thing.key,
        version=planned.version,
        name=thing.name,
        file=thing.file,
        version_tag=thing.version_tag,
        bindings=held,
        open_roles=waiting_roles(thing.model, held) if thing.model else {},
    )
