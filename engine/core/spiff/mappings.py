"""What crosses the border of an activity, both ways: inputs, outputs, and what a call passes on."""

from typing import Any

from engine.core.spiff import script
from engine.core.spiff.extensions import Keyed, Listed, Mapping, Passing


def mapped(node: Any, token: Any, found: Any, extra: dict[str, Any] | None = None) -> Any:
    """The value of a parameter: a text, a list or a map."""
    if isinstance(found, Listed):
        return [mapped(node, token, item, extra) for item in found.items]
    if isinstance(found, Keyed):
        return {key: mapped(node, token, item, extra) for key, item in found.entries}
    return None if found is None else script.value(node, token, found, extra)


def enter(node: Any, token: Any, mapping: Mapping) -> None:
    """
    Give an activity its inputs, as local variables, in the order in which they stand.

    An input that is called `subject` hides what the case is about from the activity, not from its other inputs.
    """
    hidden = any(name == "subject" for name, _ in mapping.inputs)
    about = {"subject": script.visible(token)["subject"]} if hidden else None
    for name, found in mapping.inputs:
        token.data[name] = mapped(node, token, found, about)


def leave(node: Any, token: Any, mapping: Mapping, result: dict[str, Any]) -> None:
    """
    Take over the result of an activity.

    Where outputs are mapped, they see the result and nothing else crosses the
    border; otherwise the whole result does.
    """
    if mapping.outputs:
        for name, found in mapping.outputs:
            script.assign_outside(token, name, mapped(node, token, found, result))
    else:
        for name, found in result.items():
            script.assign_outside(token, name, found)


def mapped_in(node: Any, token: Any, mapping: Mapping) -> dict[str, Any]:
    """What an activity or a thrown event gives away: only what is mapped."""
    given: dict[str, Any] = {}
    for passing in mapping.into:
        given.update(_passed(node, token, passing, script.visible(token)))
    for name, found in mapping.inputs:
        given[name] = token.data[name] if name in token.data else mapped(node, token, found, given)
    return given


def mapped_out(node: Any, token: Any, mapping: Mapping, result: dict[str, Any]) -> dict[str, Any]:
    """What of a called case's variables comes back: only what is mapped."""
    taken: dict[str, Any] = {}
    for passing in mapping.out_of:
        taken.update(_passed(node, token, passing, result))
    return taken


def _passed(node: Any, token: Any, passing: Passing, data: dict[str, Any]) -> dict[str, Any]:
    if passing.expression is not None:
        return {str(passing.target): script.value(node, token, passing.expression, data)}
    if passing.source is None:
        return {name: found for name, found in data.items() if name not in ("case", "subject")}
    if passing.source not in data:
        raise node.stuck(f"There is no variable {passing.source!r} to pass on.", passing.source)
    return {str(passing.target): data[passing.source]}
