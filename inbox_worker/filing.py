"""Job: mail goes into the folders that a site asked for, and what a person dragged into Retry is read again.

By IMAP MOVE alone: nothing is ever copied and deleted. It happens after the commit, so that a crash moves late and
never loses; where a mail lies then is written down as far as the server tells.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from inbox_worker import checkpoints, log
from inbox_worker.core.filing import Filing
from inbox_worker.core.mail import MailId, RawMail
from inbox_worker.imap import ImapMailbox
from inbox_worker.records import LedgerRow
from inbox_worker.store import Store

if TYPE_CHECKING:
    from inbox_worker.second_reading import SecondReading

_LOG = log.logger(__name__)
_BY = "team"  # who asked, as far as anybody knows: whoever can open the mailbox


@dataclass(frozen=True, slots=True)
class Filer:
    """Files the mail of one mailbox."""

    mailbox: str
    home: str  # the folder that is read
    filing: Filing
    store: Store
    again: "Callable[[], SecondReading]"
    clock: Callable[[], datetime]

    def run(self, mailbox: ImapMailbox) -> int:
        """Move what waits to be moved, read again what is to be; return how many mails.

        Costs nothing where no folder is configured, one STATUS for each Retry folder else.
        Raises MailboxError, StoreError; SignInError where a folder or MOVE is missing.
        """
        if not self.filing.every:
            return 0
        done = sum(self._retried(mailbox, folder) for folder in self.filing.retry)
        folders = dict.fromkeys((self.home, *self.filing.every))
        return done + sum(self._moved(mailbox, folder) for folder in folders)

    def _retried(self, mailbox: ImapMailbox, folder: str) -> int:
        position = mailbox.position(folder)
        if not position.exists:
            return 0
        batches = list(mailbox.mails_after(position, 0))
        mails = [mail for batch in batches for mail in batch.mails]
        large = [each.mail.id for batch in batches for each in batch.oversized]
        for mail in mails:
            self._again(mailbox, mail)
        if large:
            mailbox.move(large, self.home)  # what is too large to be read stays too large
        return len(mails) + len(large)

    def _again(self, mailbox: ImapMailbox, mail: RawMail) -> None:
        row = self._row(mail.id)
        if row is None:  # else it was read here already, and the move is all that is left to do
            entry = self.again().again(mail, by=_BY)
            _LOG.info("read again", mailbox=self.mailbox, outcome=entry.outcome.value if entry else None)
            row = self._row(mail.id)
        target = row.mark if row is not None and row.mark else self.home
        moved = mailbox.move([mail.id], target)
        if row is not None:
            self._written(row, moved.get(mail.id))

    def _moved(self, mailbox: ImapMailbox, folder: str) -> int:
        """Move the mails of `folder` that the ledger has marked, one move a target."""
        with self.store.reading() as view:
            waiting = view.unmarked(self.mailbox, folder)
        targets: dict[tuple[str, int], list[LedgerRow]] = {}
        for row in waiting:
            targets.setdefault((row.mark or folder, row.mail_id.uidvalidity), []).append(row)
        for (target, _), rows in targets.items():
            checkpoints.reached("marks.due")
            moved = mailbox.move([row.mail_id for row in rows], target) if target != folder else {}
            checkpoints.reached("marks.set")
            for row in rows:
                self._written(row, moved.get(row.mail_id))
        return len(waiting)

    def _row(self, place: MailId) -> LedgerRow | None:
        with self.store.reading() as view:
            return view.ledger_row_at(place)

    def _written(self, row: LedgerRow, place: MailId | None) -> None:
        with self.store.transaction() as tx:
            tx.marked(row.id, self.clock(), place)
