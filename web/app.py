"""The front door: everything that answers HTTP, put together."""

from typing import Any

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from web import (
    acknowledging,
    auth,
    counting,
    engine_rest,
    headers,
    health,
    hooks,
    metrics,
    openapi,
    pages,
    problems,
    proof,
    read_log,
    reader,
)
from web.api import THEMES, public
from web.services import Services, services

PROVING = (
    "tokens.issue",
    "people.password",
    "task-verbs.complete",
    "registers.sign",
    "signing_in.sign_in",
    "signing_in.give_code",
    "forgotten.choose",
    "account.change_password",
    "second_factor.begin",
    "second_factor.new_codes",
    "second_factor.turn_off",
    "task_acts.finish",
    "entries_pages.sign",
)
"""The views that take a password or a code: one address has one budget of wrong ones over all of them."""


def create_app(over: Services) -> Flask:
    """The WSGI application over these services."""
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=over.limits.upload, MAX_FORM_MEMORY_SIZE=1_000_000, MAX_FORM_PARTS=500)
    app.url_map.strict_slashes = False
    app.extensions["steward"] = over
    metrics.register(app)
    problems.register(app)
    app.before_request(_bound)
    auth.register(app)
    headers.register(app)
    read_log.register(app)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(hooks.blueprint)
    app.register_blueprint(acknowledging.blueprint)
    app.register_blueprint(reader.blueprint)
    pages.register(app)
    engine_rest.register(app)
    app.extensions["steward-description"] = description = openapi.describe(app)
    for theme in THEMES:
        description.register_blueprint(theme, url_prefix="/api/v1")
    description.register_blueprint(public.door)
    _slow_down(app, over)
    return app


def _bound() -> None:
    """Only a form with files may be large, and not so large where nobody says who he is: said before a form is read."""
    if request.blueprint in (public.door.name, "telling"):
        request.max_content_length = services().limits.public
    elif request.mimetype != "multipart/form-data":
        request.max_content_length = services().limits.body


def _slow_down(app: Flask, over: Services) -> None:
    """
    One address may be wrong about passwords and codes, call hooks and use public doors only so often.

    Calls are counted in memory and their addresses kept nowhere; what was wrong is counted over all processes
    (`web.counting`). Trying one account too often locks it besides.
    """
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://", headers_enabled=True)
    bounds = {"machines.receive": over.limits.hook_calls, "forgotten.ask": over.limits.resets}
    bounds |= {f"public.{view}": over.limits.public_calls for view in ("report", "read", "write")}
    bounds |= {f"telling.{view}": over.limits.public_calls for view in ("tell", "read")}
    for view, limit in bounds.items():
        limited: Any = limiter.limit(limit)(app.view_functions[view])
        app.view_functions[view] = limited
    proofs = Limiter(get_remote_address, app=app, storage_uri=f"{counting.SCHEME}://", headers_enabled=True)
    wrong = proofs.shared_limit(over.limits.sign_ins, "proofs", deduct_when=_was_wrong)
    for view in PROVING:
        counted: Any = wrong(app.view_functions[view])
        app.view_functions[view] = counted
    proofs.shared_limit(over.limits.sign_ins, "proofs", deduct_when=_was_wrong)(engine_rest.blueprint)


def _was_wrong(answer: Response) -> bool:
    """Whether a password or a code was wrong: only that counts, and an office behind one address signs in freely."""
    return proof.was_wrong() or (request.blueprint == engine_rest.blueprint.name and engine_rest.wrong_login(answer))
