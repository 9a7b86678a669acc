"""Random walks through the processes that are shipped: their forms are filled in, their tables decide."""

import json
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from laws import Kept
from play import defined

from engine.core.definition import Definition
from engine.core.dmn import read_decisions
from engine.core.effects import Decide, OpenTask
from engine.core.events import MessageArrived, ServiceDone, ServiceFailed, Started, TaskCompleted, TimerDue
from engine.core.expressions import ExpressionError
from engine.core.spiff.waits import Wait
from engine.core.stuck import Stuck

ANSWERED = {
    "case": "2",
    "joined": False,
    "count": 0,
    "number": 2,
    "row": "one",
    "document": "3",
    "digest": "ab",
    **{key: [] for key in ("notified", "cases", "rows", "samples")},
}
"""What the built-in topics answer."""

SYSTEM = Path(__file__).parents[3] / "config" / "registers" / "ai_system.form"
PROCESSES = Path(__file__).parents[3] / "processes"


@dataclass
class Shipped:
    """One process with its forms and its tables."""

    definition: Definition
    forms: dict[str, list[Any]] = field(default_factory=dict)
    decisions: list[Any] = field(default_factory=list)

    @classmethod
    def of(cls, folder: Path) -> "Shipped":
        found = cls(defined(next(folder.glob("*.bpmn")).read_bytes()))
        for file in sorted(folder.glob("*.form")):
            form = json.loads(file.read_text(encoding="utf-8"))
            found.forms[form["id"]] = form["components"]
        found.decisions = [read_decisions(file.read_bytes(), file.name) for file in sorted(PROCESSES.glob("*/*.dmn"))]
        return found

    def decide(self, effect: Decide) -> list[dict[str, Any]]:
        for decisions in self.decisions:
            if effect.decision in decisions.ids:
                rows: list[dict[str, Any]] = decisions.decide(effect.decision, effect.inputs).rows
                return rows
        return []


def shipped() -> list[Path]:
    return sorted(file.parent for file in PROCESSES.glob("*/*.bpmn"))


def filled(components: list[Any], random: Random) -> dict[str, Any]:
    """Random answers to a form."""
    answers: dict[str, Any] = {}
    for found in components:
        if found["type"] == "dynamiclist":
            answers[found["path"]] = [filled(found["components"], random) for _ in range(random.randint(1, 3))]
        elif "key" in found:
            answers[found["key"]] = _value(found, random)
    return answers


def _value(component: Any, random: Random) -> Any:
    options = [option["value"] for option in component.get("values", [])] or ["ann", "bob"]
    match component["type"]:
        case "radio" | "select":
            return random.choice(options)
        case "checklist" | "taglist":
            return [random.choice(options)]
        case "number":
            return random.randint(1, 3)
        case "checkbox":
            return random.random() < 0.5
        case "datetime":
            return "2027-02-01"
    return "text"


@dataclass
class Walk(Kept):
    """A case of a shipped process."""

    work: dict[int, Any] = field(default_factory=dict)

    def take(self, event: Any) -> "Walk":
        super().take(event)
        self.work.update({e.token: e for e in self.last if isinstance(e, (Decide, OpenTask))})
        return self

    def step(self, process: Shipped, random: Random) -> None:
        """Something happens; what the model has no answer for does not."""
        self.later(minutes=random.choice((0, 5, 60, 60 * 24, 60 * 24 * 3)))
        before = self.state
        try:
            waits = [wait for wait in self.waits() if wait.kind not in ("timer", "message")]
            others = [wait for wait in self.waits() if wait.kind == "message"]
            if (others and random.random() < 0.1) or not waits:
                self.happen(process, random.choice(others), random) if others else self.take(TimerDue())
            elif random.random() < 0.1:
                self.take(TimerDue())
            else:
                self.happen(process, random.choice(waits), random)
        except (Stuck, ExpressionError):
            assert self.state == before

    def happen(self, process: Shipped, wait: Wait, random: Random) -> None:
        match wait.kind:
            case "task":
                node = process.definition.model.nodes[wait.element]
                components = process.forms.get(node.rules.form.key, []) if node.rules.form else []
                by = random.choice(("ann", "bob", "cy"))
                self.take(TaskCompleted(token=wait.token, by=by, answers=filled(components, random)))
            case "decision":
                self.take(ServiceDone(token=wait.token, rows=process.decide(self.work[wait.token])))
            case "message":
                self.take(MessageArrived(token=wait.token, payload={"why": "text"}))
            case "call":
                self.returned(wait.element, decision="continue", residual="low")
            case _ if random.random() < 0.2:
                self.take(ServiceFailed(token=wait.token, code="red"))
            case _:
                self.take(ServiceDone(token=wait.token, result=ANSWERED))


def walked(process: Shipped, seed: int, steps: int) -> Walk:
    """One case, from a random start event on; a message that brings nothing begins none where the model reads it."""
    random = Random(seed)
    walk = Walk(process.definition)
    starts = [start.element for start in process.definition.model.starts]
    case = {"id": "1", "initiator": "ann", "business_key": "NC-1", "started_at": walk.now.isoformat()}
    forms = (process.forms.get(one.form.key, []) for one in process.definition.model.starts if one.form)
    variables = filled(next(forms, []), random) | {"readers": ["ann", "bob"]}  # Whom the message of a release names.
    about = filled(json.loads(SYSTEM.read_text(encoding="utf-8"))["components"], random)
    about |= {"register": "systems", "row": "one", "title": "One", "steward": "sue"}
    about["tier"] = random.choice(("T1", "T2", "T3"))
    for start in random.sample(starts, len(starts)):
        with suppress(Stuck):
            walk.begin(Started(start=start, variables=variables, case=case, subject=about))
            break
        walk = Walk(process.definition)
    for _ in range(steps):
        if walk.ended:
            break
        walk.step(process, random)
    return walk
