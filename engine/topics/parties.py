"""
People that a model names by what they are to the subject: on call for it, allowed to pause it.

`oncall(subject, 2)` and `pause_authority(subject)` are answered here, when a
task opens; the core hands on the question as a name, so a replay asks nobody.
"""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine import oncall, registers
from engine.core import effects as fx
from engine.subject import Subject

ASKED = re.compile(r"(?:oncall:(?P<level>[1-9])|pause)@(?P<about>.+)\Z")


def answered(session: Session, opened: list[fx.OpenTask]) -> list[fx.OpenTask]:
    """The tasks, with people in place of questions. A question without an answer names nobody."""
    return [_answered(session, task) if _asks(task) else task for task in opened]


def people_of(session: Session, name: str, *, at: datetime) -> tuple[str, ...]:
    """Whom a name means: the people that a question asks for, or the name itself."""
    asked = ASKED.match(name)
    if asked is None:
        return (name,)
    subject = Subject.of(asked["about"])
    if asked["level"]:
        return oncall.reached(session, subject or asked["about"], int(asked["level"]), at=at)
    return registers.holders(session, subject, "pause") if subject else ()


def _asks(task: fx.OpenTask) -> bool:
    return any(ASKED.match(name) for name in (task.assignee or "", *task.candidate_users))


def _answered(session: Session, task: fx.OpenTask) -> fx.OpenTask:
    named: Any = dict.fromkeys(
        person for name in task.candidate_users for person in people_of(session, name, at=task.at)
    )
    holders = people_of(session, task.assignee, at=task.at) if task.assignee else ()
    if len(holders) == 1:
        return replace(task, assignee=holders[0], candidate_users=tuple(named))
    return replace(task, assignee=None, candidate_users=tuple(dict.fromkeys((*named, *holders))))
