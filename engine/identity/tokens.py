"""
Tokens: a program's way in, in a person's name, for a while and for certain things only.

A secret reads `stw_PREFIX_SECRET` and is shown once; only its SHA-256 is kept.
It holds 256 bits of chance, so no slow hash is needed.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.orm import Session

from engine import audit
from engine.errors import Forbidden, Invalid, NotFound
from engine.hot import Hot, together
from engine.identity import notices, people
from engine.identity.person import Person
from engine.ids import new_id, new_secret
from engine.store.base import table_of
from engine.store.people import Token

SCOPES = ("read", "work", "deploy", "admin")
LIFE = timedelta(days=30)
LONGEST_LIFE = timedelta(days=366)
USED_AGAIN_AFTER = timedelta(minutes=1)
"""How exactly `last_used_at` is kept: more would write with every request."""

TOKEN = table_of(Token)
BY_DIGEST = Hot(
    select(Token.id, Token.person_id, Token.scopes, Token.last_used_at).where(
        Token.digest == bindparam("digest"), Token.expires_at > bindparam("now"), text("tokens.revoked_at IS NULL")
    )
)
ITS_PERSON = people.asking_for(select(Token.person_id).where(Token.digest == bindparam("digest")).scalar_subquery())
USED = update(TOKEN).where(TOKEN.c.id == bindparam("token_id")).values(last_used_at=bindparam("moment"))


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A new token; `secret` is never shown again."""

    id: UUID
    person_id: str
    name: str
    prefix: str
    secret: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime


def issue(
    session: Session,
    *,
    name: str,
    scopes: Collection[str] = (),
    expires_at: datetime | None = None,
    life: timedelta = LIFE,
    by: Person,
    now: datetime,
) -> Issued:
    """
    A new token in one's own name, of which its person is told by mail. Nobody makes tokens for others.

    Raises:
        Invalid: a scope or a moment cannot be.
        Forbidden: `by` has no use for a scope: only administrators deploy and manage people, auditors only read.
    """
    wanted = _scopes(by, scopes)
    until = expires_at or now + life
    if not now < until <= now + LONGEST_LIFE:
        raise Invalid("A token ends at some time within a year.", {"expires_at": "Between now and a year from now."})
    if not name.strip():
        raise Invalid("A token needs a name.", {"name": "Say which program or machine uses it."})
    prefix, chance = new_secret(4), new_secret(32)
    secret = f"stw_{prefix}_{chance}"
    issued = Issued(
        id=new_id(),
        person_id=by.id,
        name=name.strip(),
        prefix=f"stw_{prefix}",
        secret=secret,
        scopes=wanted,
        created_at=now,
        expires_at=until,
    )
    row = {key: value for key, value in vars(issued).items() if key != "secret"}
    row |= {"digest": _digest(secret), "scopes": list(wanted), "last_used_at": None, "revoked_at": None}
    session.execute(insert(TOKEN), [row])
    said = {"name": issued.name, "prefix": issued.prefix, "scopes": list(wanted), "expires_at": until}
    audit.append(session, audit.PLATFORM, "token.issued", issued.id, said, by=by, now=now)
    notices.tell(session, by.id, "token_made", event=f"token_made:{issued.id}", now=now)
    return issued


def verify(session: Session, secret: str, *, now: datetime, note: bool = True) -> tuple[Person, frozenset[str]] | None:
    """
    Who speaks with this secret, and what for; None when it is unknown, ended, revoked, or its person has left.

    Args:
        note: write when it was last used, at most once a minute; otherwise it only reads.
    """
    digest = {"digest": _digest(secret)}
    tokens, person = together(session, [(BY_DIGEST, [digest | {"now": now}]), (ITS_PERSON, [digest])])
    found, who = next(iter(tokens), None), people.made(session, person)
    if found is None or who is None:
        return None
    if note and (found.last_used_at is None or now - found.last_used_at >= USED_AGAIN_AFTER):
        session.execute(USED, {"token_id": found.id, "moment": now})
    return who, frozenset(found.scopes) & frozenset(scopes_of(who))


def revoke(session: Session, token_id: UUID, *, by: Person, now: datetime) -> None:
    """
    Make a token void at once. Doing so twice is no error.

    Raises:
        NotFound: there is no such token, or it is another person's and `by` does not manage people.
    """
    query = select(Token.person_id, Token.prefix, Token.revoked_at).where(Token.id == token_id)
    found = session.execute(query.with_for_update()).one_or_none()
    if found is None or (found.person_id != by.id and not by.platform_admin):
        raise NotFound("token", str(token_id))
    if found.revoked_at is None:
        session.execute(update(TOKEN).where(TOKEN.c.id == token_id).values(revoked_at=now))
        said = {"prefix": found.prefix, "person": found.person_id}
        audit.append(session, audit.PLATFORM, "token.revoked", token_id, said, by=by, now=now)


def _scopes(by: Person, wanted: Collection[str]) -> tuple[str, ...]:
    if strange := sorted(set(wanted) - set(SCOPES)):
        raise Invalid(f"There is no scope {strange[0]}. Scopes are {', '.join(SCOPES)}.", {"scopes": strange})
    of_use = scopes_of(by)
    if beyond := sorted(set(wanted) - set(of_use)):
        raise Forbidden(f"{by.name} has no use for the scope {beyond[0]}.", f"Ask for {', '.join(of_use)} at most.")
    return tuple(scope for scope in of_use if scope in wanted or not wanted)


def scopes_of(who: Person) -> tuple[str, ...]:
    """The scopes that a person's rights can fill: auditors only read, and only administrators manage people."""
    if who.auditor:
        return ("read",)
    return SCOPES if who.platform_admin else ("read", "work", "deploy")


def _digest(secret: str) -> bytes:
    return sha256(secret.encode(errors="replace")).digest()
