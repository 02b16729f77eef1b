"""What several workers on one database need of it: turns to take, and the claims of those that died."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import select, text

from inbox_worker.core.effects import MessageKind
from inbox_worker.records import Lease, OutboxState, Released
from inbox_worker.store.base import Statements
from inbox_worker.store.tables import lease, outbox

_PENDING = (OutboxState.QUEUED, OutboxState.SENDING)


def advisory_key(name: str) -> int:
    """Return the number that PostgreSQL locks in place of `name`: 31 bits, so that it is the same as int and oid."""
    return int.from_bytes(sha256(name.encode()).digest()[:4], "big") >> 1


class CoordinationView(Statements):
    """Reads who is at work."""

    def leases(self) -> tuple[Lease, ...]:
        """Return who said to be at work on what, and until when that holds unless renewed."""
        rows = self._all(select(lease).order_by(lease.c.name))
        return tuple(Lease(row.name, row.holder, row.taken_at, row.expires_at) for row in rows)

    def claimants(self) -> tuple[str, ...]:
        """Return the names of the workers that have claimed messages and not settled them."""
        claimed = select(outbox.c.claimed_by).where(outbox.c.state.in_(_PENDING), outbox.c.claimed_by.is_not(None))
        return tuple(row.claimed_by for row in self._all(claimed.distinct()))

    def claimed(self, kind: MessageKind) -> int:
        """Return how many messages of this kind are claimed and not begun, by any worker."""
        mine = (outbox.c.state == OutboxState.QUEUED, outbox.c.claimed_by.is_not(None), outbox.c.kind == kind)
        return len(self._all(select(outbox.c.id).where(*mine)))


class Coordination(CoordinationView):
    """Takes turns."""

    def serialise(self, what: str) -> None:
        """Let no other transaction that says the same run until this one ends.

        What is decided from what others have written (fuses, copies of one mail in two mailboxes) needs it on
        PostgreSQL. SQLite has one writer at a time anyway.
        """
        if self._connection.dialect.name == "postgresql":
            key = {"key": advisory_key(what)}
            self._connection.execute(text("SELECT pg_advisory_xact_lock(1, CAST(:key AS int))"), key)

    def release_claims_of(self, worker: str) -> Released:
        """Take messages from a worker that is gone: what it had not begun is free, what it had begun is `unknown`.

        Safe even where it lives after all: it cannot begin a message that it has lost, and its late answer to one
        that it had begun is still taken.
        """
        theirs = outbox.c.claimed_by == worker
        free = outbox.update().where(theirs, outbox.c.state == OutboxState.QUEUED)
        begun = outbox.update().where(theirs, outbox.c.state == OutboxState.SENDING)
        freed = free.values(claimed_by=None, claimed_at=None, handed_at=None).returning(outbox.c.id)
        unknown = begun.values(state=OutboxState.UNKNOWN).returning(outbox.c.id)
        return Released(
            queued=tuple(sorted(row.id for row in self._all(freed))),
            unknown=tuple(sorted(row.id for row in self._all(unknown))),
        )

    def renew_lease(self, name: str, holder: str, *, at: datetime, until: datetime) -> None:
        """Write down that `holder` has `name`. Only for people to read: the lock decides, not the lease."""
        self._put(lease, {"name": name}, {"holder": holder, "taken_at": at, "expires_at": until})
