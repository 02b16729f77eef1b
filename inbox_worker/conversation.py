"""What people and servers did outside the worker: a colleague has answered; a message whose fate is unknown is there.

\\Answered is read from the mailbox; the Sent folder is looked at only where one is configured, for mails that are about
to be answered, for held mail, for replies that wait, and for messages of unknown fate.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.parser import BytesHeaderParser

from inbox_worker import log
from inbox_worker.core.effects import MessageKind
from inbox_worker.core.mail import MailId
from inbox_worker.core.reading import Intent, Outcome, ReplyKind
from inbox_worker.imap import ImapMailbox, Standing
from inbox_worker.mail_read import Understood, Unread
from inbox_worker.records import WORKER, OutboxItem, OutboxState
from inbox_worker.store import Store, Tx

_LOG = log.logger(__name__)
_ANSWERED = "\\Answered"
_OURS = "X-Inbox-Worker"  # the header that every message of the worker carries
_LOOK_EVERY = timedelta(minutes=5)  # at mail that waits; a new mail in the Sent folder is looked at once
_AT_ONCE = timedelta(seconds=45)  # a reply that has waited longer met a server that put it off
_MACHINES = (Intent.AUTOMATIC, Intent.DELIVERY_REPORT)


@dataclass(frozen=True, slots=True)
class SentFolder:
    """Where the site's mail programs and server keep what was sent."""

    name: str
    unsent_after: timedelta | None = None  # after this time a message that is not there has not gone; None: never


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A mail that a colleague may answer before the worker does."""

    mail_id: MailId
    reply: OutboxItem | None = None  # the worker's answer, queued and not gone


class Conversation:
    """Follows the conversations of one mailbox."""

    def __init__(self, mailbox: str, store: Store, sent: SentFolder | None) -> None:
        self._mailbox = mailbox
        self._store = store
        self._sent = sent
        self._sent_next: int | None = None  # UIDNEXT of the Sent folder when it was last searched
        self._looked_at: datetime | None = None

    def answered(
        self, mailbox: ImapMailbox, mails: Iterable[Understood | Unread], *, flags_alone: bool = False
    ) -> frozenset[MailId]:
        """Return which of these new mails a colleague has answered already. Raises MailboxError."""
        found = set()
        for mail in mails:
            raw, message_id = mail.content.raw, mail.content.email.message_id
            search = not flags_alone and _may_be_answered(mail)
            if _ANSWERED in raw.flags or (search and self._in_sent(mailbox, message_id)):
                found.add(raw.id)
        return frozenset(found)

    def follow(self, mailbox: ImapMailbox, now: datetime) -> None:
        """Settle what waits here and is done elsewhere. Costs nothing where nothing waits.

        Raises MailboxError or StoreError.
        """
        held, replies, unknown = self._waiting(now)
        if not held and not replies and not unknown:
            return
        self._resolve(mailbox, replies, now)  # they may go out at any moment
        lately = self._looked_at is not None and timedelta(0) <= now - self._looked_at < _LOOK_EVERY
        look = self._news(mailbox) or not lately
        if look:
            self._looked_at = now
            self._resolve(mailbox, held, now)
        if self._sent is not None:
            fresh = [item for item in unknown if look or now - _handed(item) < _LOOK_EVERY]
            self._settle(mailbox, fresh, self._sent, now)

    def _waiting(self, now: datetime) -> tuple[list[_Waiting], list[_Waiting], list[OutboxItem]]:
        """Return the held mail, the replies that could not be sent at once, and the messages of unknown fate."""
        with self._store.reading() as view:
            open_ = [entry.ledger.mail_id for entry in view.held()]
            held = [_Waiting(place) for place in open_ if place.mailbox == self._mailbox]
            pending = view.outbox([OutboxState.QUEUED, OutboxState.UNKNOWN])
            unknown = [each for each in pending if each.mailbox == self._mailbox and each.state is OutboxState.UNKNOWN]
            replies = []
            for item in pending:
                late = item.state is OutboxState.QUEUED and now - item.queued_at > _AT_ONCE
                if late and item.kind is MessageKind.REPLY and item.ledger_id is not None:
                    row = view.ledger_row(item.ledger_id)
                    if row is not None and row.mail_id.mailbox == self._mailbox:
                        replies.append(_Waiting(row.mail_id, item))
        return held, replies, unknown

    def _news(self, mailbox: ImapMailbox) -> bool:
        """Tell whether somebody has sent mail since the Sent folder was last looked at."""
        if self._sent is None:
            return False
        before, self._sent_next = self._sent_next, mailbox.position(self._sent.name).uidnext
        return before != self._sent_next

    def _resolve(self, mailbox: ImapMailbox, waiting: list[_Waiting], now: datetime) -> None:
        """Take what a colleague has answered off the list, and keep the worker's own answer back."""
        for ids in _by_folder(waiting):
            standing = mailbox.standing(ids)
            for place, found in standing.items():
                if self._by_hand(mailbox, found):
                    replies = [each.reply for each in waiting if each.mail_id == place and each.reply is not None]
                    self._done(place, found, replies, now)

    def _by_hand(self, mailbox: ImapMailbox, found: Standing) -> bool:
        return _ANSWERED in found.flags or self._in_sent(mailbox, found.message_id)

    def _done(self, place: MailId, found: Standing, replies: list[OutboxItem], now: datetime) -> None:
        with self._store.transaction() as tx:
            if found.message_id is not None:
                tx.answered_by_hand([found.message_id], now)
            row = tx.ledger_row_at(place)
            held = tx.held_mail_of(row.id) if row is not None else None
            if held is not None:
                tx.resolve(held.id, by=WORKER, how="answered", at=now)
            for item in replies:
                tx.cancel(item.id, by=WORKER, at=now)
        _LOG.info("answered by a colleague", mailbox=place.mailbox, uidvalidity=place.uidvalidity, uid=place.uid)

    def _in_sent(self, mailbox: ImapMailbox, message_id: str | None) -> bool:
        """Tell whether a person's answer to this mail lies in the Sent folder. The worker's own does not count."""
        if self._sent is None or not message_id:
            return False
        uids = mailbox.find_replies(self._sent.name, message_id)
        heads = mailbox.heads(self._sent.name, uids) if uids else ()
        return any(_OURS not in BytesHeaderParser().parsebytes(head) for head in heads)

    def _settle(self, mailbox: ImapMailbox, unknown: list[OutboxItem], sent: SentFolder, now: datetime) -> None:
        """Find out what became of messages whose delivery the server did not confirm."""
        for item in unknown:
            there = bool(mailbox.find_message_id(sent.name, item.message_id))
            if not there and (sent.unsent_after is None or now - _handed(item) < sent.unsent_after):
                continue
            with self._store.transaction() as tx:
                if there:
                    settle_sent(tx, item, now)
                else:
                    tx.proved_unsent(item.id, now)
            _LOG.warning("outcome settled", message=item.id, state="sent" if there else "queued")


def settle_sent(tx: Tx, item: OutboxItem, now: datetime) -> None:
    """Record that a message of unknown fate has gone out, and what follows for its application."""
    if tx.proved_sent(item.id, now) is not None:
        acknowledged(tx, item, now)


def acknowledged(tx: Tx, item: OutboxItem, now: datetime) -> None:
    """A complete application is acknowledged once its acknowledgement has gone out, not before."""
    if item.template == ReplyKind.ACKNOWLEDGEMENT.value and item.application is not None:
        tx.acknowledged(item.application, now)


def _handed(item: OutboxItem) -> datetime:
    return item.handed_at or item.queued_at


def _may_be_answered(mail: Understood | Unread) -> bool:
    """Tell whether an answer or a note to the team could follow, so that a colleague's answer matters."""
    if isinstance(mail, Unread):
        return True
    email = mail.content.email
    in_thread = bool(email.in_reply_to or email.references) and mail.reading.intent not in _MACHINES
    return mail.reading.decision.outcome is not Outcome.SKIP or in_thread


def _by_folder(waiting: Iterable[_Waiting]) -> Iterable[list[MailId]]:
    """Return the mails of each folder and numbering."""
    folders: dict[tuple[str, int], list[MailId]] = {}
    for each in waiting:
        folders.setdefault((each.mail_id.folder, each.mail_id.uidvalidity), []).append(each.mail_id)
    return folders.values()
