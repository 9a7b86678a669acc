"""What a client asks before it deploys, and where it leads people afterwards."""

from json import JSONDecodeError, loads
from urllib.parse import quote

from flask import Blueprint, Response, current_app, redirect, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from web.engine_rest.addresses import ENGINE
from web.engine_rest.answers import answer
from web.engine_rest.blueprint import view
from web.engine_rest.login import FROM_ANYWHERE
from web.services import services

VERSION = "7.24.0"
"""Of the engine whose requests are understood; clients choose by it what they send."""
ANY = "GET POST PUT PATCH DELETE"
PLACE = "/modeler/"
"""Where clients lead people; no name that ends in `cockpit/`, which would get more added to it."""

cockpit = Blueprint("cockpit", __name__)


@view("GET", "/version")
def version() -> Response:
    """The version of the engine that is spoken here."""
    return answer({"version": VERSION})


@view("GET", "/engine")
def engines() -> Response:
    """The one engine there is."""
    return answer([{"name": ENGINE}])


@view(ANY, "/<path:rest>")
def anything_else(rest: str) -> Response:
    """
    Every other address and method, so that these too are refused in JSON.

    Raises:
        MethodNotAllowed: the address takes other methods.
        NotFound: it takes none.
    """
    if takes := [method for method in ANY.split() if _is_taken(method)]:
        raise MethodNotAllowed(takes)
    raise NotFound


def _is_taken(method: str) -> bool:
    try:
        endpoint, _ = current_app.url_map.bind("").match(request.path, method)
    except HTTPException:
        return False
    return bool(endpoint != request.endpoint)


@cockpit.get("/.well-known/camunda-automation-platform/webapps")
def webapps() -> Response:
    """Where people look at what was deployed; asked without a login."""
    address = services().public_url or request.host_url.rstrip("/")
    found = answer({"cockpitUrl": address + PLACE, "tasklistUrl": f"{address}/"})
    found.headers.extend(FROM_ANYWHERE)
    return found


@cockpit.get(f"{PLACE}repository")
def deployed() -> Response:
    """From the modeler's link to the page of a deployment; to the processes where it names none."""
    return _on(f"/deployments/{quote(wanted)}" if (wanted := _deployment()) else "/processes")


@cockpit.get(f"{PLACE}process-instance/<uuid:instance_id>")
def started(instance_id: str) -> Response:
    """From the modeler's link to the page of a case."""
    return _on(f"/cases/{instance_id}")


def _deployment() -> str | None:
    """The id in `deploymentsQuery=[{"type": "id", "operator": "eq", "value": "..."}]`."""
    try:
        asked = loads(request.args.get("deploymentsQuery", "[]"))
        return next((str(one["value"]) for one in asked if one["type"] == "id"), None)
    except (JSONDecodeError, TypeError, KeyError, RecursionError):
        return None


def _on(address: str) -> Response:
    answer: Response = redirect(address, 303)  # type: ignore[assignment]
    return answer
