"""How the endpoint answers: exactly `application/json`, moments as Java writes them, errors with type and message."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from flask import Blueprint, Response
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException

from engine.errors import Again, Forbidden, Invalid, NotFound, Refused, StewardError
from web import problems

UNREADABLE = "ENGINE-09005 Could not parse BPMN process."
"""What clients look for at the beginning of a refused deployment's message."""
TYPES: dict[type[StewardError], str] = {
    Forbidden: "AuthorizationException",
    NotFound: "InvalidRequestException",
    Invalid: "InvalidRequestException",
}
SENTENCES = {
    404: problems.NOTHING_HERE,
    413: "This is too large; nothing was deployed. Send the files of one process alone.",
    429: "There were too many wrong logins from this address. Wait a minute, then send the right one.",
}
KNOWN = (401, 403, 404, 429, 503)
"""Statuses that keep their meaning; every other refusal is a 400 to these clients."""


def register(blueprint: Blueprint) -> None:
    """Let every error of these views be answered in the clients' way."""
    blueprint.register_error_handler(Refused, of_refused)
    blueprint.register_error_handler(StewardError, of_error)
    blueprint.register_error_handler(HTTPException, of_http)
    blueprint.register_error_handler(OperationalError, of_lost_database)
    blueprint.register_error_handler(DataError, of_lost_database)
    blueprint.register_error_handler(Exception, of_accident)


def answer(body: Any, status: int = 200) -> Response:
    """A JSON answer; clients compare the content type with these very letters."""
    return Response(orjson.dumps(body), status, mimetype="application/json")


def nothing() -> Response:
    """It is done, and there is nothing to say."""
    return Response(status=204)


def moment(at: datetime | None) -> str | None:
    """`2026-01-31T09:00:00.000+0000`, always in UTC."""
    if at is None:
        return None
    there = at.astimezone(UTC)
    return f"{there:%Y-%m-%dT%H:%M:%S}.{there.microsecond // 1000:03d}+0000"


def refusal(status: int, kind: str, message: str, **facts: Any) -> Response:
    """An error as clients read it."""
    return answer({"type": kind, "message": message, "code": 0, **facts}, status)


def of_refused(error: Refused) -> Response:
    """
    A deployment with problems: all of them in the message, which is the only part that the modeler shows.

    `details` says the same for programs, by file.
    """
    found: Sequence[dict[str, Any]] = error.problems.get("problems", ())
    wrong = [one for one in found if one["severity"] == "error"]
    message = "\n".join([UNREADABLE, *(sentence(one) for one in wrong)])
    return refusal(400, "ParseException", message, details=by_file(found))


def sentence(problem: dict[str, Any]) -> str:
    """One problem on one line: where, which element, what is wrong and what to do."""
    place = [problem["file"]]
    if problem["line"]:
        place.append(f"line {problem['line']}, column {problem['column']}")
    element, name = problem["element"], problem["name"]
    if element and element not in problem["message"]:
        place.append(f'"{name}" ({element})' if name and name != element else element)
    return f"* {', '.join(place)}: {problem['message']} {problem['remedy']}".replace("\n", " ")


def by_file(problems: Sequence[dict[str, Any]]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Errors and warnings of each file, with their elements."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for one in problems:
        of_file = found.setdefault(one["file"], {"errors": [], "warnings": []})
        told = {
            "message": f"{one['message']} {one['remedy']}",
            "line": one["line"] or 0,
            "column": one["column"] or 0,
            "mainElementId": one["element"],
            "elementIds": [one["element"]] if one["element"] else [],
        }
        of_file["errors" if one["severity"] == "error" else "warnings"].append(told)
    return found


def of_error(error: StewardError) -> Response:
    """An error of ours."""
    if error.status >= 500 and not isinstance(error, Again):
        problems.of_error(error)
        return refusal(500, "RestException", "Something went wrong on our side; it has been logged.")
    status = error.status if error.status in KNOWN else 400
    kind = next((said for of, said in TYPES.items() if isinstance(error, of)), "RestException")
    said = refusal(status, kind, _whole(error))
    if status == 401:
        said.headers["WWW-Authenticate"] = 'Basic realm="Steward", charset="UTF-8"'
    return said


def of_http(error: HTTPException) -> Response:
    """An error that the web framework raised."""
    status = error.code or 500
    kind = "NotFoundException" if status == 404 else "RestException"
    said = refusal(status, kind, SENTENCES.get(status) or error.description or error.name)
    for name in ("Allow", "Retry-After"):
        if value := dict(error.get_headers()).get(name):
            said.headers[name] = value
    return said


def of_lost_database(error: OperationalError | DataError) -> Response:
    """A database that does not answer, or has no room for what was sent; it is logged."""
    problems.of_lost_database(error)
    if problems.is_unkept(error):
        return of_error(Invalid(problems.UNKEPT))
    return refusal(503, "RestException", "The database does not answer; please try again.")


def of_accident(error: Exception) -> Response:
    """What nobody foresaw; it is logged whole."""
    problems.of_accident(error)
    return refusal(500, "RestException", "Something went wrong on our side; it has been logged.")


def _whole(error: StewardError) -> str:
    """The sentence, and beneath it one line for each field that does not hold."""
    lines = [str(error)]
    if isinstance(error, Invalid) and error.problems:
        lines += [f"* {path}: {' '.join(said)}" for path, said in problems.flat(error.problems)]
    return "\n".join(lines)
