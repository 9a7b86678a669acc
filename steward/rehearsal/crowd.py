"""The people of a rehearsal: they take tasks, fill forms in, sign, give back and begin cases, all by chance."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from engine import evidence, filling, handing_in, instances, registers, separation, services, tasks
from engine.cases import lock_for_task
from engine.core.advance import variables_of
from engine.core.vocabulary import Slot
from engine.errors import Invalid, NotCompetent, SeparationOfDuties, StewardError, TaskClosed
from engine.identity import competence, groups, people
from engine.identity.person import Person
from engine.models import versions
from engine.models.definitions import parsed
from engine.store.definitions import DefinitionRow
from engine.store.people import PersonRow
from engine.store.running import LIVE_TASK, Instance, ServiceJob, Task
from engine.topics import BUILT_IN
from steward.program import Program
from steward.rehearsal.answers import Given, made_up
from steward.rehearsal.rules import Rules, Start
from steward.rehearsal.tally import Tally

PASSWORD = "as-the-rehearsal-says"  # noqa: S105 - the people of a rehearsal exist only while it lasts
SMALL_FILE = b"%PDF-1.4\n% a small file of a rehearsal\n"

LIVE = (
    select(Task.id, Task.element, Task.name, Task.holder, Task.due_at, Instance.definition_id, DefinitionRow.key)
    .join(Instance, Instance.id == Task.instance_id)
    .join(DefinitionRow, DefinitionRow.id == Instance.definition_id)
    .where(LIVE_TASK, text("instances.status = 'running'"))
    .order_by(Task.opened_at, Task.id)
)
EVERYBODY = select(PersonRow.id).where(PersonRow.kind == "person", text("people.active")).order_by(PersonRow.id)
TOPICS = (
    select(ServiceJob.topic)
    .where(text("service_jobs.status = 'owed'"), ServiceJob.topic.not_in(sorted(BUILT_IN)))
    .distinct()
    .order_by(ServiceJob.topic)
)


@dataclass
class Crowd:
    """Everybody who works in a rehearsal. The same seed gives the same deeds."""

    program: Program
    rules: Rules
    chance: Random
    zone: ZoneInfo
    tally: Tally

    def look(self, away: frozenset[str] = frozenset()) -> None:
        """Everybody who is not away looks at his work once, and does some of it."""
        with self.program.database.reading() as session:
            work = list(session.execute(LIVE).all())
        self.tally.holds(Counter(task.holder for task in work if task.holder))
        for task in work:
            if task.holder is None:
                self._try(task, self._take_on, away)
            elif task.holder not in away:
                self._try(task, self._see_to, away)
        self._work_jobs()

    def everybody(self) -> list[str]:
        """The ids of all who could work, in order."""
        with self.program.database.reading() as session:
            return list(session.scalars(EVERYBODY))

    def begin(self) -> None:
        """Cases that come up on this day."""
        for key, start in sorted(self.rules.starts.items()):
            if self.chance.random() < start.per_day:
                self._begin(key, start)

    def _try(self, task: Any, what: Callable[[Any, frozenset[str]], None], away: frozenset[str]) -> None:
        try:
            what(task, away)
        except TaskClosed:
            return  # What somebody did a moment ago has withdrawn it.
        except StewardError as error:
            self.tally.refused[f"{task.key}: {task.element}: {error.code}: {error}"[:200]] += 1

    def _take_on(self, task: Any, away: frozenset[str]) -> None:
        if self.chance.random() >= self.rules.people.claims:
            return
        with self.program.database.reading() as session:
            case, live = tasks.held_case(session, task.id)
            definition, now = parsed(session, task.definition_id), self.program.clock()
            unable = competence.without(session, definition, case, live.element, now=now)
            able = sorted(separation.eligible(session, definition, case, live) - unable)
        if not able:
            self.tally.nobody[f"{task.key}: {task.element}"] += 1
        here = [one for one in able if one not in away]
        if here:
            who = self.chance.choice(here)
            self._perform(who, lambda session, by, now: tasks.claim(session, task.id, by=by, now=now))

    def _see_to(self, task: Any, _away: frozenset[str]) -> None:
        drawn, behaviour = self.chance.random(), self.rules.people
        if drawn < behaviour.does:
            try:
                self._perform(task.holder, lambda session, by, now: self._finish(session, task, by, now))
            except (NotCompetent, SeparationOfDuties):
                self._give_back(task, "Somebody else must do it.")
                raise
            self.tally.finished(task.holder, f"{task.key}: {task.name}", task.due_at, self.program.clock())
        elif drawn < behaviour.does + behaviour.draws_back:
            self._give_back(task, "I cannot see to it this week.")

    def _give_back(self, task: Any, why: str) -> None:
        self._perform(
            task.holder, lambda session, by, now: tasks.give_back(session, task.id, reason=why, by=by, now=now)
        )

    def _finish(self, session: Session, task: Any, by: Person, now: datetime) -> None:
        case = lock_for_task(session, task.id)
        live = case.task(task.id)
        if live is None:
            raise tasks.closed(session, task.id)
        definition = parsed(session, task.definition_id)
        rules = definition.model.nodes[task.element].rules
        for slot in rules.evidence:
            if slot.name in evidence.missing([slot], evidence.in_force(session, task.id)):
                self._give(session, task.id, slot, by, now)
        form_id = handing_in.form_of(session, case, live)
        variables = (variables_of(case.state) if case.state else {}) | live.locals
        answers = self._answers(session, form_id, variables, now)
        sign = {"password": PASSWORD, "meaning": rules.sign} if rules.sign else None
        tasks.complete(session, task.id, answers=answers, sign=sign, by=by, now=now)

    def _answers(self, session: Session, form_id: UUID | None, variables: dict[str, Any], now: datetime) -> Any:
        if form_id is None:
            return {}
        given = Given(
            chance=self.chance,
            variables=variables,
            people=lambda key: groups.members(session, key),
            rows=registers.offering(session),
            weights=self.rules.answers,
            formulas=self.rules.formulas,
            now=now,
            zone=self.zone,
        )
        return made_up(filling.form(session, form_id), given)

    def _give(self, session: Session, task_id: UUID, slot: Slot, by: Person, now: datetime) -> None:
        about: dict[str, Any] = {"slot": slot.name, "by": by, "now": now}
        about |= {"version": "1", "effective_on": now.date()} if slot.says else {}
        if "file" in slot.kinds:
            evidence.add_file(
                session,
                task_id,
                store=self.program.evidence,
                data=SMALL_FILE,
                name=f"{slot.name}.pdf",
                media_type="application/pdf",
                **about,
            )
        else:
            evidence.add_link(session, task_id, url="https://example.org/record", name=slot.name, **about)

    def _begin(self, key: str, start: Start) -> None:
        with self.program.database.reading() as session:
            who = self.chance.choice(sorted(groups.members(session, start.by)) or [""])
        if not who:
            raise Invalid(f"Nobody belongs to {start.by}, and cases of {key} are begun by its members.")

        def verb(session: Session, by: Person, now: datetime) -> None:
            form_id = _start_form(session, key, start.start)
            variables = {**self._answers(session, form_id, {}, now), **start.variables}
            instances.start(session, key, variables=variables, start=start.start, by=by, now=now)

        try:
            self._perform(who, verb)
        except StewardError as error:
            self.tally.refused[f"{key}: start: {error.code}: {error}"[:200]] += 1

    def _work_jobs(self) -> None:
        """What programs outside would do: each job of a topic that is not built in is done, with nothing to say."""
        operator, now = self.program.operator("rehearsal"), self.program.clock()
        for topic in self._topics():

            def verb(session: Session, topic: str = topic) -> None:
                for job in services.fetch(
                    session, [topic], worker="rehearsal", limit=100, machine_now=now, by=operator, now=now
                ):
                    services.complete_job(session, job["id"], lock=job["lock"], result={}, by=operator, now=now)

            self.program.database.perform(verb, by=operator, now=now)

    def _topics(self) -> list[str]:
        with self.program.database.reading() as session:
            return list(session.scalars(TOPICS))

    def _perform(self, who: str, verb: Callable[[Session, Person, datetime], Any]) -> Any:
        now = self.program.clock()
        with self.program.database.reading() as session:
            by = people.person(session, who)
        return self.program.database.perform(lambda session: verb(session, by, now), by=by, now=now)


def _start_form(session: Session, key: str, start: str | None) -> UUID | None:
    """The form that a case of this process begins with; None where it has none."""
    definition_id = versions.latest(session, "process", key)
    if definition_id is None:
        return None
    return filling.start_form(session, parsed(session, definition_id), start)
