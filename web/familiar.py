"""
Who has signed in at this browser before: a signed cookie that opens nothing.

It says from where an attempt comes, so that wrong passwords from elsewhere do
not close an account to its person at a browser of his own.
"""

import hmac
from secrets import token_hex
from typing import Any

from flask import Response, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from engine.identity.attempts import STRANGERS
from web.services import services

LIFE = 400 * 24 * 3600
"""Seconds: longer no browser keeps a cookie."""

MOST = 8
"""So many people at one browser are told apart from strangers; those who came last."""


def place(person_id: str) -> str:
    """Where this request comes from, for somebody who says that he is this person."""
    kept = _kept()
    return f"browser {kept['id']}" if _mark(person_id) in kept["of"] else STRANGERS


def remember(answer: Response, person_id: str) -> Response:
    """Let this browser know a person who has just signed in at it."""
    kept, secure = _kept(), services().visits.secure
    mark = _mark(person_id)
    kept["of"] = [mark, *(one for one in kept["of"] if one != mark)][:MOST]
    answer.set_cookie(
        _name(), _signer().dumps(kept), max_age=LIFE, secure=secure, httponly=True, samesite="Lax", path="/"
    )
    return answer


def _kept() -> dict[str, Any]:
    try:
        kept: dict[str, Any] = _signer().loads(request.cookies.get(_name(), ""), max_age=LIFE)
    except BadSignature:
        return {"id": token_hex(16), "of": []}
    return kept


def _mark(person_id: str) -> str:
    """Who it was, to be read by nobody else."""
    return hmac.digest(services().visits.key, f"known {person_id}".encode(), "sha256").hex()[:32]


def _name() -> str:
    return "__Host-steward-known" if services().visits.secure else "steward-known"


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(services().visits.key, salt="known browsers")
