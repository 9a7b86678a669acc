"""Problem documents (RFC 9457): every answer of 400 and above, with a stable `code` and a sentence."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any, ClassVar
from uuid import UUID

import orjson
import structlog
from flask import Flask, Response, request
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException

from engine.errors import Again, Invalid, Rejected, StewardError, WrongProof

MEDIA_TYPE = "application/problem+json"
NOTHING_HERE = "There is nothing at this address, or you may not see it."
UNKEPT = "Something in this is too long or too large to be kept, or holds a sign that cannot be. Nothing was changed."
LIMIT_EXCEEDED = "54"
"""The class of PostgreSQL's codes for what has no room, such as a text of 10,000 signs in an index."""
TOLD_ELSEWHERE = {"record", "keeps", "problems", "why"}
CODES = {
    400: "malformed",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    408: "too-slow",
    411: "length-required",
    413: "too-large",
    415: "unsupported-media-type",
    422: "invalid",
    429: "too-many-attempts",
    431: "headers-too-large",
    503: "try-again",
}


@dataclass
class Unauthenticated(Rejected):
    """The request carries no token, or one that is wrong, expired or revoked."""

    code: ClassVar[str] = "unauthenticated"
    status: ClassVar[int] = 401

    def __str__(self) -> str:
        return "Send a valid token as `Authorization: Bearer TOKEN`; `POST /api/v1/tokens` trades a password for one."


@dataclass
class SignedOut(Rejected):
    """Nobody has signed in at this browser, or not lately."""

    code: ClassVar[str] = "signed-out"
    status: ClassVar[int] = 401

    def __str__(self) -> str:
        return "You are signed out. Sign in again in another tab, then send this once more: what you typed is here."


@dataclass
class SignInFailed(Rejected):
    """The name or the password is wrong, or was wrong too often."""

    code: ClassVar[str] = "sign-in-failed"
    status: ClassVar[int] = 401
    why: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.why} {self.remedy}".strip()

    @classmethod
    def of(cls, error: WrongProof) -> "SignInFailed":
        """The same refusal, for whoever has not signed in yet."""
        return cls(error.why, error.remedy, keeps=error.keeps)


@dataclass
class ScopeMissing(Rejected):
    """The token may not do this, whatever its person may do."""

    code: ClassVar[str] = "scope-missing"
    status: ClassVar[int] = 403
    scope: str

    def __str__(self) -> str:
        return f"This token lacks the scope {self.scope}."


@dataclass
class KeyReused(Rejected):
    """The idempotency key was used before, for another request."""

    code: ClassVar[str] = "idempotency-key-reused"
    status: ClassVar[int] = 422

    def __str__(self) -> str:
        return "This Idempotency-Key was used for another request. Use a new key for each request."


def register(app: Flask) -> None:
    """Let every error of `app` be answered by a problem document."""
    app.register_error_handler(StewardError, of_error)
    app.register_error_handler(HTTPException, of_http)
    app.register_error_handler(OperationalError, of_lost_database)
    app.register_error_handler(DataError, of_lost_database)
    app.register_error_handler(Exception, of_accident)


def of_error(error: StewardError) -> Response:
    """The document of an error of ours."""
    if error.status >= 500:
        structlog.get_logger().error("broken", code=error.code, path=request.path, exc_info=error)
    headers = {"WWW-Authenticate": 'Bearer realm="Steward"'} if error.status == 401 else {}
    headers |= {"Retry-After": "1"} if error.status == 503 else {}
    return document(error.status, error.code, str(error), _facts(error), headers)


def of_http(error: HTTPException) -> Response:
    """The document of an error that the web framework raised, with its headers (such as `Allow`)."""
    status = error.code or 500
    said = getattr(error, "data", None) or {}
    code = CODES.get(status, "error" if status >= 500 else "malformed")
    found = [part for place in (said.get("messages") or {}).values() for part in flat(place)]
    usual = NOTHING_HERE if status == 404 else error.description or error.name
    detail = said.get("message") or ("What was sent does not hold." if found else usual)
    headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return document(status, code, detail, {"errors": dict(found)} if found else {}, headers)


def of_lost_database(error: OperationalError | DataError) -> Response:
    """The document of a database that does not answer, or has no room for what was sent."""
    if is_unkept(error):
        return of_unkept(error)
    structlog.get_logger().error("database", path=request.path, exc_info=error)
    return of_error(Again("The database does not answer; please try again."))


def is_unkept(error: DBAPIError) -> bool:
    """Whether the database answered well enough, and only has no room for a text or a number that it was given."""
    return isinstance(error, DataError) or str(getattr(error.orig, "sqlstate", "")).startswith(LIMIT_EXCEEDED)


def of_unkept(error: DBAPIError) -> Response:
    """The document of a text or a number that no database keeps."""
    structlog.get_logger().warning("unkept", path=request.path, exc_info=error)
    return of_error(Invalid(UNKEPT))


def of_accident(error: Exception) -> Response:
    """The document of what nobody foresaw: says nothing of the inside, and is logged whole."""
    structlog.get_logger().error("accident", path=request.path, method=request.method, exc_info=error)
    return document(500, "error", "Something went wrong on our side; it has been logged.")


def document(
    status: int,
    code: str,
    detail: str,
    facts: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document; `facts` are its further members."""
    body = {
        "type": f"/problems/{code}",
        "title": titles().get(code, "Something went wrong."),
        "status": status,
        "detail": detail,
        "instance": request.path,
        "code": code,
        **(facts or {}),
    }
    answer = Response(orjson.dumps(body, default=_plain), status, mimetype=MEDIA_TYPE)
    answer.headers.extend(dict(headers or {}))
    return answer


def flat(found: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """`{"a": {"b": ["wrong"]}}` as `a.b -> ["wrong"]`: a field's path and what is wrong with it."""
    if isinstance(found, Mapping):
        for key, value in found.items():
            yield from flat(value, f"{path}.{key}".lstrip(".") if key != "_schema" else path)
    else:
        yield path or "body", [str(one) for one in found] if isinstance(found, list | tuple) else [str(found)]


def titles() -> dict[str, str]:
    """Every code this server may answer with, and what it means."""
    known = {
        "malformed": "The request cannot be read.",
        "method-not-allowed": "This address does not take this method.",
        "not-acceptable": "This address has no such representation.",
        "too-slow": "The request took too long to arrive.",
        "length-required": "The request must say how long it is.",
        "too-large": "The request is larger than this server takes.",
        "unsupported-media-type": "This address takes another media type.",
        "too-many-attempts": "Too many attempts; wait a while.",
        "headers-too-large": "The request's headers are larger than this server takes.",
        "error": "Something went wrong on our side.",
    }
    most_special_first = reversed(_kinds(StewardError)[1:])  # One without a code of its own keeps its parent's title.
    return known | {kind.code: _first_sentence(kind.__doc__ or "") for kind in most_special_first}


def _first_sentence(text: str) -> str:
    return text.strip().splitlines()[0].split(". ")[0].removesuffix(".") + "."


def _kinds(kind: type[StewardError]) -> list[type[StewardError]]:
    return [kind, *(found for below in kind.__subclasses__() for found in _kinds(below))]


def _facts(error: StewardError) -> dict[str, Any]:
    facts = {f.name: getattr(error, f.name) for f in fields(error) if f.name not in TOLD_ELSEWHERE}
    if isinstance(error, Invalid) and error.problems:
        listed = error.problems.get("problems")
        if isinstance(listed, list | tuple):
            facts["problems"] = [asdict(one) if is_dataclass(one) else one for one in listed]  # type: ignore[arg-type]
        else:
            facts["errors"] = dict(flat(error.problems))
    return {name: value for name, value in facts.items() if value not in ("", None)}


def _plain(value: Any) -> Any:
    if isinstance(value, UUID | Exception):
        return str(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no place in a problem document")
