"""The whole schema, for those who make or compare it: the tables with the indices that hold some of their rows alone.

A condition names its database, so that SQLAlchemy loads the dialects of every one: a twentieth of a start, which nobody
pays who only asks.
"""

from sqlalchemy import Index, and_

from inbox_worker.core.effects import MessageKind
from inbox_worker.records import OutboxState
from inbox_worker.store.tables import answer, fuse, ledger, metadata, outbox

__all__ = ["metadata"]

_unmarked = and_(ledger.c.mark.is_not(None), ledger.c.marked_at.is_(None))
# With the folder: SQLite would else take the key of the place, whose first columns every mail of a folder shares.
_of_folder = (ledger.c.mailbox, ledger.c.folder, ledger.c.id)
Index("ix_ledger_unmarked", *_of_folder, sqlite_where=_unmarked, postgresql_where=_unmarked)

Index(  # an application has one value of a field at a time
    "ux_answer_current",
    answer.c.application_id,
    answer.c.field,
    unique=True,
    sqlite_where=answer.c.superseded_at.is_(None),
    postgresql_where=answer.c.superseded_at.is_(None),
)

_counts_as_reply = and_(outbox.c.kind == MessageKind.REPLY, outbox.c.state != OutboxState.CANCELLED)
Index(  # one incoming mail gets at most one reply: the last barrier, in the database itself
    "ux_outbox_one_reply",
    outbox.c.ledger_id,
    unique=True,
    sqlite_where=_counts_as_reply,
    postgresql_where=_counts_as_reply,
)

Index(
    "ux_fuse_tripped",
    fuse.c.name,
    unique=True,
    sqlite_where=fuse.c.reset_at.is_(None),
    postgresql_where=fuse.c.reset_at.is_(None),
)
