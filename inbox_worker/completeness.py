"""Does the ledger hold every mail that the server holds? A gap is an alarm, and its mails are fetched all the same."""

from datetime import datetime, timedelta

from inbox_worker import log
from inbox_worker.core.mail import MailId
from inbox_worker.errors import MailboxError
from inbox_worker.imap import ImapMailbox, Position
from inbox_worker.records import Point, TroubleKind
from inbox_worker.store import Store

_LOG = log.logger(__name__)
WHOLE_EVERY = timedelta(hours=1)  # in between the newest mails alone are compared, and only where some arrived
NEWEST = 500  # UIDs


class Completeness:
    """Compares one mailbox with the ledger."""

    def __init__(self, mailbox: str, store: Store) -> None:
        self._mailbox = mailbox
        self._store = store

    def check(self, mailbox: ImapMailbox, position: Position, point: Point, now: datetime, *, arrived: bool) -> None:
        """Compare the server's mails from where reading began up to the point with the ledger.

        What the server has and the ledger has not becomes a trouble, so that the next poll fetches it. A poll
        without new mail compares nothing, except once an hour. Raises MailboxError where the folder does not hold
        as many mails as it says.
        """
        whole = _whole_is_due(point, now)
        if not whole and not arrived:
            return
        if whole:
            there = self._all(mailbox, position)
        else:
            there = mailbox.uids(position, point.next_uid - NEWEST, point.next_uid - 1)
        there = tuple(uid for uid in there if point.first_uid <= uid < point.next_uid)
        with self._store.reading() as view:
            recorded = view.recorded(self._mailbox, point.folder, point.uidvalidity, there)
            waiting = {each.mail_id.uid for each in view.troubles(self._mailbox, point.folder)}
        self._note(point, position, [uid for uid in there if uid not in recorded | waiting], whole, now)

    def _all(self, mailbox: ImapMailbox, position: Position) -> tuple[int, ...]:
        """Return every UID of the folder: as many as it says that it has."""
        there = mailbox.uids(position, 1, position.uidnext - 1)
        if len(there) < position.exists:
            # Fewer may be right: somebody can have deleted a mail in between.
            again = mailbox.position(position.folder)
            if len(there) < again.exists and again.uidnext == position.uidnext:
                raise MailboxError(f"the folder says that it has {again.exists} mails and shows {len(there)}")
        return there

    def _note(self, point: Point, position: Position, missing: list[int], whole: bool, now: datetime) -> None:
        if missing:
            _LOG.error("mails missing in the ledger", mailbox=self._mailbox, count=len(missing), uids=missing[:20])
        with self._store.transaction() as tx:
            for uid in missing:
                place = MailId(self._mailbox, point.folder, point.uidvalidity, uid)
                tx.note_trouble(place, TroubleKind.FETCH, now)
            if whole or missing:
                tx.note_count(
                    self._mailbox,
                    point.folder,
                    server_uidnext=position.uidnext,
                    server_exists=position.exists,
                    missing=len(missing),
                    at=now,
                )


def _whole_is_due(point: Point, now: datetime) -> bool:
    counted = point.counted_at
    return counted is None or point.missing > 0 or not timedelta(0) <= now - counted < WHOLE_EVERY
