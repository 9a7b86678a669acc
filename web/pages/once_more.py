"""What was typed into a form that cannot be taken now, given back on the page that says so, to be sent once more."""

from dataclasses import dataclass

from flask import request

SECRET = ("csrf_token", "password", "code", "current", "new", "again")
STATUSES = (400, 401, 422, 429, 500, 503)
LONG = 30
"""Whoever typed less types it again; words are longer, and so are ids, but those have no blanks."""


@dataclass(frozen=True)
class OnceMore:
    """
    A form as it was sent.

    Args:
        address: where it goes.
        texts: what somebody typed, by field, to be read and changed.
        others: the rest of it, as it was; passwords and codes are left out, and typed anew.
    """

    address: str
    texts: tuple[tuple[str, str], ...]
    others: tuple[tuple[str, str], ...]


def once_more(status: int) -> OnceMore | None:
    """
    What came with this request; None where nobody typed much.

    Only what a page of ours sent comes back: a button of ours must not finish
    what a page of others began (the browser says which it was, Fetch Metadata).
    """
    ours = request.headers.get("Sec-Fetch-Site") == "same-origin" and "HX-Request" not in request.headers
    plain = request.method == "POST" and request.mimetype == "application/x-www-form-urlencoded"
    if not (ours and plain and status in STATUSES):
        return None
    sent = [(name, text) for name, text in request.form.items(multi=True) if name not in SECRET]
    texts = tuple(one for one in sent if _is_prose(one[1]))
    address = request.full_path.rstrip("?")
    return OnceMore(address, texts, tuple(one for one in sent if one not in texts)) if texts else None


def _is_prose(text: str) -> bool:
    said = text.strip()
    return not said.startswith(("{", "[")) and (len(said.split()) > 1 or len(said) > LONG)
