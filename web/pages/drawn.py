"""A version of a process as a drawing: what it changes, what was found, where cases stand and where they are late."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from engine.core.model.differences import Change
from web.drawings.frame import Framed, framed, plan_of
from web.drawings.state import Badge, Mark, State
from web.language import _, ngettext

WAYS = ("changes", "findings", "work", "late")
"""What can be drawn on a diagram."""


def state_of(
    way: str,
    *,
    changes: Sequence[Change],
    findings: Sequence[Mapping[str, Any]],
    work: Mapping[str, tuple[int, int]],
) -> State:
    """
    What is marked.

    Args:
        way: one of `WAYS`.
        work: open and late tasks by element.
    """
    if way == "changes":
        return _changed(changes)
    if way == "findings":
        found = {one["element"]: one["message"] for one in findings if one["element"]}
        badges = tuple(Badge(id=id, text="!", says=said, kind="is-finding") for id, said in found.items())
        return State(marks=dict.fromkeys(found, "is-finding"), badges=badges, says=found)
    return _working(work, late=way == "late")


def offered(*, changes: Sequence[Change], findings: Sequence[Any], work: Mapping[str, tuple[int, int]]) -> list[str]:
    """What is worth drawing of a version."""
    has = {
        "changes": bool(changes),
        "findings": any(one["element"] for one in findings),
        "work": bool(work),
        "late": any(late for _open, late in work.values()),
    }
    return [way for way in WAYS if has[way]]


def drawing(definition_id: UUID, data: bytes, state: State, *, address: str, way: str, name: str) -> Framed | None:
    """The frame of a version's page; None where the author drew nothing."""
    at = f"{address}/marks.json?draw={way}"
    return framed(plan_of(definition_id, data), state, src=f"{address}/diagram", state_at=at, name=name)


def said(way: str) -> str:
    """What a way of drawing is called."""
    ways = {
        "changes": _("Changes"),
        "findings": _("Findings"),
        "work": _("Open tasks"),
        "late": _("Lateness"),
    }
    return ways[way]


def legend(way: str, changes: Sequence[Change]) -> list[tuple[str, str]]:
    """What the marks mean: a class of the stylesheet and its words."""
    if way == "changes":
        gone = sum(one.what == "removed" for one in changes)
        taken = ngettext("%(num)d taken out", "%(num)d taken out", gone) if gone else _("nothing was taken out")
        return [("is-added", _("+ added")), ("is-changed", _("~ changed")), ("", taken)]
    if way == "findings":
        return [("is-finding", _("! worth a look"))]
    if way == "late":
        return [("is-late", _("late tasks, with how many"))]
    return [("is-here", _("open tasks, with how many")), ("is-late", _("some of them late"))]


def _changed(changes: Sequence[Change]) -> State:
    marks: dict[str, Mark] = {}
    badges: list[Badge] = []
    words: dict[str, str] = {}
    for one in changes:
        if one.what == "removed" or one.kind in ("process", "lane"):
            continue
        added = one.what == "added"
        marks[one.element] = "is-added" if added else "is-changed"
        words[one.element] = _("added") if added else _("changed")
        if one.kind != "sequenceFlow":
            kind = "is-added" if added else "is-note"
            badges.append(Badge(id=one.element, text="+" if added else "~", says=words[one.element], kind=kind))
    return State(marks=marks, badges=tuple(badges), says=words, here=_first(marks))


def _working(work: Mapping[str, tuple[int, int]], *, late: bool) -> State:
    shown = {element: counts for element, counts in work.items() if counts[1] or not late}
    says = {element: _said(*counts) for element, counts in shown.items()}
    marks: dict[str, Mark] = {element: "is-late" if counts[1] else "is-here" for element, counts in shown.items()}
    badges = tuple(
        Badge(id=id, text=str(counts[1] if late else counts[0]), says=says[id], kind="is-late" if counts[1] else "")
        for id, counts in shown.items()
    )
    return State(marks=marks, badges=badges, says=says, here=_first(marks))


def _said(opened: int, late: int) -> str:
    tasks = ngettext("%(num)d task open", "%(num)d tasks open", opened)
    return _("%(tasks)s, %(late)d of them late", tasks=tasks, late=late) if late else tasks


def _first(marked: Iterable[str]) -> tuple[str, ...]:
    return tuple(marked)[:1]
