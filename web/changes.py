"""The difference between two versions of a process in words: what is new, what is gone, what says something else."""

from engine.core.model.differences import Change
from web.language import _

LONGEST = 160


def kind(change: Change) -> str:
    """What kind of thing an element is."""
    kinds = {
        "userTask": _("task"),
        "serviceTask": _("service"),
        "sendTask": _("service"),
        "businessRuleTask": _("table"),
        "scriptTask": _("calculation"),
        "callActivity": _("called process"),
        "subProcess": _("part"),
        "startEvent": _("start"),
        "endEvent": _("end"),
        "boundaryEvent": _("event"),
        "intermediateCatchEvent": _("event"),
        "intermediateThrowEvent": _("event"),
        "exclusiveGateway": _("question"),
        "inclusiveGateway": _("question"),
        "parallelGateway": _("fork"),
        "eventBasedGateway": _("whatever comes first"),
        "sequenceFlow": _("arrow"),
        "lane": _("role"),
        "process": _("process"),
    }
    return kinds.get(change.kind, _("step"))


def facts(change: Change, *, before: bool) -> list[str]:
    """What one side says of what differs, a line each."""
    side = 1 if before else 2
    return [_("%(name)s: %(value)s", name=label(fact[0]), value=_short(fact[side])) for fact in change.facts]


def label(name: str) -> str:
    """What a fact of a model is called."""
    labels = {
        "name": _("name"),
        "kind": _("kind"),
        "assignee": _("for"),
        "candidateUsers": _("offered to"),
        "candidateGroups": _("offered to group"),
        "dueDate": _("due"),
        "followUpDate": _("look again"),
        "formRef": _("form"),
        "formKey": _("form"),
        "formRefBinding": _("version of the form"),
        "decisionRef": _("table"),
        "decisionRefBinding": _("version of the table"),
        "calledElement": _("calls"),
        "topic": _("topic"),
        "sourceRef": _("from"),
        "targetRef": _("to"),
        "default": _("otherwise"),
        "conditionExpression": _("condition"),
        "timeDuration": _("after"),
        "timeDate": _("at"),
        "timeCycle": _("every"),
        "documentation": _("explanation"),
        "separate_from": _("not by who did"),
        "evidence": _("evidence"),
        "sign": _("signature"),
        "clauses": _("clauses"),
        "escalation": _("ladder"),
        "clock": _("clock"),
        "attachedToRef": _("at"),
        "versionTag": _("version tag"),
    }
    return labels.get(name, name.replace("_", " "))


def _short(value: str | None) -> str:
    if value is None:
        return "–"
    return value if len(value) <= LONGEST else value[: LONGEST - 1] + "…"
