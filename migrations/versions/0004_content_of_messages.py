"""The bytes of a message in a table of their own: SQLite writes a row anew, whole, for each state it passes through."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Move them. Encrypted ones stay as they are: what a value is called when it is sealed has not changed."""
    op.create_table(
        "outbox_content",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["outbox.id"], name="fk_outbox_content_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_content"),
    )
    op.execute("INSERT INTO outbox_content (id, content) SELECT id, content FROM outbox WHERE content IS NOT NULL")
    op.drop_column("outbox", "content")


def downgrade() -> None:
    """Put them back into the row of their message."""
    op.add_column("outbox", sa.Column("content", sa.LargeBinary()))
    op.execute("UPDATE outbox SET content = (SELECT content FROM outbox_content WHERE outbox_content.id = outbox.id)")
    op.drop_table("outbox_content")
