"""The front door: everything that answers HTTP, put together."""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from web import auth, headers, health, metrics, openapi, problems, reader
from web.api import THEMES
from web.services import Services


def create_app(services: Services) -> Flask:
    """The WSGI application over `services`."""
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=services.limits.body, MAX_FORM_MEMORY_SIZE=1_000_000, MAX_FORM_PARTS=500)
    app.url_map.strict_slashes = False
    app.extensions["steward"] = services
    metrics.register(app, services)
    problems.register(app)
    auth.register(app)
    headers.register(app)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(reader.blueprint)
    app.extensions["steward-description"] = description = openapi.describe(app)
    for theme in THEMES:
        description.register_blueprint(theme, url_prefix="/api/v1")
    _slow_down_guessing(app, services.limits.sign_ins)
    return app


def _slow_down_guessing(app: Flask, limit: str) -> None:
    """Passwords can be tried only so often from one address; trying one account too often locks it besides."""
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://", headers_enabled=True)
    app.view_functions["tokens.issue"] = limiter.limit(limit)(app.view_functions["tokens.issue"])
