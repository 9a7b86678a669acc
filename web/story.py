"""
A case's story in words: one sentence for each entry of its trail, as people would tell it.

Pure: names of people, steps and other cases are arguments. Names stand in
bold; whatever a person wrote stands as text. The page of a case shows all of
it, the page of a task what a reader of the story would not miss.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from engine.mentions import MENTION
from web.language import _
from web.story_words import GOOD, WRONG, sentences
from web.words import way

SIGNED = "signature"


@dataclass(frozen=True)
class Line:
    """
    One thing that happened.

    Args:
        number: of the entry in the case's chain.
        at: when it happened.
        state: a class of the stylesheet: done, signed, late for what was refused or failed.
        quote: what somebody wrote about it, such as a comment or a reason.
        signed: whether a signature stands under it.
    """

    number: int
    at: datetime
    said: Markup
    state: str = ""
    quote: str | Markup = ""
    signed: bool = False


@dataclass(frozen=True)
class Known:
    """
    What a story's sentences are filled in with.

    Args:
        people: names by id.
        steps: names of the model's nodes by id.
        cases: what other cases are called that the reader may see, by id.
        comments: what was written, by the id of the comment.
    """

    people: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, str] = field(default_factory=dict)
    cases: Mapping[str, str] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)


def told(entries: Iterable[Mapping[str, Any]], known: Known) -> list[Line]:
    """
    The sentences of these entries, in their order.

    Args:
        entries: of a case's chain: `number`, `happened_at`, `actor`, `acting_for`, `verb`, `subject`, and `body`, which
            is None where it was erased.
    """
    words = sentences()
    return [_line(entry, known, words) for entry in entries]


def _line(entry: Mapping[str, Any], known: Known, words: Mapping[str, str]) -> Line:
    verb, body = entry["verb"], entry["body"] or {}
    signed = verb == "task.completed" and SIGNED in body
    key = _key(verb, entry, body)
    sentence = words.get(key) or words.get(verb) or _("%(who)s did something that has no words yet: %(verb)s")
    if entry["body"] is None:
        sentence = _("What stood here was erased on purpose. It was about: %(verb)s")
    return Line(
        number=entry["number"],
        at=entry["happened_at"],
        said=Markup(sentence) % _values(entry, body, known),  # noqa: S704 - our own sentence; what fills it is escaped
        state="is-signed" if signed else "is-late" if verb in WRONG else "is-done" if verb in GOOD else "",
        quote=_quote(body, known),
        signed=signed,
    )


def _key(verb: str, entry: Mapping[str, Any], body: Mapping[str, Any]) -> str:
    """Under which the sentence stands: the verb, and what makes a difference to how one says it."""
    if verb == "task.completed":
        return f"{verb} {body[SIGNED]['meaning']}" if SIGNED in body else verb
    if verb in ("instance.started", "timer.fired", "task.withdrawn", "data.corrected"):
        by_itself = entry["actor"].startswith("operator:")
        return f"{verb} by itself" if by_itself else verb
    if verb == "task.opened" and body.get("holder"):
        return f"{verb} for somebody"
    if verb == "instance.linked":
        return f"{verb} {body.get('kind')}"
    return verb


def _values(entry: Mapping[str, Any], body: Mapping[str, Any], known: Known) -> dict[str, Any]:
    element = str(body.get("element") or entry["subject"])
    other = str(body.get("from") or entry["subject"])
    return {
        "verb": entry["verb"],
        "who": _who(entry["actor"], entry["acting_for"], known),
        "task": body.get("name") or known.steps.get(element) or element,
        "step": known.steps.get(element) or element,
        "to": person(body.get("to") or body.get("recipient"), known),
        "before": person(body.get("from"), known),
        "holder": person(body.get("holder") or body.get("accountable"), known),
        "person": person(body.get("person") or body.get("signed_by"), known),
        "told": _many(body.get("told") or (), known),
        "other": known.cases.get(other) or _("another case"),
        "name": body.get("name") or "",
        "slot": body.get("slot") or "",
        "rung": body.get("rung") or "",
        "topic": body.get("topic") or "",
        "channel": way(body.get("channel") or ""),
        "rules": ", ".join(str(one["index"]) for one in body.get("matched") or ()) or "–",
        "fields": ", ".join(sorted((body.get("changes") or {}).keys() | set(body.get("removed") or ()))),
        "start": known.steps.get(str(body.get("start"))) or body.get("process") or "",
    }


def person(person_id: Any, known: Known) -> Markup:
    """A person's name in bold; `nobody yet` without one."""
    if not person_id:
        return Markup("<strong>{}</strong>").format(_("nobody yet"))
    if str(person_id).startswith("operator:"):
        return Markup("<strong>Steward</strong>")
    return Markup("<strong>{}</strong>").format(known.people.get(str(person_id), person_id))


def _who(actor: str, acting_for: str | None, known: Known) -> Markup:
    if not acting_for:
        return person(actor, known)
    both = Markup(_("%(name)s for %(other)s"))  # noqa: S704 - our own words
    return both % {"name": person(actor, known), "other": person(acting_for, known)}


def _many(people: Iterable[str], known: Known) -> Markup:
    names = [person(one, known) for one in people]
    return Markup(", ").join(names) if names else person(None, known)


def mentioned(text: str, people: Mapping[str, str]) -> Markup:
    """What somebody wrote, with the names of those whom it mentions in bold instead of their ids."""

    def name(found: re.Match[str]) -> str:
        known = people.get(found[1].lower())
        return Markup("<strong>@{}</strong>").format(known) if known else found[0]

    return Markup(MENTION.sub(name, escape(text)))  # noqa: S704 - escaped above


def _quote(body: Mapping[str, Any], known: Known) -> str | Markup:
    comment = body.get("comment") or {}
    if isinstance(comment, Mapping) and comment.get("id"):
        return mentioned(known.comments.get(str(comment["id"]), ""), known.people)
    return str(body.get("reason") or body.get("error") or body.get("text") or "")
