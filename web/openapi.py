"""The API's description (OpenAPI 3.1), gathered from its operations."""

from importlib.metadata import version

from flask import Flask
from flask_smorest import Api

from web.auth import SCOPES
from web.problems import MEDIA_TYPE
from web.schemas.problems import ProblemOut

ABOUT = """\
Everything a person can do, a program can do in the person's name.

**Who speaks.** `POST /tokens` trades a password for a token; send it as `Authorization: Bearer TOKEN`.
A token is narrowed by scopes: {scopes}
Rights hang on the thing, not on its address: what the person may not know of answers 404.

**Problems.** Every answer of 400 and above is a problem document (RFC 9457, `application/problem+json`).
Its `code` is stable, its `detail` is a sentence for people, its `type` is a page that explains it.

**Twice is once.** Send an `Idempotency-Key` with a POST: the same request under the same key has one effect.

**What would happen?** Add `?dry_run=true` to a change: the answer is what it would be, and nothing is kept.

**Changed meanwhile?** A task carries an `ETag`; send it back as `If-Match`, and a task that has changed answers 412.

**Pages.** A list answers `items` and `next`; send `next` as `cursor` for the page after. It is null on the last page.

**Texts** are Unicode without the sign U+0000.

**Moments** are ISO 8601 with a zone, answered in UTC. Where the clock is simulated, every answer says so in
`Steward-Simulated-Clock`.
"""


class Description(Api):  # type: ignore[misc]
    """flask-smorest, with our answers to errors in place of its own."""

    ERROR_SCHEMA = ProblemOut

    DEFAULT_RESPONSE_CONTENT_TYPE = "application/json"

    def _register_responses(self) -> None:
        usual, self.DEFAULT_RESPONSE_CONTENT_TYPE = self.DEFAULT_RESPONSE_CONTENT_TYPE, MEDIA_TYPE
        try:
            super()._register_responses()
        finally:
            self.DEFAULT_RESPONSE_CONTENT_TYPE = usual

    def _register_error_handlers(self) -> None:
        """None: errors are answered elsewhere, by problem documents, and by pages where somebody reads."""


def describe(app: Flask) -> Description:
    """Begin the description of `app`; operations are added by registering their blueprints."""
    app.config.update(
        API_TITLE="Steward",
        API_VERSION=version("steward"),
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    scopes = "; ".join(f"`{name}`: {what[0].lower()}{what[1:-1]}" for name, what in SCOPES.items()) + "."
    description = Description(app, spec_kwargs={"info": {"description": ABOUT.format(scopes=scopes)}})
    scheme = {"type": "http", "scheme": "bearer", "description": "A token of `POST /api/v1/tokens`."}
    description.spec.components.security_scheme("token", scheme)
    return description
