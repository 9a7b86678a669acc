"""What came of a rehearsal: counts, loads, lateness, and what did not hold."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

HOUR = timedelta(hours=1)
SHOWN = 40
TITLES = (("Nobody was eligible", "nobody_eligible"), ("Refused", "refused"), ("Stuck", "stuck"))


@dataclass
class Tally:
    """Counted as it happens; `faults` are rules that did not hold, each with its day."""

    started: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    late: Counter[str] = field(default_factory=Counter)
    hours_late: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    late_steps: Counter[str] = field(default_factory=Counter)
    most_at_once: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    nobody: Counter[str] = field(default_factory=Counter)
    stuck: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def finished(self, person: str, step: str, due: datetime | None, now: datetime) -> None:
        """Somebody has finished a step, in time or not."""
        self.done[person] += 1
        if due is not None and now > due:
            self.late[person] += 1
            self.late_steps[step] += 1
            self.hours_late[step] = max(self.hours_late[step], round((now - due) / HOUR, 1))

    def holds(self, holding: Mapping[str, int]) -> None:
        """How many tasks each person holds at this moment."""
        for person, count in holding.items():
            self.most_at_once[person] = max(self.most_at_once[person], count)

    def fault(self, now: datetime, said: str) -> None:
        """A rule does not hold."""
        self.faults.append(f"{now.isoformat()}: {said}")

    def as_json(self) -> dict[str, Any]:
        """For machines; keys are sorted, so the same run gives the same bytes."""
        people = {
            person: {"done": self.done[person], "late": self.late[person], "most_at_once": self.most_at_once[person]}
            for person in sorted({*self.done, *self.most_at_once})
        }
        steps = {
            step: {"times": self.late_steps[step], "worst_hours": self.hours_late[step]}
            for step in sorted(self.late_steps)
        }
        return {
            "started": dict(sorted(self.started.items())),
            "people": people,
            "late_steps": steps,
            "refused": dict(sorted(self.refused.items())),
            "nobody_eligible": dict(sorted(self.nobody.items())),
            "stuck": dict(sorted(self.stuck.items())),
            "faults": self.faults,
        }

    def lines(self) -> list[str]:
        """For people."""
        said = self.as_json()
        lines = ["Cases started"] + [f"  {count:6}  {name}" for name, count in said["started"].items()]
        lines += ["", "Loads              done   late   most at once"]
        lines += [
            f"  {person:16} {one['done']:5}  {one['late']:5}  {one['most_at_once']:13}"
            for person, one in said["people"].items()
        ]
        if said["late_steps"]:
            lines += ["", "Finished late      times  worst, in days"]
            lines += [
                f"  {step:40} {one['times']:4}  {one['worst_hours'] / 24:8.1f}"
                for step, one in said["late_steps"].items()
            ]
        for title, name in TITLES:
            if said[name]:
                lines += ["", title] + [f"  {count:6}  {what}" for what, count in said[name].items()]
        held = f"{len(self.faults)} rules did not hold" if self.faults else "Every rule held on every day."
        return [*lines, "", held, *(f"  {fault}" for fault in self.faults[:SHOWN])]
