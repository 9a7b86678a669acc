"""What was asked and answered in a task, for who reads it and does not fill it in."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from web.filled import Filled, How, filled, said
from web.language import _
from web.model_words import COUNTERS
from web.pages.layout import Reader
from web.reads.task_page import Shown
from web.words import named


def answers(shown: Shown, values: Mapping[str, Any], reader: Reader) -> list[Filled]:
    """Every field of the form in its order, with what stands in it."""
    fields = {one.path.split(".")[0] for one in shown.fields}
    told = filled(shown.task["form"], values, _how(shown, reader))
    return [one for one in told if one.key.split(".")[0] in fields]


def about(shown: Shown, reader: Reader) -> list[tuple[str, str]]:
    """What one task of several side by side is about: its own values, but for what its form asks or says itself."""
    hidden, how = {one.path.split(".")[0] for one in shown.fields} | set(COUNTERS), _how(shown, reader)
    form = orjson.dumps(shown.task["form"]).decode()
    own = {name: value for name, value in shown.task["locals"].items() if name not in hidden}
    told = {name: said(value, how) for name, value in own.items() if not re.search(rf"\b{name}\.", form)}
    return [(named(name), text) for name, text in told.items() if text]


def number(shown: Shown) -> int | None:
    """Which of several side by side it is, from 1."""
    counted = shown.task["locals"].get(COUNTERS[0])
    return counted + 1 if isinstance(counted, int) else None


def left_over(shown: Shown, typed: Mapping[str, str], reader: Reader) -> list[Filled]:
    """What was typed into a form that the page no longer has, so that nobody loses it."""
    try:
        values = orjson.loads(typed.get("values") or "{}")
    except orjson.JSONDecodeError:
        values = {}
    told = answers(shown, values, reader) if isinstance(values, dict) else []
    told.append(Filled("note", _("A word about it"), typed.get("note", "")))
    return [one for one in told if one.text or (one.table and one.table.rows)]


def _how(shown: Shown, reader: Reader) -> How:
    """With the names of people, and of what the form lets one choose from."""
    offered = {str(one["value"]): one["label"] for listed in shown.task["choices"].values() for one in listed}
    return How(reader.now, reader.zone, {**shown.names, **offered})
