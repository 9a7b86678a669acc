"""
What a process or a hook looks up: cases, rows of registers, samples of metrics.

`steward.find` gives the newest hundred, `steward.count` how many there are.
Confidential cases are never found, and no case finds itself. What is found is
recorded with the event, so a replay looks nothing up again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import registers
from engine.cases import Case
from engine.core import effects as fx
from engine.core.chain import canonical
from engine.core.stuck import Stuck
from engine.errors import Invalid, Rejected
from engine.running.rows import Context, Rows
from engine.store.definitions import DefinitionRow
from engine.store.hooks import Sample
from engine.store.registers import RegisterRow
from engine.store.running import Instance, Variable
from engine.subject import Subject, read_subject
from engine.topics import parted

FILTERS = ("process", "status", "business_key")
MOST = 100
"""What `steward.find` gives at most."""
SAME = "same"
"""What `subject` says of things about what this case is about."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """
    What is asked about a kind of things (`case`, the usual one, `register` or `sample`), and by whom.

    Args:
        asked: the filters, as `docs/reference/vocabulary.md` says.
        about: what `same` means, and what rows and samples are about unless `asked` says otherwise.
        but: a case that is never found.
    """

    asked: Mapping[str, Any]
    now: datetime
    about: Subject | None = None
    but: UUID | None = None


def counted(session: Session, question: Question) -> int:
    """
    How many there are of what is asked for.

    Raises:
        Invalid: there is no such kind, or a filter has no such value.
    """
    return _lookup(session, question).count()


def found(session: Session, question: Question) -> dict[str, Any]:
    """
    How many there are (`count`), and the newest hundred: `cases`, `rows` or `samples`.

    Raises:
        Invalid: there is no such kind, or a filter has no such value.
    """
    return _lookup(session, question).found()


def count(session: Session, case: Case, effect: fx.CallService, _rows: Rows, context: Context) -> dict[str, Any]:
    """
    The topic `steward.count`.

    Raises:
        Stuck: there is no such kind, or a filter has no such value.
    """
    try:
        return {"count": counted(session, _asked_by(case, effect, context))}
    except Rejected as error:
        raise stuck(effect, str(error)) from error


def find(session: Session, case: Case, effect: fx.CallService, _rows: Rows, context: Context) -> dict[str, Any]:
    """
    The topic `steward.find`.

    Raises:
        Stuck: there is no such kind, or a filter has no such value.
    """
    try:
        return found(session, _asked_by(case, effect, context))
    except Rejected as error:
        raise stuck(effect, str(error)) from error


def _asked_by(case: Case, effect: fx.CallService, context: Context) -> Question:
    return Question(asked=effect.inputs, now=context.now, about=case.subject, but=case.id)


class _Lookup:
    """One question about a kind of things."""

    def __init__(self, session: Session, question: Question) -> None:
        self.session, self.question, self.asked = session, question, question.asked

    def count(self) -> int:
        raise NotImplementedError

    def found(self) -> dict[str, Any]:
        raise NotImplementedError

    def within(self, query: Any, moment: Any) -> Any:
        """The window: `days` since, `until_days` before, counted from now."""
        if self.asked.get("days") is not None:
            query = query.where(moment >= self._ago("days"))
        if self.asked.get("until_days") is not None:
            query = query.where(moment < self._ago("until_days"))
        return query

    def subject(self, usual: str | None) -> Subject | None:
        """The subject that is asked about; None where it does not matter."""
        said = self.asked.get("subject", usual)
        if said is None:
            return None
        if said == SAME:
            if self.question.about is None:
                raise _unasked("subject", "The case is about nothing, so nothing is about the same.")
            return self.question.about
        return read_subject(said)

    def flag(self, name: str) -> bool | None:
        """Yes, no, or not asked."""
        said = self.asked.get(name)
        if said not in (None, True, False, "true", "false"):
            raise _unasked(name, f"{name} is {said!r}, which is neither true nor false.")
        return None if said is None else said in (True, "true")

    def parts(self, of: Any, matching: Any) -> dict[str, Any]:
        """What is found for each subject, where that is asked."""
        return {"parts": of(self.session, matching)} if parted.is_parted(self.asked.get("each")) else {}

    def _ago(self, name: str) -> datetime:
        value = self.asked[name]
        try:
            return self.question.now - timedelta(days=min(float(value), 36_500.0))
        except (TypeError, ValueError, OverflowError):
            raise _unasked(name, f"{name} is {value!r}, which is no number of days.") from None


class _Cases(_Lookup):
    """Cases that meet `process`, `status`, `business_key`, `subject`, `ended`, `variables`, and began in the window."""

    COLUMNS = (
        Instance.id,
        Instance.title,
        Instance.status,
        Instance.business_key,
        Instance.started_at,
        Instance.ended_at,
    )

    def count(self) -> int:
        return self.session.scalar(self._matching(select(func.count()).select_from(Instance))) or 0

    def found(self) -> dict[str, Any]:
        query = self._matching(select(*self.COLUMNS)).order_by(Instance.id.desc()).limit(MOST)
        cases = [plain(row._mapping) for row in self.session.execute(query)]
        found = {"cases": cases, "count": len(cases) if len(cases) < MOST else self.count()}
        return found | self.parts(parted.cases, self._matching)

    def _matching(self, query: Any) -> Any:
        query = query.join(DefinitionRow, DefinitionRow.id == Instance.definition_id)
        query = query.where(Instance.confidential.is_(False))
        if self.question.but is not None:
            query = query.where(Instance.id != self.question.but)
        columns = {"process": DefinitionRow.key, "status": Instance.status, "business_key": Instance.business_key}
        for name in FILTERS:
            if self.asked.get(name) is not None:
                query = query.where(columns[name] == str(self.asked[name]))
        about, ended = self.subject(None), self.flag("ended")
        if about is not None:
            query = query.where(Instance.subject_register == about.register, Instance.subject_row == about.row)
        if ended is not None:
            query = query.where(Instance.ended_at.is_not(None) if ended else Instance.ended_at.is_(None))
        for name, value in sorted((self.asked.get("variables") or {}).items()):
            holds = select(Variable.name).where(Variable.instance_id == Instance.id, Variable.name == name)
            query = query.where(holds.where(Variable.value == canonical(value).decode()).correlate(Instance).exists())
        return self.within(query, Instance.started_at)


class _Rows(_Lookup):
    """Rows of `register` (by default the subject's) that hold `where`, have not ended, and changed in the window."""

    def count(self) -> int:
        return len(self._matching())

    def found(self) -> dict[str, Any]:
        rows = self._matching()
        facts = [
            {**registers.facts_of(self.session, row), "number": row.number, "in_force": row.in_force}
            for row in rows[:MOST]
        ]
        return {"rows": facts, "count": len(rows)}

    def _matching(self) -> list[registers.Row]:
        about = self.question.about
        register = self.asked.get("register") or (about.register if about else None)
        if not register:
            raise _unasked("register", "It names no register, and the case is about nothing.")
        where = self.asked.get("where") or {}
        if not isinstance(where, dict):
            raise _unasked("where", "What the rows are to hold (where) is no map of fields.")
        key = registers.defined(self.session, str(register)).definition.key
        recent = select(RegisterRow.key).where(RegisterRow.register == key)
        keys = set(self.session.scalars(self.within(recent, RegisterRow.changed_at)))
        return [row for row in registers.matching(self.session, key, where) if row.key in keys]


class _Samples(_Lookup):
    """
    Samples by `name`, `group`, `breach` and `subject` (by default what the case is about), taken in the window.

    Who measures may name a row by its key alone.
    """

    def count(self) -> int:
        return self.session.scalar(self._matching(select(func.count()).select_from(Sample))) or 0

    def found(self) -> dict[str, Any]:
        query = self._matching(select(Sample)).order_by(Sample.at.desc(), Sample.id.desc()).limit(MOST)
        samples = [plain(sample_of(row)) for row in self.session.scalars(query)]
        return {"samples": samples, "count": self.count()} | self.parts(parted.samples, self._matching)

    def _matching(self, query: Any) -> Any:
        about = self.subject(SAME if self.question.about else None)
        if about is not None:
            query = query.where(Sample.subject.in_([str(about), about.row]))
        for name, column in (("name", Sample.name), ("group", Sample.part)):
            if self.asked.get(name) is not None:
                query = query.where(column == str(self.asked[name]))
        breach = self.flag("breach")
        if breach is not None:
            query = query.where(Sample.breach.is_(breach))
        return self.within(query, Sample.at)


KINDS: dict[str, type[_Lookup]] = {"case": _Cases, "register": _Rows, "sample": _Samples}


def _lookup(session: Session, question: Question) -> _Lookup:
    kind = question.asked.get("kind", "case")
    if kind not in KINDS:
        raise _unasked("kind", f"Nothing of the kind {kind!r} can be looked up; there are {', '.join(KINDS)}.")
    return KINDS[kind](session, question)


def _unasked(name: str, why: str) -> Invalid:
    return Invalid(why, {name: [why]})


def sample_of(row: Sample) -> dict[str, Any]:
    """A sample as people and processes read it."""
    return {
        "id": row.id,
        "subject": row.subject,
        "name": row.name,
        "group": row.part,
        "value": row.value,
        "limit": row.limit_value,
        "breach": row.breach,
        "at": row.at,
        "model_version": row.model_version,
    }


def plain(values: Any) -> dict[str, Any]:
    """Values as JSON holds them."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value) if isinstance(value, UUID) else value


def stuck(effect: fx.CallService, why: str) -> Stuck:
    """The work cannot be done like this."""
    return Stuck(effect.element, effect.topic, why)
