"""The outbox: what waits to go out, who may send it now, and what became of it.

A message is sent at most once, whatever dies when. A worker takes two steps, each a transaction of its own:

    claim      the message stays `queued`, but is this worker's for now
    hand_over  `sending` is committed, and only then does the worker get the bytes

A claim whose worker died before `hand_over` is safe to give to another: nothing was sent. After it nobody knows,
so the message becomes `unknown` and waits for proof (the Sent folder) or a person; it is never queued by itself.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, or_, select

from inbox_worker.core.effects import MessageKind
from inbox_worker.records import WORKER, NewMessage, OutboxItem, OutboxState, Outgoing
from inbox_worker.store.base import Statements
from inbox_worker.store.keys import address_key, message_key
from inbox_worker.store.outbox_statements import AS_ITEM, HANDED, SENT, claiming, contents, handing_over, item_of
from inbox_worker.store.tables import application_event, outbox, outbox_content, thread


class OutboxView(Statements):
    """Reads the outbox."""

    def outbox(
        self,
        states: Iterable[OutboxState] | None = None,
        *,
        application: int | None = None,
        recipient: str | None = None,
        since: datetime | None = None,
        handed_since: datetime | None = None,
        kinds: Iterable[MessageKind] | None = None,
        ledger_id: int | None = None,
        limit: int | None = None,
    ) -> tuple[OutboxItem, ...]:
        """Return messages without their bytes, oldest first; None does not filter. application: its id.

        Of one state: those that were due first come first. handed_since: handed over then or later; of what never
        was, its time in the queue counts. ledger_id: of the mail that caused them.
        """
        wanted = None if states is None else list(states)
        statement = select(*AS_ITEM).limit(limit)
        if wanted is None or len(wanted) > 1:
            statement = statement.order_by(outbox.c.id)
        else:  # by its index: all that ever went out would be read and sorted for a page of it
            statement = statement.order_by(outbox.c.next_try_at, outbox.c.id)
        if wanted is not None:
            statement = statement.where(outbox.c.state.in_(wanted))
        if application is not None:
            statement = statement.where(outbox.c.application_id == application)
        if recipient is not None:
            statement = statement.where(outbox.c.recipient_key == address_key(recipient))
        if since is not None:
            statement = statement.where(outbox.c.queued_at >= since)
        if handed_since is not None:
            statement = statement.where(func.coalesce(outbox.c.handed_at, outbox.c.queued_at) >= handed_since)
        if kinds is not None or since is not None:  # every one of them: the index on the time is by kind
            statement = statement.where(outbox.c.kind.in_(list(kinds or MessageKind)))
        if ledger_id is not None:
            statement = statement.where(outbox.c.ledger_id == ledger_id)
        return tuple(item_of(row) for row in self._all(statement))

    def outbox_item(self, which: int | str) -> OutboxItem | None:
        """Return one message by its number or its Message-ID."""
        column = outbox.c.id if isinstance(which, int) else outbox.c.message_id
        return item_or_none(self._first(select(*AS_ITEM).where(column == which)))

    def content(self, item_id: int) -> bytes | None:
        """Return the bytes of a message, to be shown; None once purged. To send it, use `hand_over`."""
        content: bytes | None = self._value(select(outbox_content.c.content).where(outbox_content.c.id == item_id))
        return content

    def replied(self, ledger_id: int) -> bool:
        """Tell whether a mail has its reply: gone, waiting or rehearsed, everything but cancelled."""
        theirs = (outbox.c.ledger_id == ledger_id, outbox.c.kind == MessageKind.REPLY)
        found = select(outbox.c.id).where(*theirs, outbox.c.state != OutboxState.CANCELLED)
        return self._first(found.limit(1)) is not None

    def due(self, now: datetime, kind: MessageKind | None = None, mailbox: str | None = None) -> int:
        """Return how many messages of this kind and mailbox (None: any) could go out now and are nobody's yet."""
        waiting = (outbox.c.state == OutboxState.QUEUED, outbox.c.next_try_at <= now, outbox.c.claimed_by.is_(None))
        statement = select(func.count()).where(*waiting)
        if kind is not None:
            statement = statement.where(outbox.c.kind == kind)
        if mailbox is not None:
            statement = statement.where(outbox.c.mailbox == mailbox)
        return int(self._value(statement))

    def submitted(self, mailbox: str, since: datetime, now: datetime) -> int:
        """Return how many messages of a mailbox the server may have been handed in this time, by any worker.

        Those that are claimed or being sent count: they will be. So do those that it has put off. Whoever claims by
        this number takes turns (`serialise`), and asks for the time in its turn.
        """
        # A time long after `now` is of a clock that was set back since: it must not stop sending until then.
        handed = (outbox.c.kind.in_(list(MessageKind)), outbox.c.handed_at.between(since - _LONGEST, now + _ASTRAY))
        lately = func.coalesce(outbox.c.sent_at, outbox.c.handed_at) > since
        ended = (*handed, lately, outbox.c.state != OutboxState.SENDING)
        under_way = (outbox.c.state == OutboxState.SENDING,)
        claimed = (outbox.c.state == OutboxState.QUEUED, outbox.c.claimed_by.is_not(None))
        # One statement: between two, what another worker hands over or takes back would be in neither.
        counts = [
            select(func.count()).where(outbox.c.mailbox == mailbox, *which).scalar_subquery()
            for which in (ended, under_way, claimed)
        ]
        return int(self._value(select(counts[0] + counts[1] + counts[2])))

    def went_out(self, mailbox: str, since: datetime, now: datetime) -> int:
        """Return how many messages of a mailbox the server has taken in this time."""
        handed = (outbox.c.kind.in_(list(MessageKind)), outbox.c.handed_at.between(since - _LONGEST, now))
        taken = (*handed, outbox.c.mailbox == mailbox, outbox.c.sent_at > since)
        return int(self._value(select(func.count()).where(*taken)))

    def oldest_waiting(self, limited: Iterable[str]) -> datetime | None:
        """Return when the message was queued that waits longest for something else than its turn; None: none does.

        limited: mailboxes whose messages wait for their turn alone, unless the mail server has put them off.
        """
        oldest = select(func.min(outbox.c.queued_at, type_=outbox.c.queued_at.type))
        waits = (outbox.c.state == OutboxState.QUEUED, or_(outbox.c.tries > 0, outbox.c.mailbox.not_in(list(limited))))
        found: datetime | None = self._value(oldest.where(*waits))
        return found


class Outbox(OutboxView):
    """Queues, claims and settles messages."""

    def enqueue(
        self, message: NewMessage, at: datetime, *, rehearse: bool = False, not_before: datetime | None = None
    ) -> int:
        """Put a rendered message into the outbox; return its number.

        rehearse: keep it as `rehearsed`; it goes out only when a person releases it.
        From now on its Message-ID is known as ours, and answers to it belong to its application.
        Raises Unstorable where the Message-ID was used before, or the mail has a reply already.
        """
        state = OutboxState.REHEARSED if rehearse else OutboxState.QUEUED
        item_id = self._insert(
            outbox,
            message_id=message.message_id,
            kind=message.kind,
            template=message.template,
            template_version=message.template_version,
            mailbox=message.mailbox,
            recipient=message.recipient,
            recipient_key=address_key(message.recipient),
            scheme=message.scheme,
            application_id=message.application,
            ledger_id=message.ledger_id,
            sha256=hashlib.sha256(message.content).digest(),
            state=state,
            queued_at=at,
            next_try_at=not_before or at,
        )
        self._insert_all(outbox_content, [{"id": item_id, "content": message.content}])
        # Not "unless there": an id of ours that somebody's mail has used before would tie their thread to ours.
        tied = {"message_key": message_key(message.message_id), "application_id": message.application}
        self._insert_all(thread, [{**tied, "ours": True, "at": at}])
        if message.kind is MessageKind.REPLY:
            self._tally.add(state)
        return item_id

    def claim(
        self,
        now: datetime,
        worker: str,
        limit: int,
        *,
        kinds: Iterable[MessageKind] | None = None,
        mailboxes: Iterable[str] | None = None,
    ) -> tuple[OutboxItem, ...]:
        """Reserve up to `limit` messages that are due for `worker`, the longest due first; two never get the same.

        On PostgreSQL rows that another worker is claiming are passed over, not waited for.
        """
        of_kinds = None if kinds is None else tuple(kinds)
        places = None if mailboxes is None else tuple(mailboxes)
        named = {f"mailbox{number}": name for number, name in enumerate(places or ())}
        statement = claiming(of_kinds, None if places is None else len(places))
        return _in_order(item_of(row) for row in self._all(statement, now=now, worker=worker, most=limit, **named))

    def hand_over(self, item_ids: Iterable[int], worker: str, at: datetime) -> tuple[Outgoing, ...]:
        """Mark claimed messages as `sending` and return them with their bytes.

        Commit before the mail server hears of them. Left out is what is no longer this worker's to send:
        cancelled, purged, or given to another after a long silence.
        """
        ids = {f"id{number}": item_id for number, item_id in enumerate(item_ids)}
        if not ids:
            return ()
        items = _in_order(item_of(row) for row in self._all(handing_over(len(ids)), **ids, worker=worker, at=at))
        found = {row.id: row.content for row in self._all(contents(len(ids)), **ids)}
        return tuple(Outgoing(item, found[item.id]) for item in items)

    def sent(
        self, item_id: int, worker: str, at: datetime, *, code: int | None = 250, status: str | None = None
    ) -> bool:
        """Record that the mail server took a message; return whether it is this worker's.

        Also after `release_stale_claims`: a late answer is better than none.
        """
        row = self._first(SENT, item_id=item_id, worker=worker, at=at, answer=code, enhanced=status)
        self._tell(row, "sent", at)
        return row is not None

    def try_later(
        self, item_id: int, worker: str, next_try_at: datetime, *, code: int | None = None, status: str | None = None
    ) -> OutboxItem | None:
        """Queue a message again that the mail server put off: a failed try more. None: not this worker's."""
        values = {"tries": outbox.c.tries + 1, "next_try_at": next_try_at, "code": code, "status": status}
        free = {"claimed_by": None, "claimed_at": None}  # `handed_at` stays: the server counts this try, and so do we
        return item_or_none(self._settle(item_id, worker, state=OutboxState.QUEUED, **values, **free))

    def refused(
        self, item_id: int, worker: str, at: datetime, *, code: int | None = None, status: str | None = None
    ) -> OutboxItem | None:
        """Record that a message cannot be sent: refused for good, or given up. None: not this worker's."""
        values = {"tries": outbox.c.tries + 1, "code": code, "status": status}
        row = self._settle(item_id, worker, state=OutboxState.FAILED, **values)
        self._tell(row, "not sent", at)
        return item_or_none(row)

    def unknown(self, item_id: int, worker: str) -> OutboxItem | None:
        """Record that the connection was lost when the message may have been taken. None: not this worker's."""
        return item_or_none(self._settle(item_id, worker, state=OutboxState.UNKNOWN))

    def put_back(self, item_ids: Iterable[int], worker: str) -> int:
        """Queue messages again that the mail server certainly did not get, counting no try.

        For what is wrong with the connection or the sign-in, and for a clean stop. Returns how many.
        """
        mine = (outbox.c.id.in_(list(item_ids)), outbox.c.claimed_by == worker)
        pending = outbox.c.state.in_((OutboxState.QUEUED, OutboxState.SENDING))
        return self._changed(outbox.update().where(*mine, pending).values(state=OutboxState.QUEUED, **UNCLAIMED))

    def hand_back(self, item_ids: Iterable[int], worker: str) -> None:
        """Undo `hand_over` for messages that the mail server certainly did not get; they stay claimed."""
        if ids := list(item_ids):
            mine = (outbox.c.id.in_(ids), outbox.c.claimed_by == worker, outbox.c.state == OutboxState.SENDING)
            self._changed(outbox.update().where(*mine).values(state=OutboxState.QUEUED, handed_at=None))

    def _settle(self, item_id: int, worker: str, **values: Any) -> Row[Any] | None:
        """Change a message that `worker` has handed over."""
        return self._move(item_id, HANDED, outbox.c.claimed_by == worker, **values)

    def _move(self, item_id: int, states: tuple[OutboxState, ...], *also: Any, **values: Any) -> Row[Any] | None:
        """Change a message that is in one of `states`; return its row as it is then, or None."""
        statement = outbox.update().where(outbox.c.id == item_id, outbox.c.state.in_(states), *also)
        self._tally.forget()
        return self._first(statement.values(values).returning(*AS_ITEM))

    def _tell(self, row: Row[Any] | None, what: str, at: datetime) -> None:
        """Add an event to the application that a message is about."""
        if row is not None and row.application_id is not None:
            told = {"application_id": row.application_id, "at": at, "what": what, "detail": row.template, "by": WORKER}
            self._insert_all(application_event, [told])


UNCLAIMED: dict[str, Any] = {"claimed_by": None, "claimed_at": None, "handed_at": None}
_LONGEST = timedelta(minutes=15)  # from hand-over to the server's answer
_ASTRAY = timedelta(minutes=5)  # how far the clocks of two workers may be apart


def _in_order(items: Iterable[OutboxItem]) -> tuple[OutboxItem, ...]:
    """Return `items`, the longest due first: UPDATE ... RETURNING keeps no order."""
    return tuple(sorted(items, key=lambda item: (item.next_try_at, item.id)))


def item_or_none(row: Row[Any] | None) -> OutboxItem | None:
    """Return the message of a row, if there is one."""
    return item_of(row) if row is not None else None
