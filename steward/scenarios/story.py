"""How a story reads: TOML in, plain values out, and every key that is not understood refused by name."""

import tomllib
from dataclasses import dataclass, field, fields
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from engine.errors import Invalid

ACTS = (
    "start",
    "message",
    "signal",
    "hook",
    "does",
    "claims",
    "gives_back",
    "assigns",
    "delegates",
    "corrects",
    "amends",
    "cancels",
    "suspends",
    "resumes",
    "retries",
    "job",
    "registers",
    "signs",
    "lifts",
    "cycle",
    "wait",
    "until",
)
EVERYBODY = "everybody"
"""Said instead of members: each person belongs, without a membership."""

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """Who there is, and when they work."""

    zone: str = "Europe/Berlin"
    holidays: list[str] = field(default_factory=list)
    owner: str = ""
    groups: dict[str, list[str] | str] = field(default_factory=dict)
    bindings: dict[str, str] = field(default_factory=dict)
    registers: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    subscriptions: list[str] = field(default_factory=list)
    turns: list[dict[str, Any]] = field(default_factory=list)
    ladders: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)

    @property
    def people(self) -> list[str]:
        """Everybody named, once, in the order of the file."""
        named = [one for members in self.groups.values() if members != EVERYBODY for one in members]
        return list(dict.fromkeys([*([self.owner] if self.owner else []), *named]))

    @property
    def all_registers(self) -> list[str]:
        """The registers that are listed, and those that a row names without a list."""
        listed = {Path(one).stem for one in self.registers}
        shipped = dict.fromkeys(row["register"] for row in self.rows if row["register"] not in listed)
        return [*self.registers, *shipped]

    @property
    def answerable(self) -> str:
        """Who owns the processes."""
        return self.owner or self.people[0]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that is done, and what must be so then."""

    file: str
    number: int
    by: str | None = None
    at: datetime | None = None
    case: str | None = None
    which: dict[str, Any] = field(default_factory=dict)

    start: str | None = None
    message: str | None = None
    signal: str | None = None
    hook: str | None = None
    does: str | None = None
    claims: str | None = None
    gives_back: str | None = None
    assigns: str | None = None
    delegates: str | None = None
    corrects: dict[str, Any] | None = None
    amends: str | None = None
    cancels: bool | None = None
    suspends: bool | None = None
    resumes: bool | None = None
    retries: str | None = None
    job: str | None = None
    registers: str | None = None
    signs: str | None = None
    lifts: str | None = None
    cycle: str | None = None
    wait: str | None = None
    until: datetime | None = None

    to: str | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    evidence: dict[str, Any] = field(default_factory=dict)
    payload: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)
    outcomes: list[str] | None = None
    subject: str | None = None
    process: str | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    key: str | None = None
    business_key: str | None = None
    reason: str = "As the story says."
    password: str | None = None
    error: str | None = None
    fails: str | None = None
    removed: list[str] = field(default_factory=list)

    open: list[str] | None = None
    due: dict[str, Any] | None = None
    held: dict[str, str] | None = None
    accountable: dict[str, str] | None = None
    refused: str | None = None
    variables: dict[str, Any] | None = None
    recorded: list[str] | None = None
    stuck: list[str] | None = None
    ended: str | None = None
    passed: list[str] | None = None
    not_passed: list[str] | None = None
    signed: dict[str, str] | None = None
    waits: list[str] | None = None
    started: list[str] | None = None
    told: list[str] | None = None
    about: str | None = None
    row: dict[str, Any] | None = None
    links: list[str] | None = None

    @property
    def act(self) -> str | None:
        """The name of the one thing that the step does; None when it only looks."""
        return next((name for name in ACTS if getattr(self, name) is not None), None)

    def __str__(self) -> str:
        what = self.act
        where = f"{self.file}, step {self.number}"
        return f"{where} ({what} {_brief(getattr(self, what))})" if what else where


@dataclass(frozen=True, kw_only=True)
class Story:
    """A title, a moment at which it begins, perhaps a story that it goes on from, and steps of its own."""

    path: Path
    title: str
    at: datetime
    begins: "Story | None" = None
    steps: tuple[Step, ...]


def read_organisation(folder: Path) -> Organisation:
    """
    The organisation of a folder of scenarios.

    Raises:
        Invalid: the file is missing, is not TOML, or says something that is not understood.
    """
    path = folder / "organisation.toml"
    if not path.is_file():
        raise Invalid(f"{path} is missing; it names the people of the stories.")
    content = _toml(path)
    if "with" in content:
        content["beside"] = content.pop("with")
    found = _checked(Organisation, content, str(path))
    if not found.people:
        raise Invalid(f"{path} names nobody. Put people into [groups].")
    _must_say("rows", found.rows, ("register",), path)
    _must_say("turns", found.turns, ("of", "level", "people"), path)
    return found


def _must_say(part: str, entries: list[dict[str, Any]], wanted: tuple[str, ...], path: Path) -> None:
    for number, entry in enumerate(entries, 1):
        if missing := [name for name in wanted if name not in entry]:
            raise Invalid(f"{path}: [[{part}]] number {number} does not say {missing[0]!r}.")


def read_story(path: Path) -> Story:
    """
    The story in a file, and the one it begins with.

    Raises:
        Invalid: it is not TOML, says something that is not understood, or begins with itself.
    """
    return _read(path, ())


def _read(path: Path, seen: tuple[Path, ...]) -> Story:
    if path in seen:
        raise Invalid(f"{path} begins with itself.")
    content = _toml(path)
    steps = content.pop("step", [])
    unknown = sorted(set(content) - {"title", "at", "begins"})
    if unknown:
        raise Invalid(f"{path}: {unknown[0]!r} is not understood; a story has title, at, begins and [[step]].")
    before = _read(path.with_name(f"{content['begins']}.toml"), (*seen, path)) if "begins" in content else None
    at = content.get("at") or (before.at if before else None)
    if not isinstance(at, datetime):
        raise Invalid(f"{path}: `at` must say when the story begins, such as 2027-01-04T09:00:00.")
    own = tuple(_step(one, number, path) for number, one in enumerate(steps, 1))
    return Story(path=path, title=str(content.get("title", path.stem)), at=at, begins=before, steps=own)


def _step(content: dict[str, Any], number: int, path: Path) -> Step:
    step = _checked(Step, content | {"file": path.name, "number": number}, f"{path}, step {number}")
    done = [name for name in ACTS if getattr(step, name) is not None]
    if len(done) > 1:
        raise Invalid(f"{path}, step {number} does {' and '.join(done)}; a step does one thing.")
    return step


def _brief(value: Any) -> str:
    return ", ".join(value) if isinstance(value, dict) else str(value)


def _checked(kind: type[T], content: dict[str, Any], where: str) -> T:
    known = [one.name for one in fields(kind)]  # type: ignore[arg-type]
    for name in content:
        if name not in known:
            near = get_close_matches(name, known, 1)
            raise Invalid(f"{where}: {name!r} is not understood." + (f" Do you mean {near[0]!r}?" if near else ""))
    return kind(**content)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text())
    except FileNotFoundError:
        raise Invalid(f"There is no {path}.") from None
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"{path} is not well-formed TOML: {error}") from error
