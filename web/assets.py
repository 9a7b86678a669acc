"""What the browser fetches beside pages: built by `frontend/build.py`, each file under a name with its digest."""

import gzip
import json
from functools import cache
from pathlib import Path

from flask import Flask, Response, request
from whitenoise import WhiteNoise

from engine.errors import Broken

BUILT = Path(__file__).resolve().parent.parent / "frontend/dist/web"
PREFIX = "/static/"
YEAR = 365 * 24 * 3600


def register(app: Flask) -> None:
    """Serve the built files under `/static/`, for good: another content has another name."""
    if BUILT.is_dir():
        app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
            app.wsgi_app, root=BUILT, prefix=PREFIX, max_age=YEAR, immutable_file_test=lambda _path, _url: True
        )


def url(name: str) -> str:
    """
    Where the browser finds a built file, such as `steward.css`.

    Raises:
        Broken: nothing of that name was built.
    """
    found = _built().get(name)
    if found is None:
        raise Broken(f"{name} was not built. Run `make setup` in Steward's folder and start it again.")
    return PREFIX + found


def drawing(data: bytes) -> Response:
    """A diagram's file, packed for a browser that takes that: what nobody's words and no secret stand in."""
    answer = Response(data, mimetype="application/xml")
    answer.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"]:
        answer.set_data(gzip.compress(data, 6, mtime=0))
        answer.content_encoding = "gzip"
    return answer


@cache
def _built() -> dict[str, str]:
    listed = BUILT / "assets.json"
    names: dict[str, str] = json.loads(listed.read_text("utf-8")) if listed.exists() else {}
    return names
