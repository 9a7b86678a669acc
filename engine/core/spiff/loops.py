"""Activities that are done several times: multi-instance and standard loop. BPMN 2.0.2, 13.3.6 and 13.3.7."""

from copy import deepcopy
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.core.spiff import script
from engine.core.spiff.nodes import Node
from engine.core.spiff.step import current
from engine.core.spiff.tokens import LIVE, Token

MOST = 1_000
"""Times that an activity may be done when it is entered: a number that somebody mistyped must not fill the memory."""

COUNTS = ("nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances")


class Loop(Node):
    """
    The whole of an activity that is done several times; `body` names one instance.

    It tells nothing about itself: its instances do.
    """

    tells_withdrawal = False
    body = ""
    output_item: str | None = None

    def tells_passage(self, token: Token) -> bool:
        """Only where there was no instance that could."""
        return "ran" not in token.internal_data

    def create(self, token: Token, number: int, data: dict[str, Any]) -> None:
        """Begin the instance `number`, counted from 0."""
        token.internal_data["ran"] = 1
        child = token._add_child(self.spec(self.body))
        child.internal_data["index"] = number
        child.data = {"loopCounter": number, **data}
        child.task_spec._update(child)

    def end(self, token: Token) -> None:
        """Withdraw the instances that still run and go on."""
        step = current()
        before, step.cause = step.cause, self.element
        for child in token.children:
            if child.task_spec.name == self.body and child._state & LIVE:
                child.cancel()
        step.cause = before
        token._ready()

    def instance_done(self, token: Token, child: Token) -> None:
        """One instance is done."""


class StandardLoop(Loop):
    """Done again and again while its condition holds, at most `maximum` times."""

    maximum: str | None = None
    condition: str | None = None
    language: str | None = None
    test_before = False

    def _update_hook(self, token: Token) -> bool:
        self.arm(token)
        if self.maximum is not None:
            token.internal_data["maximum"] = _whole(self, script.value(self, token, self.maximum), self.maximum)
        if self.test_before and not self.again(token, token, 0):
            return True
        token._state = TaskState.STARTED
        self.create(token, 0, {})
        return False

    def instance_done(self, token: Token, child: Token) -> None:
        done = child.internal_data["index"] + 1
        if self.again(token, child, done):
            self.create(token, done, {})
        else:
            token._ready()

    def again(self, token: Token, seen_from: Token, done: int) -> bool:
        """Whether another round follows."""
        if done >= token.internal_data.get("maximum", done + 1):
            return False
        if self.condition is None:
            return True
        return script.condition(self, seen_from, self.condition, self.language)


class MultiInstance(Loop):
    """
    Done once for each item of a list, or a number of times.

    The list is that of the moment of entry. Results are collected in the
    order of the list, whoever is done first.
    """

    sequential = False
    cardinality: str | None = None
    collection: str | None = None
    item: str | None = None
    output: str | None = None
    condition: str | None = None
    language: str | None = None

    def _update_hook(self, token: Token) -> bool:
        items = self.items(token)
        self.arm(token)
        if self.output:
            script.assign(token, self.output, [None] * len(items) if self.output_item else [])
        token.data.update(nrOfInstances=len(items), nrOfActiveInstances=0, nrOfCompletedInstances=0)
        if not items:
            return True
        token._state = TaskState.STARTED
        if self.sequential:
            token.internal_data["items"] = items
            self.add(token, 0, items[0])
        else:
            for number, item in enumerate(items):
                self.add(token, number, item)
        return False

    def items(self, token: Token) -> list[Any]:
        """The items to work on; a missing list leaves the step stuck."""
        if self.cardinality is not None:
            count = _whole(self, script.value(self, token, self.cardinality), self.cardinality)
            return [None] * self._bounded(count, self.cardinality)
        source = self.collection or ""
        found = script.value(self, token, source if script.depends_on_data(source) else f"${{{source}}}")
        if not isinstance(found, list):
            raise self.stuck(f"{source} is not a list.", source)
        self._bounded(len(found), source)
        return deepcopy(found)

    def _bounded(self, count: int, source: str) -> int:
        if count > MOST:
            raise self.stuck(f"It would be done {count} times; {MOST} are the most.", source)
        return count

    def add(self, token: Token, number: int, item: Any) -> None:
        """Begin the instance for one item."""
        data: dict[str, Any] = {self.output_item: None} if self.output_item else {}
        if self.item is not None and (self.cardinality is None or item is not None):
            data[self.item] = item
        token.data["nrOfActiveInstances"] += 1
        self.create(token, number, data)

    def append(self, token: Token, item: Any) -> None:
        """One more item, while the others are worked on."""
        number = token.data["nrOfInstances"]
        token.data["nrOfInstances"] += 1
        if self.output and self.output_item:
            self.collect(token, number, None)
        if self.sequential:
            token.internal_data["items"].append(item)
        else:
            self.add(token, number, item)

    def instance_done(self, token: Token, child: Token) -> None:
        data, number = token.data, child.internal_data["index"]
        data["nrOfActiveInstances"] -= 1
        data["nrOfCompletedInstances"] += 1
        if self.output and self.output_item:
            self.collect(token, number, child.data.get(self.output_item))
        if self.condition is not None and script.condition(self, child, self.condition, self.language):
            self.end(token)
        elif data["nrOfCompletedInstances"] == data["nrOfInstances"]:
            token._ready()
        elif self.sequential:
            self.add(token, number + 1, token.internal_data["items"][number + 1])

    def collect(self, token: Token, number: int, value: Any) -> None:
        """Put one instance's result in its place."""
        results = list(script.visible(token).get(str(self.output)) or [])
        results += [None] * (number + 1 - len(results))
        results[number] = value
        script.assign(token, str(self.output), results)

    def _on_complete(self, token: Token) -> None:
        for name in COUNTS:
            token.data.pop(name, None)
        super()._on_complete(token)


def _whole(node: Node, value: Any, source: str) -> int:
    """A number of times, from a number or a text."""
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = -1
    if number < 0 or isinstance(value, bool):
        raise node.stuck(f"{value!r} is no number of times.", source)
    return number
