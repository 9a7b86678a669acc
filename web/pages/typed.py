"""What an address or a form of a page asks for, read from what somebody typed."""

from datetime import date

from engine.errors import Invalid
from web.language import _


def day(said: str, name: str) -> date | None:
    """
    A day, as browsers write it; None where nothing is typed.

    Raises:
        Invalid: it is no day; the problem stands at `name`.
    """
    try:
        return date.fromisoformat(said) if said else None
    except ValueError as error:
        raise Invalid(_("%(day)s is no day. Write it as 2026-11-30.", day=said), {name: [said]}) from error
