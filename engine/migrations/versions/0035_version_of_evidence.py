"""Evidence says for which version of a thing it is, such as a report about one version of a model."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0035", "0034"


def upgrade() -> None:
    """Safe while the previous version runs: the column is new and nullable."""
    with op.batch_alter_table("evidence", reflect_kwargs={"resolve_fks": False}) as evidence:
        evidence.add_column(sa.Column("version", sa.Text(), nullable=True))
        evidence.create_check_constraint(op.f("evidence_version_is_not_blank_check"), "version <> ''")


def downgrade() -> None:
    """What evidence said of its version is lost in the table; the trail still says it."""
    with op.batch_alter_table("evidence", reflect_kwargs={"resolve_fks": False}) as evidence:
        evidence.drop_constraint(op.f("evidence_version_is_not_blank_check"), type_="check")
        evidence.drop_column("version")
