"""What was looked up, parted by what it is about: cases by subject, samples by subject and version of the model."""

from typing import Any

from sqlalchemy import Integer, and_, cast, func, select
from sqlalchemy.orm import Session

from engine.errors import Invalid
from engine.store.hooks import Sample
from engine.store.registers import RegisterRow
from engine.store.running import Instance
from engine.subject import Subject, read_subject

SUBJECT = "subject"


def is_parted(asked: Any) -> bool:
    """
    Whether what is found is to be parted as well.

    Raises:
        Invalid: by something else than the subject.
    """
    if asked in (None, SUBJECT):
        return asked is not None
    why = f"What is found can be parted by {SUBJECT!r}, and not by {asked!r}."
    raise Invalid(why, {"each": [why]})


def cases(session: Session, matching: Any) -> list[dict[str, Any]]:
    """
    How many cases there are about each row, by its title.

    Args:
        matching: narrows a query over `Instance`.
    """
    about = (Instance.subject_register, Instance.subject_row)
    query = matching(select(*about, func.count().label("number")).select_from(Instance))
    query = query.where(Instance.subject_row.is_not(None)).group_by(*about)
    return _sorted(
        _named(session, Subject(register=register, row=row)) | {"model_version": None, "count": number}
        for register, row, number in session.execute(query)
    )


def samples(session: Session, matching: Any) -> list[dict[str, Any]]:
    """
    Of each row and version of its model: how many samples, their mean, the last one, its limit, how many beyond it.

    Args:
        matching: narrows a query over `Sample`.
    """
    groups = (Sample.subject, Sample.model_version)
    numbers = (
        func.count().label("number"),
        func.avg(Sample.value).label("mean"),
        func.sum(cast(Sample.breach, Integer)).label("breaches"),
        func.max(Sample.at).label("until"),
    )
    sums = matching(select(*groups, *numbers)).group_by(*groups).subquery()
    here = and_(
        sums.c.subject == Sample.subject,
        sums.c.model_version.is_not_distinct_from(Sample.model_version),
        sums.c.until == Sample.at,
    )
    query = matching(select(sums, Sample.value, Sample.limit_value).join(sums, here)).order_by(Sample.id)
    found = {(row.subject, row.model_version): row for row in session.execute(query)}
    return _sorted(
        _of(session, row.subject)
        | {"model_version": row.model_version, "count": row.number, "mean": round(row.mean, 4)}
        | {"last": row.value, "limit": row.limit_value, "breaches": row.breaches}
        for row in found.values()
    )


def _of(session: Session, said: str) -> dict[str, Any]:
    return _named(session, read_subject(said)) if ":" in said else {"subject": said, "title": said}


def _named(session: Session, about: Subject) -> dict[str, Any]:
    row = session.get(RegisterRow, (about.register, about.row))
    return {"subject": str(about), "title": row.title if row else about.row}


def _sorted(parts: Any) -> list[dict[str, Any]]:
    return sorted(parts, key=lambda one: (one["title"], one["subject"], one["model_version"] or ""))
