"""People, the groups they belong to, and the tokens by which their programs speak for them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Document, Id, Table, index_where, one_of


class PersonRow(Table):
    """
    A named person. Rows are never deleted: history keeps the name.

    `fs_uniquifier` changes with the password, and on request: whoever is signed
    in at a browser under the one before is signed out. `kind` `operator` stands
    for acts on the machine itself, such as `operator:setup`.
    """

    __tablename__ = "people"
    __table_args__ = (
        CheckConstraint(one_of("kind", "person", "operator"), name="kind"),
        CheckConstraint("ended_at IS NULL OR NOT active", name="ended_is_inactive"),
        Index("people_email_key", text("lower(email)"), unique=True),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str | None]
    kind: Mapped[str] = mapped_column(default="person")
    password: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    platform_admin: Mapped[bool] = mapped_column(default=False)
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    zone: Mapped[str | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class GroupRow(Table):
    """
    A role that people hold, such as `quality_manager`.

    `everybody` means that each person belongs without a membership. `grants`
    is a right that comes with it: `platform` (deploy, manage people) or `read`
    (read what a mandate covers and is not confidential, and change nothing).
    `single` means that it has one holder, who leads it, and one deputy, and
    nobody besides. Where `consent` names a group, one of that group agrees
    before somebody gets the role.
    """

    __tablename__ = "groups"
    __table_args__ = (
        CheckConstraint(f"grants IS NULL OR {one_of('grants', 'platform', 'read')}", name="grants"),
        CheckConstraint("grants IS NULL OR NOT everybody", name="rights_are_given_by_name"),
        CheckConstraint("NOT (single AND everybody)", name="one_holder_is_not_everybody"),
        CheckConstraint("consent IS NULL OR consent <> key", name="others_consent"),
        UniqueConstraint("key", "single"),
    )

    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    everybody: Mapped[bool] = mapped_column(default=False)
    grants: Mapped[str | None]
    single: Mapped[bool] = mapped_column(default=False, server_default=false())
    consent: Mapped[str | None] = mapped_column(ForeignKey("groups.key"))


class Membership(Table):
    """
    Who belongs to a group, and until which day. A group has at most one lead and one deputy.

    `single` is that of the group, with which it changes: a group with one holder has no members besides, and cannot
    become one while it has.
    """

    __tablename__ = "memberships"
    __table_args__ = (
        CheckConstraint(one_of("standing", "member", "lead", "deputy"), name="standing"),
        CheckConstraint("NOT (single AND standing = 'member')", name="one_holder"),
        ForeignKeyConstraint(["group_key", "single"], ["groups.key", "groups.single"], onupdate="CASCADE"),
        index_where("memberships_one_lead", "standing = 'lead'", "group_key", unique=True),
        index_where("memberships_one_deputy", "standing = 'deputy'", "group_key", unique=True),
    )

    group_key: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    single: Mapped[bool] = mapped_column(default=False, server_default=false())
    standing: Mapped[str] = mapped_column(default="member")
    since: Mapped[datetime]
    until: Mapped[date | None] = mapped_column(Date)


class RoleWish(Table):
    """Somebody's wish that a person gets a role, and what one of those who agree said to it. One wish at a time."""

    __tablename__ = "role_wishes"
    __table_args__ = (
        CheckConstraint(one_of("standing", "member", "lead", "deputy"), name="standing"),
        CheckConstraint("decided_by IS NULL OR decided_by NOT IN (asked_by, person_id)", name="second_person"),
        CheckConstraint("length(reason) > 0", name="with_reason"),
        CheckConstraint("(decided_by IS NULL) = (agreed IS NULL)", name="decided"),
        index_where("role_wishes_asked", "agreed IS NULL", "group_key", "person_id", unique=True),
    )

    id: Mapped[Id]
    group_key: Mapped[str] = mapped_column(ForeignKey("groups.key"))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    standing: Mapped[str]
    until: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str]
    asked_by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
    agreed: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(default="")


class Token(Table):
    """
    A program's way in, in a person's name.

    Only the SHA-256 of the secret is kept. `scopes` narrows what it may do:
    `read`, `work`, `deploy`, `admin`.
    """

    __tablename__ = "tokens"
    __table_args__ = (CheckConstraint("expires_at > created_at", name="expires_later"),)

    id: Mapped[Id]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    name: Mapped[str]
    prefix: Mapped[str]
    digest: Mapped[bytes] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column(Document)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class MandateRow(Table):
    """What an auditor reads, and until when; `processes` are keys, and none means all."""

    __tablename__ = "mandates"
    __table_args__ = (CheckConstraint("since IS NULL OR until IS NULL OR since < until", name="period"),)

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    processes: Mapped[list[str]] = mapped_column(Document)
    since: Mapped[datetime | None]
    until: Mapped[datetime | None]
    ends_at: Mapped[datetime]


class Look(Table):
    """How a person likes pages to look; without a row, and without a theme, as his system says."""

    __tablename__ = "looks"
    __table_args__ = (CheckConstraint(f"theme IS NULL OR {one_of('theme', 'light', 'dark')}", name="theme"),)

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    theme: Mapped[str | None]
    roomy: Mapped[bool] = mapped_column(default=False)


class Visit(Table):
    """
    A person at a browser, from signing in until signing out.

    `mark` is the person's `fs_uniquifier` at that time: with a new one, all
    visits under the one before are over. Moments are the machine's.
    """

    __tablename__ = "visits"
    __table_args__ = (CheckConstraint("seen_at >= began_at", name="seen_later"),)

    id: Mapped[Id]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    mark: Mapped[str]
    browser: Mapped[str]
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SavedView(Table):
    """Filters of My work that a person keeps under a name; the key and the check hold them to five."""

    __tablename__ = "saved_views"
    __table_args__ = (
        CheckConstraint("number BETWEEN 1 AND 5", name="five"),
        CheckConstraint("length(name) > 0", name="name"),
    )

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    query: Mapped[str]
    kept_at: Mapped[datetime]


class CalendarFeed(Table):
    """
    A secret address under which a calendar program reads the dates of a person, or of a group.

    Only the SHA-256 of the secret is kept. Whoever has the address reads what its person may see.
    """

    __tablename__ = "calendar_feeds"

    id: Mapped[Id]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    group_key: Mapped[str | None] = mapped_column(ForeignKey("groups.key"))
    digest: Mapped[bytes] = mapped_column(unique=True)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class IdempotencyKey(Table):
    """The answer to a request that carried an Idempotency-Key, given again to the same request."""

    __tablename__ = "idempotency_keys"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes]
    status: Mapped[int]
    headers: Mapped[list[str]] = mapped_column(Document)
    body: Mapped[bytes]
    at: Mapped[datetime] = mapped_column(index=True)


class WrongFrom(Table):
    """
    Something wrong that an address proved an identity with, whatever the account: kept for an hour, for all processes.

    `source` is no address but a keyed digest of it. The moment is the machine's.
    """

    __tablename__ = "wrong_proofs"
    __table_args__ = (Index("wrong_proofs_source", "source", "at"),)

    id: Mapped[Id]
    source: Mapped[bytes]
    at: Mapped[datetime]


class SignIn(Table):
    """
    Attempts to prove an identity, counted per account, so that guessing locks it for a while.

    `place` says where it came from: empty for strangers, else a browser that knows the person, or his own session.
    """

    __tablename__ = "sign_ins"
    __table_args__ = (CheckConstraint(one_of("kind", "password", "code"), name="kind"),)

    id: Mapped[Id]
    person_id: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime]
    succeeded: Mapped[bool]
    token_id: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(default="password", server_default="password")
    place: Mapped[str] = mapped_column(default="", server_default="")
