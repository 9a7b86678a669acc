"""Where people come from is what the proxy in front says, and nobody else."""

from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from steward.cli.serve import _listening
from steward.settings import Settings


@pytest.mark.parametrize(
    ("trusted", "seen"),
    [
        ("", ("127.0.0.1", "http")),
        ("192.0.2.9", ("127.0.0.1", "http")),
        ("127.0.0.1", ("198.51.100.7", "https")),
    ],
)
def test_the_address_that_is_counted_is_the_one_that_a_trusted_proxy_tells(trusted: str, seen: tuple[str, str]):
    told: dict[str, Any] = {}
    sent = {"HTTP_X_FORWARDED_FOR": "203.0.113.1, 198.51.100.7", "HTTP_X_FORWARDED_PROTO": "https"}
    environ: dict[str, Any] = {"REMOTE_ADDR": "127.0.0.1", **sent}
    setup_testing_defaults(environ)
    server = _listening(lambda given, _start: told.update(given) or [], Settings(port=0, trusted_proxy=trusted))
    server.application(environ, lambda *_: None)
    server.close()
    assert (told["REMOTE_ADDR"], told["wsgi.url_scheme"]) == seen
