"""
Types that a model names, and values brought to them (DMN 1.3, sections 7.3.2 and 10.3.2.9).

A text where a date, time or duration is declared is read as one, since JSON
has none. A value that is not of its type is refused, never quietly null.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.core.feel.kinds import NAMED, UNFIT, fitted
from engine.core.feel.names import one_spaced
from engine.core.feel.nodes import Type
from engine.core.feel.run import Run
from engine.core.feel.temporal_text import parse_date, parse_duration, parse_moment, parse_time
from engine.core.feel.text import text_of
from engine.core.feel.values import Env, Value, kind

Allowed = Callable[[Env, Value], bool]
_ALIASES = {
    "integer": "number",
    "long": "number",
    "double": "number",
    "dateTime": "date and time",
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
}
_READERS: dict[str, Callable[[str], Value]] = {
    "date": lambda text: parse_date(text) or parse_moment(text),
    "date and time": parse_moment,
    "time": parse_time,
    "days and time duration": parse_duration,
    "years and months duration": parse_duration,
}


@dataclass(frozen=True)
class ItemType:
    """A type of a model. `allowed` tests a value of it, or each item of a collection."""

    ref: str | None = None
    collection: bool = False
    components: tuple[tuple[str, "ItemType"], ...] = ()
    allowed: Allowed | None = None
    whole: Allowed | None = None
    function: bool = False
    output: str | None = None


def plain_ref(ref: str) -> str:
    """A type's name without prefix, other products' names replaced by FEEL's."""
    bare = ref.rpartition(":")[2] if ":" in ref else ref
    return _ALIASES.get(bare, one_spaced(bare))


class Types:
    """The types of one model by name."""

    def __init__(self, items: Mapping[str, ItemType]) -> None:
        self.items = items

    def knows(self, ref: str) -> bool:
        """Is this type FEEL's or one of the model's?"""
        name = plain_ref(ref)
        return name in self.items or name in NAMED or name in ("Any", "duration")

    def item(self, ref: str | None) -> ItemType | None:
        """The model's type of this name, if it is the model's."""
        return None if ref is None else self.items.get(one_spaced(ref)) or self.items.get(plain_ref(ref))

    def coerce(self, run: Run, value: Value, ref: str | None, what: str) -> Value:
        """
        The value as its declared type.

        Args:
            what: how to call the value in the complaint.

        Raises:
            EvaluationError: it is not of this type.
        """
        if value is None or not ref:
            return value
        item = self.item(ref)
        if item is not None:
            run.enter()
            result = self._as_item(run, value, item, what)
            run.leave()
            return result
        return self._as_basic(run, value, plain_ref(ref), what)

    def _as_basic(self, run: Run, value: Value, name: str, what: str) -> Value:
        if name not in NAMED:
            return value
        if isinstance(value, str) and name in _READERS:
            value = _read(value, name)
        if name == "date" and kind(value) == "date and time" and run.strict:
            return value
        result = fitted(run, value, Type(name))
        return _wrong(run, value, name, what) if result is UNFIT else result

    def _as_item(self, run: Run, value: Value, item: ItemType, what: str) -> Value:
        if not item.collection:
            return self._as_single(run, value, item, what)
        items = value if isinstance(value, list) else [value]
        run.tick(len(items))
        made = [self._as_single(run, one, item, what) for one in items]
        if any(after is None and before is not None for before, after in zip(items, made, strict=True)):
            return None
        if item.whole is not None and not item.whole(Env({}, None, run), made):
            return run.refuse(f"{what} breaks a constraint of its type")
        return made

    def _as_single(self, run: Run, value: Value, item: ItemType, what: str) -> Value:
        run.tick()
        if value is None:
            return None
        if item.function:
            return value if kind(value) == "function" else _wrong(run, value, "function", what)
        if item.components:
            return self._as_context(run, value, item, what)
        result = self.coerce(run, value, item.ref, what)
        tests = [item.allowed, *([] if item.collection else [item.whole])]
        if result is not None and not all(_passes(run, result, test) for test in tests):
            return run.refuse(f"{what} is {_shown(run, result)}, which is none of its allowed values")
        return result

    def _as_context(self, run: Run, value: Value, item: ItemType, what: str) -> Value:
        context = value[0] if isinstance(value, list) and len(value) == 1 else value
        if not isinstance(context, dict):
            return _wrong(run, value, "context", what)
        made = dict(context)
        for name, type_ in item.components:
            if name not in context:
                return run.refuse(f"{what} lacks '{name}'")
            run.enter()
            made[name] = (
                self._as_item(run, context[name], type_, f"'{name}' of {what}") if context[name] else made[name]
            )
            run.leave()
            if made[name] is None and context[name] is not None:
                return None
        return made

    def accepts(self, value: Value, ref: str) -> bool:
        """Can this plain value be of the type at all? True for types of the model's own."""
        name = plain_ref(ref)
        if self.item(ref) is not None or name not in NAMED:
            return True
        read = _read(value, name) if isinstance(value, str) and name in _READERS else value
        return name == "list" or kind(read) == name or (name == "date" and kind(read) == "date and time")

    def is_of(self, run: Run, value: Value, ref: str) -> bool | None:
        """`instance of` for the model's types; None for a name that is not one."""
        item = self.item(ref)
        if item is None:
            return None
        quiet = Run(run.limits, strict=False, left=run.left, depth=run.depth)
        result = value is not None and self._as_item(quiet, value, item, "") is not None
        run.left = quiet.left
        return result


def _passes(run: Run, value: Value, test: Allowed | None) -> bool:
    if test is None:
        return True
    env = Env({}, None, run)
    return test(env, value) or (isinstance(value, list) and bool(value) and all(test(env, item) for item in value))


def _read(text: str, name: str) -> Value:
    try:
        found = _READERS[name](text)
    except ValueError:
        return text
    return text if found is None else found


def _wrong(run: Run, value: Value, name: str, what: str) -> Value:
    return run.refuse(f"{what} should be a {name}, but is the {kind(value)} {_shown(run, value)}")


def _shown(run: Run, value: Value) -> str:
    text = text_of(run, value)
    return text if len(text) <= 60 else text[:57] + "..."
