"""Are people, groups, deployments and bindings what the platform's trail says of them?"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.identity.factors import digest_of
from engine.store.accounts import RecoveryCode, SecondFactor
from engine.store.definitions import Binding, CalendarRow, DecisionRow, DefinitionRow, Deployment, FormRow, Resource
from engine.store.people import GroupRow, MandateRow, Membership, PersonRow, RoleWish
from engine.store.records import AuditEntry
from engine.verifying import absence, ladders
from engine.verifying.findings import Finding
from engine.verifying.told import Known, Things, compared, finding

TABLES: Mapping[str, tuple[str, Any]] = {
    "process": ("definitions", DefinitionRow),
    "decision": ("decisions", DecisionRow),
    "form": ("forms", FormRow),
}


def of_platform(session: Session, entries: Sequence[AuditEntry]) -> Iterator[Finding]:
    """
    What differs from what the chain `platform` says, which itself holds.

    Of whatever an erased entry spoke, nothing is compared.
    """
    known, hidden = Known(), {entry.subject for entry in entries if entry.body is None}
    for entry in entries:
        if entry.body is not None:
            _tell(known, entry, orjson.loads(entry.body))
    for table, rows in _stored(session, known).items():
        yield from compared(table, rows, known, hidden, len(entries))
    yield from _contents(session, known)
    yield from ladders.of_platform(session, entries)
    yield from absence.against(session, entries)


def _tell(known: Known, entry: AuditEntry, body: dict[str, Any]) -> None:
    told = TOLD.get(entry.verb)
    if told:
        told(known, entry, body)


def _person_created(known: Known, entry: AuditEntry, body: dict[str, Any]) -> None:
    known.put("people", entry.subject, body | {"active": True, "ended_at": None, "password": None}, entry.number)


def _person_changed(known: Known, entry: AuditEntry, body: dict[str, Any]) -> None:
    known.put("people", entry.subject, {key: value["after"] for key, value in body.items()}, entry.number)


def _person_ended(known: Known, entry: AuditEntry, _body: dict[str, Any]) -> None:
    known.put("people", entry.subject, {"active": False, "ended_at": entry.recorded_at, "password": None}, entry.number)
    for key in [key for key in known.of("memberships") if key[1] == entry.subject]:
        known.drop("memberships", key, entry.number)
    if entry.subject in known.of("second_factors"):
        known.drop("second_factors", entry.subject, entry.number)


def _password_set(known: Known, entry: AuditEntry, body: dict[str, Any]) -> None:
    if "digest" in body:
        known.put("people", entry.subject, {"password": body["digest"]}, entry.number)


def _factor_on(known: Known, entry: AuditEntry, body: dict[str, Any]) -> None:
    known.put("second_factors", entry.subject, {"secret": body["digest"]}, entry.number)


def _factor_off(known: Known, entry: AuditEntry, _body: dict[str, Any]) -> None:
    known.drop("second_factors", entry.subject, entry.number)


def _codes_made(known: Known, entry: AuditEntry, body: dict[str, Any]) -> None:
    known.put("second_factors", entry.subject, {"codes": body["digest"], "left": body["left"]}, entry.number)


def _code_used(known: Known, entry: AuditEntry, body: dict[str, Any]) -> None:
    known.put("second_factors", entry.subject, {"left": body["left"]}, entry.number)


def _group_created(known: Known, entry: AuditEntry, body: dict[str, Any]) -> None:
    known.put("groups", entry.subject, body, entry.number)


def _group_changed(known: Known, entry: AuditEntry, body: dict[str, Any]) -> None:
    known.put("groups", entry.subject, body["after"], entry.number)


def _group_joined(known: Known, entry: AuditEntry, body: dict[str, Any]) -> None:
    """A new lead or deputy takes the place of the one before, who stays a member."""
    standing = body["after"]
    for (group, person), said in list(known.of("memberships").items()):
        if standing != "member" and (group, said["standing"]) == (entry.subject, standing):
            known.put("memberships", (group, person), {"standing": "member"}, entry.number)
    until = {"until": _day(body["until"])} if "until" in body else {}
    known.put("memberships", (entry.subject, body["person"]), {"standing": standing} | until, entry.number)


def _group_left(known: Known, entry: AuditEntry, body: dict[str, Any]) -> None:
    known.drop("memberships", (entry.subject, body["person"]), entry.number)


def _role_asked(known: Known, entry: AuditEntry, body: dict[str, Any]) -> None:
    said = {"group_key": entry.subject, "person_id": body["person"], "until": _day(body["until"])}
    said |= {name: body[name] for name in ("standing", "reason")} | {"asked_by": entry.actor}
    undecided = {"decided_by": None, "agreed": None, "answer": ""}
    known.put("role_wishes", body["wish"], said | {"asked_at": entry.recorded_at} | undecided, entry.number)


def _role_answered(known: Known, entry: AuditEntry, body: dict[str, Any]) -> None:
    said = {"decided_by": entry.actor, "decided_at": entry.recorded_at}
    said |= {"agreed": body["agreed"], "answer": body["reason"]}
    known.put("role_wishes", body["wish"], said, entry.number)


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def _deployed(known: Known, entry: AuditEntry, body: dict[str, Any]) -> None:
    made = {"deployed_by": entry.actor, "deployed_at": entry.recorded_at, "status": "waiting", "at_once": False}
    said = {"name": body["name"], "source": body["source"], "owner": None, "released_by": None, "released_at": None}
    known.put("deployments", entry.subject, made | said, entry.number)
    for file, digest in body["files"].items():
        known.put("resources", (entry.subject, file), {"sha256": digest}, entry.number)
    for kind, key, version, file in body["versions"]:
        runs = {"file": file} | ({"translated": body["translated"][key]} if kind == "process" else {})
        table = TABLES[kind][0]
        known.put(table, (entry.subject, key, version), runs, entry.number)


def _released(known: Known, entry: AuditEntry, body: dict[str, Any]) -> None:
    by = {"released_by": entry.actor, "released_at": entry.recorded_at, "status": "released"}
    known.put("deployments", entry.subject, by | {name: body[name] for name in ("owner", "at_once")}, entry.number)
    for process, roles in body["bindings"].items():
        for role, who in roles.items():
            known.put("bindings", (entry.subject, process, role), {"who": who}, entry.number)


def _handed_over(known: Known, entry: AuditEntry, body: dict[str, Any]) -> None:
    """Another owner. The release stays the entry that spoke of the rest."""
    known.of("deployments").setdefault(entry.subject, {})["owner"] = body["owner"]["after"]


def _bound(known: Known, entry: AuditEntry, body: dict[str, Any]) -> None:
    known.put("rebound", (entry.subject, body["role"]), {"who": body["after"]}, entry.number)


def _calendar(known: Known, entry: AuditEntry, _body: dict[str, Any]) -> None:
    known.put("calendars", entry.subject, {}, entry.number)


def _mandate(known: Known, entry: AuditEntry, body: dict[str, Any]) -> None:
    moments = {
        name: datetime.fromisoformat(body[name]) if body[name] else None for name in ("since", "until", "ends_at")
    }
    known.put("mandates", entry.subject, moments | {"processes": body["processes"]}, entry.number)


TOLD: Mapping[str, Any] = {
    "person.created": _person_created,
    "person.changed": _person_changed,
    "person.ended": _person_ended,
    "person.password_set": _password_set,
    "person.second_factor_on": _factor_on,
    "person.second_factor_off": _factor_off,
    "person.recovery_codes_made": _codes_made,
    "person.recovery_code_used": _code_used,
    "group.created": _group_created,
    "group.changed": _group_changed,
    "group.joined": _group_joined,
    "group.left": _group_left,
    "role.asked": _role_asked,
    "role.answered": _role_answered,
    "mandate.given": _mandate,
    "deployment.made": _deployed,
    "deployment.released": _released,
    "deployment.handed_over": _handed_over,
    "binding.changed": _bound,
    "calendar.adopted": _calendar,
}


def _stored(session: Session, known: Known) -> dict[str, Things]:
    """What the tables say, under the keys under which the trail speaks of it."""
    people = {row.id: _row(row) for row in session.scalars(select(PersonRow))}
    for row in people.values():
        row["password"] = sha256(row["password"].encode()).hexdigest() if row["password"] else None
    named = select(Resource.id, Resource.deployment_id, Resource.name)
    files = {row.id: (row.deployment_id, row.name) for row in session.execute(named)}
    versions = {
        name: {
            (str(row.deployment_id), row.key, row.version): _row(row) | {"file": _file(row, files)}
            for row in session.scalars(select(table))
        }
        for name, table in TABLES.values()
    }
    for row in versions["definitions"].values():
        row["translated"] = sha256(row["translated"]).hexdigest()
    return {
        "people": people,
        "groups": {row.key: _row(row) for row in session.scalars(select(GroupRow))},
        "memberships": {(row.group_key, row.person_id): _row(row) for row in session.scalars(select(Membership))},
        "role_wishes": {str(row.id): _row(row) for row in session.scalars(select(RoleWish))},
        "mandates": {row.person_id: _row(row) for row in session.scalars(select(MandateRow))},
        "second_factors": _factors(session),
        "deployments": {str(row.id): _row(row) for row in session.scalars(select(Deployment))},
        **versions,
        "bindings": _bindings(session, known),
    }


def _factors(session: Session) -> Things:
    """Second factors that are on: their secrets as they lie locked, and the recovery codes with how many are left."""
    codes: dict[str, list[Any]] = {}
    for row in session.scalars(select(RecoveryCode)):
        codes.setdefault(row.person_id, []).append(row)
    return {
        row.person_id: {
            "secret": sha256(row.locked).hexdigest(),
            "codes": digest_of(one.digest for one in codes.get(row.person_id, ())),
            "left": sum(one.used_at is None for one in codes.get(row.person_id, ())),
        }
        for row in session.scalars(select(SecondFactor).where(SecondFactor.confirmed_at.is_not(None)))
    }


def _file(row: Any, files: Mapping[UUID, tuple[UUID, str]]) -> str | None:
    """The file that a version is read from, if it is one of its own deployment."""
    deployment, name = files.get(row.resource_id, (None, ""))
    return name if deployment == row.deployment_id else None


def _bindings(session: Session, known: Known) -> Things:
    """The bindings of what is released; what was changed since is moved to where the release speaks of it."""
    query = select(Binding, DefinitionRow.deployment_id, DefinitionRow.key).join(
        DefinitionRow, DefinitionRow.id == Binding.definition_id
    )
    found: Things = {}
    for row, deployment, process in session.execute(query):
        place = (str(deployment), process, row.role)
        if known.of("deployments").get(str(deployment), {}).get("status") != "released":
            continue
        found[place] = {"who": row.who}
        changed = (str(row.definition_id), row.role)
        at = known.number.get(("rebound", changed), 0)
        if at > known.number.get(("deployments", str(deployment)), 0):
            known.put("bindings", place, known.of("rebound")[changed], at)
    return found


def _contents(session: Session, known: Known) -> Iterator[Finding]:
    """Files and calendars, byte for byte."""
    query = select(Resource.deployment_id, Resource.name, Resource.sha256, Resource.data)
    rows = {(str(row.deployment_id), row.name): row for row in session.execute(query)}
    told = known.of("resources")
    for key in sorted(told.keys() | rows.keys()):
        number, row = known.number.get(("resources", key), 0), rows.get(key)
        if row is None:
            yield finding("missing", number, "resources", f"The file {key[1]} is missing.")
        elif key not in told:
            yield finding("inserted", number, "resources", f"The trail knows no file {key[1]} in {key[0]}.")
        elif not sha256(row.data).hexdigest() == row.sha256.hex() == told[key]["sha256"]:
            yield finding("altered", number, "resources", f"The file {key[1]} was altered.")
    bodies = dict(session.execute(select(CalendarRow.digest, CalendarRow.body)).all())
    for digest in sorted(known.of("calendars").keys() | bodies.keys()):
        number, body = known.number.get(("calendars", digest), 0), bodies.get(digest)
        if body is None or sha256(body).hexdigest() != digest:
            kind = "missing" if body is None else "altered"
            yield finding(kind, number, "calendars", f"The calendar {digest} is {kind}.")


def _row(row: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}
