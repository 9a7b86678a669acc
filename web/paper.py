"""A frozen document as a file to keep: the same for a browser and for a program."""

from uuid import UUID

from flask import Response

from engine import printing
from web.attached import attached
from web.auth import caller
from web.services import services


def paper(document_id: UUID) -> Response:
    """
    The document as PDF/A, by the template that its process brings along.

    Raises:
        NotFound: the caller may not know of it, or its process brings no template for it.
        Conflict: the template does not work with its content.
    """
    with services().database.reading() as session:
        sheet = printing.sheet(session, document_id, by=caller().person)
    answer = Response(sheet.printed(), mimetype="application/pdf")
    return attached(answer, f"{sheet.name}.pdf")
