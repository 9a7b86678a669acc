"""
The roles of a model, and who stands for them. Pure.

A role is a lane, a candidate group or a single task: `lane:ID`, `group:KEY`,
`task:ID`. Where the model names somebody for a task, nobody else is needed;
where it is silent, its lane's role or its own must be bound before release.
"""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from engine.core.vocabulary import Model, Node

ALIKE = 0.86


def silent_tasks(model: Model) -> Iterator[Node]:
    """The user tasks for which the model names neither a person nor a group."""
    for node in model.nodes.values():
        rules = node.rules
        if node.kind == "userTask" and not (rules.assignee or rules.candidate_users or rules.candidate_groups):
            yield node


def role_of(node: Node) -> str:
    """The role that must be bound for a silent task."""
    return f"lane:{node.lane}" if node.lane else f"task:{node.id}"


def open_roles(model: Model, bindings: Mapping[str, str]) -> dict[str, list[Node]]:
    """The roles that nobody stands for, with the tasks that wait for them."""
    found: dict[str, list[Node]] = {}
    for node in silent_tasks(model):
        if f"task:{node.id}" not in bindings and role_of(node) not in bindings:
            found.setdefault(role_of(node), []).append(node)
    return found


def all_roles(model: Model) -> frozenset[str]:
    """Every role of a model that can be bound."""
    tasks = [node for node in model.nodes.values() if node.kind == "userTask"]
    keys = {f"group:{key}" for node in tasks for key in node.rules.candidate_groups}
    lanes = {f"lane:{node.lane}" for node in tasks if node.lane}
    return frozenset({f"task:{node.id}" for node in tasks} | lanes | keys)


def named(model: Model) -> frozenset[str]:
    """Whom a model names outright, as `person:ID` and `group:KEY`; computed names are left out."""
    tasks = [node.rules for node in model.nodes.values() if node.kind == "userTask"]
    people = {name for rules in tasks for name in (rules.assignee, *rules.candidate_users) if name}
    groups = {name for rules in tasks for name in rules.candidate_groups}
    found = {f"person:{name}" for name in people} | {f"group:{name}" for name in groups}
    return frozenset(who for who in found if "${" not in who and ":=" not in who.replace(" ", ""))


def proposals(model: Model, before: Mapping[str, str], groups: Mapping[str, str]) -> dict[str, tuple[str, bool]]:
    """
    Who could stand for the roles of a new version: role to who, and whether that is a guess.

    Args:
        before: the bindings of the version before; they go on.
        groups: the organisation's groups, key to name; a lane called like one is proposed for it.
    """
    roles = all_roles(model)
    found = {role: (who, False) for role, who in before.items() if role in roles}
    for role in open_roles(model, before):
        lane = role.removeprefix("lane:")
        if role.startswith("lane:") and (key := similar(groups, model.lanes.get(lane, ""), lane)):
            found[role] = (f"group:{key}", True)
    return found


def similar(groups: Mapping[str, str], *words: str) -> str | None:
    """The group whose key or name is one of these words, or nearly."""
    spelled = {_plain(text): key for key, name in sorted(groups.items(), reverse=True) for text in (name, key)}
    for word in words:
        if _plain(word) in spelled:
            return spelled[_plain(word)]
    for word in words:
        near = get_close_matches(_plain(word), spelled, n=1, cutoff=ALIKE)
        if near:
            return spelled[near[0]]
    return None


def _plain(text: str) -> str:
    """A name without case, blanks and signs, and without the prefix that the modeler gives to ids."""
    return re.sub(r"[^\w]|_", "", re.sub(r"^lane[_-]", "", text.strip().casefold()))
