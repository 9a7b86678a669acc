"""Is how people are told what the trail says of it?"""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import audit
from engine.outreach.content import digest_of
from engine.store.outreach import ChannelVersion, WishesRow
from engine.store.records import AuditEntry
from engine.verifying.findings import Finding, Told, compared, hidden


def of_platform(session: Session, entries: Sequence[AuditEntry]) -> Iterator[Finding]:
    """What differs from what the chain `platform` says of chat channels, and of how people wish to be told."""
    told: Told = {}
    for entry in entries:
        if entry.verb == "channel.changed" and entry.body:
            body = orjson.loads(entry.body)
            said = {"#": entry.number, "at": entry.recorded_at, "by": entry.actor}
            told[f"{entry.subject} {body['number']}"] = said | {name: body[name] for name in ("id", "digest")}
    rows = {f"{row.key} {row.number}": _channel(row) for row in session.scalars(select(ChannelVersion))}
    yield from compared("channels", audit.PLATFORM, told, rows, hidden(entries, "channel.changed"), len(entries))
    yield from _wishes(session, entries)


def _wishes(session: Session, entries: Sequence[AuditEntry]) -> Iterator[Finding]:
    """What each person has chosen last."""
    told: Told = {}
    for entry in entries:
        if entry.verb == "person.channels_chosen" and entry.body:
            told[entry.subject] = {"#": entry.number, "content": orjson.loads(entry.body)}
    rows = {row.person_id: {"content": row.content} for row in session.scalars(select(WishesRow))}
    yield from compared("wishes", audit.PLATFORM, told, rows, hidden(entries, "person.channels_chosen"), len(entries))


def _channel(row: ChannelVersion) -> dict[str, Any]:
    digest = row.digest if digest_of(row.key, row.content) == row.digest else "altered"
    return {"id": str(row.id), "digest": digest, "at": row.since, "by": row.by}
