"""
What was filled into a form, as people read it: labels instead of keys, options by their names, lists as tables.

Works on the form-js schema (form-js 2.0) as it was filed; what the form does
not name is shown under its key, so nothing is hidden.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from web import model_words, words
from web.language import _

MUTE = {"text", "html", "spacer", "separator", "image", "button", "iframe", "documentPreview", "filepicker"}
Names = Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """The rows of a list: heads, and under each the texts."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Filled:
    """
    One field with what stands in it.

    Args:
        key: where its value lies, such as `phases.data`.
        text: empty where nothing was filled in.
        table: of a list; its text is then empty.
        person: whose id it holds, where the form asks for a person.
        group: under which heading of the form it stands.
    """

    key: str
    label: str
    text: str
    table: Table | None = None
    person: str | None = None
    group: str = ""


@dataclass(frozen=True)
class How:
    """How values become words: the names of people by id, the moment, and the reader's zone."""

    now: datetime
    zone: str
    names: Names = field(default_factory=dict)


def filled(schema: Mapping[str, Any] | None, values: Mapping[str, Any], how: How) -> list[Filled]:
    """Every field of the form in its order, then what the form does not name."""
    components = schema.get("components", ()) if schema else ()
    found = list(_fields(components, values, how, "", ""))
    known = {one.key.partition(".")[0] for one in found} | set(_keys(components))
    rest = (Filled(key, key, said(value, how)) for key, value in values.items() if key not in known)
    return [*found, *rest]


def said(value: Any, how: How) -> str:
    """A value without a form, in words."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Mapping):
        told = [(model_words.keyless(key), said(one, how)) for key, one in value.items()]
        return "; ".join(f"{key}: {text}" for key, text in told if text)
    if isinstance(value, list | tuple):
        return ", ".join(said(one, how) for one in value)
    text = str(value)
    return _dated(text, how) or model_words.span(text) or how.names.get(text) or model_words.keyless(text)


def _fields(components: Iterable[Mapping[str, Any]], values: Any, how: How, base: str, group: str) -> Iterator[Filled]:
    for component in components:
        kind, key = component.get("type"), component.get("key") or component.get("path") or ""
        if kind in MUTE or (not key and kind != "group"):
            continue
        where = f"{base}.{key}".strip(".")
        value = _at(values, key) if key else values
        label = _label(component) or key
        if kind == "group":
            yield from _fields(component.get("components", ()), value, how, where, _label(component) or group)
        elif kind == "dynamiclist":
            yield Filled(where, label, "", _table(component, value, how), None, group)
        else:
            holder = value if _asks_for_person(component) and isinstance(value, str) and value else None
            yield Filled(where, label, _text(component, value, how), None, holder, group)


def _table(component: Mapping[str, Any], value: Any, how: How) -> Table:
    columns = [one for one in component.get("components", ()) if one.get("type") not in MUTE and one.get("key")]
    rows = value if isinstance(value, list) else []
    return Table(
        tuple(_label(one) or one["key"] for one in columns),
        tuple(tuple(_text(one, _at(row, one["key"]), how) for one in columns) for row in rows),
    )


def _text(component: Mapping[str, Any], value: Any, how: How) -> str:
    if component.get("type") == "checkbox":
        return "" if value is None else said(bool(value), how)
    options = {str(one.get("value")): one.get("label", one.get("value")) for one in component.get("values") or ()}
    listed = value if isinstance(value, list) else [value]
    if options:
        return ", ".join(str(options.get(str(one), one)) for one in listed if one not in (None, ""))
    unit = (component.get("appearance") or {}).get("suffixAdorner", "")
    text = said(value, how)
    return f"{text} {unit}".strip() if text else ""


def _asks_for_person(component: Mapping[str, Any]) -> bool:
    return str(component.get("valuesKey", "")).startswith("people.")


def _label(component: Mapping[str, Any]) -> str:
    for name in ("label", "dateLabel", "timeLabel"):
        if isinstance(component.get(name), str) and component[name]:
            return str(component[name])
    return ""


def _keys(components: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for component in components:
        if key := component.get("key") or component.get("path"):
            yield str(key).partition(".")[0]
        yield from _keys(component.get("components", ()))


def _at(values: Any, path: str) -> Any:
    for name in path.split("."):
        values = values.get(name) if isinstance(values, Mapping) else None
    return values


def _dated(text: str, how: How) -> str:
    """`2026-11-30` and `2026-11-30T17:00:00+01:00` as people say them; else nothing."""
    if not text[:4].isdigit() or text[4:5] != "-":
        return ""
    try:
        if len(text) == 10:
            return words.day(date.fromisoformat(text), how.now)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return words.moment(moment, how.now, how.zone) if moment.tzinfo else ""
