"""What the service keeps about itself: fuses, the audit log, job runs, digests told, leases and tombstones."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update

from inbox_worker.records import AuditEntry, Fuse, JobRun
from inbox_worker.store.base import Statements
from inbox_worker.store.tables import audit, digest, fuse, job, lease, tombstone


class OperationsView(Statements):
    """Reads what the service keeps about itself."""

    def tripped(self) -> tuple[Fuse, ...]:
        """Return the fuses that wait for a person, oldest first."""
        rows = self._all(select(fuse).where(fuse.c.reset_at.is_(None)).order_by(fuse.c.id))
        return tuple(Fuse(row.name, row.tripped_at, row.reason) for row in rows)

    def audit_log(
        self, *, since: datetime | None = None, thing: str | None = None, limit: int | None = None
    ) -> tuple[AuditEntry, ...]:
        """Return who did what, oldest first; with `limit`, the newest of them."""
        statement = select(audit)
        if since is not None:
            statement = statement.where(audit.c.at >= since)
        if thing is not None:
            statement = statement.where(audit.c.thing == thing)
        rows = self._all(statement.order_by(audit.c.id.desc()).limit(limit))
        return tuple(AuditEntry(row.at, row.who, row.what, row.thing) for row in reversed(rows))

    def job_runs(self) -> tuple[JobRun, ...]:
        """Return the last run of every job, by name."""
        rows = self._all(select(job).order_by(job.c.name))
        return tuple(JobRun(row.name, row.started_at, row.finished_at, row.code, row.failures) for row in rows)

    def last_digest(self, name: str) -> datetime | None:
        """Return the end of the last period that a digest was queued for."""
        statement = select(digest.c.until).where(digest.c.name == name).order_by(digest.c.until.desc()).limit(1)
        until: datetime | None = self._value(statement)
        return until

    def buried(self, keys: Iterable[bytes]) -> bool:
        """Return whether one of these tombstone keys stands: its mail must not be recorded again."""
        return self._first(select(tombstone.c.key).where(tombstone.c.key.in_(list(keys))).limit(1)) is not None


class Operations(OperationsView):
    """Writes what the service keeps about itself."""

    def trip(self, name: str, reason: str, at: datetime) -> bool:
        """Trip a fuse. Return False where it is tripped already: the first reason stands."""
        return self._insert_unless_there(fuse, name=name, reason=reason, tripped_at=at)

    def reset(self, name: str, *, by: str, at: datetime) -> bool:
        """Reset a fuse as a person says. Return False where it was not tripped."""
        statement = update(fuse).where(fuse.c.name == name, fuse.c.reset_at.is_(None))
        if not self._changed(statement.values(reset_at=at, reset_by=by)):
            return False
        self.audit(by, "reset", f"fuse {name}", at)
        return True

    def audit(self, who: str, what: str, thing: str, at: datetime) -> None:
        """Add a line to the audit log; the database refuses to change or delete one. Ids only, no personal data."""
        self._insert(audit, at=at, who=who, what=what, thing=thing)

    def job_started(self, name: str, at: datetime) -> None:
        """Record that a job began."""
        self._put(job, {"name": name}, {"started_at": at, "finished_at": None, "code": None})

    def job_finished(self, name: str, code: str, at: datetime) -> int:
        """Record how a job ended ("ok", or the kind of failure); return its failures in a row."""
        failed = code != "ok"
        row = self._put(
            job,
            {"name": name},
            {"finished_at": at, "code": code},
            at_first={"started_at": at, "failures": int(failed)},
            later={"failures": job.c.failures + 1 if failed else 0},
        )
        return int(row.failures)

    def claim_digest(self, name: str, since: datetime, until: datetime, at: datetime) -> bool:
        """Record that the digest of a period is queued. Return False where another worker did that."""
        return self._insert_unless_there(digest, name=name, since=since, until=until, queued_at=at)

    def take_lease(self, name: str, holder: str, *, at: datetime, until: datetime) -> bool:
        """Take or renew a lease until then; return False while another holds it."""
        if self._insert_unless_there(lease, name=name, holder=holder, taken_at=at, expires_at=until):
            return True
        free = or_(lease.c.holder == holder, lease.c.expires_at <= at)
        values: dict[str, Any] = {"holder": holder, "taken_at": at, "expires_at": until}
        return bool(self._changed(lease.update().where(lease.c.name == name, free).values(values)))

    def drop_lease(self, name: str, holder: str) -> None:
        """Give a lease back."""
        self._changed(lease.delete().where(lease.c.name == name, lease.c.holder == holder))

    def bury(self, keys: Iterable[bytes], at: datetime) -> None:
        """Remember erased addresses and Message-IDs by their keyed digests (see keys.tombstone_key)."""
        for key in keys:
            self._insert_unless_there(tombstone, key=key, at=at)
