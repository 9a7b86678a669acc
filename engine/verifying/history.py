"""Is the history of a case what its trail says and its events lead to: the case, its tasks, its path, its timers?"""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from engine.core.chain import content_digest
from engine.errors import StewardError
from engine.hot import Hot
from engine.replay import Replayed, replay
from engine.separation import people_in
from engine.store.base import table_of
from engine.store.definitions import DecisionRow, DefinitionRow
from engine.store.people import PersonRow
from engine.store.public import PublicFile, PublicLetter, PublicThread
from engine.store.records import FrozenDocument
from engine.store.running import (
    CaseNumber,
    DecisionMade,
    Event,
    Fixed,
    Instance,
    JoinedCall,
    Message,
    ShutOut,
    StuckStep,
    Variable,
)
from engine.verifying import links, lives, paths
from engine.verifying.case import Case, Told, text
from engine.verifying.findings import Finding
from engine.verifying.rows import answers, rows

ENDS = ("instance.completed", "instance.cancelled", "instance.failed")
OF_CASE: Any = bindparam("of_case")
DECIDED = Hot(
    select(table_of(DecisionMade), DecisionRow.key, DecisionRow.version)
    .join(DecisionRow, DecisionRow.id == DecisionMade.decision_id)
    .where(DecisionMade.instance_id == OF_CASE)
)
JOINED = Hot(select(table_of(JoinedCall)).where(or_(JoinedCall.caller_id == OF_CASE, JoinedCall.called_id == OF_CASE)))


def against(
    session: Session,
    instance_id: UUID,
    told: Sequence[Told],
    hidden: frozenset[str],
    replays: dict[UUID, Replayed] | None,
) -> Iterator[Finding]:
    """
    What differs in a case whose trail holds.

    Args:
        hidden: the subjects of entries that were erased; of these, nothing is compared to the trail.
        replays: by case, those of an earlier look, which are gone on from; is kept up.
    """
    case = Case(session, session.get_one(Instance, instance_id), told, hidden)
    for check in (
        _beginning,
        _moments,
        lives.tasks,
        _words,
        _decisions,
        _stuck,
        _messages,
        _joined,
        _documents,
        _letters,
    ):
        yield from check(case)
    if not hidden:
        yield from links.against(session, instance_id, told)
    try:
        replayed = replay(session, instance_id, after=replays.get(instance_id) if replays else None)
    except (StewardError, ValueError) as error:
        yield case.finding("altered", "events", f"The case cannot be computed again: {error}")
        return
    if not replayed.equal:
        yield case.finding("altered", "events", replayed.why)
        return
    if replays is not None:
        replays[instance_id] = replayed
    yield from paths.path(case, replayed)


def _beginning(case: Case) -> Iterator[Finding]:
    """The row of the case, and the versions that were fixed when it began."""
    for one in case.about("instance.started")[:1]:
        row, ends = case.row, case.about(*ENDS)
        definition = case.session.get(DefinitionRow, row.definition_id)
        said = {name: one.body.get(name) for name in ("process", "version", "title", "business_key", "owner", "caller")}
        said |= {"started_by": one.entry.actor, "started_at": one.entry.recorded_at}
        for other in case.about("instance.handed_over"):
            said["owner"] = other.body["owner"]["after"]
        said["ended_at"] = ends[-1].entry.happened_at if ends else None
        said |= {name: one.body[name] for name in ("confidential", "calendar") if name in one.body}
        said |= {name: one.body.get(name) for name in ("handlers", "shut_by")}
        there = {name: getattr(row, name) for name in said if name not in ("process", "version", "caller")}
        there |= {"caller": str(row.caller_id) if row.caller_id else None}
        there |= {"process": definition.key, "version": definition.version} if definition else {}
        news = [other.body for other in case.about("subject.changed")]
        about = [one.body.get("subject"), *(body["about"] for body in news if "about" in body)][-1]
        number = [one.body.get("subject_number"), *(body["number"] for body in news)][-1]
        said |= {"subject": about, "subject_number": number}
        there |= {"subject": f"{row.subject_register}:{row.subject_row}" if row.subject_register else None}
        there |= {"subject_number": row.subject_number}
        for name in sorted(said):
            if said[name] != there.get(name):
                yield case.finding("altered", "instances", f"The trail says otherwise of the case: {name}.", 1)
        yield from _shut_out(case)
        numbers = [[row.year, row.number] for row in case.rows(CaseNumber) if row.process == one.body["process"]]
        if numbers != ([one.body["number"]] if one.body.get("number") else []):
            yield case.finding("altered", "case_numbers", "The trail says otherwise of the number of the case.", 1)
        fixed = {(row.kind, row.reference): str(row.version_id) for row in case.rows(Fixed)}
        for kind, reference, version in one.body.get("uses", ()):
            if fixed.get((kind, reference)) != version:
                why = f"The {kind} {reference} was fixed in another version when the case began."
                yield case.finding("altered", "fixed_versions", why, 1)


def _shut_out(case: Case) -> Iterator[Finding]:
    """To whom the case is shut follows from its variables."""
    names, wanted = (case.row.shut_by or "").split(), set[str]()
    query = select(Variable.name, Variable.value).where(Variable.instance_id == case.row.id, Variable.name.in_(names))
    for _, value in case.session.execute(query) if names else ():
        wanted |= set(people_in(orjson.loads(value)))
    there = {row.person_id for row in case.rows(ShutOut)}
    known = set(case.session.scalars(select(PersonRow.id).where(PersonRow.id.in_(sorted(wanted))))) if wanted else set()
    if there != known:
        yield case.finding("altered", "shut_out", "To whom the case is shut is not what its data say.")


def _moments(case: Case) -> Iterator[Finding]:
    """Events happened when the trail says, and there are as many as the case has counted."""
    stored = {row.number: row for row in case.rows(Event)}
    for one in case.told:
        event = stored.get(one.body["event"]) if "event_digest" in one.body else None
        if event and event.at != one.entry.recorded_at:
            why = f"Event {event.number} is said to have happened at another moment."
            yield case.finding("altered", "events", why, one.entry.number)
    if case.row.events != len(stored):
        why = f"The case has counted {case.row.events} events; there are {len(stored)}."
        yield case.finding("altered", "instances", why)


def _letters(case: Case) -> Iterator[Finding]:
    """What a case that began by a public way answered, under which code, and which files came with it."""
    said = {one.body["number"]: (one.entry.actor, one.body["text"]) for one in case.about("reporter.answered")}
    there = {row.number: (row.by, row.text) for row in case.rows(PublicLetter)}
    if said != there and not case.hidden:
        yield case.finding("altered", "public_letters", "The trail says otherwise of what the reporter was answered.")
    begun = [one.body["public"] for one in case.about("instance.started")[:1] if "public" in one.body]
    threads = [{"way": row.way, "code": row.code_digest} for row in case.rows(PublicThread)]
    if threads != [{name: one[name] for name in ("way", "code")} for one in begun] and not case.hidden:
        yield case.finding("altered", "public_threads", "The trail says otherwise of how the reporter came in.", 1)
    files = sorted([row.name, row.sha256] for row in case.rows(PublicFile))
    if files != sorted(pair for one in begun for pair in one["files"]) and not case.hidden:
        yield case.finding("altered", "public_files", "The trail says otherwise of what came with the report.", 1)


def _words(case: Case) -> Iterator[Finding]:
    """Who gave which answers when, and why they were amended."""
    stored = answers(case.session, case.row.id)
    for one in case.about("task.completed", "task.amended"):
        row = stored.get((one.entry.subject, one.body.get("number", 1)))
        said = (one.entry.actor, one.entry.recorded_at, one.body.get("reason"))
        if row and (row.by, row.at, row.reason) != said:
            why = f"The trail says otherwise of who answered task {row.task_id}, when and why."
            yield case.finding("altered", "answers", why, one.entry.number)


def _decisions(case: Case) -> Iterator[Finding]:
    """Each answer of a decision table: which version, what was asked, which rows matched."""
    made = Counter(
        _frozen(row.element, row.key, row.version, row.matched, row.rows, content_digest(row.inputs).hex())
        for row in DECIDED.all(case.session, {"of_case": case.row.id})
    )
    told = Counter(
        _frozen(one.entry.subject, *(one.body[name] for name in ("decision", "version", "matched", "rows", "inputs")))
        for one in case.about("decision.made")
        if "inputs" in one.body
    )
    if made != told and not case.hidden:
        yield case.finding("altered", "decisions_made", "The trail says otherwise of what decision tables answered.")


def _stuck(case: Case) -> Iterator[Finding]:
    """What a stuck step keeps is what was sent."""
    steps = {str(row.id): row for row in case.rows(StuckStep)}
    tried = {one.entry.subject: (one.entry.recorded_at, one.entry.actor) for one in case.about("step.retried")}
    for one in case.about("step.stuck"):
        row = steps.pop(one.entry.subject, None)
        if row is None:
            yield case.finding("missing", "stuck_steps", "A stuck step is missing.", one.entry.number)
        elif (row.by, sha256(row.event).hexdigest()) != (one.entry.actor, one.body["kept"]):
            yield case.finding("altered", "stuck_steps", "What a stuck step keeps was altered.", one.entry.number)
        elif (row.resolved_at, row.resolved_by) != tried.get(one.entry.subject, (None, None)):
            why = "The trail says otherwise of whether a stuck step was put right."
            yield case.finding("altered", "stuck_steps", why, one.entry.number)
    for row_id in sorted(steps.keys() - case.hidden):
        yield case.finding("inserted", "stuck_steps", f"The trail knows no stuck step {row_id}.")


def _messages(case: Case) -> Iterator[Finding]:
    """What the case threw, and what it told its caller when it ended, is on its way or arrived."""
    sent = {str(row.id): row for row in rows(case.session, Message, source_id=case.row.id)}
    for one in case.about("message.sent", "signal.sent"):
        row = sent.get(one.body["message"])
        if row is None:
            yield case.finding("missing", "messages", f"A message {one.body['name']} is missing.", one.entry.number)
        elif (row.name, text(row.payload)) != (one.body["name"], text(one.body["payload"])):
            yield case.finding("altered", "messages", f"The message {row.name} was altered.", one.entry.number)
    told = {row.kind for row in sent.values()} & {"called_finished", "called_failed"}
    first = case.session.get(JoinedCall, (case.row.caller_id, case.row.caller_token)) if case.row.caller_id else None
    gone = first is not None and first.status in ("gone", "left")
    if case.row.caller_id and case.about(*ENDS) and not told and not gone:
        yield case.finding("missing", "messages", "What the case told its caller is missing.")


def _joined(case: Case) -> Iterator[Finding]:
    """Which calls ask to join a case, and which have joined this one."""
    calls = JOINED.all(case.session, {"of_case": case.row.id})
    asked = {(one.body["token"], one.entry.subject) for one in case.about("call.asked")}
    there = {(row.caller_token, row.element) for row in calls if row.caller_id == case.row.id and row.status != "gone"}
    came = {
        (one.body["from"], one.body["call"]["token"], one.body["call"]["element"])
        for one in case.about("instance.joined")
        if one.body.get("call")
    }
    here = [row for row in calls if row.called_id == case.row.id and row.status in ("joined", "left")]
    here = [row for row in here if (row.caller_id, row.caller_token) != (case.row.caller_id, case.row.caller_token)]
    joined = {(str(row.caller_id), row.caller_token, row.element) for row in here}
    for told, stored in ((asked, there), (came, joined)):
        for one in sorted(told - stored, key=str)[:1]:
            yield case.finding("missing", "joined_calls", f"The call {one[-1]} that the trail speaks of is missing.")
        for one in sorted(stored - told, key=str)[:1]:
            if not case.hidden:
                yield case.finding("inserted", "joined_calls", f"The trail knows nothing of the call {one[-1]}.")


def _documents(case: Case) -> Iterator[Finding]:
    """What was frozen is as it was, byte for byte."""
    papers = {str(row.id): row for row in case.rows(FrozenDocument)}
    for one in case.about("document.frozen"):
        row, said = papers.pop(one.entry.subject, None), one.body
        if row is None:
            yield case.finding("missing", "documents", f"The document {said['name']} is missing.", one.entry.number)
            continue
        told = (said["name"], said["element"], said["digest"], said["digest"], one.entry.happened_at)
        if (row.name, row.element, row.digest, sha256(row.content).hexdigest(), row.at) != told:
            yield case.finding("altered", "documents", f"The document {said['name']} was altered.", one.entry.number)
    for row_id in sorted(papers.keys() - case.hidden):
        yield case.finding("inserted", "documents", f"The trail knows no document {row_id}.")


def _frozen(*values: Any) -> Hashable:
    return tuple(text(value) for value in values)
