"""What crosses the border of an activity: mappings in the extension elements."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.core.model.names import extensions, local


@dataclass(frozen=True)
class Listed:
    """A list of values."""

    items: tuple[Any, ...]


@dataclass(frozen=True)
class Keyed:
    """A map of values."""

    entries: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Passing:
    """One `in` or `out` of a call. Without source and expression, all variables."""

    source: str | None = None
    expression: str | None = None
    target: str | None = None


@dataclass(frozen=True)
class Mapping:
    """What crosses the border of an activity, both ways. Values are texts, `Listed`, `Keyed` or None."""

    inputs: tuple[tuple[str, Any], ...] = ()
    outputs: tuple[tuple[str, Any], ...] = ()
    into: tuple[Passing, ...] = ()
    out_of: tuple[Passing, ...] = ()
    business_key: str | None = None


def mapping(node: Any) -> Mapping:
    """Every mapping of a node; those of an event may stand in its definition."""
    holders = [node, *(child for child in node if str(child.tag).endswith("EventDefinition"))]
    pairs = [found for holder in holders for found in extensions(holder, "inputOutput")]
    ins = [found for holder in holders for found in extensions(holder, "in")]
    outs = [found for holder in holders for found in extensions(holder, "out")]
    return Mapping(
        inputs=tuple(_parameters(pairs, "inputParameter")),
        outputs=tuple(_parameters(pairs, "outputParameter")),
        into=tuple(_passing(found) for found in ins if found.get("businessKey") is None),
        out_of=tuple(_passing(found) for found in outs),
        business_key=next((found.get("businessKey") for found in ins if found.get("businessKey")), None),
    )


def _parameters(pairs: list[Any], name: str) -> Iterator[tuple[str, Any]]:
    for pair in pairs:
        for entry in _called(pair, name):
            yield entry.get("name", ""), _value(entry)


def _called(node: Any, name: str) -> Iterator[Any]:
    return (child for child in node if isinstance(child.tag, str) and local(child) == name)


def _passing(node: Any) -> Passing:
    if node.get("variables") == "all":
        return Passing()
    source = node.get("source")
    return Passing(source, node.get("sourceExpression"), node.get("target") or source)


def _value(node: Any) -> Any:
    for listed in _called(node, "list"):
        return Listed(tuple(_value(item) for item in listed if isinstance(item.tag, str)))
    for keyed in _called(node, "map"):
        return Keyed(tuple((entry.get("key", ""), _value(entry)) for entry in _called(keyed, "entry")))
    return (node.text or "").strip() or None
