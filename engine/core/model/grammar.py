"""
The small grammars of the vocabulary: lists, slots for evidence, separation rules, clauses, limits.

Each reader takes the text of one property and raises `GrammarError` with a
sentence and a remedy if the text is not in its grammar.
"""

import re
from dataclasses import dataclass
from typing import Literal, cast, get_args

from engine.core.expressions import ExpressionError, compile_text
from engine.core.vocabulary import Slot

Clock = Literal["business", "elapsed", "legal"]
Meaning = Literal["approved", "verified", "reviewed", "authored"]

_NAME = re.compile(r"[A-Za-z_][\w.-]*\Z")
_SLOT = re.compile(
    r"(?P<name>[A-Za-z_][\w-]*)\s*(?::\s*(?P<kinds>[a-z]+(?:\s*\|\s*[a-z]+)*))?\s*(?P<marks>[*?]{0,2})"
    r"(?P<says>(?:\s*\+\s*(?:version|day))*)(?:\s+if\s+(?P<condition>\S.*))?\Z"
)
_CLAUSE = re.compile(r"[a-z][a-z0-9_]*:[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*\Z")
_PAUSE = re.compile(r",\s*pause\s+(?P<tasks>[\w.-]+(?:\s+[\w.-]+)*)\s*\Z")
_PLACE = re.compile(r"\{(year|n)(?:(?<=n):0[1-9])?\}")
_OPENERS = {"(": ")", "[": "]", "{": "}"}


@dataclass
class GrammarError(ValueError):
    """A text is not in its grammar. `message` is a sentence, `remedy` another."""

    message: str
    remedy: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class Limit:
    """A named limit: its due text, and the tasks during which it stands still."""

    name: str
    due: str
    pause: tuple[str, ...] = ()


@dataclass(frozen=True)
class Numbered:
    """How the cases of a process are numbered; `text` has places for the year and for the number."""

    text: str

    def written(self, year: int, number: int) -> str:
        """The number as people read it."""
        return self.text.format(year=year, n=number)


def listed(text: str | None) -> tuple[str, ...]:
    """The items of a comma-separated list; commas inside brackets, braces and quotes do not part."""
    items: list[str] = []
    closers: list[str] = []
    start, quote = 0, ""
    for index, sign in enumerate(text or ""):
        if quote:
            quote = "" if sign == quote else quote
        elif closers and sign in "'\"":
            quote = sign
        elif sign in _OPENERS:
            closers.append(_OPENERS[sign])
        elif closers and sign == closers[-1]:
            closers.pop()
        elif sign == "," and not closers:
            items.append((text or "")[start:index])
            start = index + 1
    items.append((text or "")[start:])
    return tuple(item.strip() for item in items if item.strip())


def words(text: str | None) -> tuple[str, ...]:
    """The items of a list that is parted by commas, white space or both."""
    return tuple(re.split(r"[\s,]+", (text or "").strip(" \t\r\n,"))) if (text or "").strip(" \t\r\n,") else ()


def names(text: str | None) -> tuple[str, ...]:
    """
    A list of names, such as element ids, variables or competence keys.

    Raises:
        GrammarError: one of them is no name.
    """
    found = words(text)
    for name in found:
        if not _NAME.match(name):
            raise GrammarError(f"{name!r} is not a name.", "Write names parted by commas, such as T_write, T_check.")
    return found


def covers(text: str | None) -> tuple[str, ...] | str:
    """
    A list of names, or an expression that gives one, as it is written.

    Raises:
        GrammarError: it is no expression, and one of its items is no name.
    """
    said = (text or "").strip()
    return said if said.startswith(("=", "${")) else names(text)


def slots(text: str | None) -> tuple[Slot, ...]:
    """
    Slots for evidence: `report:file, link:file|link, photos:file*, note:file?`.

    A star takes several items, a question mark makes a slot optional; a slot
    without kinds takes files and links. `report:file+version+day` must say for
    which version and of which day it is; `... if ${EXPRESSION}` only then.

    Raises:
        GrammarError: a slot is not in this form, or two have one name.
    """
    found: dict[str, Slot] = {}
    for item in listed(text):
        slot = _slot(item)
        if slot.name in found:
            raise GrammarError(f"Two slots for evidence are called {slot.name!r}.", "Give each slot a name of its own.")
        found[slot.name] = slot
    return tuple(found.values())


def _slot(item: str) -> Slot:
    remedy = (
        "Write slots as report:file, link:file|link, photos:file* (several), note:file? (optional), "
        "report:file+version+day (says both), report:file+version if ${EXPRESSION} (says it then)."
    )
    match = _SLOT.match(item)
    if not match or len(set(match["marks"])) != len(match["marks"]):
        raise GrammarError(f"{item!r} is not a slot for evidence.", remedy)
    kinds = tuple(kind.strip() for kind in (match["kinds"] or "file|link").split("|"))
    if not set(kinds) <= {"file", "link"} or len(set(kinds)) != len(kinds):
        raise GrammarError(f"The slot {item!r} takes neither files nor links.", remedy)
    says, condition = re.findall(r"version|day", match["says"]), match["condition"]
    if len(set(says)) != len(says) or (condition and not says):
        raise GrammarError(f"The slot {item!r} says something twice, or nothing.", remedy)
    if condition:
        _must_compute(item, condition)
    return Slot(
        name=match["name"],
        kinds=cast("tuple[Literal['file', 'link'], ...]", kinds),
        many="*" in match["marks"],
        required="?" not in match["marks"],
        says=tuple(cast("list[Literal['version', 'day']]", says)),
        says_if=condition,
    )


def _must_compute(item: str, condition: str) -> None:
    try:
        compile_text(condition)
    except ExpressionError as error:
        why = f"The condition of the slot {item!r} cannot be computed. {error}"
        raise GrammarError(why, "Write it as ${EXPRESSION} over what the task sees.") from error


def separations(text: str | None) -> tuple[str, ...]:
    """
    Who else must not have worked on it: `T_write`, `self`, `person:VARIABLE`, `called:CA_other`.

    Raises:
        GrammarError: an item has none of these forms.
    """
    found = words(text)
    for rule in found:
        kind, _, name = rule.rpartition(":")
        if kind not in ("", "person", "called") or not _NAME.match(name):
            remedy = "Write the id of a task, self, person:VARIABLE or called:CALL_ACTIVITY."
            raise GrammarError(f"{rule!r} is not a separation rule.", remedy)
    return found


def clauses(text: str | None) -> tuple[str, ...]:
    """
    Catalogue keys without the edition: `iso9001:10.2.1, iso42001:A.5.2`.

    Raises:
        GrammarError: a key is not in this form.
    """
    found = words(text)
    for key in found:
        if not _CLAUSE.match(key):
            remedy = "Write the standard, a colon and the number, such as iso9001:10.2.1."
            raise GrammarError(f"{key!r} is not the key of a clause.", remedy)
    return found


def clock(text: str | None) -> Clock:
    """
    Which time a limit runs in: business (default), elapsed or legal.

    Raises:
        GrammarError: it is another word.
    """
    if text and text not in get_args(Clock):
        raise GrammarError(f"There is no clock {text!r}.", "Use business, elapsed or legal.")
    return cast(Clock, text or "business")


def meaning(text: str | None) -> Meaning | None:
    """
    What a signature means; none where nothing is signed.

    Raises:
        GrammarError: it is another word.
    """
    if text and text not in get_args(Meaning):
        raise GrammarError(f"A signature cannot mean {text!r}.", "Use approved, verified, reviewed or authored.")
    return cast("Meaning | None", text or None)


def yes(text: str | None) -> bool:
    """
    A property that is either set or not.

    Raises:
        GrammarError: it is neither true nor false.
    """
    if (text or "false").lower() not in ("true", "false"):
        raise GrammarError(f"{text!r} is neither true nor false.", "Use true or false.")
    return (text or "false").lower() == "true"


def number(text: str) -> Numbered:
    """
    How cases are numbered: `CAPA-{year}-{n:03}`; `03` fills up to three digits with noughts.

    Raises:
        GrammarError: it does not hold the year and the number once each, or another place in braces.
    """
    places = _PLACE.findall(text)
    rest = _PLACE.sub("", text)
    if sorted(places) != ["n", "year"] or "{" in rest or "}" in rest or len(text) > 60:
        remedy = "Write a text with {year} and {n}, such as CAPA-{year}-{n:03}."
        raise GrammarError(f"{text!r} is no way to number cases.", remedy)
    return Numbered(text)


def limit(text: str) -> Limit:
    """
    A named limit: `decision = 10 bd from ${done_at(T_ask)}, pause T_mend`.

    Raises:
        GrammarError: it has no name or no time.
    """
    name, equals, due = (part.strip() for part in text.partition("="))
    pause = _PAUSE.search(due)
    due = due[: pause.start()].strip() if pause else due
    if not equals or not _NAME.match(name) or not due:
        remedy = "Write a name, = and a due text, such as decision = 10 bd from ${done_at(T_ask)}."
        raise GrammarError(f"{text!r} is not a named limit.", remedy)
    return Limit(name, due, tuple(pause["tasks"].split()) if pause else ())
