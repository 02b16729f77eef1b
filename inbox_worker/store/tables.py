"""The tables. Only the store and the migrations see them; schema.py adds the indices that have a condition."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from inbox_worker.core.effects import ApplicationState, MessageKind
from inbox_worker.core.reading import Intent, Outcome, Tier
from inbox_worker.records import OutboxState, TroubleKind
from inbox_worker.store.columns import DIGEST, ID, Named, Sealed, SealedBytes, Utc, Words

HEAD = "0004"  # the newest migration; a test compares it with migrations/

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# sqlite_autoincrement: ids stand in references and in the audit log, so a number is never given twice,
# not even after an erasure. PostgreSQL's sequences do that by themselves.

point = Table(
    "point",
    metadata,
    Column("mailbox", Text, primary_key=True),
    Column("folder", Text, primary_key=True),
    Column("uidvalidity", ID, nullable=False),
    Column("next_uid", ID, nullable=False),
    Column("first_uid", ID, nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("complete_at", Utc),
    Column("counted_at", Utc),
    Column("server_uidnext", ID),
    Column("server_exists", ID),
    Column("missing", Integer, nullable=False, server_default="0"),
)

trouble = Table(
    "trouble",
    metadata,
    Column("mailbox", Text, primary_key=True),
    Column("folder", Text, primary_key=True),
    Column("uidvalidity", ID, primary_key=True, autoincrement=False),
    Column("uid", ID, primary_key=True, autoincrement=False),
    Column("kind", Named(TroubleKind), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("first_at", Utc, nullable=False),
    Column("last_at", Utc, nullable=False),
)

application = Table(
    "application",
    metadata,
    Column("id", ID, primary_key=True),
    Column("prefix", Text, nullable=False),
    Column("scheme", Text, nullable=False),
    Column("state", Named(ApplicationState), nullable=False),
    Column("sender", Sealed("application.sender"), nullable=False),
    Column("sender_key", DIGEST, nullable=False),
    Column("mailbox", Text, nullable=False),
    Column("received_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("duplicate_of", ID, ForeignKey("application.id", ondelete="SET NULL")),
    Column("delivery_problem", Text),
    Column("restricted", Boolean, nullable=False, server_default=false()),
    Index("ix_application_sender_key", "sender_key"),
    Index("ix_application_received_at", "received_at"),
    Index("ix_application_duplicate_of", "duplicate_of"),
    Index("ix_application_state_updated_at", "state", "updated_at"),
    Index("ix_application_state_received_at", "state", "received_at"),
    Index("ix_application_scheme_received_at", "scheme", "received_at"),
    Index("ix_application_scheme_state_received_at", "scheme", "state", "received_at"),
    sqlite_autoincrement=True,
)

ledger = Table(
    "ledger",
    metadata,
    Column("id", ID, primary_key=True),
    Column("mailbox", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("uidvalidity", ID, nullable=False),
    Column("uid", ID, nullable=False),
    Column("message_key", DIGEST),
    Column("fingerprint", DIGEST),
    Column("received_at", Utc, nullable=False),
    Column("seen_at", Utc, nullable=False),
    Column("outcome", Named(Outcome), nullable=False),
    Column("code", Text, nullable=False),
    Column("intent", Named(Intent), nullable=False),
    Column("tier", Named(Tier), nullable=False),
    Column("scheme", Text),
    Column("application_id", ID, ForeignKey("application.id", ondelete="SET NULL")),
    Column("mark", Text),
    Column("marked_at", Utc),
    UniqueConstraint("mailbox", "folder", "uidvalidity", "uid"),
    Index("ix_ledger_message_key", "message_key"),
    Index("ix_ledger_fingerprint", "fingerprint"),
    Index("ix_ledger_seen_at", "seen_at"),
    Index("ix_ledger_application_id", "application_id"),
    sqlite_autoincrement=True,
)

thread = Table(  # what is known of a Message-ID, ours or theirs
    "thread",
    metadata,
    Column("message_key", DIGEST, primary_key=True),
    Column("ours", Boolean, nullable=False),
    Column("application_id", ID, ForeignKey("application.id", ondelete="CASCADE")),
    Column("answered_at", Utc),  # when a colleague answered that mail by hand
    Column("at", Utc, nullable=False),
    Index("ix_thread_application_id", "application_id"),
)

answer = Table(
    "answer",
    metadata,
    Column("id", ID, primary_key=True),
    Column("application_id", ID, ForeignKey("application.id", ondelete="CASCADE"), nullable=False),
    Column("field", Text, nullable=False),
    Column("value", Sealed("answer.value"), nullable=False),
    Column("source", Sealed("answer.source"), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("ledger_id", ID, ForeignKey("ledger.id", ondelete="SET NULL")),
    Column("at", Utc, nullable=False),
    Column("by", Words, nullable=False),
    Column("superseded_at", Utc),
    Index("ix_answer_ledger_id", "ledger_id"),
    Index("ix_answer_application_id", "application_id"),
    sqlite_autoincrement=True,
)

application_flag = Table(
    "application_flag",
    metadata,
    Column("application_id", ID, ForeignKey("application.id", ondelete="CASCADE"), primary_key=True),
    Column("code", Text, primary_key=True),
    Column("detail", Text, primary_key=True),
    Column("at", Utc, nullable=False),
)

application_event = Table(
    "application_event",
    metadata,
    Column("id", ID, primary_key=True),
    Column("application_id", ID, ForeignKey("application.id", ondelete="CASCADE"), nullable=False),
    Column("at", Utc, nullable=False),
    Column("what", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("by", Words, nullable=False),
    Index("ix_application_event_application_id", "application_id"),
    Index("ix_application_event_at", "at"),
    sqlite_autoincrement=True,
)

held = Table(
    "held",
    metadata,
    Column("id", ID, primary_key=True),
    Column("ledger_id", ID, ForeignKey("ledger.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("sender_name", Sealed("held.sender_name"), nullable=False),
    Column("sender", Sealed("held.sender"), nullable=False),
    Column("sender_key", DIGEST, nullable=False),
    Column("subject", Sealed("held.subject"), nullable=False),
    Column("opened_at", Utc, nullable=False),
    Column("accepted_at", Utc),
    Column("accepted_by", Words),
    Column("resolved_at", Utc),
    Column("resolved_by", Words),
    Column("how", Text),
    Column("alerts", Integer, nullable=False, server_default="0"),
    Column("last_alert_at", Utc),
    Column("next_alert_at", Utc),
    Index("ix_held_sender_key", "sender_key"),
    Index("ix_held_resolved_at", "resolved_at"),
    Index("ix_held_next_alert_at", "next_alert_at"),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", ID, primary_key=True),
    Column("message_id", Text, nullable=False, unique=True),
    Column("kind", Named(MessageKind), nullable=False),
    Column("template", Text, nullable=False),
    Column("template_version", Text, nullable=False),
    Column("mailbox", Text, nullable=False),
    Column("recipient", Sealed("outbox.recipient"), nullable=False),
    Column("recipient_key", DIGEST),
    Column("scheme", Text),
    Column("application_id", ID, ForeignKey("application.id", ondelete="SET NULL")),
    Column("ledger_id", ID, ForeignKey("ledger.id", ondelete="SET NULL")),
    Column("sha256", DIGEST, nullable=False),
    Column("state", Named(OutboxState), nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("queued_at", Utc, nullable=False),
    Column("next_try_at", Utc, nullable=False),
    Column("claimed_by", Text),
    Column("claimed_at", Utc),
    Column("handed_at", Utc),
    Column("sent_at", Utc),
    Column("code", Integer),
    Column("status", Text),
    Column("purged", Boolean, nullable=False, server_default=false()),
    Index("ix_outbox_state_next_try_at", "state", "next_try_at"),
    Index("ix_outbox_recipient_key_queued_at", "recipient_key", "queued_at"),
    Index("ix_outbox_kind_queued_at", "kind", "queued_at"),
    Index("ix_outbox_kind_handed_at", "kind", "handed_at"),
    Index("ix_outbox_application_id", "application_id"),
    Index("ix_outbox_ledger_id", "ledger_id"),
    sqlite_autoincrement=True,
)

outbox_content = Table(  # until a message is purged; apart, so that no change of its state writes the bytes anew
    "outbox_content",
    metadata,
    Column("id", ID, ForeignKey("outbox.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("content", SealedBytes("outbox.content"), nullable=False),
)

fuse = Table(
    "fuse",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("tripped_at", Utc, nullable=False),
    Column("reason", Text, nullable=False),
    Column("reset_at", Utc),
    Column("reset_by", Words),
    sqlite_autoincrement=True,
)

audit = Table(  # triggers refuse to change or delete a row
    "audit",
    metadata,
    Column("id", ID, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("who", Words, nullable=False),
    Column("what", Text, nullable=False),
    Column("thing", Text, nullable=False),
    Index("ix_audit_at", "at"),
    Index("ix_audit_thing", "thing"),
    sqlite_autoincrement=True,
)

sealing_key = Table(  # the keys that values are sealed with, and how each is known again
    "sealing_key",
    metadata,
    Column("id", Text, primary_key=True),
    Column("proof", LargeBinary, nullable=False),
    Column("at", Utc, nullable=False),
)

tombstone = Table(
    "tombstone",
    metadata,
    Column("key", DIGEST, primary_key=True),
    Column("at", Utc, nullable=False),
)

job = Table(
    "job",
    metadata,
    Column("name", Text, primary_key=True),
    Column("started_at", Utc, nullable=False),
    Column("finished_at", Utc),
    Column("code", Text),
    Column("failures", Integer, nullable=False, server_default="0"),
)

digest = Table(  # the periods that a digest was queued for: each is told once, by whichever worker
    "digest",
    metadata,
    Column("name", Text, primary_key=True),
    Column("until", Utc, primary_key=True),
    Column("since", Utc, nullable=False),
    Column("queued_at", Utc, nullable=False),
)

lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("taken_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
)
