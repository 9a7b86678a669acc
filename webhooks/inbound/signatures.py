"""
Did it come from whom the hook trusts?

Standard Webhooks 1.0: HMAC-SHA256 over id, moment and body; several signatures
while a secret is rotated. For senders that cannot sign so: a bearer token
(RFC 6750), or a plain HMAC of the body. The moment is held against the
product's clock, never the machine's.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import ClassVar

from standardwebhooks import Webhook

from engine.errors import Rejected
from engine.hooks.content import Hook

KEPT = ("content-type", "webhook-id", "webhook-timestamp")
"""Headers that are kept with what came in. No signature and no token is."""

LONGEST = 2_000
MOST = 20
"""Signatures that one header may carry."""


@dataclass
class SignatureMissing(Rejected):
    """What came in is not signed as the hook asks."""

    code: ClassVar[str] = "signature-missing"
    status: ClassVar[int] = 401
    why: str

    def __str__(self) -> str:
        return self.why


@dataclass
class SignatureWrong(Rejected):
    """No secret of the hook gives this signature."""

    code: ClassVar[str] = "signature-wrong"
    status: ClassVar[int] = 401

    def __str__(self) -> str:
        return "The signature is not that of any secret of this hook."


@dataclass
class SignatureStale(Rejected):
    """What came in was signed too long ago, or for a moment to come."""

    code: ClassVar[str] = "signature-stale"
    status: ClassVar[int] = 401
    tolerance: int

    def __str__(self) -> str:
        return f"The signed moment differs from this server's clock by more than {self.tolerance} seconds."


def must_be_signed(
    hook: Hook, body: bytes, headers: Mapping[str, str], secrets: Sequence[str], *, now: datetime
) -> None:
    """
    Let pass what was signed with one of `secrets`, as the hook asks.

    Args:
        headers: by lower-case name.

    Raises:
        SignatureMissing, SignatureWrong, SignatureStale: it was not.
    """
    if hook.signature == "standard":
        _standard(hook, body, headers, secrets, now)
    elif hook.signature == "bearer":
        kind, _, token = _header(headers, "authorization").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise SignatureMissing("Send the secret as `Authorization: Bearer SECRET`.")
        _must_match([token.strip()], secrets)
    else:
        given = _header(headers, hook.header.lower()).rpartition("=")[2].lower()
        _must_match([given], [hmac.new(secret.encode(), body, sha256).hexdigest() for secret in secrets])


def _standard(hook: Hook, body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> None:
    id_, moment, given = (_header(headers, f"webhook-{name}") for name in ("id", "timestamp", "signature"))
    if not (moment.isascii() and moment.isdecimal() and len(moment) <= 12):
        raise SignatureMissing("The header webhook-timestamp holds whole seconds since 1970.")
    signed_at = datetime.fromtimestamp(0, UTC) + timedelta(seconds=int(moment))
    try:
        text = body.decode()
        wanted = [Webhook(secret).sign(id_, signed_at, text) for secret in secrets]
    except ValueError as error:
        raise SignatureWrong from error
    _must_match(given.split(" ")[:MOST], wanted)
    if abs(now - signed_at) > timedelta(seconds=hook.tolerance):
        raise SignatureStale(hook.tolerance)


def _must_match(given: Sequence[str], wanted: Sequence[str]) -> None:
    """Compare each with each, in a time that tells nothing."""
    found = [hmac.compare_digest(one.encode(), other.encode()) for one in given for other in wanted]
    if not any(found):
        raise SignatureWrong


def _header(headers: Mapping[str, str], name: str) -> str:
    found = headers.get(name, "")
    if not found or len(found) > LONGEST:
        raise SignatureMissing(f"The header {name} is missing or too long.")
    return found
