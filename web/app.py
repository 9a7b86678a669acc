"""The front door: everything that answers HTTP, put together."""

from typing import Any

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from web import acknowledging, auth, headers, health, hooks, metrics, openapi, problems, reader
from web.api import THEMES
from web.services import Services, services


def create_app(over: Services) -> Flask:
    """The WSGI application over these services."""
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=over.limits.upload, MAX_FORM_MEMORY_SIZE=1_000_000, MAX_FORM_PARTS=500)
    app.url_map.strict_slashes = False
    app.extensions["steward"] = over
    metrics.register(app)
    problems.register(app)
    auth.register(app)
    headers.register(app)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(hooks.blueprint)
    app.register_blueprint(acknowledging.blueprint)
    app.register_blueprint(reader.blueprint)
    app.extensions["steward-description"] = description = openapi.describe(app)
    for theme in THEMES:
        description.register_blueprint(theme, url_prefix="/api/v1")
    app.before_request(_bound)
    _slow_down(app, over)
    return app


def _bound() -> None:
    """Only a form with files may be large."""
    if request.mimetype != "multipart/form-data":
        request.max_content_length = services().limits.body


def _slow_down(app: Flask, over: Services) -> None:
    """
    Passwords can be tried, and hooks called, only so often from one address.

    Trying one account too often locks it besides.
    """
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://", headers_enabled=True)
    for view, limit in (("tokens.issue", over.limits.sign_ins), ("machines.receive", over.limits.hook_calls)):
        limited: Any = limiter.limit(limit)(app.view_functions[view])
        app.view_functions[view] = limited
