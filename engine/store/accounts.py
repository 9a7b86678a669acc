"""What opens somebody's account beside his password: second factors, recovery codes, and links for a new one."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Big, Id, Table, index_where


class SecondFactor(Table):
    """
    The secret of a person's authenticator, locked by a key that is not in the database.

    It counts once it is confirmed. `last_step` is the moment, in steps of 30 seconds, of the last code that was used.
    """

    __tablename__ = "second_factors"
    __table_args__ = (CheckConstraint("last_step IS NULL OR confirmed_at IS NOT NULL", name="used_when_confirmed"),)

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    locked: Mapped[bytes]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[Big | None]


class RecoveryCode(Table):
    """Stands in for a code of the authenticator, once. Only the SHA-256 is kept."""

    __tablename__ = "recovery_codes"

    id: Mapped[Id]
    person_id: Mapped[str] = mapped_column(ForeignKey("second_factors.person_id"), index=True)
    digest: Mapped[bytes] = mapped_column(unique=True)
    used_at: Mapped[datetime | None]


class Reset(Table):
    """
    Somebody asked for a new password by mail, and the link that was sent to whoever it was.

    `said` is what was typed, forgotten as soon as it was looked at. The link itself is kept nowhere. `expires_at` and
    `used_at` are the machine's.
    """

    __tablename__ = "resets"
    __table_args__ = (
        CheckConstraint("(said IS NULL) <> (person_id IS NULL)", name="asked_or_sent"),
        CheckConstraint("(person_id IS NULL) = (expires_at IS NULL)", name="sent_expires"),
        CheckConstraint("used_at IS NULL OR person_id IS NOT NULL", name="used_was_sent"),
        index_where("resets_asked", "said IS NOT NULL", "asked_at"),
    )

    id: Mapped[Id]
    said: Mapped[str | None]
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
