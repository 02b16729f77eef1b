"""Indices without which a poll, the counts and the lists read whole tables once these are large."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

UNMARKED = sa.text("mark IS NOT NULL AND marked_at IS NULL")
LISTS = (["state", "received_at"], ["scheme", "received_at"], ["scheme", "state", "received_at"])


def upgrade() -> None:
    """Create them. No row changes."""
    for columns in LISTS:
        op.create_index(f"ix_application_{'_'.join(columns)}", "application", columns)
    _unmarked(["mailbox", "folder", "id"])


def downgrade() -> None:
    """Go back to the indices of before."""
    for columns in LISTS:
        op.drop_index(f"ix_application_{'_'.join(columns)}", "application")
    _unmarked(["id"])


def _unmarked(columns: list[str]) -> None:
    op.drop_index("ix_ledger_unmarked", "ledger")
    op.create_index("ix_ledger_unmarked", "ledger", columns, sqlite_where=UNMARKED, postgresql_where=UNMARKED)
