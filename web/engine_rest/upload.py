"""What is handed in: a form with files (RFC 7578), as modelers, scripts and libraries write it."""

import posixpath
from dataclasses import dataclass

from flask import request
from werkzeug.datastructures import FileStorage

from engine.errors import Invalid

UNREADABLE = (
    "No file could be read. A deployment is a form (multipart/form-data) with at least one file,"
    " sent whole, its names and the names of its files in UTF-8."
)
TENANT = "This installation serves one organisation. Leave the tenant id empty."
LATER = "What is deployed is put in force by a second person, not at a set time. Leave the activation time empty."


@dataclass(frozen=True, kw_only=True)
class Upload:
    """
    A deployment as a client asks for it.

    Args:
        files: bytes by file name, in the order they were sent; the first is what the client has open.
        filtered: whether a client that sends what is there already wants to hear that nothing is new.
    """

    name: str
    source: str
    files: dict[str, bytes]
    filtered: bool


def upload() -> Upload:
    """
    The upload of this request. Whatever has a file name is a file, whichever its type.

    Raises:
        Invalid: there is no file, two have one name, or it asks for what there is not.
    """
    sent = [(name, part) for _, parts in request.files.lists() for part in parts if (name := _name(part))]
    if not sent and request.content_length and not (request.files or request.form):
        raise Invalid(UNREADABLE)
    if not sent:
        raise Invalid("No file was sent. A deployment is a form (multipart/form-data) with at least one file.")
    names = [name for name, _ in sent]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Invalid(f"Two files are called {twice[0]}. Give each file a name of its own.")
    for field, why in (("tenant-id", TENANT), ("deployment-activation-time", LATER)):
        if _said(field):
            raise Invalid(why)
    return Upload(
        name=_said("deployment-name") or names[0],
        source=_said("deployment-source"),
        files={name: part.stream.read() for name, part in sent},
        filtered=_said("enable-duplicate-filtering").lower() == "true",
    )


def _name(part: FileStorage) -> str:
    return posixpath.basename((part.filename or "").replace("\\", "/"))


def _said(field: str) -> str:
    return request.form.get(field, "").strip()
