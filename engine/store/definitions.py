"""What was deployed: files byte for byte, the versions they became, and who stands for the roles of a model."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Document, Id, Table, one_of

DEPLOYMENT_STATUS = ("waiting", "released")


class Deployment(Table):
    """An act: one or more files handed in together, released together by a second person."""

    __tablename__ = "deployments"
    __table_args__ = (
        CheckConstraint(one_of("status", *DEPLOYMENT_STATUS), name="status"),
        CheckConstraint("(status = 'released') = (released_at IS NOT NULL)", name="released_at"),
        CheckConstraint("(status = 'released') = (released_by IS NOT NULL)", name="released_by"),
        CheckConstraint("released_by <> deployed_by OR at_once", name="released_by_another"),
    )

    id: Mapped[Id]
    name: Mapped[str]
    source: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="waiting")
    deployed_at: Mapped[datetime]
    deployed_by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    at_once: Mapped[bool] = mapped_column(default=False)
    owner: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    warnings: Mapped[list[Any]] = mapped_column(Document)


class Resource(Table):
    """One file of a deployment, byte for byte."""

    __tablename__ = "resources"
    __table_args__ = (UniqueConstraint("deployment_id", "name"),)

    id: Mapped[Id]
    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployments.id"))
    name: Mapped[str]
    sha256: Mapped[bytes]
    data: Mapped[bytes]


class DefinitionRow(Table):
    """
    One version of one process.

    `translated` is what the core executes, with the version of the translator
    that wrote it: a running case is never translated again.
    """

    __tablename__ = "definitions"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[Id]
    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployments.id"), index=True)
    resource_id: Mapped[UUID] = mapped_column(ForeignKey("resources.id"))
    key: Mapped[str]
    version: Mapped[int]
    name: Mapped[str]
    version_tag: Mapped[str | None]
    translated: Mapped[bytes]
    translator: Mapped[int]
    suspended_at: Mapped[datetime | None]


class DecisionRow(Table):
    """One version of one decision table."""

    __tablename__ = "decisions"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[Id]
    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployments.id"), index=True)
    resource_id: Mapped[UUID] = mapped_column(ForeignKey("resources.id"))
    key: Mapped[str]
    version: Mapped[int]
    name: Mapped[str]
    version_tag: Mapped[str | None]


class FormRow(Table):
    """One version of one form."""

    __tablename__ = "forms"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[Id]
    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployments.id"), index=True)
    resource_id: Mapped[UUID] = mapped_column(ForeignKey("resources.id"))
    key: Mapped[str]
    version: Mapped[int]
    version_tag: Mapped[str | None]


class Binding(Table):
    """
    Who stands for a role of a model: a lane, a candidate group or a single task that names nobody.

    `role` reads `lane:ID`, `group:KEY` or `task:ID`; `who` reads `person:ID` or `group:KEY`.
    """

    __tablename__ = "bindings"
    __table_args__ = (
        CheckConstraint("who LIKE 'person:%' OR who LIKE 'group:%'", name="who"),
        CheckConstraint("role LIKE 'lane:%' OR role LIKE 'group:%' OR role LIKE 'task:%'", name="role"),
    )

    definition_id: Mapped[UUID] = mapped_column(ForeignKey("definitions.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    who: Mapped[str]
    proposed: Mapped[bool] = mapped_column(default=False)
    since: Mapped[datetime]


class CalendarRow(Table):
    """An expanded calendar, by digest: a newer holidays library breaks no replay."""

    __tablename__ = "calendars"

    digest: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[bytes]
    stored_at: Mapped[datetime]
