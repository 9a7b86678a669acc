"""Why somebody may not do a task, as pages say it: to whom it concerns, with the names of people and steps."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import (
    AlreadyClaimed,
    CodeNeeded,
    LockedOut,
    NotCompetent,
    NotOffered,
    Rejected,
    SeparationOfDuties,
    TaskClosed,
    WrongProof,
)
from engine.store.people import PersonRow
from web.language import _
from web.words import moment, named

Names = Mapping[str, str]


def told(session: Session, error: Rejected, reader: str) -> str:
    """
    What is said to a reader who may not do something.

    Args:
        reader: the id of who is told.
    """
    for kind, say in SAID:
        if isinstance(error, kind):
            return say(error, _names(session, _people(error)), reader)
    return str(error)


def _people(error: Any) -> set[str]:
    found = {getattr(error, name, "") for name in ("person", "holder", "accountable", "by")}
    return found | set(getattr(error, "others", ()))


def _names(session: Session, ids: Iterable[str]) -> Names:
    query = select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(sorted(ids)))
    return {one.id: one.name for one in session.execute(query)}


def _taken(error: AlreadyClaimed, names: Names, _reader: str) -> str:
    return _("%(person)s has taken this on.", person=names.get(error.holder, error.holder))


def _over(error: TaskClosed, names: Names, _reader: str) -> str:
    if error.by:
        return _("%(person)s has finished this already.", person=names.get(error.by, error.by))
    return _("This is no longer asked for.")


def _for_others(error: NotOffered, names: Names, _reader: str) -> str:
    person = names.get(error.accountable, error.accountable)
    return _("This is not offered to you. %(person)s answers for it.", person=person)


def _apart(error: SeparationOfDuties, names: Names, reader: str) -> str:
    if error.person != reader:
        person = names.get(error.person, error.person)
        because = _("%(person)s is kept apart from this by what was done in this case before.", person=person)
    elif error.rule == "self":
        because = _("You have done this step in this round already, or hold it, and two people must do it.")
    elif error.rule.startswith("person:"):
        name = named(error.rule.removeprefix("person:"))
        because = _("You are named in this case as “%(name)s”, so somebody else must do this.", name=name)
    elif error.rule.startswith("called:"):
        because = _("You worked in “%(step)s”, so somebody else must do this.", step=error.step)
    else:
        because = _("You did “%(step)s”, so somebody else must do this.", step=error.step)
    if error.others:
        instead = _("It can be done by %(people)s.", people=_listed(error.others, names))
    else:
        instead = _("Nobody else is left who may: the owner of the case must name somebody.")
    return f"{because} {instead}"


def _unable(error: NotCompetent, names: Names, _reader: str) -> str:
    missing = ", ".join(named(one) for one in error.missing)
    because = _("This asks for %(missing)s, and no valid entry names you for it.", missing=missing)
    if error.others:
        instead = _("It is held by %(people)s.", people=_listed(error.others, names))
    else:
        instead = _("Nobody holds it; it must be obtained and recorded first.")
    return f"{because} {instead}"


def _locked(error: LockedOut, _names: Names, _reader: str) -> str:
    when = moment(error.until, g.reader.now, g.reader.zone)
    if error.kind == "code":
        return _("There were too many wrong codes. Try again after %(when)s. Nothing was changed.", when=when)
    return _("There were too many wrong passwords. Try again after %(when)s. Nothing was changed.", when=when)


def _wrong(error: WrongProof, _names: Names, _reader: str) -> str:
    if error.kind == "code":
        return _("The code is wrong, or was used already. Wait for the next one. Nothing was changed.")
    return _("That is not your password. Nothing was changed.")


def _two(_error: CodeNeeded, _names: Names, _reader: str) -> str:
    return _("A second factor is on for your account. Give a code of it beside your password.")


def _listed(people: Iterable[str], names: Names) -> str:
    return ", ".join(names.get(one, one) for one in people)


SAID: tuple[tuple[type[Rejected], Callable[[Any, Names, str], str]], ...] = (
    (AlreadyClaimed, _taken),
    (TaskClosed, _over),
    (NotOffered, _for_others),
    (SeparationOfDuties, _apart),
    (NotCompetent, _unable),
    (LockedOut, _locked),
    (WrongProof, _wrong),
    (CodeNeeded, _two),
)
