"""
The endpoint that Camunda Modeler and its relatives deploy to, in their words.

What stands under `/engine-rest` answers as a Camunda 7 engine would, as far as
modelers, scripts and workers use it, and does everything by the same verbs as
the rest: a deployment waits for a second person here too.
"""

from flask import Flask

from web.engine_rest import (
    addresses,
    answers,
    definitions,
    deployments,
    external_tasks,
    instances,
    login,
    platform,
    tasks,
)
from web.engine_rest.blueprint import blueprint
from web.engine_rest.login import wrong_login
from web.engine_rest.remembered import Remembered

__all__ = ["blueprint", "register", "wrong_login"]

VIEWS = (platform, deployments, definitions, instances, external_tasks, tasks)
"""The modules whose views hang on the blueprint as soon as they are imported."""


def register(app: Flask) -> None:
    """Serve it with `app`, under all the addresses that clients know it by."""
    app.extensions[login.REMEMBERED] = Remembered()
    app.register_blueprint(blueprint, url_prefix=addresses.PREFIX)
    app.register_blueprint(platform.cockpit)
    app.wsgi_app = addresses.Plain(app.wsgi_app)  # type: ignore[method-assign]


answers.register(blueprint)
login.register(blueprint)
