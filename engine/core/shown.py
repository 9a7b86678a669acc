"""How a register is shown to people: what comes first, what is missing, what alarms, charts and controls of a row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.core.parts import Part

MOST = 12
"""Things to see at a glance, charts, and lists of controls that a register may ask for, of each."""
COUNTED = ("sample", "register", "process")


@dataclass(frozen=True, kw_only=True)
class Glance:
    """
    What a row's page shows first of the cases about it.

    Args:
        name: as people call it, such as `Last assessment`.
        processes: keys of the processes whose newest case is meant; of any process where none is named.
        open: whether all that are open are meant instead.
        ended: whether the newest that was finished is meant instead, with who finished it.
    """

    name: str
    processes: tuple[str, ...]
    open: bool = False
    ended: bool = False


@dataclass(frozen=True, kw_only=True)
class Chart:
    """
    What a row's page draws of a year: measurements one by one, or a count for each month.

    Args:
        sample: the name of the measurements about the row; each brings its limit along.
        register, names, on: rows of this register whose field `names` holds the row's key, counted by the day in `on`.
        process, but: cases of this process about the row, counted by their beginning; without those that hold `but`.
        limit: of a count: how many there may be in a month.
    """

    name: str
    sample: str = ""
    register: str = ""
    names: str = ""
    on: str = ""
    process: str = ""
    but: Mapping[str, Any] = field(default_factory=dict)
    limit: float | None = None


@dataclass(frozen=True, kw_only=True)
class Controlled:
    """
    Rows of another register that hold a row in check.

    Args:
        names: the field that holds the row's key.
        where: field to values, of which each must have one.
        says: the field that says what the control is.
    """

    register: str
    names: str
    where: Mapping[str, tuple[str, ...]]
    says: str


@dataclass(frozen=True, kw_only=True)
class Controls:
    """The controls that are in place for a row: fields of its own, and rows of other registers that are in force."""

    fields: tuple[str, ...] = ()
    rows: tuple[Controlled, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Stage:
    """
    When in the life of a row a case took place; the first stage that fits counts.

    Args:
        until: the field with the last day of this stage; while it is empty, every day is.
        says: the variable of the case that says something.
    """

    name: str
    until: str = ""
    says: str = ""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Cases of one process about a row that are set side by side, one of each stage, and the variables that count."""

    name: str
    process: str
    facts: tuple[str, ...]
    stages: tuple[Stage, ...]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """
    How a register is shown to people.

    Args:
        icon: where it has a place of its own in the navigation, the picture there.
        first: the fields that a list and the head of a row show.
        gaps: the fields that are shown as missing while they are empty.
        alarm: field to the values that somebody must see at once; rows that hold one are counted as lapsed.
        glance: what a row's page shows first of the cases about it.
        chart: what it draws.
        controls: what holds it in check.
        compare: which cases about it are set side by side.
    """

    icon: str | None = None
    first: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    alarm: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    glance: tuple[Glance, ...] = ()
    chart: tuple[Chart, ...] = ()
    controls: Controls = field(default_factory=Controls)
    compare: Compared | None = None


def read_shown(part: Part) -> Shown:
    """
    What a register's table `[shown]` says.

    Raises:
        PartError: of the kind that `part` raises; a key is unknown, or not of its kind.
    """
    part.only(frozenset(("icon", "first", "gaps", "alarm", "glance", "chart", "controls", "compare")))
    return Shown(
        icon=part.text("icon").strip() if "icon" in part.said else None,
        first=part.texts("first"),
        gaps=part.texts("gaps"),
        alarm=_values(part, "alarm"),
        glance=tuple(_glance(one) for one in _listed(part, "glance")),
        chart=tuple(_chart(one) for one in _listed(part, "chart")),
        controls=_controls(_table(part, "controls")),
        compare=_compared(_table(part, "compare")) if "compare" in part.said else None,
    )


def _glance(part: Part) -> Glance:
    part.only(frozenset(("name", "processes", "open", "ended")))
    which = {name: part.said.get(name, False) for name in ("open", "ended")}
    if not all(isinstance(one, bool) for one in which.values()) or all(which.values()):
        raise part.wrong(part.where, "`open` and `ended` are true or false, and not both true.")
    return Glance(name=part.text("name").strip(), processes=part.texts("processes"), **which)


def _chart(part: Part) -> Chart:
    part.only(frozenset(("name", *COUNTED, "names", "on", "but", "limit")))
    if len(named := [name for name in COUNTED if name in part.said]) != 1:
        raise part.wrong(part.where, f"It names one of {', '.join(COUNTED)}: what is drawn.")
    wanted = {"name", *named, *(("names", "on") if named == ["register"] else ())}
    limit = part.said.get("limit")
    if limit is not None and (named == ["sample"] or not isinstance(limit, int | float) or isinstance(limit, bool)):
        raise part.wrong(part.where, "`limit` is a number for each month; measurements bring their limit along.")
    return Chart(**{name: part.text(name).strip() for name in wanted}, but=_table(part, "but").said, limit=limit)


def _controls(part: Part) -> Controls:
    part.only(frozenset(("fields", "rows")))
    return Controls(fields=part.texts("fields"), rows=tuple(_controlled(one) for one in _listed(part, "rows")))


def _controlled(part: Part) -> Controlled:
    part.only(frozenset(("register", "names", "where", "says")))
    texts = {name: part.text(name).strip() for name in ("register", "names", "says")}
    return Controlled(**texts, where=_values(part, "where"))


def _compared(part: Part) -> Compared:
    part.only(frozenset(("name", "process", "facts", "stage")))
    stages = tuple(_stage(one) for one in _listed(part, "stage"))
    if len(stages) < 2:
        raise part.wrong(part.where, "It needs two stages or more, each written as [[shown.compare.stage]].")
    texts = {name: part.text(name).strip() for name in ("name", "process")}
    return Compared(**texts, facts=part.texts("facts"), stages=stages)


def _stage(part: Part) -> Stage:
    part.only(frozenset(("name", "until", "says")))
    return Stage(**{name: part.text(name).strip() for name in ("name", *(set(part.said) - {"name"}))})


def _values(part: Part, name: str) -> dict[str, tuple[str, ...]]:
    table = _table(part, name)
    return {field: table.texts(field) for field in table.said}


def _table(part: Part, name: str) -> Part:
    said = part.said.get(name, {})
    if not isinstance(said, Mapping):
        raise part.wrong(part.where, f"Write {name} as a table.")
    return Part(said, name, part.wrong)


def _listed(part: Part, name: str) -> Iterator[Part]:
    said = part.said.get(name, [])
    if not isinstance(said, list) or not all(isinstance(one, Mapping) for one in said) or len(said) > MOST:
        raise part.wrong(part.where, f"Write each {name} as a table [[{part.where}.{name}]], at most {MOST}.")
    return (Part(one, f"{name} {number}", part.wrong) for number, one in enumerate(said, 1))
