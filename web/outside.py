"""Addresses outside that somebody writes down: what may never be reached is refused before it is kept."""

from engine.errors import Invalid
from web.services import services
from webhooks import safe_http


def must_be_allowed(address: str) -> None:
    """
    Let pass what the settings let chat and webhooks reach, as far as the address itself tells.

    Where a name leads shows when something is sent, and is checked again then.

    Raises:
        Invalid: it is no such address; the problem stands at `address`.
    """
    try:
        safe_http.allowed_so_far(address, services().outward)
    except safe_http.Refused as error:
        why = (
            f"{error} The settings allow_private and allow_http say what may be reached beside public https addresses."
        )
        raise Invalid(why, {"address": [why]}) from error
