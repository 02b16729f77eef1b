"""The first tables.

Written out, not taken from the program: a migration must do the same in every later version.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
DIGEST = sa.LargeBinary(32)

TABLES = (
    "application",
    "audit",
    "digest",
    "fuse",
    "job",
    "lease",
    "point",
    "tombstone",
    "trouble",
    "application_event",
    "application_flag",
    "ledger",
    "thread",
    "answer",
    "held",
    "outbox",
)  # in the order in which they refer to each other


def upgrade() -> None:
    """Create every table, and the triggers that make the audit log append-only."""
    _application()
    _audit()
    _digest()
    _fuse()
    _job()
    _lease()
    _point()
    _tombstone()
    _trouble()
    _application_event()
    _application_flag()
    _ledger()
    _thread()
    _answer()
    _held()
    _outbox()
    for statement in _AUDIT_TRIGGERS[op.get_context().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Drop every table, with all that is in them."""
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_is_append_only()")


_AUDIT_TRIGGERS = {
    "sqlite": tuple(
        f"CREATE TRIGGER audit_refuses_{action} BEFORE {action} ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
        for action in ("update", "delete")
    ),
    "postgresql": (
        "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$",
        "CREATE TRIGGER audit_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()",
    ),
}


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _application() -> None:
    op.create_table(
        "application",
        sa.Column("id", ID, nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("sender_key", DIGEST, nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("duplicate_of", ID),
        sa.Column("delivery_problem", sa.Text()),
        sa.Column("restricted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["duplicate_of"], ["application.id"], name="fk_application_duplicate_of", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_application"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_application_duplicate_of", "application", ["duplicate_of"])
    op.create_index("ix_application_received_at", "application", ["received_at"])
    op.create_index("ix_application_sender_key", "application", ["sender_key"])
    op.create_index("ix_application_state_updated_at", "application", ["state", "updated_at"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("thing", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_thing", "audit", ["thing"])


def _digest() -> None:
    op.create_table(
        "digest",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("queued_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", "until", name="pk_digest"),
    )


def _fuse() -> None:
    op.create_table(
        "fuse",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tripped_at", TIME, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reset_at", TIME),
        sa.Column("reset_by", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_fuse"),
        sqlite_autoincrement=True,
    )
    op.create_index("ux_fuse_tripped", "fuse", ["name"], unique=True, **_where("reset_at IS NULL"))


def _job() -> None:
    op.create_table(
        "job",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("finished_at", TIME),
        sa.Column("code", sa.Text()),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_job"),
    )


def _lease() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("taken_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )


def _point() -> None:
    op.create_table(
        "point",
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("uidvalidity", ID, nullable=False),
        sa.Column("next_uid", ID, nullable=False),
        sa.Column("first_uid", ID, nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("complete_at", TIME),
        sa.Column("counted_at", TIME),
        sa.Column("server_uidnext", ID),
        sa.Column("server_exists", ID),
        sa.Column("missing", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("mailbox", "folder", name="pk_point"),
    )


def _tombstone() -> None:
    op.create_table(
        "tombstone",
        sa.Column("key", DIGEST, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_tombstone"),
    )


def _trouble() -> None:
    op.create_table(
        "trouble",
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("uidvalidity", ID, autoincrement=False, nullable=False),
        sa.Column("uid", ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("first_at", TIME, nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("mailbox", "folder", "uidvalidity", "uid", name="pk_trouble"),
    )


def _application_event() -> None:
    op.create_table(
        "application_event",
        sa.Column("id", ID, nullable=False),
        sa.Column("application_id", ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name="fk_application_event_application_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_application_event"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_application_event_application_id", "application_event", ["application_id"])
    op.create_index("ix_application_event_at", "application_event", ["at"])


def _application_flag() -> None:
    op.create_table(
        "application_flag",
        sa.Column("application_id", ID, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name="fk_application_flag_application_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("application_id", "code", "detail", name="pk_application_flag"),
    )


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("id", ID, nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("uidvalidity", ID, nullable=False),
        sa.Column("uid", ID, nullable=False),
        sa.Column("message_key", DIGEST),
        sa.Column("fingerprint", DIGEST),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("scheme", sa.Text()),
        sa.Column("application_id", ID),
        sa.Column("mark", sa.Text()),
        sa.Column("marked_at", TIME),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name="fk_ledger_application_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ledger"),
        sa.UniqueConstraint("mailbox", "folder", "uidvalidity", "uid", name="uq_ledger_mailbox_folder_uidvalidity_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ledger_application_id", "ledger", ["application_id"])
    op.create_index("ix_ledger_fingerprint", "ledger", ["fingerprint"])
    op.create_index("ix_ledger_message_key", "ledger", ["message_key"])
    op.create_index("ix_ledger_seen_at", "ledger", ["seen_at"])
    op.create_index("ix_ledger_unmarked", "ledger", ["id"], **_where("mark IS NOT NULL AND marked_at IS NULL"))


def _thread() -> None:
    op.create_table(
        "thread",
        sa.Column("message_key", DIGEST, nullable=False),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("application_id", ID),
        sa.Column("answered_at", TIME),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name="fk_thread_application_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_key", name="pk_thread"),
    )
    op.create_index("ix_thread_application_id", "thread", ["application_id"])


def _answer() -> None:
    op.create_table(
        "answer",
        sa.Column("id", ID, nullable=False),
        sa.Column("application_id", ID, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("ledger_id", ID),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("superseded_at", TIME),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name="fk_answer_application_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["ledger_id"], ["ledger.id"], name="fk_answer_ledger_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_answer"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_answer_application_id", "answer", ["application_id"])
    op.create_index("ix_answer_ledger_id", "answer", ["ledger_id"])
    op.create_index(
        "ux_answer_current", "answer", ["application_id", "field"], unique=True, **_where("superseded_at IS NULL")
    )


def _held() -> None:
    op.create_table(
        "held",
        sa.Column("id", ID, nullable=False),
        sa.Column("ledger_id", ID, nullable=False),
        sa.Column("sender_name", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("sender_key", DIGEST, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("accepted_at", TIME),
        sa.Column("accepted_by", sa.Text()),
        sa.Column("resolved_at", TIME),
        sa.Column("resolved_by", sa.Text()),
        sa.Column("how", sa.Text()),
        sa.Column("alerts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_alert_at", TIME),
        sa.Column("next_alert_at", TIME),
        sa.ForeignKeyConstraint(["ledger_id"], ["ledger.id"], name="fk_held_ledger_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_held"),
        sa.UniqueConstraint("ledger_id", name="uq_held_ledger_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_held_next_alert_at", "held", ["next_alert_at"])
    op.create_index("ix_held_resolved_at", "held", ["resolved_at"])
    op.create_index("ix_held_sender_key", "held", ["sender_key"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("template_version", sa.Text(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("recipient_key", DIGEST),
        sa.Column("scheme", sa.Text()),
        sa.Column("application_id", ID),
        sa.Column("ledger_id", ID),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("sha256", DIGEST, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("queued_at", TIME, nullable=False),
        sa.Column("next_try_at", TIME, nullable=False),
        sa.Column("claimed_by", sa.Text()),
        sa.Column("claimed_at", TIME),
        sa.Column("handed_at", TIME),
        sa.Column("sent_at", TIME),
        sa.Column("code", sa.Integer()),
        sa.Column("status", sa.Text()),
        sa.Column("purged", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name="fk_outbox_application_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["ledger_id"], ["ledger.id"], name="fk_outbox_ledger_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("message_id", name="uq_outbox_message_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_application_id", "outbox", ["application_id"])
    op.create_index("ix_outbox_kind_queued_at", "outbox", ["kind", "queued_at"])
    op.create_index("ix_outbox_ledger_id", "outbox", ["ledger_id"])
    op.create_index("ix_outbox_recipient_key_queued_at", "outbox", ["recipient_key", "queued_at"])
    op.create_index("ix_outbox_kind_handed_at", "outbox", ["kind", "handed_at"])
    op.create_index("ix_outbox_state_next_try_at", "outbox", ["state", "next_try_at"])
    op.create_index(
        "ux_outbox_one_reply", "outbox", ["ledger_id"], unique=True, **_where("kind = 'reply' AND state != 'cancelled'")
    )
