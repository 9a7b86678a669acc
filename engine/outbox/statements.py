"""What is said to the database of deliveries that are owed."""

from sqlalchemy import bindparam, func, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.hot import Hot
from engine.store.base import table_of
from engine.store.people import PersonRow
from engine.store.records import Delivery, DeliveryAttempt
from engine.store.running import Instance, Task

DELIVERY, ATTEMPT = table_of(Delivery), table_of(DeliveryAttempt)
OWED, ALONE = text("deliveries.status = 'owed'"), text("deliveries.digest_id IS NULL")
OWE = {
    "postgresql": postgresql.insert(DELIVERY).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(DELIVERY).on_conflict_do_nothing(),
}
BEFORE = DELIVERY.alias("earlier")
EARLIER = (
    select(BEFORE.c.id)
    .where(text("earlier.status = 'owed'"), text("earlier.digest_id IS NULL"))
    .where(*(BEFORE.c[name] == DELIVERY.c[name] for name in ("instance_id", "recipient", "channel", "lane")))
    .where(BEFORE.c.next_attempt_at <= bindparam("now"), BEFORE.c.id < DELIVERY.c.id)
    .correlate(DELIVERY)
    .exists()
)
"""An earlier message of the same case to the same person by the same way, which is due: it goes first."""

ROWS = (
    select(
        DELIVERY,
        PersonRow.name.label("person"),
        PersonRow.email,
        PersonRow.zone,
        PersonRow.active,
        Instance.title,
        Instance.business_key,
        Instance.confidential,
        Task.name.label("task"),
        Task.status.label("task_status"),
        Task.holder,
        Task.due_at,
    )
    .outerjoin(PersonRow, PersonRow.id == DELIVERY.c.recipient)
    .outerjoin(Instance, Instance.id == DELIVERY.c.instance_id)
    .outerjoin(Task, Task.id == DELIVERY.c.task_id)
    .where(OWED)
)
DUE = (
    ROWS.where(
        ALONE,
        DELIVERY.c.lane == bindparam("of_lane"),
        DELIVERY.c.next_attempt_at <= bindparam("now"),
        DELIVERY.c.channel.in_(bindparam("channels", expanding=True)),
        or_(DELIVERY.c.leased_until.is_(None), DELIVERY.c.leased_until <= bindparam("machine_now")),
        ~EARLIER,
    )
    .order_by(DELIVERY.c.next_attempt_at, DELIVERY.c.id)
    .limit(bindparam("at_most"))
    .with_for_update(of=DELIVERY, skip_locked=True)
)
IN_DIGEST = ROWS.where(DELIVERY.c.digest_id == bindparam("digest")).order_by(DELIVERY.c.id).with_for_update(of=DELIVERY)
DEAD_WITH = (
    update(DELIVERY)
    .where(DELIVERY.c.digest_id == bindparam("digest"), text("deliveries.status = 'dead'"))
    .values(status="owed", ended_at=None, note=None)
)
MOVE_TO = (
    update(DELIVERY)
    .where(DELIVERY.c.digest_id == bindparam("digest"), OWED)
    .values(digest_id=bindparam("other"), channel=bindparam("by"))
)
LATER = update(DELIVERY).where(DELIVERY.c.id == bindparam("delivery")).values(next_attempt_at=bindparam("moment"))
TAKE = (
    update(DELIVERY)
    .where(DELIVERY.c.id == bindparam("delivery"))
    .values(lock=bindparam("lease_of"), leased_until=bindparam("until"))
)
MINE = (
    select(DELIVERY)
    .where(DELIVERY.c.id == bindparam("delivery"), DELIVERY.c.lock == bindparam("lease_of"))
    .with_for_update()
)
NEXT = Hot(
    select(func.min(DELIVERY.c.next_attempt_at)).where(
        OWED,
        ALONE,
        DELIVERY.c.lane == bindparam("of_lane"),
        DELIVERY.c.next_attempt_at > bindparam("after"),
    )
)
WAITING = select(DELIVERY.c.channel).distinct().where(OWED, ALONE, DELIVERY.c.lane == bindparam("of_lane"))
UNTIED = (
    select(DELIVERY.c.id)
    .where(
        text("deliveries.status = 'owed'"),
        DELIVERY.c.lane == bindparam("of_lane"),
        DELIVERY.c.next_attempt_at < bindparam("later"),
        DELIVERY.c.recipient == bindparam("to"),
        DELIVERY.c.channel == bindparam("by_channel"),
        DELIVERY.c.lock.is_(None),
    )
    .with_for_update(skip_locked=True)
)
LEAVE_ALONE = update(DELIVERY).where(DELIVERY.c.id.in_(UNTIED)).values(next_attempt_at=bindparam("later"))
BY_ID = select(DELIVERY).where(DELIVERY.c.id == bindparam("delivery")).with_for_update()
