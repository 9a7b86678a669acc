"""Clients know the endpoint by several addresses, and join them with slashes of their own."""

import re
from collections.abc import Callable, Iterable
from typing import Any

PREFIX = "/engine-rest"
ENGINE = "default"
_KNOWN_AS = re.compile(rf"/+(?:engine-rest|rest)(?:/+engine/+{ENGINE})?(?=/|$)")
_SLASHES = re.compile(r"/{2,}")

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Plain:
    """
    Puts `application` behind the one plain address of the endpoint.

    `/rest`, which modelers offer by default, and `/engine-rest/engine/default`
    mean the same; several slashes are one.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""
        environ["PATH_INFO"] = plain(environ.get("PATH_INFO", ""))
        return self.application(environ, start_response)


def plain(path: str) -> str:
    """The address that is meant; another than the endpoint's stays as it is."""
    known = _KNOWN_AS.match(path)
    return PREFIX + _SLASHES.sub("/", path[known.end() :]) if known else path
