"""The sentences of a case's story: one for each verb of its trail, whole, so that each can be translated."""

from web.language import _

GOOD = frozenset(
    (
        "instance.started",
        "instance.completed",
        "task.completed",
        "evidence.added",
        "evidence.replaced",
        "document.frozen",
        "call.finished",
        "ladder.acknowledged",
        "event.applied",
    )
)
"""What moved a case on."""

WRONG = frozenset(
    (
        "refusal.separation",
        "refusal.competence",
        "refusal.rights",
        "step.stuck",
        "signature.outdated",
        "service.failed",
        "service.error",
        "call.failed",
        "delivery.dead",
        "ladder.nobody",
        "ladder.failed",
        "instance.failed",
    )
)
"""What was refused, or went wrong."""

ASIDE = frozenset(
    (
        "task.opened",
        "task.offered",
        "task.rescheduled",
        "service.called",
        "service.completed",
        "service.withdrawn",
        "message.sent",
        "message.joined",
        "signal.sent",
        "webhook.told",
        "webhook.late",
        "ladder.moved",
        "ladder.held",
        "ladder.rested",
        "ladder.passed_over",
        "delivery.sent",
        "delivery.passed_on",
        "delivery.withdrawn",
        "delivery.retried",
        "call.asked",
        "call.left",
        "event.applied",
        "subject.changed",
    )
)
"""What a short story leaves out: it follows from the rest, or is told where it stands."""


def sentences() -> dict[str, str]:
    """In the reader's language: under each verb, and under a verb with what makes a difference to it."""
    return _of_tasks() | _of_cases() | _of_proof() | _of_ladders() | _of_the_engine()


def _of_tasks() -> dict[str, str]:
    return {
        "task.opened": _("“%(task)s” waits for somebody to take it on; %(holder)s answers for it"),
        "task.opened for somebody": _("“%(task)s” waits for %(holder)s"),
        "task.offered": _("“%(task)s” was offered to more people"),
        "task.claimed": _("%(who)s took on “%(task)s”"),
        "task.given_back": _("%(who)s gave “%(task)s” back"),
        "task.assigned": _("%(who)s gave “%(task)s” to %(to)s"),
        "task.delegated": _("%(who)s handed “%(task)s” over to %(to)s"),
        "task.stood_in": _("%(before)s is away, so “%(task)s” went to %(to)s"),
        "task.returned": _("%(to)s is back and has “%(task)s” again"),
        "task.handed_over": _("“%(task)s” was handed over, because %(before)s is leaving"),
        "task.rescheduled": _("“%(task)s” is due at another moment, because what it rests on changed"),
        "task.completed": _("%(who)s finished “%(task)s”"),
        "task.completed approved": _("%(who)s finished “%(task)s” and signed: approved"),
        "task.completed verified": _("%(who)s finished “%(task)s” and signed: verified"),
        "task.completed reviewed": _("%(who)s finished “%(task)s” and signed: reviewed"),
        "task.completed authored": _("%(who)s finished “%(task)s” and signed: authored"),
        "task.withdrawn": _("“%(task)s” is no longer asked for"),
        "task.withdrawn by itself": _("“%(task)s” is no longer asked for, because its time ran out"),
        "task.reopened": _("“%(task)s” is open again, because what was signed has changed"),
        "task.amended": _("%(who)s amended the answers of “%(task)s”; the older ones stay"),
        "task.commented": _("%(who)s wrote:"),
    }


def _of_cases() -> dict[str, str]:
    return {
        "instance.started": _("%(who)s began this case"),
        "instance.started by itself": _("This case began by itself: %(start)s"),
        "instance.called": _("“%(step)s” began %(other)s"),
        "instance.cancel": _("%(who)s cancels this case"),
        "instance.suspended": _("%(who)s let this case rest"),
        "instance.resumed": _("%(who)s let this case go on"),
        "instance.completed": _("This case is closed"),
        "instance.cancelled": _("This case was cancelled"),
        "instance.failed": _("This case ended with an error"),
        "instance.linked": _("It was linked to %(other)s"),
        "instance.linked caused_by": _("It was caused by %(other)s"),
        "instance.linked raises": _("It raised %(other)s"),
        "instance.linked joins": _("It was joined with %(other)s"),
        "instance.linked blocks": _("It blocks %(other)s until it is done"),
        "instance.linked evidence_for": _("It is evidence for %(other)s"),
        "instance.unblocked": _("%(who)s said that it no longer blocks %(other)s"),
        "instance.handed_over": _("This case has another owner, because the one before is leaving"),
        "instance.joined": _("%(other)s joined this case instead of beginning a new one"),
        "instance.commented": _("%(who)s wrote:"),
        "occurrence.joined": _("A planned date came round while this case was open, and it took that on"),
        "hook.joined": _("What a machine told is about this case too"),
        "hook.over": _("A machine told that it is over"),
        "subject.changed": _("What this case is about changed in its register"),
        "data.corrected": _("%(who)s corrected %(fields)s"),
        "data.corrected by itself": _("%(fields)s were corrected"),
        "item.added": _("%(who)s added one more to “%(step)s”"),
        "reporter.answered": _("%(who)s answered whoever reported this"),
    }


def _of_proof() -> dict[str, str]:
    return {
        "evidence.added": _("%(who)s added evidence: %(name)s"),
        "evidence.replaced": _("%(who)s added a newer version of evidence: %(name)s"),
        "signature.outdated": _("What %(person)s signed has changed: the signature is for an earlier version"),
        "document.frozen": _("The document “%(name)s” was put together and frozen"),
        "refusal.separation": _("%(person)s was kept from “%(step)s”, because somebody else must do it"),
        "refusal.competence": _("%(person)s was kept from “%(step)s”, because a proof of competence is missing"),
        "refusal.rights": _("%(person)s tried what only the owner of this case may do"),
        "delivery.sent": _("%(to)s was told by %(channel)s"),
        "delivery.dead": _("%(to)s could not be told by %(channel)s"),
        "delivery.passed_on": _("%(channel)s did not reach %(to)s; another channel took over"),
        "delivery.withdrawn": _("%(to)s need not be told any more"),
        "delivery.retried": _("%(who)s had the message to %(to)s sent once more"),
    }


def _of_ladders() -> dict[str, str]:
    return {
        "ladder.climbed": _("“%(task)s” waits; Steward told %(told)s"),
        "ladder.passed_over": _("A reminder about “%(task)s” was passed over"),
        "ladder.nobody": _("“%(task)s” waits, and there was nobody to tell on level %(rung)s"),
        "ladder.held": _("The next reminder about “%(task)s” waits for working hours"),
        "ladder.acknowledged": _("%(who)s sees to “%(task)s”"),
        "ladder.rested": _("There was work on “%(task)s”, so nobody else is told"),
        "ladder.began_again": _("There was no work on “%(task)s”, so others are told again"),
        "ladder.moved": _("The next reminder about “%(task)s” moved"),
        "ladder.failed": _("A reminder about “%(task)s” could not be sent; it is tried again"),
    }


def _of_the_engine() -> dict[str, str]:
    return {
        "timer.fired": _("The time of “%(step)s” was over"),
        "timer.fired by itself": _("The time of “%(step)s” was over"),
        "decision.made": _("The table of “%(step)s” answered by row %(rules)s"),
        "service.called": _("“%(step)s” was asked of a program"),
        "service.withdrawn": _("“%(step)s” is no longer asked of a program"),
        "service.completed": _("“%(step)s” was done by a program"),
        "service.failed": _("“%(step)s” failed in a program"),
        "service.error": _("“%(step)s” ended with an error that the diagram knows"),
        "message.received": _("A message arrived: %(name)s"),
        "message.sent": _("A message left: %(name)s"),
        "message.joined": _("The same message came once more: %(name)s"),
        "signal.received": _("It heard that: %(name)s"),
        "signal.sent": _("It told all who listen: %(name)s"),
        "webhook.told": _("“%(step)s” told other programs"),
        "webhook.late": _("An answer to “%(step)s” came too late"),
        "escalation.thrown": _("“%(step)s” called for help"),
        "call.asked": _("“%(step)s” asks a running case to take this on, too"),
        "call.left": _("Another case waits no longer for this one"),
        "call.finished": _("%(other)s, which this case waited for, is closed"),
        "call.failed": _("%(other)s, which this case waited for, did not end well"),
        "call.escalated": _("%(other)s, which this case waits for, called for help"),
        "step.stuck": _("“%(step)s” is stuck"),
        "step.retried": _("%(who)s tried a stuck step again"),
        "event.applied": _("A stuck step went on"),
    }
