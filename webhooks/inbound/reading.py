"""
What came in, as things that happened, whatever format it came in.

CloudEvents 1.0 (structured, one or a batch) or the plain body of Standard
Webhooks; Alertmanager's webhook, version 4; samples of metrics. Bounded in
size, depth and number before anything is believed.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from cloudevents.core.exceptions import BaseCloudEventException, CloudEventValidationError
from cloudevents.core.formats.json import JSONFormat

from engine.errors import Invalid
from engine.hooks.content import Hook
from engine.hooks.happening import Happening, Measured, identity_of

DEEPEST = 20
MOST_MEMBERS = 20_000
MOST = 200
"""Things that one request may tell."""

LONGEST = 300
"""Signs of a name."""

BATCH = "application/cloudevents-batch+json"


def read(hook: Hook, body: bytes, headers: Mapping[str, str]) -> list[Happening]:
    """
    The things that a body tells, in its order.

    Raises:
        Invalid: it does not hold; with one problem a place.
    """
    found = READERS[hook.kind](_json(body), headers)
    if not found:
        raise _invalid("body", "It tells nothing.")
    return found


def _json(body: bytes) -> Any:
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _invalid("body", f"No well-formed JSON: {error}.") from error
    level, members = [said], 0
    for _ in range(DEEPEST):
        level = [held for one in level for held in _inside(one)]
        members += len(level)
        if members > MOST_MEMBERS:
            raise _invalid("body", f"More than {MOST_MEMBERS} members.")
        if not level:
            return said
    raise _invalid("body", f"Nested deeper than {DEEPEST}.")


def _inside(value: Any) -> list[Any]:
    if isinstance(value, str) and "\0" in value:
        raise _invalid("body", "A text must not hold the sign U+0000.")
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else []


def _events(said: Any, headers: Mapping[str, str]) -> list[Happening]:
    if headers.get("content-type", "").partition(";")[0].strip().lower() == BATCH:
        return [_event(one, f"{number}") for number, one in enumerate(_list(said, "body"))]
    if isinstance(said, dict) and "specversion" in said:
        return [_event(said, "body")]
    told = _object(said, "body")
    facts = {
        "id": headers.get("webhook-id", ""),
        "source": "",
        "type": _text(told, "type"),
        "subject": None,
        "time": told.get("timestamp"),
        "data": told.get("data"),
    }
    if not facts["id"]:
        raise _invalid("webhook-id", "Without it, and without CloudEvents, what came in has no identity.")
    return [Happening(identity=identity_of("event", facts["id"]), facts=facts)]


def _event(said: Any, where: str) -> Happening:
    told = _object(said, where)
    try:
        event = JSONFormat().read(None, orjson.dumps(told))
    except (BaseCloudEventException, CloudEventValidationError, ValueError, KeyError, TypeError) as error:
        raise _invalid(where, f"No CloudEvent of version 1.0: {error}") from error
    if told.get("specversion") != "1.0":
        raise _invalid(f"{where}.specversion", "It must be 1.0.")
    facts = {name: told.get(name) for name in ("id", "source", "type", "subject", "time")}
    facts["data"] = told.get("data")
    identity = identity_of("cloudevent", event.get_source(), event.get_id())
    return Happening(identity=identity, facts=facts)


def _alerts(said: Any, _headers: Mapping[str, str]) -> list[Happening]:
    told = _object(said, "body")
    if told.get("version") != "4":
        raise _invalid("version", "It must be 4, Alertmanager's.")
    return [_alert(told, one, f"alerts.{number}") for number, one in enumerate(_list(told.get("alerts"), "alerts"))]


def _alert(told: dict[str, Any], said: Any, where: str) -> Happening:
    alert = _object(said, where)
    fingerprint, status, began = (_text(alert, name, where) for name in ("fingerprint", "status", "startsAt"))
    if status not in ("firing", "resolved"):
        raise _invalid(f"{where}.status", "It must be firing or resolved.")
    facts = {
        "fingerprint": fingerprint,
        "status": status,
        "starts_at": began,
        "ends_at": alert.get("endsAt"),
        "labels": _object(alert.get("labels", {}), f"{where}.labels"),
        "annotations": _object(alert.get("annotations", {}), f"{where}.annotations"),
        "url": alert.get("generatorURL"),
        "group_key": told.get("groupKey"),
        "receiver": told.get("receiver"),
    }
    over = status == "resolved"
    return Happening(identity=identity_of("alert", fingerprint, began, status), facts=facts, over=over)


def _samples(said: Any, _headers: Mapping[str, str]) -> list[Happening]:
    told = _object(said, "body")
    many = told.get("samples")
    given = [told] if many is None else _list(many, "samples")
    return [_sample(one, f"samples.{number}") for number, one in enumerate(given)]


def _sample(said: Any, where: str) -> Happening:
    told = _object(said, where)
    measured = Measured(
        subject=_text(told, "subject", where),
        name=_text(told, "name", where),
        part=_text(told, "group", where) if told.get("group") is not None else "",
        value=_number(told, "value", where),
        limit=_number(told, "limit", where) if told.get("limit") is not None else None,
        at=_moment(_text(told, "at", where), where),
        model_version=_text(told, "model_version", where) if told.get("model_version") is not None else None,
    )
    facts = {
        "subject": measured.subject,
        "name": measured.name,
        "group": measured.part,
        "value": told["value"],
        "limit": told.get("limit"),
        "at": measured.at.isoformat(),
        "model_version": measured.model_version,
    }
    identity = identity_of("sample", measured.subject, measured.name, measured.part, facts["at"])
    return Happening(identity=identity, facts=facts, measured=measured)


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _invalid(where, "It must be an object.")
    return value


def _list(value: Any, where: str) -> Iterator[Any]:
    if not isinstance(value, list):
        raise _invalid(where, "It must be a list.")
    if len(value) > MOST:
        raise _invalid(where, f"It holds more than {MOST}.")
    return iter(value)


def _text(told: dict[str, Any], name: str, where: str = "") -> str:
    value = told.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST:
        raise _invalid(f"{where}.{name}".lstrip("."), f"It must be a text of at most {LONGEST} signs.")
    return value


def _number(told: dict[str, Any], name: str, where: str) -> float:
    value = told.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _invalid(f"{where}.{name}", "It must be a number.")
    return float(value)


def _moment(text: str, where: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError("it has no zone")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _invalid(f"{where}.at", "It must be a moment with its zone, such as 2027-01-04T08:00:00Z.") from error


def _invalid(where: str, why: str) -> Invalid:
    return Invalid(f"What was sent does not hold. {where}: {why}", {where: [why]})


Reader = Callable[[Any, Mapping[str, str]], list[Happening]]
READERS: Mapping[str, Reader] = {"events": _events, "alertmanager": _alerts, "samples": _samples}
