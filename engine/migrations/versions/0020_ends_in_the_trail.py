"""The trail speaks of the ends of deliveries from here on; of those that ended before, it says nothing."""

import json
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0020", "0019"

OLDER = "deliveries_before_the_trail"
NEWEST = sa.text("SELECT id FROM deliveries WHERE status <> 'owed' ORDER BY id DESC LIMIT 1")


def upgrade() -> None:
    newest = op.get_bind().execute(NEWEST).scalar()
    if newest is not None:
        value = json.dumps({"newest": str(UUID(str(newest)))})
        keep = sa.text("INSERT INTO settings (key, value) VALUES (:key, CAST(:value AS JSONB))")
        if op.get_bind().dialect.name == "sqlite":
            keep = sa.text("INSERT INTO settings (key, value) VALUES (:key, :value)")
        op.get_bind().execute(keep, {"key": OLDER, "value": value})


def downgrade() -> None:
    op.get_bind().execute(sa.text("DELETE FROM settings WHERE key = :key"), {"key": OLDER})
