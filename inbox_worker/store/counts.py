"""The figures of `status`, the digest and the metrics."""

from datetime import datetime

from sqlalchemy import func, select

from inbox_worker.records import Counts, OutboxState, Standing
from inbox_worker.store.held import distress_open
from inbox_worker.store.operations import OperationsView
from inbox_worker.store.points import PointsView
from inbox_worker.store.tables import application, held, ledger, outbox, trouble


class CountsView(PointsView, OperationsView):
    """Counts."""

    def counts(self, since: datetime) -> Counts:
        """Return the figures of the service.

        since: mails seen before it are not counted, nor messages that were last due before it and have been sent; all
        else is as it stands.
        """
        mails = select(ledger.c.outcome, ledger.c.code, func.count().label("mails")).where(ledger.c.seen_at >= since)
        applications = select(application.c.scheme, application.c.state, func.count().label("applications"))
        messages = select(outbox.c.state, func.count().label("messages")).group_by(outbox.c.state)
        others = [state for state in OutboxState if state is not OutboxState.SENT]  # by name: "not sent" reads them all
        waiting = messages.where(outbox.c.state.in_(others))
        sent = messages.where(outbox.c.state == OutboxState.SENT, outbox.c.next_try_at >= since)
        queued = select(func.min(outbox.c.queued_at, type_=outbox.c.queued_at.type))
        standing = self.standing()
        return Counts(
            mails={(row.outcome, row.code): row.mails for row in self._all(mails.group_by("outcome", "code"))},
            applications={
                (row.scheme, row.state): row.applications
                for row in self._all(applications.group_by(application.c.scheme, application.c.state))
            },
            outbox={row.state: row.messages for part in (waiting, sent) for row in self._all(part)},
            oldest_queued_at=self._value(queued.where(outbox.c.state == OutboxState.QUEUED)),
            held_open=self._value(select(func.count()).where(held.c.resolved_at.is_(None))),
            distress_open=standing.distress_open,
            troubles=self._value(select(func.count()).select_from(trouble)),
            fuses=standing.fuses,
            points=standing.points,
        )

    def standing(self) -> Standing:
        """Return what may be wrong at this moment. It costs the same however much is on record."""
        queued = select(func.count()).where(outbox.c.state == OutboxState.QUEUED)
        return Standing(
            queued=self._value(queued),
            distress_open=self._value(select(func.count()).select_from(distress_open().subquery())),
            fuses=self.tripped(),
            points=self.points(),
        )
