"""The rail: where a person can go. What he may not see is absent, and so is its count."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from engine.identity import mandates
from engine.identity.person import Person
from engine.registers import Defined
from engine.verifications.sight import may_verify
from web.language import _
from web.reads.cases import may_read_platform
from web.reads.entries import seen

ALSO = {"/people": ("/groups", "/substitutes", "/auditors"), "/deliveries": ("/channels", "/subscriptions")}
"""Pages that belong to a place, though their addresses begin otherwise."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """
    A place to go.

    Args:
        counted: what waits there; None says nothing.
        late: whether what waits there needs somebody at once.
        here: whether the page is one of that place.
    """

    name: str
    address: str
    icon: str
    counted: int | None = None
    late: bool = False
    here: bool = False


def navigation(
    registers: Iterable[Defined], person: Person, now: datetime, path: str
) -> tuple[tuple[str, tuple[Entry, ...]], ...]:
    """
    Groups of places, each with its heading; the first has none. An auditor without a mandate has nowhere to go.

    Args:
        registers: all there are.
    """
    found: list[tuple[str, tuple[Entry, ...]]] = []
    if not mandates.runs(person, now):
        return ()
    for heading, listed in places(registers, person):
        entries = (Entry(name=name, address=at, icon=icon, here=_here(at, path)) for at, name, icon in listed)
        found.append((heading, tuple(entries)))
    return tuple(found)


def places(registers: Iterable[Defined], person: Person) -> tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...]:
    """Headings, and under each address, name and picture; in the reader's language."""
    defined = [one.definition for one in seen(registers, person)]
    own = tuple((f"/registers/{one.key}", one.name, str(one.shown.icon)) for one in defined if one.shown.icon)
    system = (
        ("/processes", _("Processes"), "workflow"),
        *own,
        ("/registers", _("Registers"), "list"),
        ("/clauses", _("Clauses"), "book-open"),
    )
    first = (
        ("/", _("My work"), "inbox"),
        ("/cases", _("Cases"), "folder-open"),
        ("/calendar", _("Calendar"), "calendar-days"),
        ("/dashboard", _("Dashboard"), "layout-dashboard"),
    )
    trail = ("/trail", _("Trail"), "scroll-text")
    verification = ("/verification", _("Verification"), "shield-check")
    operations = (
        ("/on-call", _("On call now"), "phone-call"),
        ("/people", _("People"), "users"),
        ("/deliveries", _("Deliveries"), "send"),
        ("/stuck", _("Stuck steps"), "triangle-alert"),
        *((trail,) if may_read_platform(person) else ()),
        *((verification,) if may_verify(person) else ()),
    )
    return (
        ("", first),
        (_("Management system"), system),
        (_("Operations"), operations),
    )


def _here(address: str, path: str) -> bool:
    """Whether a page belongs to a place; what has a place of its own does not belong to the one above it as well."""
    roots = (address, *ALSO.get(address, ()))
    return path in roots or (address not in ("/", "/registers") and path.startswith(tuple(f"{one}/" for one in roots)))
