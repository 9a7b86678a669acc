"""How an operation of the API says everything about itself in one place."""

import http
from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import wraps
from typing import Any, TypeVar

import orjson
from flask import Request
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema
from webargs.core import missing
from webargs.flaskparser import FlaskParser, abort
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import CombinedMultiDict

from web.auth import PUBLIC, needs
from web.nul import NO_NUL, has_nul

View = TypeVar("View", bound=Callable[..., Any])
VERSIONS = r'^(\*|(W/)?"?[0-9]+"?( ?, ?(W/)?"?[0-9]+"?)*)$'
HEADERS: Mapping[str, dict[str, Any]] = {
    "Idempotency-Key": {
        "description": "A name for this request: sending it again under the same name has no second effect.",
        "schema": {"type": "string", "minLength": 8, "maxLength": 200, "pattern": "^[!-~]+$"},
    },
    "If-Match": {
        "description": "The ETag of the task as it was read; 412 when it has changed since.",
        "schema": {"type": "string", "pattern": VERSIONS},
    },
    "If-None-Match": {
        "description": "The ETag the caller has; 304 when it is still the newest.",
        "schema": {"type": "string", "pattern": VERSIONS},
    },
}
DRY_RUN: dict[str, Any] = {
    "in": "query",
    "name": "dry_run",
    "description": "Say what would happen, refusals included, and change nothing.",
    "schema": {"type": "boolean", "default": False},
}


class Parser(FlaskParser):
    """Reads what was sent: unknown filters and unknown fields are refused, and so is JSON that is not JSON."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE, "multipart": RAISE}

    def load_json(self, req: Request, schema: Schema) -> Any:
        """The body as JSON (RFC 8259); an empty one is no body."""
        if not req.get_data():
            return missing
        if not req.is_json:
            abort(415, message="Send the body as application/json.")
        try:
            return _without_nul(orjson.loads(req.get_data()))
        except orjson.JSONDecodeError as error:
            abort(400, message=f"The body is not well-formed JSON: {error}.")

    def load_querystring(self, req: Request, schema: Schema) -> MultiDictProxy:
        """The filters in the address."""
        _without_nul(req.args.to_dict(flat=False))
        return MultiDictProxy(req.args, schema)

    def load_multipart(self, req: Request, schema: Schema) -> MultiDictProxy:
        """A form with files (RFC 7578)."""
        if req.content_length and req.mimetype != "multipart/form-data":
            abort(415, message="Send the body as multipart/form-data.")
        _without_nul(req.form.to_dict(flat=False))
        return MultiDictProxy(CombinedMultiDict([req.form, req.files]), schema)


PARSER = Parser()
PARSER.location_loader("multipart")(lambda req, schema: PARSER.load_multipart(req, schema))


class Theme(Blueprint):  # type: ignore[misc]
    """The operations on one kind of thing."""

    ARGUMENTS_PARSER = PARSER
    DEFAULT_LOCATION_CONTENT_TYPE_MAPPING = {
        **Blueprint.DEFAULT_LOCATION_CONTENT_TYPE_MAPPING,
        "multipart": "multipart/form-data",
    }

    def operation(
        self,
        method: str,
        rule: str,
        *,
        scope: str,
        query: type[Schema] | None = None,
        body: type[Schema] | None = None,
        form: type[Schema] | None = None,
        gives: Schema | dict[str, Any] | None = None,
        status: int = 200,
        content_type: str = "application/json",
        refused: tuple[int, ...] = (),
        headers: tuple[str, ...] = (),
        whole: bool = True,
    ) -> Callable[[View], View]:
        """
        Register a view with its address, its rights and its documentation.

        The view is called with the loaded query, then the loaded body or form,
        as far as they are given here, then the parts of the address by name.

        Args:
            scope: what a token must hold, or `PUBLIC`.
            gives: how the answer reads; None for 204 without content.
            refused: statuses of refusals beside those that follow from the rest.
            headers: names of `HEADERS` that the operation reads.
            whole: whether a change is one transaction, and so knows `dry_run` and idempotency keys.
        """
        if method == "POST" and scope != PUBLIC and whole:
            headers = (*headers, "Idempotency-Key")
        parameters = [{"in": "header", "name": name, **deepcopy(HEADERS[name])} for name in headers]
        if whole and method != "GET" and scope != PUBLIC:
            parameters.append(deepcopy(DRY_RUN))
        sent = body or form
        statuses = {401, 403} if scope != PUBLIC else set()
        statuses |= {404} if "<" in rule else set()
        statuses |= {400, 413, 415, 422} if sent else {422} if query or parameters else set()
        statuses |= {412} if "If-Match" in headers else set()
        statuses |= {304} if "If-None-Match" in headers else set()

        def decorate(view: View) -> View:
            decorated = needs(scope)(_documented(view, parameters, scope))
            if sent:
                example = getattr(sent, "EXAMPLE", None)
                location = "json" if body else "multipart"
                needed = any(field.required for field in sent().fields.values())
                decorated = self.arguments(sent, location=location, example=example, required=needed)(decorated)
            if query:
                decorated = self.arguments(query, location="query")(decorated)
            for refusal in sorted(statuses | set(refused)):
                decorated = self.alt_response(refusal, http.HTTPStatus(refusal).name)(decorated)
            shown = {"content_type": content_type} if gives is not None else {}
            decorated = self.response(status if gives is not None else 204, gives, **shown)(decorated)
            self.route(rule, methods=[method])(decorated)
            return view

        return decorate


def _documented(view: View, parameters: list[dict[str, Any]], scope: str) -> View:
    """The view under another function, which carries what flask-smorest reads."""

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    wrapped._apidoc = {  # type: ignore[attr-defined]
        "manual_doc": {"security": [{"token": [scope]}] if scope != PUBLIC else []},
        **({"arguments": {"parameters": parameters}} if parameters else {}),
    }
    return wrapped  # type: ignore[return-value]


def _without_nul(value: Any) -> Any:
    if has_nul(value):
        abort(422, message=NO_NUL)
    return value
