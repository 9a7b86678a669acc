"""Running cases: the instance, what it waits for, and what people did."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Document, Id, Table, index_where, one_of

INSTANCE_STATUS = ("running", "suspended", "completed", "cancelled", "failed")
MESSAGE_KINDS = (
    "message",
    "signal",
    "called_finished",
    "called_failed",
    "called_escalated",
    "cancel",
    "raise",
    "raised",
    "call",
    "call_alone",
    "answered",
    "shut_out",
)
TASK_STATUS = ("open", "claimed", "completed", "withdrawn")


class Instance(Table):
    """
    One run of one definition, and the owner of its audit chain.

    Whoever changes anything of a case locks this row first. No index stands
    on anything that a step changes, so PostgreSQL rewrites the row in place.
    `subject_number` is the version of the subject's row that its expressions see.
    """

    __tablename__ = "instances"
    __table_args__ = (
        CheckConstraint(one_of("status", *INSTANCE_STATUS), name="status"),
        CheckConstraint("(status IN ('running', 'suspended')) = (ended_at IS NULL)", name="ended_at"),
        CheckConstraint("(caller_id IS NULL) = (caller_token IS NULL)", name="caller"),
        CheckConstraint("(caller_id IS NULL) = (caller_element IS NULL)", name="caller_element"),
        CheckConstraint("chain_length > 0 OR version = 0", name="chain_grows"),
        CheckConstraint("(subject_register IS NULL) = (subject_row IS NULL)", name="subject"),
        CheckConstraint("(subject_register IS NULL) = (subject_number IS NULL)", name="subject_number"),
        ForeignKeyConstraint(
            ["subject_register", "subject_row"],
            ["register_rows.register", "register_rows.key"],
            name="instances_subject_fkey",
        ),
        CheckConstraint("handlers IS NULL OR confidential", name="handlers"),
        CheckConstraint("shut_by IS NULL OR handlers IS NOT NULL", name="shut_by"),
        Index("instances_subject", "subject_register", "subject_row"),
        {"postgresql_with": {"fillfactor": 70}},
    )

    id: Mapped[Id]
    definition_id: Mapped[UUID] = mapped_column(ForeignKey("definitions.id"), index=True)
    title: Mapped[str]
    business_key: Mapped[str | None] = mapped_column(index=True)
    status: Mapped[str] = mapped_column(default="running")
    started_at: Mapped[datetime]
    started_by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    ended_at: Mapped[datetime | None]
    owner: Mapped[str] = mapped_column(ForeignKey("people.id"))
    caller_id: Mapped[UUID | None] = mapped_column(ForeignKey("instances.id"), index=True)
    caller_token: Mapped[int | None]
    caller_element: Mapped[str | None]
    confidential: Mapped[bool] = mapped_column(default=False)
    handlers: Mapped[str | None]
    shut_by: Mapped[str | None]
    subject_register: Mapped[str | None]
    subject_row: Mapped[str | None]
    subject_number: Mapped[int | None]
    calendar: Mapped[str] = mapped_column(ForeignKey("calendars.digest"))
    version: Mapped[int] = mapped_column(default=0)
    state: Mapped[bytes]
    events: Mapped[int] = mapped_column(default=0)
    chain_length: Mapped[int] = mapped_column(default=0)
    chain_head: Mapped[bytes] = mapped_column(default=b"")


class StartKey(Table):
    """The right to start a case for one duplicate key: the second message with it joins or is refused."""

    __tablename__ = "start_keys"

    process: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("instances.id"))


class CaseNumber(Table):
    """Which number of its process and year a case has. The next one is one more than the highest."""

    __tablename__ = "case_numbers"
    __table_args__ = (CheckConstraint("number > 0", name="number"), UniqueConstraint("instance_id"))

    process: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("instances.id"))


class ShutOut(Table):
    """
    Somebody for whom a case does not exist, though he may belong to those who handle it: it is about him.

    Follows the variables that `instances.shut_by` names.
    """

    __tablename__ = "shut_out"

    instance_id: Mapped[UUID] = mapped_column(ForeignKey("instances.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)


class JoinedCall(Table):
    """
    A call activity that asks a running case to let it join, and waits for its end.

    `asked` until it has joined; `begun` where no case waited any more and one
    began for it. `left`: the caller waits no longer. `gone`: who once began the
    called case by a call waits no longer, and others still do.
    """

    __tablename__ = "joined_calls"
    __table_args__ = (
        CheckConstraint(one_of("status", "asked", "joined", "begun", "left", "gone"), name="status"),
        CheckConstraint("status NOT IN ('joined', 'gone') OR called_id IS NOT NULL", name="called"),
    )

    caller_id: Mapped[UUID] = mapped_column(ForeignKey("instances.id"), primary_key=True)
    caller_token: Mapped[int] = mapped_column(primary_key=True)
    element: Mapped[str]
    called_id: Mapped[UUID | None] = mapped_column(ForeignKey("instances.id"), index=True)
    status: Mapped[str] = mapped_column(default="asked")


class Event(Table):
    """
    What happened to an instance, as it was applied: number, moment, calendar and the event itself.

    A replay feeds these to the core and must arrive at the stored state, byte
    for byte. A row that could not be applied is a stuck step, not an event.
    """

    __tablename__ = "events"

    instance_id: Mapped[UUID] = mapped_column(ForeignKey("instances.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    calendar: Mapped[str] = mapped_column(ForeignKey("calendars.digest"))
    body: Mapped[bytes]


LIVE_TASK = text("tasks.status IN ('open', 'claimed')")
"""The condition that somebody still has to do a task; literal, as the indexes over such tasks say it."""


class Task(Table):
    """
    Something one person must do.

    Always names who is accountable. Offered to candidates, claimed by one
    person, and completed once. Rows are never deleted: they are evidence.
    `holder` may act for somebody else, who is then named in `acting_for`.
    `ladder` is the version that its case keeps; `next_rung` the lowest rung
    not climbed in this episode, `next_rung_at` when one falls due.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        UniqueConstraint("instance_id", "token"),
        CheckConstraint(one_of("status", *TASK_STATUS), name="status"),
        CheckConstraint("status <> 'claimed' OR holder IS NOT NULL", name="claimed_by_somebody"),
        CheckConstraint("status <> 'open' OR holder IS NULL", name="open_to_all"),
        CheckConstraint("(status IN ('completed', 'withdrawn')) = (closed_at IS NOT NULL)", name="closed_at"),
        CheckConstraint("(status = 'completed') = (completed_by IS NOT NULL)", name="completed_by"),
        CheckConstraint("(ladder IS NULL) = (next_rung IS NULL)", name="ladder"),
        CheckConstraint("next_rung_at IS NULL OR next_rung > 0", name="next_rung"),
        CheckConstraint("(acknowledged_at IS NULL) = (acknowledged_by IS NULL)", name="acknowledged"),
        index_where("tasks_rungs", "status IN ('open', 'claimed') AND next_rung_at IS NOT NULL", "next_rung_at", "id"),
        index_where("tasks_live", "status IN ('open', 'claimed')", "instance_id"),
        index_where("tasks_held", "status = 'claimed'", "holder", "opened_at", "id"),
        index_where("tasks_accountable", "status IN ('open', 'claimed')", "accountable", "opened_at", "id"),
        index_where("tasks_done_by", "status = 'completed'", "instance_id", "completed_by", "element"),
        index_where(
            "tasks_done_for", "status = 'completed' AND acting_for IS NOT NULL", "instance_id", "acting_for", "element"
        ),
        index_where("tasks_stood_in", "status = 'claimed' AND acting_for IS NOT NULL", "acting_for"),
    )

    id: Mapped[Id]
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("instances.id"))
    token: Mapped[int]
    element: Mapped[str]
    name: Mapped[str]
    lane: Mapped[str | None]
    status: Mapped[str] = mapped_column(default="open")
    accountable: Mapped[str] = mapped_column(ForeignKey("people.id"))
    accountable_because: Mapped[str]
    holder: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    acting_for: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    claimed_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    first_due_at: Mapped[datetime | None]
    follow_up_at: Mapped[datetime | None]
    priority: Mapped[int] = mapped_column(default=50)
    locals: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)
    closed_at: Mapped[datetime | None]
    completed_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    closed_because: Mapped[str | None]
    ladder: Mapped[UUID | None] = mapped_column(ForeignKey("ladders.id"))
    episode: Mapped[int] = mapped_column(default=1, server_default="1")
    next_rung: Mapped[int | None]
    next_rung_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))


class Candidate(Table):
    """
    Who may claim a task. Closed when somebody has claimed it, so the index holds only what can be claimed.

    `who` reads `person:ID` or `group:KEY`. `opened_at` is the task's,
    repeated: the inbox sorts by it without touching the task.
    """

    __tablename__ = "candidates"
    __table_args__ = (
        CheckConstraint("who LIKE 'person:%' OR who LIKE 'group:%'", name="who"),
        index_where("candidates_open", "closed_at IS NULL", "who", "opened_at", "task_id"),
    )

    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id"), primary_key=True)
    who: Mapped[str] = mapped_column(primary_key=True)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Answer(Table):
    """What a person answered, as it was, under the form as it was. An amendment is a further row."""

    __tablename__ = "answers"
    __table_args__ = (
        CheckConstraint("number = 1 OR reason IS NOT NULL", name="amended_with_reason"),
        index_where("answers_amended", "number > 1", "by", "task_id"),
    )

    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, default=1)
    answers: Mapped[dict[str, Any]]
    digest: Mapped[bytes]
    form_id: Mapped[UUID | None] = mapped_column(ForeignKey("forms.id"))
    by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    reason: Mapped[str | None]


class Draft(Table):
    """What a person has typed and not yet handed in."""

    __tablename__ = "drafts"

    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    answers: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]


class Variable(Table):
    """A projection of the case's variables for lists and reports; the truth is the instance's state."""

    __tablename__ = "variables"

    instance_id: Mapped[UUID] = mapped_column(ForeignKey("instances.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Timer(Table):
    """A moment an instance waits for. `next_try_at` moves when a fire failed; `due_at` never lies."""

    __tablename__ = "timers"
    __table_args__ = (
        CheckConstraint(one_of("status", "pending", "fired", "cleared", "stuck"), name="status"),
        index_where("timers_due", "status = 'pending'", "next_try_at", "id"),
        index_where("timers_live", "status IN ('pending', 'stuck')", "instance_id", "token", unique=True),
    )

    id: Mapped[Id]
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("instances.id"))
    token: Mapped[int]
    element: Mapped[str]
    due_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(default="pending")


class StartTimer(Table):
    """The next moment at which a released definition starts a case by itself."""

    __tablename__ = "start_timers"
    __table_args__ = (
        UniqueConstraint("process", "element"),
        index_where("start_timers_due", "next_at IS NOT NULL", "next_at", "id"),
    )

    id: Mapped[Id]
    process: Mapped[str]
    element: Mapped[str]
    definition_id: Mapped[UUID] = mapped_column(ForeignKey("definitions.id"))
    text: Mapped[str]
    began_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    fired: Mapped[int] = mapped_column(default=0)


class Subscription(Table):
    """A message or signal an instance waits for."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        UniqueConstraint("instance_id", "token"),
        CheckConstraint(one_of("kind", "message", "signal"), name="kind"),
    )

    id: Mapped[Id]
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("instances.id"))
    token: Mapped[int]
    element: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str] = mapped_column(index=True)
    key: Mapped[str | None]


class Message(Table):
    """
    A message on its way: from outside, or from one case to another.

    Committed with its cause and applied in the other case's own transaction,
    so no transaction ever locks two existing cases. One that nobody awaits
    yet waits until `expires_at`.
    """

    __tablename__ = "messages"
    __table_args__ = (
        CheckConstraint(
            one_of("kind", *MESSAGE_KINDS),
            name="kind",
        ),
        CheckConstraint(one_of("status", "owed", "waiting", "applied", "expired", "refused"), name="status"),
        index_where("messages_owed", "status = 'owed'", "next_try_at", "id"),
        index_where("messages_waiting", "status = 'waiting'", "name", "id"),
    )

    id: Mapped[Id]
    kind: Mapped[str]
    name: Mapped[str]
    key: Mapped[str | None]
    target_id: Mapped[UUID | None] = mapped_column(ForeignKey("instances.id"), index=True)
    target_token: Mapped[int | None]
    source_id: Mapped[UUID | None] = mapped_column(ForeignKey("instances.id"))
    payload: Mapped[dict[str, Any]]
    sent_by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    sent_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(default="owed")
    note: Mapped[str | None]


class ServiceJob(Table):
    """
    Work that no person does, leased by `lock`; `leased_until` is the machine's clock, not the product's.

    `asked` waits for an answer: of another case, or of somebody outside until `next_attempt_at`.
    """

    __tablename__ = "service_jobs"
    __table_args__ = (
        UniqueConstraint("instance_id", "token"),
        CheckConstraint(one_of("status", "owed", "done", "withdrawn", "stuck", "asked"), name="status"),
        CheckConstraint("(lock IS NULL) = (leased_until IS NULL)", name="lock"),
        index_where("service_jobs_owed", "status = 'owed'", "topic", "next_attempt_at", "id"),
        index_where("service_jobs_asked", "status = 'asked'", "topic", "next_attempt_at", "id"),
    )

    id: Mapped[Id]
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("instances.id"))
    token: Mapped[int]
    element: Mapped[str]
    topic: Mapped[str]
    inputs: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(default="owed")
    retries: Mapped[int] = mapped_column(default=3)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    lock: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    error: Mapped[str | None]


class StuckStep(Table):
    """
    The engine cannot go on: an element, an error, and the event that waits to be applied again.

    No answer is lost: the event is kept with all it carries.
    """

    __tablename__ = "stuck_steps"
    __table_args__ = (
        CheckConstraint("(resolved_at IS NULL) = (resolved_by IS NULL)", name="resolved"),
        index_where("stuck_steps_open", "resolved_at IS NULL", "instance_id"),
    )

    id: Mapped[Id]
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("instances.id"))
    element: Mapped[str]
    error: Mapped[str]
    event: Mapped[bytes]
    by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    task_id: Mapped[UUID | None] = mapped_column(ForeignKey("tasks.id"))
    since: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=1)
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))


class Passage(Table):
    """A flow node that was left, or a sequence flow that was taken: the path on the diagram."""

    __tablename__ = "passages"
    __table_args__ = (CheckConstraint("left_at >= entered_at", name="left_later"),)

    id: Mapped[Id]
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("instances.id"), index=True)
    element: Mapped[str]
    flow: Mapped[bool] = mapped_column(default=False)
    withdrawn: Mapped[bool] = mapped_column(default=False)
    entered_at: Mapped[datetime]
    left_at: Mapped[datetime]
    by: Mapped[str]


class DecisionMade(Table):
    """Which version of which table answered, and which rows matched."""

    __tablename__ = "decisions_made"

    id: Mapped[Id]
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("instances.id"), index=True)
    element: Mapped[str]
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decisions.id"))
    at: Mapped[datetime]
    inputs: Mapped[dict[str, Any]]
    matched: Mapped[list[Any]] = mapped_column(Document)
    rows: Mapped[list[Any]] = mapped_column(Document)


class Link(Table):
    """A typed link between two cases. One that blocks may be lifted, with a reason."""

    __tablename__ = "links"
    __table_args__ = (
        CheckConstraint(one_of("kind", "caused_by", "raises", "joins", "blocks", "evidence_for"), name="kind"),
        CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (reason IS NULL)", name="lifted"
        ),
        CheckConstraint("lifted_at IS NULL OR kind = 'blocks'", name="lifted_kind"),
    )

    source_id: Mapped[UUID] = mapped_column(ForeignKey("instances.id"), primary_key=True)
    target_id: Mapped[UUID] = mapped_column(ForeignKey("instances.id"), primary_key=True, index=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[str | None]


class Fixed(Table):
    """The version of a called process, decision, form or ladder that a case uses, fixed when the case starts."""

    __tablename__ = "fixed_versions"

    instance_id: Mapped[UUID] = mapped_column(ForeignKey("instances.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(primary_key=True)
    version_id: Mapped[UUID]
