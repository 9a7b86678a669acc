"""Make a case be about a row of a register (`steward.about`), where it is known only later which one it is."""

from sqlalchemy.orm import Session

from engine import registers
from engine.cases import Case
from engine.core import effects as fx
from engine.core import events as ev
from engine.core.stuck import Stuck
from engine.errors import Invalid
from engine.running.cause import Cause
from engine.subject import read_subject

TOPIC = "steward.about"


def retarget(session: Session, case: Case, effect: fx.CallService) -> tuple[ev.Event, Cause]:
    """
    From here on the case is about `subject`, written `REGISTER:ROW`, and its expressions see this row.

    Raises:
        Stuck: the text names no row, or one that has ended.
    """
    try:
        subject = read_subject(effect.inputs.get("subject"))
        found = registers.must_be_kept(session, subject)
    except Invalid as error:
        raise Stuck(effect.element, effect.topic, str(error)) from error
    case.subject, case.subject_number = subject, found.number
    said = {"number": found.number, "about": str(subject)}
    return ev.SubjectChanged(subject=registers.facts_of(session, found)), Cause(
        verb="subject.changed", subject=subject, body=said
    )
