"""What the database knows that bears on one mail: the store's whole say in a decision."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select

from inbox_worker.core.effects import MessageKind
from inbox_worker.core.reading import Known, OnRecord, ReplyKind, Sent
from inbox_worker.records import OutboxState
from inbox_worker.store.base import Statements
from inbox_worker.store.keys import address_key, fingerprint_key, message_key
from inbox_worker.store.tables import answer, application, ledger, outbox, thread

SENT_WINDOW = timedelta(days=7)  # RFC 3834's default window for the same answer to the same address
MOST_REFERENCES = 1000  # a References header can be endless; a thread of people is not

# Went, will go, or may have gone.
COUNTED = (OutboxState.QUEUED, OutboxState.SENDING, OutboxState.SENT, OutboxState.BOUNCED, OutboxState.UNKNOWN)


class KnownView(Statements):
    """Answers what is on record about a mail."""

    def known(
        self,
        message_id: str | None,
        references: Iterable[str],
        sender: str,
        schemes: Iterable[str],
        now: datetime,
        *,
        reply_to: Iterable[str] = (),
        fingerprint: str = "",
        rehearsing: bool = False,
    ) -> Known:
        """Return what the database holds that bears on a mail.

        references: the ids of In-Reply-To and References, with <>. sender: the address of From, "" for none.
        reply_to: other addresses that an answer may go to; what went there counts as sent to the sender.
        schemes: keys; applications of others are left out. rehearsing: rehearsed messages count as sent.
        `seen` is also true of a mail that only reuses a Message-ID: it is taken in, and must not be answered.
        `answered_by_person` tells of answers noted in the thread; the flags of the mail are the caller's to add.
        """
        ids = list(dict.fromkeys(references))[-MOST_REFERENCES:]
        keys = {message_key(each): each for each in (*ids, *([message_id] if message_id else []))}
        rows = self._all(select(thread).where(thread.c.message_key.in_(list(keys)))) if keys else []
        own = message_key(message_id) if message_id else None
        threads = [row.application_id for row in rows if row.application_id is not None and row.message_key != own]
        counted = (*COUNTED, OutboxState.REHEARSED) if rehearsing else COUNTED
        return Known(
            applications=self._on_record(sender, threads, list(schemes), counted),
            ours=frozenset(keys[row.message_key] for row in rows if row.ours),
            thread_application=max(threads, default=None),
            seen=self._seen(own, fingerprint),
            answered_by_person=any(row.answered_at is not None for row in rows if row.message_key == own),
            sent=self._sent_to([sender, *reply_to], now, counted),
            sent_last_hour=self.sent_since(now - timedelta(hours=1), counted),
        )

    def sent_since(self, moment: datetime, states: tuple[OutboxState, ...] = COUNTED) -> int:
        """Return how many replies went out, or were queued to go, since `moment`: the global fuse counts them."""
        statement = select(func.count()).where(
            outbox.c.kind == MessageKind.REPLY,
            outbox.c.state.in_(states),
            or_(outbox.c.queued_at > moment, outbox.c.sent_at > moment),
        )
        return int(self._value(statement))

    def _on_record(
        self, sender: str, threads: list[int], schemes: list[str], counted: tuple[OutboxState, ...]
    ) -> tuple[OnRecord, ...]:
        theirs: list[ColumnElement[bool]] = [application.c.id.in_(threads)] if threads else []
        if sender:
            theirs.append(application.c.sender_key == address_key(sender))
        if not theirs or not schemes:
            return ()
        rows = self._all(
            select(application.c.id, application.c.scheme, application.c.state, application.c.restricted)
            .where(or_(*theirs), application.c.scheme.in_(schemes))
            .order_by(application.c.id)
        )
        ids = [row.id for row in rows]
        values = self._texts(ids)
        asked = self._asked(ids, counted)
        return tuple(_record(row, values.get(row.id, {}), row.id in asked) for row in rows)

    def _texts(self, ids: list[int]) -> dict[int, dict[str, str]]:
        texts: dict[int, dict[str, str]] = {}
        if ids:
            statement = select(answer.c.application_id, answer.c.field, answer.c.value)
            current = statement.where(answer.c.application_id.in_(ids), answer.c.superseded_at.is_(None))
            for row in self._all(current):
                texts.setdefault(row.application_id, {})[row.field] = row.value
        return texts

    def _asked(self, ids: list[int], counted: tuple[OutboxState, ...]) -> set[int]:
        """Return the applications whose applicant has been asked for what is missing."""
        if not ids:
            return set()
        statement = select(outbox.c.application_id).where(
            outbox.c.application_id.in_(ids),
            outbox.c.template == ReplyKind.ACKNOWLEDGEMENT_INCOMPLETE.value,
            outbox.c.state.in_(counted),
        )
        return {row.application_id for row in self._all(statement)}

    def _seen(self, own: bytes | None, fingerprint: str) -> bool:
        keys: list[ColumnElement[bool]] = [ledger.c.message_key == own] if own else []
        if fingerprint:
            keys.append(ledger.c.fingerprint == fingerprint_key(fingerprint))
        return bool(keys) and self._first(select(ledger.c.id).where(or_(*keys)).limit(1)) is not None

    def _sent_to(self, addresses: list[str], now: datetime, counted: tuple[OutboxState, ...]) -> tuple[Sent, ...]:
        keys = {address_key(address) for address in addresses if address}
        if not keys:
            return ()
        at = func.coalesce(outbox.c.sent_at, outbox.c.queued_at, type_=outbox.c.sent_at.type).label("went_at")
        rows = self._all(
            select(outbox.c.template, at)
            .where(outbox.c.recipient_key.in_(keys), outbox.c.kind == MessageKind.REPLY)
            .where(outbox.c.state.in_(counted))
            .where(or_(outbox.c.queued_at > now - SENT_WINDOW, outbox.c.sent_at > now - SENT_WINDOW))
            .order_by(outbox.c.id)
        )
        return tuple(Sent(row.template, row.went_at) for row in rows)


def _record(row: Row[Any], values: dict[str, str], asked: bool) -> OnRecord:
    return OnRecord(row.id, row.scheme, row.state.value, values, asked_for_missing=asked, restricted=row.restricted)
