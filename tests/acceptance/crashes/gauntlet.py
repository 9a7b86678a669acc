"""
A process that passes through everything that may be cut in two by a crash, and cases of it.

A timer fires, a worker outside does its service job, a called case answers
by a message once its own timer has fired, people are told, and somebody
hands in a task.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import cycles, instances
from engine.identity.people import SETUP
from engine.identity.person import Person
from engine.replay import replay
from engine.store.cycles import CycleRow, OccurrenceRow
from engine.store.definitions import DefinitionRow
from engine.store.records import AuditEntry, Delivery
from engine.store.running import Instance, ServiceJob, StuckStep, Task, Timer
from engine.transactions import Database
from engine.verify import verify
from steward.clock import utc_now
from tests.factories import END, START, deploy, process, sequence, user_task

TOPIC = "probe"
SPAN = timedelta(hours=1)
"""How long each timer runs; a case is begun that much before its timer is to fire."""

OUTER = {"timer.fired": 1, "service.completed": 2, "call.finished": 1, "task.completed": 1, "instance.completed": 1}
INNER = {"timer.fired": 1, "instance.completed": 1}
"""What happens in a case exactly so often, whoever was killed: outside and here one service each."""


def catch(element: str, span: str) -> str:
    """A timer on the way."""
    said = f'<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">{span}</bpmn:timeDuration>'
    inside = f"<bpmn:timerEventDefinition>{said}</bpmn:timerEventDefinition>"
    return f'<bpmn:intermediateCatchEvent id="{element}">{inside}</bpmn:intermediateCatchEvent>'


SERVICE = f'<bpmn:serviceTask id="S_probe" name="Probe" camunda:type="external" camunda:topic="{TOPIC}"/>'
TELL = (
    '<bpmn:serviceTask id="S_tell" camunda:type="external" camunda:topic="steward.notify"><bpmn:extensionElements>'
    '<camunda:inputOutput><camunda:inputParameter name="to">person:bert</camunda:inputParameter>'
    '<camunda:inputParameter name="text">It is done.</camunda:inputParameter></camunda:inputOutput>'
    "</bpmn:extensionElements></bpmn:serviceTask>"
)
CALL = '<bpmn:callActivity id="CA_inner" name="Call" calledElement="inner"/>'
GAUNTLET = process(
    "gauntlet",
    sequence(START, catch("C_wait", "PT1H"), SERVICE, CALL, TELL, user_task("T_close", groups="staff"), END),
)
DAYS = 5
"""How often each cycle comes round: for days that have passed, so all are missed and all are made up for."""

CALLED = process("inner", sequence(START, catch("C_inner", "PT1S"), END))


def put_in_force(database: Database, *, owner: str, now: datetime) -> None:
    """Deploy both processes."""
    deploy(database, CALLED, GAUNTLET, owner=owner, now=now)


def begin(database: Database, due: list[datetime], *, by: Person) -> list[UUID]:
    """One case for each of these moments, which its timer waits for."""
    made = []
    for moment in due:
        with database.writing() as session:
            made.append(instances.start(session, "gauntlet", by=by, now=moment - SPAN))
    return made


def recur(database: Database, number: int) -> None:
    """A cycle of its own that has some days to make up for."""
    key, now = f"daily_{number}", utc_now()
    said = {"name": key, "process": "inner", "rule": "P1D", "on_closed_day": "same", "on_missed": "run_all"}

    def begin(session: Session) -> None:
        cycles.define(session, key, said | {"ends": {"count": DAYS}}, by=SETUP, now=now)
        cycles.activate(session, key, by=SETUP, now=now - timedelta(days=DAYS + 2))

    database.perform(begin, by=SETUP, now=now)


@dataclass
class Toll:
    """What a run cost: nothing may be lost or doubled."""

    timers_lost: int = 0
    timers_doubled: int = 0
    deliveries_lost: int = 0
    deliveries_doubled: int = 0
    occurrences_lost: int = 0
    occurrences_doubled: int = 0
    steps_lost: int = 0
    steps_doubled: int = 0
    completions_lost: int = 0
    stuck: int = 0
    differ: int = 0
    verified: bool = True

    @property
    def nothing(self) -> bool:
        """Whether everything happened exactly once, and the proof holds."""
        return self == Toll()


def toll(database: Database, cases: list[UUID], handed_in: set[UUID]) -> Toll:
    """
    What is missing and what happened twice, read from the rows and the chains.

    Args:
        handed_in: tasks of which the server said that they are completed.
    """
    found = Toll()
    with database.reading() as session:
        verbs: dict[str, Counter[str]] = defaultdict(Counter)
        for chain, verb in session.execute(select(AuditEntry.chain, AuditEntry.verb)):
            verbs[chain][verb] += 1
        called = dict(
            session.execute(select(Instance.caller_id, Instance.id).where(Instance.caller_id.is_not(None))).all()
        )
        for case in cases:
            _count(found, verbs[str(case)], OUTER)
            _count(found, verbs[str(called.get(case))], INNER)
        _count_deliveries(session, found, cases)
        _count_occurrences(session, found)
        done = set(session.scalars(select(Task.id).where(Task.status == "completed")))
        found.completions_lost = len(handed_in - done)
        found.stuck = len(session.scalars(select(StuckStep.id)).all())
        open_rows = (
            select(Timer.id).where(Timer.status != "fired"),
            select(ServiceJob.id).where(ServiceJob.status != "done"),
        )
        found.steps_lost += sum(len(session.scalars(query).all()) for query in open_rows)
        found.differ = sum(not replay(session, one).equal for one in session.scalars(select(Instance.id)).all())
        found.verified = verify(session, None).holds
    return found


def _count_deliveries(session: Session, found: Toll, cases: list[UUID]) -> None:
    """Each case owes one notice to one person; what arrived at a peer is for who has one to count."""
    owed = Counter(session.scalars(select(Delivery.instance_id)))
    found.deliveries_lost = sum(owed[case] == 0 for case in cases)
    found.deliveries_doubled = sum(max(0, owed[case] - 1) for case in cases)


def not_yet_round(session: Session) -> int:
    """How many occurrences are not written yet."""
    return _planned(session) - len(session.scalars(select(OccurrenceRow.id)).all())


def _planned(session: Session) -> int:
    return len(session.scalars(select(CycleRow.key).where(CycleRow.key.like("daily%"))).all()) * DAYS


def _count_occurrences(session: Session, found: Toll) -> None:
    """Each cycle came round on each of its days, and each time started one case."""
    planned = _planned(session)
    started = session.scalars(select(OccurrenceRow.instance_id).where(OccurrenceRow.instance_id.is_not(None))).all()
    by_itself = select(Instance.id).join(DefinitionRow, DefinitionRow.id == Instance.definition_id)
    by_itself = by_itself.where(DefinitionRow.key == "inner", Instance.caller_id.is_(None))
    begun = session.scalars(by_itself).all()
    found.occurrences_lost = max(0, planned - len(set(started)))
    found.occurrences_doubled = max(0, len(begun) - planned)


def _count(found: Toll, verbs: Counter[str], expected: dict[str, int]) -> None:
    for verb, times in expected.items():
        kind = "timers" if verb == "timer.fired" else "steps"
        lost, doubled = max(0, times - verbs[verb]), max(0, verbs[verb] - times)
        setattr(found, f"{kind}_lost", getattr(found, f"{kind}_lost") + lost)
        setattr(found, f"{kind}_doubled", getattr(found, f"{kind}_doubled") + doubled)
