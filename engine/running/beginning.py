"""How a case comes into being: by a person, a message, a timer, or another case that calls it."""

from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from engine import registers, timetable
from engine.cases import Case
from engine.core import effects as fx
from engine.core import events as ev
from engine.core.chain import Chain
from engine.core.expressions import ExpressionError, Scope, compile_text
from engine.core.model.references import Reference
from engine.core.stuck import Stuck
from engine.errors import Conflict, Invalid, Rejected
from engine.identity.person import Person
from engine.ids import new_salt
from engine.models import versions
from engine.models.definitions import OWNER, Parsed, parsed
from engine.running import circle, joining, numbering
from engine.running.rows import Context, Rows, message_row
from engine.store.running import Instance
from engine.subject import Subject, parted
from engine.subscriptions import feed

DEEPEST = 30
"""How many calls may nest within one step."""
LONGEST_KEY = 300
"""Of a business key: what an index takes, and people still read."""

OWNER_AND_TOLD = OWNER.add_columns(feed.NEWEST.label("told"))
CALLED_BY = select(Instance.id).where(
    Instance.caller_id == bindparam("caller"),
    Instance.caller_token == bindparam("token"),
    text("instances.ended_at IS NULL"),
)


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A new case, not yet written, and the event that begins it."""

    case: Case
    row: dict[str, Any]
    parsed: Parsed
    event: ev.Started
    said: dict[str, Any]


def new_case(
    session: Session,
    definition: Parsed,
    rows: Rows,
    *,
    variables: dict[str, Any],
    start: str | None = None,
    business_key: str | None = None,
    title: str | None = None,
    calendar: str,
    subject: Subject | None = None,
    caller: tuple[Case, fx.StartCalled] | None = None,
    by: Person,
    context: Context,
) -> Begun:
    """
    Make a case of a definition, with everything it refers to fixed at the version of this moment.

    Args:
        subject: what it is about; by default what its caller is about.

    Raises:
        Conflict: nobody owns the definition, so nobody would be accountable.
        Invalid: there is no such subject, or it has ended; or the business key is longer than anybody could read.
    """
    owner, told = _owned(session, definition)
    called_by, effect = caller or (None, None)
    subject = subject or (called_by.subject if called_by else None)
    about = registers.must_be_kept(session, subject) if subject else None
    handlers, shut_by = _handled(definition, start, called_by)
    if handlers is not None:
        owner = circle.head(session, handlers, circle.named_in(shut_by, variables))
    case_id = context.new_id()
    business_key, numbered = _keyed(session, rows, definition, case_id, business_key, calendar, context)
    facts = registers.facts_of(session, about) if about else None
    case = Case(
        id=case_id,
        definition_id=definition.id,
        title=title or _title(session, definition, variables, business_key, facts, calendar, context),
        business_key=business_key,
        status="running",
        started_at=context.now,
        started_by=by.id,
        owner=owner,
        caller_id=called_by.id if called_by else None,
        caller_token=effect.token if effect else None,
        caller_element=effect.element if effect else None,
        confidential=_is_confidential(definition, start) or bool(called_by and called_by.confidential),
        calendar=calendar,
        subject=subject,
        subject_number=about.number if about else None,
        handlers=handlers,
        shut_by=shut_by,
        organisation=called_by.organisation if called_by else None,
        version=1,
        state=None,
        events=0,
        chain=Chain("", 0, b"", new_salt),
        is_new=True,
    )
    case.chain = replace(case.chain, key=str(case.id), links=[], told=told)
    fixed = versions.fix(case.id, versions.resolve(session, definition.references, definition.deployment_id))
    for row in fixed:
        rows.add("fixed_versions", row)
    event = ev.Started(
        start=start, variables=variables, case=_facts(case, definition), subject=facts, called=caller is not None
    )
    said = _said(case, definition, start, numbered, fixed)
    return Begun(case=case, row=_row(case), parsed=definition, event=event, said=said)


def called(
    session: Session,
    caller: Parsed,
    case: Case,
    effect: fx.StartCalled,
    rows: Rows,
    by: Person,
    context: Context,
    depth: int,
) -> Begun:
    """
    The case that a call activity starts, in the transaction of its caller.

    It is about what its caller is about, or about the row that `subject` names, if that crosses the border.

    Raises:
        Stuck: there is no such released process, or calls nest without an end; or `subject` names no row.
    """
    if depth >= DEEPEST:
        raise Stuck(
            effect.element, caller.name, f"Calls nest more than {DEEPEST} deep; does {effect.process} call itself?"
        )
    reference = Reference("process", effect.process, effect.binding, effect.version)
    definition_id = version_of(session, rows, caller, case, reference)
    if definition_id is None:
        raise Stuck(effect.element, caller.name, f"There is no released process {reference.name} to call.")
    try:
        variables, subject = parted(effect.variables)
        if subject:
            registers.must_be_kept(session, subject)
    except Rejected as error:
        raise Stuck(effect.element, caller.name, str(error)) from error
    begun = new_case(
        session,
        parsed(session, definition_id),
        rows,
        variables=variables,
        business_key=effect.business_key,
        calendar=case.calendar,
        subject=subject,
        caller=(case, effect),
        by=by,
        context=context,
    )
    rows.begun.append((begun.case, begun.row))
    case.chain.add(
        "instance.called",
        begun.case.id,
        {"element": effect.element, "process": effect.process},
        by=context.by,
        now=context.now,
        happened_at=effect.at,
        acting_for=context.acting_for,
    )
    return begun


def cancel_called(session: Session, rows: Rows, context: Context) -> None:
    """Owe each called case that is to end a message that says so; those that have not begun for others just end."""
    for case, token in rows.cancelled:
        found = list(session.execute(CALLED_BY, {"caller": case.id, "token": token}).scalars())
        found += [new.id for new, _ in rows.begun if (new.caller_id, new.caller_token) == (case.id, token)]
        for called_id in [*found, *joining.leave(session, rows, case.id, token)]:
            reason = {"reason": f"{case.title} no longer waits for it.", "token": token}
            rows.add("messages", message_row("cancel", case.title, reason, context, source=case, target=called_id))


def version_of(session: Session, rows: Rows, definition: Parsed, case: Case, reference: Reference) -> UUID | None:
    """The version that a case uses, also while the case is not yet written."""
    if not case.is_new:
        return versions.fixed(session, case.id, reference, definition.deployment_id)
    for row in rows.new.get("fixed_versions", []):
        if (row["instance_id"], row["kind"], row["reference"]) == (case.id, reference.kind, reference.name):
            version_id: UUID = row["version_id"]
            return version_id
    resolved = versions.resolve(session, [reference], definition.deployment_id)
    for row in versions.rows_for(case.id, resolved):
        rows.add("fixed_versions", row)
    return resolved.get(reference)


def _owned(session: Session, definition: Parsed) -> tuple[str, UUID | None]:
    """Who owns a definition, and the newest change of who is told of its cases, in one statement."""
    found = session.execute(OWNER_AND_TOLD, {"definition_id": definition.id}).one_or_none()
    if found is None or found.owner is None:
        which = f"{definition.name} version {definition.version}"
        raise Conflict(f"{which} waits for its release by a second person, who names its owner.")
    return found.owner, found.told


def _handled(definition: Parsed, start: str | None, called_by: Case | None) -> tuple[str | None, tuple[str, ...]]:
    """The group that handles a case, if one does, and who is shut out of it; what its caller says holds as well."""
    handlers, shut_by = circle.of_model(definition.model, start)
    if called_by is None or not called_by.handlers:
        return handlers, shut_by
    return called_by.handlers, tuple(dict.fromkeys((*called_by.shut_by, *shut_by)))


def _keyed(
    session: Session,
    rows: Rows,
    definition: Parsed,
    case_id: UUID,
    given: str | None,
    calendar: str,
    context: Context,
) -> tuple[str | None, dict[str, Any]]:
    """The business key of a case: the one given, or the next number of its process by the calendar that it follows."""
    key, numbered, written = given, dict[str, Any](), definition.model.number
    if key is None and written:
        zone, now = timetable.calendar(session, calendar).zone, context.now
        key, numbered = numbering.next_number(session, rows, definition.key, written, case=case_id, zone=zone, now=now)
    if key and len(key) > LONGEST_KEY:
        raise Invalid(f"A business key has at most {LONGEST_KEY} signs.", {"business_key": ["It is too long."]})
    return key, numbered


def _title(
    session: Session,
    definition: Parsed,
    variables: dict[str, Any],
    business_key: str | None,
    subject: dict[str, Any] | None,
    calendar: str,
    context: Context,
) -> str:
    """What the model calls a case of its kind; the name of the process where its text has no value."""
    if not definition.model.title:
        return definition.name
    zone = ZoneInfo(timetable.calendar(session, calendar).zone)
    try:
        seen = {**variables, "case": {"key": definition.key, "business_key": business_key}, "subject": subject}
        return str(compile_text(definition.model.title).evaluate(Scope(seen, now=context.now, zone=zone)))
    except ExpressionError:
        return definition.name


def _is_confidential(definition: Parsed, start: str | None) -> bool:
    node = definition.model.nodes.get(start) if start else None
    return definition.model.rules.confidential or bool(node and node.rules.confidential)


def _facts(case: Case, definition: Parsed) -> dict[str, Any]:
    return {
        "id": str(case.id),
        "key": definition.key,
        "title": case.title,
        "started_at": case.started_at.astimezone(UTC).isoformat(),
        "initiator": case.started_by,
        "business_key": case.business_key,
    }


def _said(
    case: Case, definition: Parsed, start: str | None, numbered: dict[str, Any], fixed: list[dict[str, Any]]
) -> dict[str, Any]:
    """What the trail says of the beginning of a case."""
    shut_by = " ".join(case.shut_by) or None
    return {
        "process": definition.key,
        "version": definition.version,
        "title": case.title,
        "business_key": case.business_key,
        "start": start,
        "owner": case.owner,
        "caller": case.caller_id,
        "confidential": case.confidential,
        **({"handlers": case.handlers, "shut_by": shut_by} if case.handlers else {}),
        "calendar": case.calendar,
        **({"subject": str(case.subject), "subject_number": case.subject_number} if case.subject else {}),
        **({"number": [numbered["year"], numbered["number"]]} if numbered else {}),
        "uses": [[row["kind"], row["reference"], row["version_id"]] for row in fixed],
    }


def _row(case: Case) -> dict[str, Any]:
    names = ("id", "definition_id", "title", "business_key", "started_at", "started_by", "owner")
    more = ("caller_id", "caller_token", "caller_element", "confidential", "handlers", "calendar")
    about = {
        "subject_register": case.subject.register if case.subject else None,
        "subject_row": case.subject.row if case.subject else None,
    }
    shut_by = " ".join(case.shut_by) or None
    return {name: getattr(case, name) for name in (*names, *more)} | about | {"shut_by": shut_by}
