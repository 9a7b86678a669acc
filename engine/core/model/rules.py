"""What the model says about one piece of work: standard attributes, extension attributes and properties."""

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from engine.core.model import grammar
from engine.core.model.names import child, children, properties, said, text_of
from engine.core.safe_xml import Complain, Element
from engine.core.vocabulary import Ref, Rules

T = TypeVar("T")
Else = TypeVar("Else")

DEPLOYED_FORM = "camunda-forms:deployment:"
BINDINGS = ("latest", "deployment", "version", "versionTag")
_OWNER = re.compile(r"(?P<kind>user|group)\s*\((?P<name>[^()]*)\)\Z")


def read_rules(element: Element, complain: Complain, *, clock: grammar.Clock = "business") -> Rules:
    """
    The rules of a task, event or process.

    Whatever does not parse is told to `complain` and left out.

    Args:
        clock: the clock of the process, used where the element names none.
    """
    told = _Told(element, complain)
    users, groups = _potential_owners(element)
    return Rules(
        assignee=said(element, "assignee") or _performer(element),
        candidate_users=_unique(grammar.listed(said(element, "candidateUsers")), users),
        candidate_groups=_unique(grammar.listed(said(element, "candidateGroups")), groups),
        due=said(element, "dueDate"),
        follow_up=said(element, "followUpDate"),
        clock=told.read("clock", grammar.clock, clock),
        priority=said(element, "priority"),
        escalation=told.text("escalation") or "ordinary",
        form=form_of(element),
        evidence=told.read("evidence", grammar.slots, ()),
        sign=told.read("sign", grammar.meaning, None),
        sign_covers=told.read("sign_covers", grammar.covers, None),
        clauses=told.read("clauses", grammar.clauses, ()) or told.read("clause", grammar.clauses, ()),
        separate_from=told.read("separate_from", grammar.separations, ()),
        competence=told.read("competence", grammar.names, ()),
        confidential=told.read("confidential", grammar.yes, False),
        handlers=told.text("handlers") or None,
        shut_out=told.read("shut_out", grammar.names, ()),
        unblocked=told.read("unblocked", grammar.yes, False),
    )


def form_of(element: Element) -> Ref | None:
    """The form that a task or a start shows: by `formRef`, or by a `formKey` that names a file of the deployment."""
    key = said(element, "formRef")
    if key:
        return reference(element, key, "formRefBinding", "formRefVersion")
    file = said(element, "formKey") or ""
    return Ref(key=file.removeprefix(DEPLOYED_FORM), binding="deployment") if file.startswith(DEPLOYED_FORM) else None


def reference(element: Element, key: str, binding: str, version: str) -> Ref:
    """A reference and its binding, as two extension attributes say; an unknown binding counts as `latest`."""
    bound = said(element, binding)
    number = said(element, version)
    if bound == "deployment":
        return Ref(key=key, binding="deployment")
    if bound == "version":
        return Ref(key=key, binding="version", version=number)
    if bound == "versionTag":
        return Ref(key=key, binding="versionTag", version=number)
    return Ref(key=key)


class _Told:
    """The properties of one element, read one by one."""

    def __init__(self, element: Element, complain: Complain) -> None:
        self.complain = complain
        self.found = {name: (value, entry) for name, value, entry in properties(element)}

    def text(self, name: str) -> str:
        return self.found[name][0] if name in self.found else ""

    def read(self, name: str, grammar_of: Callable[[str], T], otherwise: Else) -> T | Else:
        if name not in self.found:
            return otherwise
        value, entry = self.found[name]
        try:
            return grammar_of(value)
        except grammar.GrammarError as error:
            self.complain(entry, f"property-{name.replace('_', '-')}", error.message, error.remedy)
            return otherwise


def _performer(element: Element) -> str | None:
    return next(iter(_assigned(children(element, "humanPerformer", "performer"))), None)


def _potential_owners(element: Element) -> tuple[list[str], list[str]]:
    """Users and groups; a name without `user(...)` or `group(...)` around it is a group, as in Camunda 7."""
    users: list[str] = []
    groups: list[str] = []
    for text in _assigned(children(element, "potentialOwner")):
        for item in grammar.listed(text):
            match = _OWNER.match(item)
            kind, name = (match["kind"], match["name"].strip()) if match else ("group", item)
            (users if kind == "user" else groups).append(name)
    return users, groups


def _assigned(resources: Iterable[Element]) -> list[str]:
    found = []
    for resource in resources:
        holder = child(resource, "resourceAssignmentExpression")
        text = text_of(child(holder, "formalExpression")) if holder is not None else ""
        if text:
            found.append(text)
    return found


def _unique(*lists: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for items in lists for item in items))
