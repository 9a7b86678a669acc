"""What a file of key figures defines; refused by name where it cannot be computed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from engine.errors import Invalid

CASES, ROWS = ("count", "share", "median"), ("count", "share", "kept", "oldest", "lasted")
MEASURES = (*CASES, "on_time", "gaps", "kept", "oldest", "lasted")
OF = ("began", "ended", "open")
UNITS = {"median": "hours", "share": "%", "on_time": "%", "kept": "%", "oldest": "days", "lasted": "days"}
SHARES = ("holds", "contains", "passed", "repeats")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """
    One figure.

    Args:
        process: whose cases count; `under` the one under which people find it, if that is another.
        measure: `count` of cases; `share`, how many of them in a hundred also hold `holds` and `contains`, passed one
            of `passed` or repeat what an earlier case says in the variable `repeats`; `median` of the hours from the
            beginning of a case, or from when the element `since` was left first, to when `until` was last left, or to
            the end of the case; `on_time`, how many in a hundred of the `tasks` done in the period were done by their
            due date; `gaps`, how often the `cycles` were not done in time. Of the rows of a `register`: `count` and
            `share` as they are at the end of the period; `kept`, how many in a hundred of those whose day `on` lies in
            the period held `holds` by the end of that day; `oldest`, how many days ago the oldest was added; `lasted`,
            on how many days of the period rows held `where`.
        of: the cases that `began` or `ended` in the period, or that are `open` at its end.
        tasks: the elements of tasks; a `count` of `open` ones counts the tasks.
        where, but: variables that a case holds, or fields that a row holds; and that it must not hold.
        through: only cases that passed one of these elements count.
        by: the variable by which the figure is parted.
        reached: elements in their order to what people call them: the figure is parted by the last that was passed,
            and where none was, by what "" is called.
        goal, better: what is to be reached, and whether `more` or `less` is better.
    """

    key: str
    name: str
    process: str
    under: str = ""
    measure: str = "count"
    of: str = "ended"
    where: Mapping[str, Any] = field(default_factory=dict)
    but: Mapping[str, Any] = field(default_factory=dict)
    holds: Mapping[str, Any] = field(default_factory=dict)
    contains: Mapping[str, Any] = field(default_factory=dict)
    through: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    repeats: str = ""
    since: str = ""
    until: str = ""
    by: str = ""
    reached: Mapping[str, str] = field(default_factory=dict)
    tasks: tuple[str, ...] = ()
    cycles: tuple[str, ...] = ()
    register: str = ""
    on: str = ""
    goal: float | None = None
    better: str = "less"

    @property
    def unit(self) -> str:
        """What it is counted in: `cases`, `tasks`, `rows`, `times`, `%`, `hours` or `days`."""
        counted = "rows" if self.register else "tasks" if self.tasks else "times" if self.cycles else "cases"
        return UNITS.get(self.measure, counted)

    def meets(self, value: float | None) -> bool | None:
        """Whether a value reaches the goal; None where there is no goal or no value."""
        if value is None or self.goal is None:
            return None
        return value >= self.goal if self.better == "more" else value <= self.goal


def read(content: Mapping[str, Any]) -> tuple[Figure, ...]:
    """
    The figures that a file defines, in its order.

    Raises:
        Invalid: one of them cannot be computed; with a problem for it.
    """
    return tuple(_read(key, said) for key, said in content.items())


def _read(key: str, said: Mapping[str, Any]) -> Figure:
    measure = said.get("measure", "count")
    unknown = sorted(set(said) - {one.name for one in fields(Figure)[1:]})
    wrong = [f"It says {name}, which no figure has." for name in unknown]
    wrong += [f"It does not say its {name}." for name in ("name", "process") if not said.get(name)]
    if measure not in MEASURES:
        wrong.append(f"Its measure is one of {', '.join(MEASURES)}.")
    if said.get("of", "ended") not in OF:
        wrong.append("It counts cases that began, ended or are open.")
    if (measure in ("share", "kept")) != any(said.get(name) for name in SHARES):
        wrong.append("A share, and only a share, says what the cases hold or passed.")
    if measure not in (ROWS if said.get("register") else {*MEASURES} - {"kept", "oldest", "lasted"}):
        wrong.append("Rows of a register are counted, shared, kept, the oldest or lasting; nothing else is.")
    for needs, name in (("on_time", "tasks"), ("gaps", "cycles"), ("kept", "on")):
        if measure == needs and not said.get(name):
            wrong.append(f"It does not say its {name}.")
    if said.get("better", "less") not in ("more", "less"):
        wrong.append("More or less is better.")
    if wrong:
        raise Invalid(f"The figure {key} cannot be computed. {wrong[0]}", {key: wrong})
    lists = {name: tuple(said[name]) for name in ("through", "passed", "tasks", "cycles") if name in said}
    return Figure(key=key, **{**said, **lists})
