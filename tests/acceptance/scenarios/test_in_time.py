"""Shipped processes reach people by the channels and within the time that they promise."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from standardwebhooks import Webhook

from engine import instances, strongbox, tasks
from engine.hooks import book as hooks
from engine.hooks.receiving import chain_of
from engine.identity import people
from engine.ladders.plan import plan
from engine.outbox import Owed
from engine.outreach import book as channels
from engine.outreach import choosing
from engine.store.records import AuditEntry, Delivery
from engine.store.running import Instance, Task, Variable
from steward.program import reached
from steward.scenarios.player import Stage
from steward.scenarios.world import World
from tests.acceptance.scenarios.shipped import PROCESSES
from web.app import create_app
from webhooks.sending import Sent

TRIAGELENS = "reg_ai_systems:triagelens"
MONDAY = datetime.fromisoformat("2027-01-11T10:00+01:00")
BOTH = {"ordinary": ["mail", "chat:team"], "urgent": ["mail", "chat:team"], "together": True}
DANGER = {
    "title": "Urgent scans come last",
    "what": "Since the update, scans with bleeding are put last.",
    "happened_at": "2027-01-11T09:30:00+01:00",
    "where_seen": "Hospital North",
    "ai_system": "triagelens",
    "harm": "serious",
    "ai_failure": "unsafe_output",
    "override": "unknown",
    "service": "normal",
    "data_exposure": "none",
    "affected_count": 3,
    "reach": "none",
    "drill": False,
}
FINDING = {
    "title": "Training records of two operators missing",
    "finding": "Two operators of line 3 have worked since November without a record of their training.",
    "requirement_broken": True,
    "requirement": "ISO 9001 7.2 d; our rule TR-04",
    "where_found": "Plant North, line 3",
    "found_on": "2027-01-04",
    "how_found": "Comparing the shift plan with the training records",
    "objective_evidence": "Shift plan of week 51; empty records of two people",
    "harm_or_rights": False,
    "source": "management_review",
}
FIGURES = {
    "name": "Figures of AI systems",
    "kind": "samples",
    "message": "reassessment.trigger",
    "variables": {
        "subject": '"reg_ai_systems:" + subject',
        "trigger": '"drift_warning"',
        "reason": 'name + " is " + string(value) + ", and its limit " + string(limit)',
        "source": 'subject + " " + name + " " + string(at)',
    },
}
SECRET = "whsec_" + "QUJD" * 8


@dataclass
class Letterbox:
    """Takes what is sent by mail and by chat."""

    got: list[Owed] = field(default_factory=list)

    def send(self, owed: Owed) -> Sent:
        self.got.append(owed)
        return Sent("taken")


@dataclass
class Scene:
    """A world of a shipped process in which everybody is told by mail and by chat."""

    world: World
    box: Letterbox

    def act(self, verb: Callable[..., Any], *args: Any, by: str | None = None, **more: Any) -> Any:
        """A verb of the engine in somebody's name, by default whoever sets things up."""

        def named(session: Session) -> Any:
            who = people.person(session, by) if by else people.operator(session, "setup", now=self.world.now)
            return verb(session, *args, by=who, now=self.world.now, **more)

        return self.world.program.perform(named, by=self.world.program.operator("setup"))

    def does(self, element: str, answers: dict[str, Any], by: str) -> None:
        """Take on the one open task of an element, and hand in the answers."""
        task = self.ask(select(Task.id).where(Task.element == element, Task.closed_at.is_(None)))[0]
        self.act(tasks.claim, task, by=by)
        self.act(tasks.complete, task, answers=answers, by=by)

    def ask(self, query: Any) -> list[Any]:
        """The first column of what is found."""
        with self.world.program.database.reading() as session:
            return list(session.scalars(query))

    def later(self, **span: float) -> None:
        """Time passes; what falls due happens, and what is owed is sent."""
        self.world.move(self.world.now + timedelta(**span))


@pytest.fixture
def scene(stage_of: Callable[[Path], Stage]) -> Scene:
    """A Monday morning of the organisation in which incidents are played; all processes are in force."""
    made = Scene(stage_of(PROCESSES / "incident_escalation").world(MONDAY), Letterbox())
    made.world.program.senders = {"mail": made.box, "chat": made.box}
    made.act(channels.change, "team", {"name": "Team", "kind": "slack"})
    for person in made.world.organisation.people:
        made.act(people.change, person, email=f"{person}@example.org")
        made.act(choosing.choose, person, BOTH)
    return made


def test_the_first_level_of_an_incident_of_the_first_degree_is_told_within_sixty_seconds(scene: Scene) -> None:
    scene.act(instances.start, "incident_escalation", start="S_form", by="hannah")
    scene.later(minutes=5)
    scene.does("T_report", DANGER, by="hannah")
    reported = scene.world.now

    scene.later(seconds=60)

    assert scene.ask(select(Variable.value).where(Variable.name == "severity")) == ['"SEV1"']
    sent = scene.ask(select(Delivery).where(Delivery.recipient == "marek"))
    assert sorted((one.channel, one.kind, one.status) for one in sent) == [
        ("chat:team", "call", "sent"),
        ("mail", "call", "sent"),
    ]
    assert {one.ended_at - reported <= timedelta(seconds=60) for one in sent} == {True}
    assert sorted((one.recipient, one.channel) for one in scene.box.got) == [("marek", "chat:team"), ("marek", "mail")]


def test_a_task_of_a_corrective_action_that_nobody_takes_climbs_by_mail_and_by_chat(scene: Scene) -> None:
    scene.act(instances.start, "corrective_action", start="S_form", by="hannah")
    scene.does("T_register", FINDING, by="hannah")
    [task] = scene.ask(select(Task).where(Task.element == "T_triage"))
    limit = task.due_at

    def told(at: datetime) -> list[tuple[str, str]]:
        scene.box.got.clear()
        scene.world.move(at)
        return sorted((one.recipient, one.channel) for one in scene.box.got if one.task_id == task.id)

    assert told(limit - timedelta(minutes=1)) == by_both("henrik", "sofia")  # A third of the time is over.
    assert told(limit) == by_both("henrik", "sofia")
    assert told(limit + timedelta(days=1)) == by_both("henrik")
    assert told(limit + timedelta(days=5)) == by_both("amara", "henrik", "sofia", "tomas")
    assert told(limit + timedelta(days=14)) == by_both("ingrid", "tomas")
    assert scene.ask(select(Task.holder).where(Task.id == task.id)) == [None]


def test_each_step_of_a_climb_shows_when_planned_when_sent_how_what_came_of_it_and_who_acted(
    scene: Scene,
) -> None:
    scene.act(instances.start, "corrective_action", start="S_form", by="hannah")
    scene.does("T_register", FINDING, by="hannah")
    [task] = scene.ask(select(Task).where(Task.element == "T_triage"))
    scene.world.move(task.due_at + timedelta(days=1))
    scene.act(tasks.claim, task.id, by="sofia")

    with scene.world.program.database.reading() as session:
        lines = [line for line in plan(session, task.id, now=scene.world.now).lines if line.outcome == "sent"]
    assert [line.rung for line in lines] == [1, 3, 4]
    for line in lines:
        sent = {(one["channel"], one["status"], one["attempts"], one["sent_at"]) for one in line.deliveries}
        assert sent == {("mail", "sent", 1, line.at), ("chat:team", "sent", 1, line.at)}
        assert {one["person"] for one in line.deliveries} == set(line.told)
        assert line.planned_at <= line.at
    assert [line.acted for line in lines[:2]] == [[], []]
    assert lines[2].acted == [{"verb": "task.claimed", "by": "sofia", "at": scene.world.now}]


def by_both(*people: str) -> list[tuple[str, str]]:
    """Each of them, by chat and by mail."""
    return [(person, channel) for person in people for channel in ("chat:team", "mail")]


def test_a_signed_figure_beyond_its_limit_starts_or_joins_a_reassessment_within_a_minute(scene: Scene) -> None:
    services = reached(scene.world.program)
    scene.act(hooks.change, "figures", FIGURES)
    scene.act(strongbox.rotate, chain_of("figures"), services.strongbox, secret=SECRET)
    door = create_app(services).test_client()

    def told(name: str, value: float, secret: str = SECRET) -> tuple[int, list[Instance]]:
        now = scene.world.now
        sample = {"subject": "triagelens", "name": name, "value": value, "limit": 0.15, "at": now.isoformat()}
        data, moment, id_ = json.dumps(sample), str(int(now.timestamp())), f"msg_{name}_{value}"
        headers = {"webhook-id": id_, "webhook-timestamp": moment}
        headers["webhook-signature"] = Webhook(secret).sign(id_, now, data)
        answer = door.post("/hooks/figures", data=data, headers=headers, content_type="application/json")
        scene.later(seconds=60)
        return answer.status_code, scene.ask(select(Instance).where(Instance.subject_row == "triagelens"))

    assert told("drift", 0.18, secret="whsec_" + "QUJE" * 8) == (401, [])
    assert told("drift", 0.11) == (200, [])
    reported = scene.world.now
    status, [case] = told("drift", 0.18)
    assert (status, case.subject_register) == (200, "reg_ai_systems")
    assert case.started_at - reported <= timedelta(seconds=60)
    reported = scene.world.now
    status, [same] = told("bias", 0.21)
    assert (status, same.id) == (200, case.id)
    joined = select(AuditEntry.recorded_at).where(AuditEntry.chain == str(case.id))
    [moment] = scene.ask(joined.where(AuditEntry.verb == "message.received"))
    assert moment - reported <= timedelta(seconds=60)
