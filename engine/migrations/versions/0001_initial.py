"""
All tables of the first version.

ISO 9001:2015, 7.5.3: the trail and the records are part of the documented
information from the first day. There is no version before it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0001", None

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("acting_for", sa.Text(), nullable=True),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(body IS NULL) = (erased_at IS NOT NULL)", name=op.f("audit_entries_erased_check")),
        sa.CheckConstraint("(body IS NULL) = (salt IS NULL)", name=op.f("audit_entries_salt_check")),
        sa.CheckConstraint("number > 0", name=op.f("audit_entries_number_check")),
        sa.PrimaryKeyConstraint("chain", "number", name=op.f("audit_entries_pkey")),
    )
    op.create_table(
        "calendars",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("calendars_pkey")),
    )
    op.create_table(
        "chains",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("chains_pkey")),
    )
    op.create_table(
        "groups",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("everybody", sa.Boolean(), nullable=False),
        sa.Column("grants", sa.Text(), nullable=True),
        sa.CheckConstraint("grants IS NULL OR grants IN ('platform', 'read')", name=op.f("groups_grants_check")),
        sa.CheckConstraint("grants IS NULL OR NOT everybody", name=op.f("groups_rights_are_given_by_name_check")),
        sa.PrimaryKeyConstraint("key", name=op.f("groups_pkey")),
    )
    op.create_table(
        "heartbeats",
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("lanes", DOCUMENT, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("heartbeats_pkey")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("platform_admin", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('person', 'operator')", name=op.f("people_kind_check")),
        sa.CheckConstraint("ended_at IS NULL OR NOT active", name=op.f("people_ended_is_inactive_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("people_pkey")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("people_fs_uniquifier_key")),
    )
    op.create_table(
        "seals",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heads", DOCUMENT, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("seals_pkey")),
    )
    op.create_index("seals_at", "seals", ["at"], unique=False)
    op.create_table(
        "settings",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("settings_pkey")),
    )
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("sign_ins_pkey")),
    )
    op.create_index(op.f("sign_ins_person_id"), "sign_ins", ["person_id"], unique=False)
    op.create_table(
        "simulated_moment",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("now", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("simulated_moment_one_row_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("simulated_moment_pkey")),
    )
    op.create_table(
        "deployments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("deployed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deployed_by", sa.Text(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.Column("at_once", sa.Boolean(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("warnings", DOCUMENT, nullable=False),
        sa.CheckConstraint(
            "(status = 'released') = (released_at IS NOT NULL)", name=op.f("deployments_released_at_check")
        ),
        sa.CheckConstraint(
            "(status = 'released') = (released_by IS NOT NULL)", name=op.f("deployments_released_by_check")
        ),
        sa.CheckConstraint("status IN ('waiting', 'released')", name=op.f("deployments_status_check")),
        sa.CheckConstraint("released_by <> deployed_by OR at_once", name=op.f("deployments_released_by_another_check")),
        sa.ForeignKeyConstraint(["deployed_by"], ["people.id"], name=op.f("deployments_deployed_by_fkey")),
        sa.ForeignKeyConstraint(["owner"], ["people.id"], name=op.f("deployments_owner_fkey")),
        sa.ForeignKeyConstraint(["released_by"], ["people.id"], name=op.f("deployments_released_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("deployments_pkey")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", DOCUMENT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("idempotency_keys_person_id_fkey")),
        sa.PrimaryKeyConstraint("person_id", "key", name=op.f("idempotency_keys_pkey")),
    )
    op.create_index(op.f("idempotency_keys_at"), "idempotency_keys", ["at"], unique=False)
    op.create_table(
        "memberships",
        sa.Column("group_key", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("standing IN ('member', 'lead', 'deputy')", name=op.f("memberships_standing_check")),
        sa.ForeignKeyConstraint(["group_key"], ["groups.key"], name=op.f("memberships_group_key_fkey")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("memberships_person_id_fkey")),
        sa.PrimaryKeyConstraint("group_key", "person_id", name=op.f("memberships_pkey")),
    )
    op.create_index(
        "memberships_one_deputy",
        "memberships",
        ["group_key"],
        unique=True,
        postgresql_where=sa.text("standing = 'deputy'"),
        sqlite_where=sa.text("standing = 'deputy'"),
    )
    op.create_index(
        "memberships_one_lead",
        "memberships",
        ["group_key"],
        unique=True,
        postgresql_where=sa.text("standing = 'lead'"),
        sqlite_where=sa.text("standing = 'lead'"),
    )
    op.create_index(op.f("memberships_person_id"), "memberships", ["person_id"], unique=False)
    op.create_table(
        "tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", DOCUMENT, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("expires_at > created_at", name=op.f("tokens_expires_later_check")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("tokens_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("tokens_pkey")),
        sa.UniqueConstraint("digest", name=op.f("tokens_digest_key")),
    )
    op.create_index(op.f("tokens_person_id"), "tokens", ["person_id"], unique=False)
    op.create_table(
        "resources",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("resources_deployment_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("resources_pkey")),
        sa.UniqueConstraint("deployment_id", "name", name=op.f("resources_deployment_id_name_key")),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version_tag", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("decisions_deployment_id_fkey")),
        sa.ForeignKeyConstraint(["resource_id"], ["resources.id"], name=op.f("decisions_resource_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("decisions_pkey")),
        sa.UniqueConstraint("key", "version", name=op.f("decisions_key_version_key")),
    )
    op.create_index(op.f("decisions_deployment_id"), "decisions", ["deployment_id"], unique=False)
    op.create_table(
        "definitions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version_tag", sa.Text(), nullable=True),
        sa.Column("translated", sa.LargeBinary(), nullable=False),
        sa.Column("translator", sa.Integer(), nullable=False),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("definitions_deployment_id_fkey")),
        sa.ForeignKeyConstraint(["resource_id"], ["resources.id"], name=op.f("definitions_resource_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("definitions_pkey")),
        sa.UniqueConstraint("key", "version", name=op.f("definitions_key_version_key")),
    )
    op.create_index(op.f("definitions_deployment_id"), "definitions", ["deployment_id"], unique=False)
    op.create_table(
        "forms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("version_tag", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("forms_deployment_id_fkey")),
        sa.ForeignKeyConstraint(["resource_id"], ["resources.id"], name=op.f("forms_resource_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("forms_pkey")),
        sa.UniqueConstraint("key", "version", name=op.f("forms_key_version_key")),
    )
    op.create_index(op.f("forms_deployment_id"), "forms", ["deployment_id"], unique=False)
    op.create_table(
        "bindings",
        sa.Column("definition_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("proposed", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "role LIKE 'lane:%' OR role LIKE 'group:%' OR role LIKE 'task:%'", name=op.f("bindings_role_check")
        ),
        sa.CheckConstraint("who LIKE 'person:%' OR who LIKE 'group:%'", name=op.f("bindings_who_check")),
        sa.ForeignKeyConstraint(["definition_id"], ["definitions.id"], name=op.f("bindings_definition_id_fkey")),
        sa.PrimaryKeyConstraint("definition_id", "role", name=op.f("bindings_pkey")),
    )
    op.create_table(
        "instances",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("definition_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("business_key", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("caller_id", sa.Uuid(), nullable=True),
        sa.Column("caller_token", sa.Integer(), nullable=True),
        sa.Column("caller_element", sa.Text(), nullable=True),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("chain_length", sa.Integer(), nullable=False),
        sa.Column("chain_head", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "(status IN ('running', 'suspended')) = (ended_at IS NULL)", name=op.f("instances_ended_at_check")
        ),
        sa.CheckConstraint(
            "status IN ('running', 'suspended', 'completed', 'cancelled', 'failed')",
            name=op.f("instances_status_check"),
        ),
        sa.CheckConstraint(
            "(caller_id IS NULL) = (caller_element IS NULL)", name=op.f("instances_caller_element_check")
        ),
        sa.CheckConstraint("(caller_id IS NULL) = (caller_token IS NULL)", name=op.f("instances_caller_check")),
        sa.CheckConstraint("chain_length > 0 OR version = 0", name=op.f("instances_chain_grows_check")),
        sa.ForeignKeyConstraint(["calendar"], ["calendars.digest"], name=op.f("instances_calendar_fkey")),
        sa.ForeignKeyConstraint(["caller_id"], ["instances.id"], name=op.f("instances_caller_id_fkey")),
        sa.ForeignKeyConstraint(["definition_id"], ["definitions.id"], name=op.f("instances_definition_id_fkey")),
        sa.ForeignKeyConstraint(["owner"], ["people.id"], name=op.f("instances_owner_fkey")),
        sa.ForeignKeyConstraint(["started_by"], ["people.id"], name=op.f("instances_started_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("instances_pkey")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(op.f("instances_business_key"), "instances", ["business_key"], unique=False)
    op.create_index(op.f("instances_caller_id"), "instances", ["caller_id"], unique=False)
    op.create_index(op.f("instances_definition_id"), "instances", ["definition_id"], unique=False)
    op.create_table(
        "start_timers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("definition_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fired", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["definition_id"], ["definitions.id"], name=op.f("start_timers_definition_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("start_timers_pkey")),
        sa.UniqueConstraint("process", "element", name=op.f("start_timers_process_element_key")),
    )
    op.create_index(
        "start_timers_due",
        "start_timers",
        ["next_at", "id"],
        unique=False,
        postgresql_where=sa.text("next_at IS NOT NULL"),
        sqlite_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_table(
        "decisions_made",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("inputs", DOCUMENT, nullable=False),
        sa.Column("matched", DOCUMENT, nullable=False),
        sa.Column("rows", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("decisions_made_decision_id_fkey")),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("decisions_made_instance_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("decisions_made_pkey")),
    )
    op.create_index(op.f("decisions_made_instance_id"), "decisions_made", ["instance_id"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=True),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("body", DOCUMENT, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("owed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.CheckConstraint("lane IN ('urgent', 'bulk')", name=op.f("deliveries_lane_check")),
        sa.CheckConstraint("status IN ('owed', 'sent', 'dead')", name=op.f("deliveries_status_check")),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("deliveries_instance_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("deliveries_pkey")),
        sa.UniqueConstraint("event", "recipient", "channel", name=op.f("deliveries_event_recipient_channel_key")),
    )
    op.create_index(op.f("deliveries_instance_id"), "deliveries", ["instance_id"], unique=False)
    op.create_index(
        "deliveries_owed",
        "deliveries",
        ["lane", "next_attempt_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'owed'"),
        sqlite_where=sa.text("status = 'owed'"),
    )
    op.create_table(
        "events",
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["calendar"], ["calendars.digest"], name=op.f("events_calendar_fkey")),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("events_instance_id_fkey")),
        sa.PrimaryKeyConstraint("instance_id", "number", name=op.f("events_pkey")),
    )
    op.create_table(
        "fixed_versions",
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("fixed_versions_instance_id_fkey")),
        sa.PrimaryKeyConstraint("instance_id", "kind", "reference", name=op.f("fixed_versions_pkey")),
    )
    op.create_table(
        "links",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('caused_by', 'raises', 'joins', 'blocks', 'evidence_for')", name=op.f("links_kind_check")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["instances.id"], name=op.f("links_source_id_fkey")),
        sa.ForeignKeyConstraint(["target_id"], ["instances.id"], name=op.f("links_target_id_fkey")),
        sa.PrimaryKeyConstraint("source_id", "target_id", "kind", name=op.f("links_pkey")),
    )
    op.create_index(op.f("links_target_id"), "links", ["target_id"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("target_id", sa.Uuid(), nullable=True),
        sa.Column("target_token", sa.Integer(), nullable=True),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("payload", DOCUMENT, nullable=False),
        sa.Column("sent_by", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('message', 'signal', 'called_finished', 'called_failed', 'called_escalated', 'cancel')",
            name=op.f("messages_kind_check"),
        ),
        sa.CheckConstraint(
            "status IN ('owed', 'waiting', 'applied', 'expired', 'refused')", name=op.f("messages_status_check")
        ),
        sa.ForeignKeyConstraint(["sent_by"], ["people.id"], name=op.f("messages_sent_by_fkey")),
        sa.ForeignKeyConstraint(["source_id"], ["instances.id"], name=op.f("messages_source_id_fkey")),
        sa.ForeignKeyConstraint(["target_id"], ["instances.id"], name=op.f("messages_target_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("messages_pkey")),
    )
    op.create_index(
        "messages_owed",
        "messages",
        ["next_try_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'owed'"),
        sqlite_where=sa.text("status = 'owed'"),
    )
    op.create_index(op.f("messages_target_id"), "messages", ["target_id"], unique=False)
    op.create_index(
        "messages_waiting",
        "messages",
        ["name", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'waiting'"),
        sqlite_where=sa.text("status = 'waiting'"),
    )
    op.create_table(
        "passages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("flow", sa.Boolean(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint("left_at >= entered_at", name=op.f("passages_left_later_check")),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("passages_instance_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("passages_pkey")),
    )
    op.create_index(op.f("passages_instance_id"), "passages", ["instance_id"], unique=False)
    op.create_table(
        "service_jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("inputs", DOCUMENT, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lock", sa.Text(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("status IN ('owed', 'done', 'withdrawn', 'stuck')", name=op.f("service_jobs_status_check")),
        sa.CheckConstraint("(lock IS NULL) = (leased_until IS NULL)", name=op.f("service_jobs_lock_check")),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("service_jobs_instance_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("service_jobs_pkey")),
        sa.UniqueConstraint("instance_id", "token", name=op.f("service_jobs_instance_id_token_key")),
    )
    op.create_index(
        "service_jobs_owed",
        "service_jobs",
        ["topic", "next_attempt_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'owed'"),
        sqlite_where=sa.text("status = 'owed'"),
    )
    op.create_table(
        "start_keys",
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("start_keys_instance_id_fkey")),
        sa.PrimaryKeyConstraint("process", "key", name=op.f("start_keys_pkey")),
    )
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('message', 'signal')", name=op.f("subscriptions_kind_check")),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("subscriptions_instance_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("subscriptions_pkey")),
        sa.UniqueConstraint("instance_id", "token", name=op.f("subscriptions_instance_id_token_key")),
    )
    op.create_index(op.f("subscriptions_name"), "subscriptions", ["name"], unique=False)
    op.create_table(
        "tasks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("accountable", sa.Text(), nullable=False),
        sa.Column("accountable_because", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("acting_for", sa.Text(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("follow_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("locals", DOCUMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_by", sa.Text(), nullable=True),
        sa.Column("closed_because", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(status = 'completed') = (completed_by IS NOT NULL)", name=op.f("tasks_completed_by_check")
        ),
        sa.CheckConstraint(
            "(status IN ('completed', 'withdrawn')) = (closed_at IS NOT NULL)", name=op.f("tasks_closed_at_check")
        ),
        sa.CheckConstraint("status <> 'claimed' OR holder IS NOT NULL", name=op.f("tasks_claimed_by_somebody_check")),
        sa.CheckConstraint("status <> 'open' OR holder IS NULL", name=op.f("tasks_open_to_all_check")),
        sa.CheckConstraint("status IN ('open', 'claimed', 'completed', 'withdrawn')", name=op.f("tasks_status_check")),
        sa.ForeignKeyConstraint(["accountable"], ["people.id"], name=op.f("tasks_accountable_fkey")),
        sa.ForeignKeyConstraint(["acting_for"], ["people.id"], name=op.f("tasks_acting_for_fkey")),
        sa.ForeignKeyConstraint(["completed_by"], ["people.id"], name=op.f("tasks_completed_by_fkey")),
        sa.ForeignKeyConstraint(["holder"], ["people.id"], name=op.f("tasks_holder_fkey")),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("tasks_instance_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("tasks_pkey")),
        sa.UniqueConstraint("instance_id", "token", name=op.f("tasks_instance_id_token_key")),
    )
    op.create_index(
        "tasks_accountable",
        "tasks",
        ["accountable", "opened_at", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('open', 'claimed')"),
        sqlite_where=sa.text("status IN ('open', 'claimed')"),
    )
    op.create_index(
        "tasks_done_by",
        "tasks",
        ["instance_id", "completed_by", "element"],
        unique=False,
        postgresql_where=sa.text("status = 'completed'"),
        sqlite_where=sa.text("status = 'completed'"),
    )
    op.create_index(
        "tasks_done_for",
        "tasks",
        ["instance_id", "acting_for", "element"],
        unique=False,
        postgresql_where=sa.text("status = 'completed' AND acting_for IS NOT NULL"),
        sqlite_where=sa.text("status = 'completed' AND acting_for IS NOT NULL"),
    )
    op.create_index(
        "tasks_held",
        "tasks",
        ["holder", "opened_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'claimed'"),
        sqlite_where=sa.text("status = 'claimed'"),
    )
    op.create_index(
        "tasks_live",
        "tasks",
        ["instance_id"],
        unique=False,
        postgresql_where=sa.text("status IN ('open', 'claimed')"),
        sqlite_where=sa.text("status IN ('open', 'claimed')"),
    )
    op.create_table(
        "timers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.CheckConstraint("status IN ('pending', 'fired', 'cleared', 'stuck')", name=op.f("timers_status_check")),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("timers_instance_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("timers_pkey")),
    )
    op.create_index(
        "timers_due",
        "timers",
        ["next_try_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'pending'"),
        sqlite_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        "timers_live",
        "timers",
        ["instance_id", "token"],
        unique=True,
        postgresql_where=sa.text("status IN ('pending', 'stuck')"),
        sqlite_where=sa.text("status IN ('pending', 'stuck')"),
    )
    op.create_table(
        "variables",
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("variables_instance_id_fkey")),
        sa.PrimaryKeyConstraint("instance_id", "name", name=op.f("variables_pkey")),
    )
    op.create_table(
        "answers",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answers", DOCUMENT, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("number = 1 OR reason IS NOT NULL", name=op.f("answers_amended_with_reason_check")),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("answers_by_fkey")),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("answers_form_id_fkey")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("answers_task_id_fkey")),
        sa.PrimaryKeyConstraint("task_id", "number", name=op.f("answers_pkey")),
    )
    op.create_index(
        "answers_amended",
        "answers",
        ["by", "task_id"],
        unique=False,
        postgresql_where=sa.text("number > 1"),
        sqlite_where=sa.text("number > 1"),
    )
    op.create_table(
        "candidates",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("who LIKE 'person:%' OR who LIKE 'group:%'", name=op.f("candidates_who_check")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("candidates_task_id_fkey")),
        sa.PrimaryKeyConstraint("task_id", "who", name=op.f("candidates_pkey")),
    )
    op.create_index(
        "candidates_open",
        "candidates",
        ["who", "opened_at", "task_id"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
        sqlite_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "comments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("comments_by_fkey")),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("comments_instance_id_fkey")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("comments_task_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("comments_pkey")),
    )
    op.create_index(op.f("comments_instance_id"), "comments", ["instance_id"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("answers", DOCUMENT, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("drafts_person_id_fkey")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("drafts_task_id_fkey")),
        sa.PrimaryKeyConstraint("task_id", "person_id", name=op.f("drafts_pkey")),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(kind = 'file') = (sha256 IS NOT NULL)", name=op.f("evidence_file_has_digest_check")),
        sa.CheckConstraint("(kind = 'link') = (url IS NOT NULL)", name=op.f("evidence_link_has_url_check")),
        sa.CheckConstraint("kind IN ('file', 'link')", name=op.f("evidence_kind_check")),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("evidence_by_fkey")),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("evidence_instance_id_fkey")),
        sa.ForeignKeyConstraint(["replaces_id"], ["evidence.id"], name=op.f("evidence_replaces_id_fkey")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("evidence_task_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("evidence_pkey")),
        sa.UniqueConstraint("replaces_id", name=op.f("evidence_replaces_id_key")),
    )
    op.create_index(op.f("evidence_instance_id"), "evidence", ["instance_id"], unique=False)
    op.create_index(op.f("evidence_sha256"), "evidence", ["sha256"], unique=False)
    op.create_index(
        "evidence_replacing",
        "evidence",
        ["by", "task_id"],
        unique=False,
        postgresql_where=sa.text("replaces_id IS NOT NULL"),
        sqlite_where=sa.text("replaces_id IS NOT NULL"),
    )
    op.create_index(op.f("evidence_task_id"), "evidence", ["task_id"], unique=False)
    op.create_table(
        "signatures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("meaning", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("covered", DOCUMENT, nullable=False),
        sa.Column("definition_id", sa.Uuid(), nullable=False),
        sa.Column("outdated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "meaning IN ('approved', 'verified', 'reviewed', 'authored')", name=op.f("signatures_meaning_check")
        ),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("signatures_by_fkey")),
        sa.ForeignKeyConstraint(["definition_id"], ["definitions.id"], name=op.f("signatures_definition_id_fkey")),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("signatures_instance_id_fkey")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("signatures_task_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("signatures_pkey")),
        sa.UniqueConstraint("task_id", "by", name=op.f("signatures_task_id_by_key")),
    )
    op.create_index(op.f("signatures_instance_id"), "signatures", ["instance_id"], unique=False)
    op.create_table(
        "stuck_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("event", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Text(), nullable=True),
        sa.CheckConstraint("(resolved_at IS NULL) = (resolved_by IS NULL)", name=op.f("stuck_steps_resolved_check")),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("stuck_steps_by_fkey")),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("stuck_steps_instance_id_fkey")),
        sa.ForeignKeyConstraint(["resolved_by"], ["people.id"], name=op.f("stuck_steps_resolved_by_fkey")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("stuck_steps_task_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("stuck_steps_pkey")),
    )
    op.create_index(
        "stuck_steps_open",
        "stuck_steps",
        ["instance_id"],
        unique=False,
        postgresql_where=sa.text("resolved_at IS NULL"),
        sqlite_where=sa.text("resolved_at IS NULL"),
    )
    op.create_index("people_email_key", "people", [sa.text("lower(email)")], unique=True)


def downgrade() -> None:
    for table in (
        "stuck_steps",
        "signatures",
        "evidence",
        "drafts",
        "comments",
        "candidates",
        "answers",
        "variables",
        "timers",
        "tasks",
        "subscriptions",
        "start_keys",
        "service_jobs",
        "passages",
        "messages",
        "links",
        "fixed_versions",
        "events",
        "deliveries",
        "decisions_made",
        "start_timers",
        "instances",
        "bindings",
        "forms",
        "definitions",
        "decisions",
        "resources",
        "tokens",
        "memberships",
        "idempotency_keys",
        "deployments",
        "simulated_moment",
        "sign_ins",
        "settings",
        "seals",
        "people",
        "heartbeats",
        "groups",
        "chains",
        "calendars",
        "audit_entries",
    ):
        op.drop_table(table)
