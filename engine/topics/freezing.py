"""
Documents of a case: what was put together at one moment, kept under the digest of its content and never changed.

The content is canonical JSON, so the same content is the same document. A
variable that holds the digest may stand among what a signature covers.
"""

from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine.cases import Case
from engine.core import effects as fx
from engine.core.chain import canonical
from engine.core.stuck import Stuck
from engine.running.rows import Context, Rows
from engine.store.base import table_of
from engine.store.records import FrozenDocument

DOCUMENT = table_of(FrozenDocument)
KNOWN = select(DOCUMENT.c.id).where(
    DOCUMENT.c.instance_id == bindparam("case"),
    DOCUMENT.c.name == bindparam("called"),
    DOCUMENT.c.digest == bindparam("of_digest"),
)
LARGEST = 5_000_000
"""Bytes of a document's content."""


def freeze(session: Session, case: Case, effect: fx.CallService, rows: Rows, context: Context) -> dict[str, Any]:
    """
    Keep `content`, a map or a list, under `name`; gives the `document`'s id and its `digest` (SHA-256).

    Raises:
        Stuck: it has no name, or there is nothing that can be kept.
    """
    name, content = str(effect.inputs.get("name") or "").strip(), effect.inputs.get("content")
    if not name:
        raise _stuck(effect, "The document has no name.")
    if not isinstance(content, dict | list) or not content:
        raise _stuck(effect, "Its content is no map and no list, or is empty.")
    written = canonical(content)
    if len(written) > LARGEST or b"\\u0000" in written:
        raise _stuck(effect, "Its content is larger than five million bytes, or holds the sign U+0000.")
    digest = sha256(written).hexdigest()
    pending = rows.new.get("documents", [])
    same = [one["id"] for one in pending if (one["instance_id"], one["name"], one["digest"]) == (case.id, name, digest)]
    known = next(iter(same), None) or session.scalar(KNOWN, {"case": case.id, "called": name, "of_digest": digest})
    if known is None:
        known = context.new_id()
        row = {"id": known, "instance_id": case.id, "element": effect.element, "name": name, "digest": digest}
        rows.add("documents", row | {"content": written, "at": effect.at})
        case.chain.add(
            "document.frozen",
            known,
            {"name": name, "digest": digest, "element": effect.element, "bytes": len(written)},
            by=context.by,
            now=context.now,
            happened_at=effect.at,
            acting_for=context.acting_for,
        )
    return {"document": str(known), "digest": digest}


def _stuck(effect: fx.CallService, why: str) -> Stuck:
    return Stuck(effect.element, effect.topic, why)
