"""Headers of every answer: nothing is framed, sniffed, leaked or cached, and a simulated clock says so."""

from flask import Flask, Response, g

from web.services import services

SIMULATED = "Steward-Simulated-Clock"
HSTS = f"max-age={365 * 24 * 3600}"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "private, no-cache",
}


def register(app: Flask) -> None:
    """Send them with every answer of `app`."""
    app.after_request(_add)


def _add(answer: Response) -> Response:
    for name, value in ALWAYS.items():
        answer.headers.setdefault(name, value)
    if services().visits.secure:
        answer.headers.setdefault("Strict-Transport-Security", HSTS)
    if services().simulated:
        known = g.get("caller")
        answer.headers.setdefault(SIMULATED, (known.now if known else services().clock()).isoformat())
    return answer
