"""Reading: a definition into memory, and an inbox out of a million tasks."""

import time
from statistics import median
from uuid import UUID

from sqlalchemy import insert, select

from benchmarks.crowds import quantile
from benchmarks.place import NOW, Place
from engine.core.definition import define
from engine.core.model import read_models
from engine.core.translate import translate
from engine.ids import new_id
from engine.inbox import oldest_claimable
from engine.models import definitions
from engine.store.base import table_of
from engine.store.definitions import DefinitionRow
from engine.store.running import Candidate, Task
from steward.settings import ROOT

Figures = dict[str, float]
LARGE = ROOT / "processes/corrective_action/corrective_action.bpmn"


def parsing(place: Place) -> Figures:
    """Corrective action from bytes to a definition, and a definition that is in memory already."""
    data = LARGE.read_bytes()
    cold = []
    for _ in range(5):
        begun = time.perf_counter()
        define(read_models(data, LARGE.name)[0], translate(data))
        cold.append((time.perf_counter() - begun) * 1000)
    with place.database.reading() as session:
        known = session.scalars(select(DefinitionRow.id).where(DefinitionRow.key == "three")).one()
        definitions.parsed(session, known)
        begun = time.perf_counter()
        for _ in range(1000):
            definitions.parsed(session, known)
        warm = time.perf_counter() - begun
    return {"definition_parse_ms_cold": round(median(cold), 1), "definition_parse_ms_warm": round(warm, 5)}


def inbox_of_a_million(place: Place, tasks: int = 1_000_000) -> Figures:
    """What a person may claim, where a million tasks are open: the query alone."""
    case = place.start("three")
    fill(place, case, tasks)
    spent = []
    with place.database.reading() as session:
        for number in range(200):
            begun = time.perf_counter()
            oldest_claimable(session, place.who["ann"], limit=50 + number % 2)
            spent.append((time.perf_counter() - begun) * 1000)
    return {"inbox_million_p95_ms": round(quantile(spent[20:], 0.95), 2)}


def fill(place: Place, case: UUID, count: int) -> None:
    """Open tasks for the group of everybody here, made in bulk."""
    with place.database.reading() as session:
        row = session.execute(select(table_of(Task)).where(Task.instance_id == case)).mappings().one()
    batch = 10_000
    for begin in range(0, count, batch):
        rows = [{**row, "id": new_id(), "token": begin + n + 1000} for n in range(min(batch, count - begin))]
        offers = [{"task_id": one["id"], "who": "group:workers", "opened_at": NOW, "closed_at": None} for one in rows]
        with place.database.writing() as session:
            session.execute(insert(table_of(Task)), rows)
            session.execute(insert(table_of(Candidate)), offers)
    with place.database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
