"""What the database knows that bears on one mail: the store's whole say in a decision."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, or_, select

from inbox_worker.core.reading import Known, OnRecord, ReplyKind, Sent
from inbox_worker.records import OutboxState
from inbox_worker.store.base import Statements
from inbox_worker.store.columns import DIGEST
from inbox_worker.store.keys import address_key, fingerprint_key, message_key
from inbox_worker.store.novelty import Key
from inbox_worker.store.prepared import Prepared, Row
from inbox_worker.store.recent import COUNTED, COUNTED_IN_REHEARSAL, MOMENT, in_states, replies_in, replies_since
from inbox_worker.store.tables import answer, application, ledger, outbox, thread

SENT_WINDOW = timedelta(days=7)  # RFC 3834's default window for the same answer to the same address
MOST_REFERENCES = 1000  # a References header can be endless; a thread of people is not

# A list as a parameter is put into the statement anew each time, so short ones are written out and prepared.
_FEW = 12


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
        own = message_key(message_id) if message_id else None
        rows = self._threads(list(keys))
        threads = [row.application_id for row in rows if row.application_id is not None and row.message_key != own]
        states = COUNTED_IN_REHEARSAL if rehearsing else COUNTED
        queries = _queries(states)
        content = fingerprint_key(fingerprint) if fingerprint else None
        return Known(
            applications=self._on_record(sender, threads, frozenset(schemes), queries),
            ours=frozenset(keys[row.message_key] for row in rows if row.ours),
            thread_application=max(threads, default=None),
            seen=self._is_seen(own, content),
            answered_by_person=any(row.answered_at is not None for row in rows if row.message_key == own),
            sent=self._sent_to([sender, *reply_to], now - SENT_WINDOW, queries),
            sent_last_hour=self._tally.get(now, states, lambda: self.sent_since(now - timedelta(hours=1), states)),
        )

    def sent_since(self, moment: datetime, states: Iterable[OutboxState] = COUNTED) -> int:
        """Return how many replies went out, or were queued to go, since `moment`: the global fuse counts them."""
        return int(self._value(replies_since(frozenset(states)), moment=moment))

    def _is_seen(self, own: bytes | None, content: bytes | None) -> bool:
        if self._novelty.holds(Key.MAIL, own) and self._novelty.holds(Key.CONTENT, content):
            return False
        return bool(self._value(_SEEN, own=own, content=content))

    def _threads(self, keys: list[bytes]) -> list[Row]:
        if self._novelty.holds(Key.THREAD, *keys):
            return []
        if len(keys) > _FEW:
            return self._all(_THREADS, keys=keys)
        named = {f"key{number}": key for number, key in enumerate(keys)}
        return self._all(_few_threads(len(keys)), **named) if keys else []

    def _on_record(
        self, sender: str, threads: list[int], schemes: frozenset[str], queries: "_Queries"
    ) -> tuple[OnRecord, ...]:
        who = address_key(sender) if sender else None
        if not threads and self._novelty.holds(Key.SENDER, who):
            return ()
        if threads:
            rows = self._all(_OF_SENDER_OR_THREAD, sender=who, threads=threads)
        else:
            rows = self._all(_OF_SENDER, sender=who) if who else []
        rows = [row for row in rows if row.scheme in schemes]
        if not rows:
            return ()
        ids = [row.id for row in rows]
        texts: dict[int, dict[str, str]] = {}
        for row in self._all(_TEXTS, ids=ids):
            texts.setdefault(row.application_id, {})[row.field] = row.value
        asked = {row.application_id for row in self._all(queries.asked, ids=ids)}
        return tuple(_record(row, texts.get(row.id, {}), row.id in asked) for row in rows)

    def _sent_to(self, addresses: list[str], moment: datetime, queries: "_Queries") -> tuple[Sent, ...]:
        who = {address_key(address) for address in addresses if address}
        if self._novelty.holds(Key.RECIPIENT, *who):
            return ()
        rows = [row for key in who for row in self._all(queries.sent_to, who=key, moment=moment)]
        return tuple(Sent(row.template, row.sent_at or row.queued_at) for row in sorted(rows, key=lambda row: row.id))


@dataclass(frozen=True, slots=True)
class _Queries:
    """The queries that look for messages in certain states."""

    sent_to: Prepared
    asked: Select[Any]


@cache
def _queries(states: frozenset[OutboxState]) -> _Queries:
    return _Queries(
        sent_to=Prepared(
            select(outbox.c.id, outbox.c.template, outbox.c.queued_at, outbox.c.sent_at).where(
                outbox.c.recipient_key == bindparam("who"),
                replies_in(states),
                or_(outbox.c.queued_at > MOMENT, outbox.c.handed_at > MOMENT),
            )
        ),
        asked=select(outbox.c.application_id).where(  # whose applicant has been asked for what is missing
            outbox.c.application_id.in_(bindparam("ids", expanding=True)),
            outbox.c.template == ReplyKind.ACKNOWLEDGEMENT_INCOMPLETE.value,
            in_states(states),
        ),
    )


def _record(row: Row, values: dict[str, str], asked: bool) -> OnRecord:
    return OnRecord(row.id, row.scheme, row.state.value, values, asked_for_missing=asked, restricted=row.restricted)


@cache
def _few_threads(count: int) -> Prepared:
    keys = [bindparam(f"key{number}", type_=DIGEST) for number in range(count)]
    return Prepared(select(thread).where(thread.c.message_key.in_(keys)))


def _of(*whose: ColumnElement[bool]) -> Select[Any]:
    return (
        select(application.c.id, application.c.scheme, application.c.state, application.c.restricted)
        .where(or_(*whose))
        .order_by(application.c.id)
    )


_FROM_SENDER = application.c.sender_key == bindparam("sender")
_OF_SENDER = Prepared(_of(_FROM_SENDER))
_OF_SENDER_OR_THREAD = _of(_FROM_SENDER, application.c.id.in_(bindparam("threads", expanding=True)))
_THREADS = select(thread).where(thread.c.message_key.in_(bindparam("keys", expanding=True)))
_SEEN = Prepared(
    select(
        or_(
            exists().where(ledger.c.message_key == bindparam("own")),
            exists().where(ledger.c.fingerprint == bindparam("content")),
        )
    )
)
_TEXTS = select(answer.c.application_id, answer.c.field, answer.c.value).where(
    answer.c.application_id.in_(bindparam("ids", expanding=True)), answer.c.superseded_at.is_(None)
)
