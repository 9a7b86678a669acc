"""What a step of a story does, said in the engine's own verbs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import evidence, instances, links, messages, records, registers, services, stuck, tasks
from engine.core.due import resolve
from engine.errors import Invalid
from engine.hooks import receiving
from engine.identity import people
from engine.identity.person import Person
from engine.models.definitions import parsed
from engine.registers.acts import Wish, keep
from engine.store.running import Instance, ServiceJob, StuckStep, Task
from engine.subject import Subject, read_subject
from engine.subscriptions import answers, asking
from engine.timetable import calendar
from steward.scenarios.story import Step
from steward.scenarios.world import PASSWORD, World, newest_case
from webhooks.inbound import reading

SMALL_FILE = b"%PDF-1.4\n% a small file of a story\n"


@dataclass
class Cast:
    """The case that a story is about, once it was started."""

    case: UUID | None = None


def act(world: World, cast: Cast, step: Step) -> None:
    """
    Let the step happen.

    Raises:
        StewardError: the engine refused it.
        Invalid: the step speaks of something that is not there.
    """
    if step.at:
        world.move(world.place(step.at))
    if step.act == "wait":
        world.move(_after(world, cast, step))
    elif step.act == "until":
        assert step.until
        world.move(world.place(step.until))
    elif step.act:
        _perform(world, cast, step)
        world.move(world.now)
    if cast.case is None:
        with world.program.database.reading() as session:
            cast.case = newest_case(session, world.process)


def _perform(world: World, cast: Cast, step: Step) -> None:
    now = world.now
    with world.program.database.reading() as session:
        by = world.person(session, step.by)
        target = None if step.act in OF_NO_CASE else _case(session, cast, step)
    verb = ACTS[str(step.act)]
    made = world.program.database.perform(lambda session: verb(world, session, step, target, by), by=by, now=now)
    if cast.case is None and isinstance(made, UUID) and step.process is None:
        cast.case = made


def _start(world: World, session: Session, step: Step, _: UUID | None, by: Person) -> UUID:
    return instances.start(
        session,
        step.process or world.process,
        variables=step.answers,
        start=step.start or None,
        business_key=step.business_key,
        subject=read_subject(step.subject) if step.subject else None,
        by=by,
        now=world.now,
    )


def _message(world: World, session: Session, step: Step, target: UUID | None, by: Person) -> UUID | None:
    sent = messages.correlate(
        session,
        str(step.message),
        key=step.key,
        instance_id=target if step.key is None and step.subject is None else None,
        payload=step.payload | ({"subject": step.subject} if step.subject else {}),
        by=by,
        now=world.now,
    )
    return sent.instance_id


def _signal(world: World, session: Session, step: Step, _: UUID | None, by: Person) -> None:
    messages.broadcast(session, str(step.signal), payload=step.payload, by=by, now=world.now)


def _hook(world: World, session: Session, step: Step, _: UUID | None, __: Person) -> UUID | None:
    """A machine tells something through a shipped hook; what it refuses, the step is refused for."""
    key = str(step.hook)
    hook, version = world.hook(session, key)
    machines = people.operator(session, "hooks", now=world.now)
    about: dict[str, Any] = {"by": machines, "now": world.now}
    body, headers = orjson.dumps(step.payload), {"webhook-id": step.key or str(step)}
    receipt = receiving.keep(session, key, version, body, headers, **about)
    came = [receiving.happen(session, key, hook, receipt, one, **about) for one in reading.read(hook, body, headers)]
    if step.outcomes is not None and [one.outcome for one in came] != step.outcomes:
        raise Invalid(f"It came to {[(one.outcome, one.why) for one in came]}; the story says {step.outcomes}.")
    return next((one.instance_id for one in came if one.outcome == "started"), None)


def _does(world: World, session: Session, step: Step, target: UUID | None, by: Person) -> None:
    task = _task(session, target, str(step.does), step)
    if task.holder != by.id:
        tasks.claim(session, task.id, by=by, now=world.now)
    for slot, what in step.evidence.items():
        for name in what if isinstance(what, list) else [what]:
            _give(world, session, task.id, slot, name, by)
    meaning = _meaning(session, task)
    sign = {"password": step.password or PASSWORD, "meaning": meaning} if meaning else None
    tasks.complete(session, task.id, answers=step.answers, sign=sign, by=by, now=world.now)


def _meaning(session: Session, task: Task) -> str | None:
    """What a signature on the task says; None where it needs none."""
    definition_id = session.scalar(select(Instance.definition_id).where(Instance.id == task.instance_id))
    assert definition_id
    return parsed(session, definition_id).model.nodes[task.element].rules.sign


def _give(world: World, session: Session, task_id: UUID, slot: str, given: Any, by: Person) -> None:
    said = given if isinstance(given, dict) else {"what": given}
    name = str(said["what"])
    about: dict[str, Any] = {"slot": slot, "name": name, "by": by, "now": world.now}
    about |= {"version": said.get("version"), "effective_on": said.get("day")}
    if "://" in name:
        evidence.add_link(session, task_id, url=name, **about)
        return
    data = SMALL_FILE + name.encode()
    evidence.add_file(session, task_id, store=world.program.evidence, data=data, media_type="application/pdf", **about)


def _claims(world: World, session: Session, step: Step, target: UUID | None, by: Person) -> None:
    tasks.claim(session, _task(session, target, str(step.claims), step).id, by=by, now=world.now)


def _gives_back(world: World, session: Session, step: Step, target: UUID | None, by: Person) -> None:
    task = _task(session, target, str(step.gives_back), step)
    tasks.give_back(session, task.id, reason=step.reason, by=by, now=world.now)


def _assigns(world: World, session: Session, step: Step, target: UUID | None, by: Person) -> None:
    task = _task(session, target, str(step.assigns), step)
    tasks.assign(session, task.id, to=str(step.to), reason=step.reason, by=by, now=world.now)


def _delegates(world: World, session: Session, step: Step, target: UUID | None, by: Person) -> None:
    task = _task(session, target, str(step.delegates), step)
    tasks.delegate(session, task.id, to=str(step.to), reason=step.reason, by=by, now=world.now)


def _corrects(world: World, session: Session, step: Step, target: UUID | None, by: Person) -> None:
    instances.correct(
        session,
        _known(target),
        changes=step.corrects or {},
        removed=step.removed,
        reason=step.reason,
        by=by,
        now=world.now,
    )


def _amends(world: World, session: Session, step: Step, target: UUID | None, by: Person) -> None:
    query = select(Task).where(Task.instance_id == target, Task.element == step.amends, Task.status == "completed")
    done = [row for row in session.scalars(query.order_by(Task.closed_at.desc(), Task.id)) if _meant(row, step)]
    if not done:
        raise Invalid(f"{step} amends {step.amends}, which nobody has done yet.")
    own = [row for row in done if row.holder == step.by]
    records.amend(session, (own or done)[0].id, answers=step.answers, reason=step.reason, by=by, now=world.now)


def _cancels(world: World, session: Session, step: Step, target: UUID | None, by: Person) -> None:
    instances.cancel(session, _known(target), reason=step.reason, by=by, now=world.now)


def _suspends(world: World, session: Session, step: Step, target: UUID | None, by: Person) -> None:
    instances.suspend(session, _known(target), reason=step.reason, by=by, now=world.now)


def _resumes(world: World, session: Session, step: Step, target: UUID | None, by: Person) -> None:
    instances.resume(session, _known(target), reason=step.reason, by=by, now=world.now)


def _retries(world: World, session: Session, step: Step, target: UUID | None, by: Person) -> None:
    query = select(StuckStep.id).where(StuckStep.instance_id == target, StuckStep.resolved_at.is_(None))
    found = session.scalars(query.where(StuckStep.element == step.retries)).first()
    if found is None:
        raise Invalid(f"{step}: nothing is stuck at {step.retries}.")
    stuck.retry(session, found, by=by, now=world.now)


def _answer(world: World, session: Session, step: Step, target: UUID | None, by: Person) -> None:
    """Somebody outside answers what the case asked by a webhook."""
    query = select(ServiceJob.token).where(ServiceJob.instance_id == target, ServiceJob.topic == asking.TOPIC)
    token = session.scalars(query.where(ServiceJob.status == "asked").order_by(ServiceJob.id)).first()
    if token is None or target is None:
        raise Invalid(f"{step}: the case waits for no answer to a webhook.")
    said = {"subscription": "", "event": str(step), "delivery": ""}
    answers.answer(session, target, token, step.result.get("answer"), said, by=by, now=world.now)


def _job(world: World, session: Session, step: Step, target: UUID | None, by: Person) -> None:
    if step.job == asking.TOPIC:
        _answer(world, session, step, target, by)
        return
    leased = services.fetch(
        session, [str(step.job)], worker="story", limit=100, machine_now=world.now, by=by, now=world.now
    )
    mine = [job for job in leased if job["instance_id"] == target]
    if not mine:
        raise Invalid(f"{step}: nothing is to be done on the topic {step.job}.")
    job, said = mine[0]["id"], {"lock": mine[0]["lock"], "by": by, "now": world.now}
    if step.error:
        services.job_error(session, job, code=step.error, **said)
    elif step.fails:
        services.fail_job(session, job, error=step.fails, retries=0, **said)
    else:
        services.complete_job(session, job, result=step.result, **said)


def _registers(world: World, session: Session, step: Step, _: UUID | None, by: Person) -> None:
    """Somebody keeps a row; where nobody is named, a case does, as its process would."""
    said = _row_of(session, step)
    if step.by is None:
        wish = Wish(
            register=said.register, key=said.row, changes=step.changes, reason=step.reason, create=False, because={}
        )
        keep(session, wish, by=by, now=world.now)
    elif registers.row(session, said.register, said.row) is None:
        registers.add(session, said.register, step.changes, by=by, now=world.now)
    else:
        registers.change(session, said.register, said.row, step.changes, reason=step.reason, by=by, now=world.now)


def _row_of(session: Session, step: Step) -> Subject:
    """The row that a step names, or the one row of the register that holds what `which` says."""
    if ":" in str(step.registers):
        return read_subject(step.registers)
    found = registers.matching(session, str(step.registers), step.which)
    if len(found) != 1:
        raise Invalid(f"{step}: {len(found)} rows hold what `which` says; name one.")
    return Subject(register=found[0].register, row=found[0].key)


def _signs(world: World, session: Session, step: Step, _: UUID | None, by: Person) -> None:
    row = read_subject(step.signs)
    password = step.password or PASSWORD
    registers.sign(session, row.register, row.row, expected=None, password=password, by=by, now=world.now)


def _lifts(world: World, session: Session, step: Step, target: UUID | None, by: Person) -> None:
    blocking = newest_case(session, str(step.lifts))
    if blocking is None:
        raise Invalid(f"{step}: there is no case of {step.lifts} that could block anything.")
    links.lift(session, blocking, _known(target), reason=step.reason, by=by, now=world.now)


def _cycle(world: World, session: Session, step: Step, _: UUID | None, __: Person) -> None:
    world.let_come_round(session, str(step.cycle))


OF_NO_CASE = ("start", "signal", "hook", "registers", "signs", "cycle")
ACTS: dict[str, Callable[[World, Session, Step, UUID | None, Person], UUID | None]] = {
    "start": _start,
    "message": _message,
    "signal": _signal,
    "hook": _hook,
    "does": _does,
    "claims": _claims,
    "gives_back": _gives_back,
    "assigns": _assigns,
    "delegates": _delegates,
    "corrects": _corrects,
    "amends": _amends,
    "cancels": _cancels,
    "suspends": _suspends,
    "resumes": _resumes,
    "retries": _retries,
    "job": _job,
    "registers": _registers,
    "signs": _signs,
    "lifts": _lifts,
    "cycle": _cycle,
}


def _after(world: World, cast: Cast, step: Step) -> Any:
    """The moment that lies by the step's limit after now, in the calendar of the story."""
    with world.program.database.reading() as session:
        digest = session.scalar(select(Instance.calendar).where(Instance.id == cast.case))
        held = calendar(session, digest) if digest else None
    if held is None:
        raise Invalid(f"{step} waits before a case was started.")
    return resolve(str(step.wait), since=world.now, calendar=held, clock="business")


def _case(session: Session, cast: Cast, step: Step) -> UUID | None:
    """The case that the step speaks of."""
    name = step.case or (step.to if step.act == "message" else None)
    if name is None:
        return cast.case
    found = newest_case(session, name)
    if found is None:
        raise Invalid(f"{step} speaks of the case {name}, and there is none.")
    return found


def _task(session: Session, case: UUID | None, element: str, step: Step) -> Task:
    """The open task of this element, or the one that a deadline has closed, so that the engine can say why."""
    query = select(Task).where(Task.instance_id == case, Task.element == element)
    found = [row for row in session.scalars(query.order_by(Task.opened_at.desc(), Task.id)) if _meant(row, step)]
    live = [row for row in found if row.status in ("open", "claimed")]
    if not found:
        raise Invalid(f"{step}: {element} is not open, and never was.")
    mine = [row for row in live if row.holder == step.by]
    return (mine or live or found)[0]


def _meant(task: Task, step: Step) -> bool:
    return _within(step.which, task.locals)


def _within(part: Any, whole: Any) -> bool:
    """Whether all that `part` says is so in `whole`, which may say more."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(name in whole and _within(value, whole[name]) for name, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return len(part) == len(whole) and all(map(_within, part, whole))
    return bool(part == whole)


def _known(case: UUID | None) -> UUID:
    if case is None:
        raise Invalid("No case was started yet.")
    return case
