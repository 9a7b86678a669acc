"""Are hooks and subscriptions, their secrets, and what came in, what the trail says?"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import audit
from engine.hooks.content import digest_of
from engine.store.hooks import HookEvent, HookReceipt, HookVersion, Sample, Secret
from engine.store.public import WayVersion
from engine.store.records import AuditEntry
from engine.store.subscriptions import SubscriptionVersion
from engine.verifying.findings import Finding, Told, compared, hidden

PREFIX = "hook:"
VERSIONS: dict[str, Any] = {
    "hook.changed": HookVersion,
    "subscription.changed": SubscriptionVersion,
    "way.changed": WayVersion,
}
"""The tables whose rows are versions, by the verb that the trail has for a new one."""


def of_platform(session: Session, entries: Sequence[AuditEntry]) -> Iterator[Finding]:
    """What differs from what the chain `platform` says of hooks, subscriptions and secrets."""
    versions: dict[str, Told] = {verb: {} for verb in VERSIONS}
    secrets: Told = {}
    for entry in entries:
        if entry.verb in VERSIONS and entry.body:
            body = orjson.loads(entry.body)
            said = _said(entry, body, "id", "digest") | {"by": entry.actor}
            versions[entry.verb][f"{entry.subject} {body['number']}"] = said
        elif entry.verb == "secret.rotated" and entry.body:
            body = orjson.loads(entry.body)
            _rotate(secrets, entry, body)
        elif entry.verb == "secret.ended":
            _end(secrets, entry)
    for verb, table in VERSIONS.items():
        rows = {f"{row.key} {row.number}": _version(row) for row in session.scalars(select(table))}
        gone = hidden(entries, verb)
        yield from compared(table.__tablename__, audit.PLATFORM, versions[verb], rows, gone, len(entries))
    kept = {str(row.id): _secret(row) for row in session.scalars(select(Secret))}
    if not hidden(entries, "secret.rotated"):  # Each rotation moves the ends of those before.
        yield from compared("secrets", audit.PLATFORM, secrets, kept, frozenset(), len(entries))


def of_hook(session: Session, chain: str, entries: Sequence[AuditEntry]) -> Iterator[Finding]:
    """What differs from what the chain of a hook says, which itself holds."""
    if not chain.startswith(PREFIX):
        return
    key, told = chain.removeprefix(PREFIX), dict[str, Told](hook_receipts={}, hook_events={}, samples={})
    for entry in entries:
        if entry.body:
            _tell(told, entry, orjson.loads(entry.body))
    rows = {
        "hook_receipts": {
            str(row.id): _receipt(row) for row in session.scalars(select(HookReceipt).where(HookReceipt.hook == key))
        },
        "hook_events": {
            row.identity: _event(row) for row in session.scalars(select(HookEvent).where(HookEvent.hook == key))
        },
        "samples": {str(row.id): _sample(row) for row in session.scalars(select(Sample).where(Sample.hook == key))},
    }
    gone = hidden(entries)
    for table, found in rows.items():
        yield from compared(table, chain, told[table], found, gone, len(entries))


def _tell(told: dict[str, Told], entry: AuditEntry, body: dict[str, Any]) -> None:
    if entry.verb == "hook.received":
        told["hook_receipts"][entry.subject] = _said(entry, body, "sha256", "version", "headers")
    elif entry.verb == "sample.taken":
        told["samples"][entry.subject] = {"#": entry.number, **body}
    else:
        outcome = entry.verb.removeprefix("hook.")
        said = _said(entry, body, "key", "instance_id", "why", "receipt") | {"outcome": outcome}
        told["hook_events"][entry.subject] = said


def _rotate(secrets: Told, entry: AuditEntry, body: dict[str, Any]) -> None:
    """A new secret has no end; the one before ends after the overlap, and none before that is valid any longer."""
    for said in secrets.values():
        if said["owner"] != entry.subject:
            continue
        if said["until"] is None:
            said["until"] = entry.recorded_at.timestamp() + body["overlap"]
        elif said["until"] > entry.recorded_at.timestamp():
            said["until"] = entry.recorded_at.timestamp()
        said["#"] = entry.number
    secrets[body["id"]] = _said(entry, body, "digest") | {"owner": entry.subject, "until": None, "by": entry.actor}


def _end(secrets: Told, entry: AuditEntry) -> None:
    """No secret of this owner is valid any longer."""
    ended = entry.recorded_at.timestamp()
    for said in secrets.values():
        if said["owner"] == entry.subject and (said["until"] is None or said["until"] > ended):
            said |= {"until": ended, "#": entry.number}


def _said(entry: AuditEntry, body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {"#": entry.number, "at": entry.recorded_at, **{name: body[name] for name in names}}


def _version(row: Any) -> dict[str, Any]:
    digest = row.digest if digest_of(row.key, row.content) == row.digest else "altered"
    return {"id": str(row.id), "digest": digest, "at": row.since, "by": row.by}


def _secret(row: Secret) -> dict[str, Any]:
    until = None if row.until is None else row.until.timestamp()
    return {
        "digest": sha256(row.locked).hexdigest(),
        "at": row.since,
        "owner": row.owner,
        "until": until,
        "by": row.by,
    }


def _receipt(row: HookReceipt) -> dict[str, Any]:
    digest = row.sha256.hex() if sha256(row.body).digest() == row.sha256 else "altered"
    return {"sha256": digest, "version": row.version, "headers": row.headers, "at": row.at}


def _event(row: HookEvent) -> dict[str, Any]:
    case = None if row.instance_id is None else str(row.instance_id)
    said = {"key": row.key, "why": row.why, "outcome": row.outcome, "at": row.at}
    return said | {"instance_id": case, "receipt": str(row.receipt_id)}


def _sample(row: Sample) -> dict[str, Any]:
    return {
        "subject": row.subject,
        "name": row.name,
        "part": row.part,
        "value": row.value,
        "limit_value": row.limit_value,
        "at": row.at.isoformat(),
        "model_version": row.model_version,
        "breach": row.breach,
        "instance_id": None if row.instance_id is None else str(row.instance_id),
    }
