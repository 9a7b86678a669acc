"""Corrective action as its stories tell it: how fast tasks with forms, evidence and signatures are handed in."""

import tempfile
import time
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from benchmarks.place import NOW, Place
from engine import evidence, instances, tasks
from engine.identity import groups, passwords, people
from engine.models.definitions import parsed
from engine.store.running import Instance, Task
from engine.vault import Store
from steward import demo
from steward.scenarios.story import EVERYBODY, Organisation, Step, Story, read_organisation, read_story
from steward.settings import ROOT

Figures = dict[str, float]
FOLDER = ROOT / "processes/corrective_action"
STORY = "_planned"
PASSWORD = "as-the-story-says"


def per_second(place: Place, cases: int = 12) -> Figures:
    """
    Completions a second from registration to the approved plan, over several cases one after another.

    The first case is not counted: with it the forms and tables are read, as once in the life of a process.
    """
    organisation = read_organisation(FOLDER / "scenarios")
    settle(place, organisation)
    steps = whole(read_story(FOLDER / "scenarios" / f"{STORY}.toml"))
    spent, done = 0.0, 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(cases + 1):
            run = Run(place, organisation, Store(folder))
            taken = [took for took in map(run.take, steps) if took is not None]
            if number:
                spent += sum(taken)
                done += len(taken)
    return {"completions_per_second_corrective_action": round(done / spent, 1)}


def whole(story: Story) -> tuple[Step, ...]:
    """The steps of a story, after those of the stories that it begins with."""
    return ((*whole(story.begins), *story.steps)) if story.begins else story.steps


def settle(place: Place, organisation: Organisation) -> None:
    """The people of the stories, and the shipped processes in force."""
    setup = place.who["operator:setup"]
    with place.database.writing() as session:
        there = groups.keys(session)
        for name in organisation.people:
            people.create(session, name, name=name.title(), by=setup, now=NOW)
            passwords.set_password(session, name, PASSWORD, by=setup, now=NOW)
        for key, members in organisation.groups.items():
            if key not in there:
                groups.create(session, key, name=key, everybody=members == EVERYBODY, by=setup, now=NOW)
            demo.fill(session, key, [] if isinstance(members, str) else members, by=setup, now=NOW)
        owner = organisation.answerable
        for folder in demo.in_order([*(FOLDER / other for other in organisation.beside), FOLDER]):
            demo.put_in_force(session, folder, owner=owner, by=setup, now=NOW)


class Run:
    """One case that follows the story."""

    def __init__(self, place: Place, organisation: Organisation, store: Store) -> None:
        self.place, self.store = place, store
        self.zone = ZoneInfo(organisation.zone)
        self.now: datetime = NOW
        self.case: UUID | None = None

    def take(self, step: Step) -> float | None:
        """One step; the seconds that handing a task in took, if that is what it does."""
        if step.at:
            self.now = step.at.replace(tzinfo=self.zone)
        if step.start is not None:
            self.case = self._act(instances.start, "corrective_action", by=step.by, start=step.start)
        return self._hand_in(step) if step.does and step.refused is None else None

    def _hand_in(self, step: Step) -> float:
        task, meaning = self._claimed(step)
        sign = {"password": PASSWORD, "meaning": meaning} if meaning else None
        self.now += timedelta(seconds=1)
        begun = time.perf_counter()
        self._act(tasks.complete, task, answers=step.answers, sign=sign, by=step.by)
        return time.perf_counter() - begun

    def _claimed(self, step: Step) -> tuple[UUID, str | None]:
        with self.place.database.reading() as session:
            query = select(Task).where(Task.instance_id == self.case, Task.element == step.does)
            live = session.scalars(query.where(Task.closed_at.is_(None)))
            found = next((one for one in live if self._meant(one, step)), None)
            assert found, f"{step} finds nothing to do"
            case = session.get_one(Instance, self.case)
            rules = parsed(session, case.definition_id).model.nodes[found.element].rules
        if found.holder != step.by:
            self._act(tasks.claim, found.id, by=step.by)
        for slot, name in step.evidence.items():
            self._file(found.id, slot, str(name), step)
        return found.id, rules.sign

    def _file(self, task: UUID, slot: str, name: str, step: Step) -> None:
        about = {"slot": slot, "name": name, "media_type": "application/pdf", "data": b"%PDF-1.4 " + name.encode()}
        self._act(evidence.add_file, task, store=self.store, by=step.by, **about)

    def _meant(self, task: Task, step: Step) -> bool:
        return all(task.locals.get(name) == value for name, value in step.which.items())

    def _act(self, verb: Any, *args: Any, by: str | None, **more: Any) -> Any:
        with self.place.database.reading() as session:
            person = people.person(session, str(by))
        said = {"by": person, "now": self.now}
        return self.place.database.perform(lambda session: verb(session, *args, **said, **more), **said)
