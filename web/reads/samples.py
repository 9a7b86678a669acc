"""Samples of metrics, for whoever may look into the register that they are about."""

from typing import Any

from sqlalchemy import case, not_, select
from sqlalchemy.orm import Session

from engine import access, registers
from engine.errors import NotFound
from engine.identity.person import Person
from engine.store.hooks import Sample
from engine.store.running import Instance
from web.paging import Key, Page, Query, page

COLUMNS = (
    Sample.id,
    Sample.hook,
    Sample.subject,
    Sample.name,
    Sample.part.label("group"),
    Sample.model_version,
    Sample.value,
    Sample.limit_value.label("limit"),
    Sample.breach,
    Sample.at,
)
FILTERS = {"hook": Sample.hook, "subject": Sample.subject, "name": Sample.name, "group": Sample.part}


def samples(session: Session, person: Person, filters: dict[str, Any]) -> Page:
    """The newest first; the case of a breach only as `person` may know of it."""
    seen = select(Instance.id).where(Instance.id == Sample.instance_id, access.visible_instances(person)).exists()
    query: Query = select(*COLUMNS, case((seen, Sample.instance_id)).label("instance_id"))
    for name, column in FILTERS.items():
        if filters[name] is not None:
            query = query.where(column == filters[name])
    if filters["breach"] is not None:
        query = query.where(Sample.breach.is_(filters["breach"]))
    if filters["since"] is not None:
        query = query.where(Sample.at >= filters["since"])
    for register in registers.all_registers(session):
        if not _may_read(register, person):
            query = query.where(not_(Sample.subject.startswith(f"{register.definition.key}:", autoescape=True)))
    touched = registers.touched(session, person)
    if touched is not None:
        query = query.where(Sample.subject.in_(sorted(f"{register}:{row}" for register, row in touched)))
    keys = (Key(Sample.at.expression, descending=True), Key(Sample.id.expression, descending=True))
    return page(session, query, keys, limit=filters["limit"], cursor=filters["cursor"])


def _may_read(register: registers.Defined, person: Person) -> bool:
    try:
        registers.must_read(register, person)
    except NotFound:
        return False
    return True
