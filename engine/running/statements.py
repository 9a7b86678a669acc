"""
Write what a step means: one statement a table, in one journey to the database.

Built once, at import. How many statements a step takes depends on the kinds of
things that change, never on their number.
"""

from typing import Any

from sqlalchemy import bindparam, delete, insert, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine import store
from engine.hot import Hot, together
from engine.running.rows import Row, Rows, chain_links, instance_row
from engine.store.base import table_of
from engine.store.records import Delivery
from engine.store.running import Candidate, Instance, ServiceJob, ShutOut, Subscription, Task, Timer, Variable
from engine.subscriptions import feed

INSTANCE, TASK, TIMER, JOB = (table_of(entity) for entity in (Instance, Task, Timer, ServiceJob))
SUBSCRIPTION, VARIABLE, CANDIDATE = (table_of(entity) for entity in (Subscription, Variable, Candidate))
SHUT = table_of(ShutOut)

PLACE = {table.name: place for place, table in enumerate(store.Table.metadata.sorted_tables)}
MOVED = (
    *("status", "ended_at", "version", "state", "events", "chain_length", "chain_head"),
    *("subject_register", "subject_row", "subject_number"),
)

MOVE = Hot(
    update(INSTANCE)
    .where(INSTANCE.c.id == bindparam("case"), INSTANCE.c.version == bindparam("read_version"))
    .values({name: bindparam(name) for name in MOVED})
)
CLOSED = ("status", "closed_at", "completed_by", "closed_because", "acting_for")
CLOSE = Hot(
    update(TASK)
    .where(TASK.c.id == bindparam("task_id"))
    .values({name: bindparam(name) for name in CLOSED} | {"version": TASK.c.version + 1})
)
MOVED_DATES = ("due_at", "follow_up_at", "next_rung_at")
RESCHEDULE = Hot(
    update(TASK)
    .where(TASK.c.id == bindparam("task_id"))
    .values({name: bindparam(name) for name in MOVED_DATES} | {"version": TASK.c.version + 1})
)
CLOSE_CANDIDATES = Hot(
    update(CANDIDATE)
    .where(CANDIDATE.c.task_id == bindparam("of_task"), CANDIDATE.c.closed_at.is_(None))
    .values(closed_at=bindparam("closed_at"))
)
# Conditions of partial indexes are written out: bound, a generic plan would not use the index.
CLEAR = Hot(
    update(TIMER)
    .where(TIMER.c.instance_id == bindparam("case"), TIMER.c.token == bindparam("gone"))
    .where(text("timers.status IN ('pending', 'stuck')"))
    .values(status=bindparam("status"))
)
UNSUBSCRIBE = Hot(
    delete(SUBSCRIPTION).where(
        SUBSCRIPTION.c.instance_id == bindparam("case"), SUBSCRIPTION.c.token == bindparam("gone")
    )
)
WITHDRAW = Hot(
    update(JOB)
    .where(JOB.c.instance_id == bindparam("case"), JOB.c.token == bindparam("gone"))
    .where(text("service_jobs.status IN ('owed', 'stuck', 'asked')"))
    .values(status="withdrawn", lock=None, leased_until=None)
)
SERVE = Hot(
    update(JOB)
    .where(JOB.c.id == bindparam("job_id"))
    .values(
        status=bindparam("status"), lock=None, leased_until=None, retries=bindparam("retries"), error=bindparam("error")
    )
)
FORGET = Hot(delete(VARIABLE).where(VARIABLE.c.instance_id == bindparam("case"), VARIABLE.c.name == bindparam("gone")))

READMIT = Hot(delete(SHUT).where(SHUT.c.instance_id == bindparam("of_case"), SHUT.c.person_id == bindparam("person")))


def _latest(dialect: Any) -> Any:
    given = dialect.insert(VARIABLE)
    return given.on_conflict_do_update(index_elements=["instance_id", "name"], set_={"value": given.excluded.value})


INSERTS = {table.name: Hot(insert(table)) for table in store.Table.metadata.sorted_tables}
# A digest may be there already, for what it gathers beside this.
INSERTS["deliveries"] = Hot(
    {
        "postgresql": postgresql.insert(table_of(Delivery)).on_conflict_do_nothing(),
        "sqlite": sqlite.insert(table_of(Delivery)).on_conflict_do_nothing(),
    }
)
INSERTS["variables"] = Hot({"postgresql": _latest(postgresql), "sqlite": _latest(sqlite)})


def carry_out(session: Session, rows: Rows) -> None:
    """
    Write everything that one step of a locked case means, and what it began elsewhere.

    Raises:
        IntegrityError: a rule about the data would be broken; nothing of the step may be kept.
    """
    cases = [*(case for case, _ in rows.begun), *rows.moved]
    for owed in (feed.owed(session, case.chain, case.told()) for case in cases if case.chain.told):
        rows.new.setdefault("deliveries", []).extend(owed)
    for case in cases:
        case.chain.owes(one for one in rows.new.get("deliveries", ()) if one["instance_id"] == case.id)
    links = [link for case in cases for link in chain_links(case.chain)]
    new = rows.new | {
        "instances": [row | instance_row(case) for case, row in rows.begun],
        "audit_entries": links,
    }
    moved = [{"case": case.id, "read_version": case.version - 1, **instance_row(case)} for case in rows.moved]
    said = [
        (MOVE, moved),
        *_changes(rows),
        *((INSERTS[table], new[table]) for table in sorted(new, key=PLACE.__getitem__)),
    ]
    together(session, [(statement, given) for statement, given in said if given])
    for case in cases:
        case.chain.links.clear()
        case.is_new = False


def _changes(rows: Rows) -> list[tuple[Hot, list[Row]]]:
    return [
        (CLOSE, rows.closed),
        (CLOSE_CANDIDATES, rows.uncandidated),
        (RESCHEDULE, rows.changed),
        (CLEAR, rows.cleared),
        (UNSUBSCRIBE, rows.unsubscribed),
        (WITHDRAW, rows.withdrawn),
        (SERVE, rows.served),
        (FORGET, rows.forgotten),
        (READMIT, rows.readmitted),
    ]
