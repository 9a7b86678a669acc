"""What two versions of a process say differently, element by element. Where things are drawn does not count. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from engine.core.model.names import BPMN, FLOW_NODES, is_bpmn, local, properties
from engine.core.safe_xml import Element, parse

Facts = dict[str, str]
COMPARED = FLOW_NODES | {"sequenceFlow", "lane", "process"}
PLACED = ("incoming", "outgoing", "flowNodeRef", "laneSet")
"""What follows from other elements, and is told of there."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """
    One element that is new, gone, or says something else.

    Args:
        facts: what differs, each with what it was and is; None where one side says nothing of it. A property that
            the model's own vocabulary names is called so, such as `clauses`.
    """

    element: str
    kind: str
    name: str
    what: Literal["added", "changed", "removed"]
    facts: tuple[tuple[str, str | None, str | None], ...] = ()


def differences(before: bytes, after: bytes, key: str) -> tuple[Change, ...]:
    """
    The changes from one file's process `key` to another's: the new ones first, then the changed, then what is gone.

    Raises:
        UnsafeXml: one of them is no XML that may be read.
    """
    old, new = _elements(before, key), _elements(after, key)
    added = [_change(new[one], "added") for one in new if one not in old]
    changed = [
        _change(new[one], "changed", facts) for one in new if one in old and (facts := _differ(old[one], new[one]))
    ]
    return (*added, *changed, *(_change(old[one], "removed") for one in old if one not in new))


def _elements(xml: bytes, key: str) -> dict[str, Element]:
    """The elements of a process by id; itself under its own."""
    root = parse(xml, f"{key}.bpmn")
    process = next((one for one in root.iter(f"{{{BPMN}}}process") if one.get("id") == key), None)
    found = process.iter(f"{{{BPMN}}}*") if process is not None else ()
    return {id: one for one in found if local(one) in COMPARED and (id := one.get("id"))}


def _change(
    element: Element,
    what: Literal["added", "changed", "removed"],
    facts: tuple[tuple[str, str | None, str | None], ...] = (),
) -> Change:
    id = element.get("id") or ""
    name = " ".join((element.get("name") or "").split())
    return Change(element=id, kind=local(element), name=name or id, what=what, facts=facts)


def _differ(before: Element, after: Element) -> tuple[tuple[str, str | None, str | None], ...]:
    old, new = dict(_facts(before)), dict(_facts(after))
    names = [*new, *(name for name in old if name not in new)]
    return tuple((name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name))


def _facts(element: Element) -> Iterator[tuple[str, str]]:
    """What an element says of itself, what is drawn inside it left out."""
    yield "kind", local(element)
    for name, value in element.attrib.items():
        if (said := _name(str(name))) != "id":
            yield said, " ".join(str(value).split())
    ours = list(properties(element))
    for name, value, _ in ours:
        yield name, value or ""
    count: dict[str, int] = {}
    for part in _parts(element):
        for name, value in _said(part):
            count[name] = count.get(name, 0) + 1
            yield (name if count[name] == 1 else f"{name} {count[name]}"), value


def _parts(element: Element) -> Iterator[Element]:
    """Everything beneath an element that is not compared by itself."""
    for child in element:
        if is_bpmn(child) and local(child) in (*COMPARED, *PLACED):
            continue
        if local(child) == "properties":
            continue
        yield child
        yield from _parts(child)


def _said(part: Element) -> Iterator[tuple[str, str]]:
    text = " ".join((part.text or "").split())
    if text:
        yield local(part), text
    for name, value in part.attrib.items():
        if _name(str(name)) not in ("id", "type"):
            yield f"{local(part)} {_name(str(name))}", " ".join(str(value).split())


def _name(attribute: str) -> str:
    return attribute.rpartition("}")[2]
