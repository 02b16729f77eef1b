"""The keys that values are encrypted with."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of keys. Values stay as they are: `database rotate-key` encrypts them."""
    op.create_table(
        "sealing_key",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sealing_key"),
    )


def downgrade() -> None:
    """Remove the table of keys. Sealed values can then no longer be told from others: decrypt them first."""
    op.drop_table("sealing_key")
