"""Job: mailbox -> core -> templates -> store. A mail and all its effects are recorded in one transaction."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from inbox_worker import checkpoints, log
from inbox_worker.completeness import Completeness
from inbox_worker.conversation import Conversation
from inbox_worker.core.effects import LedgerEntry
from inbox_worker.core.mail import MailId, RawMail
from inbox_worker.core.reading import Outcome
from inbox_worker.imap import Batch, ImapMailbox, Position
from inbox_worker.mail_read import Manner, Understood, Unread, place_of
from inbox_worker.reading_ahead import ReadingAhead
from inbox_worker.reading_pool import Read, ReadingPool
from inbox_worker.reading_process import Unreadable
from inbox_worker.records import Point, Trouble, TroubleKind
from inbox_worker.store import Store, Tx

if TYPE_CHECKING:
    from inbox_worker.handling import Handling

_LOG = log.logger(__name__)
_FETCH_TRIES = 3  # a UID that SEARCH names and FETCH does not give may stay so for good (domain.md 2.4)
# Mail that came before the last complete poll was seen then. Clocks differ, INTERNALDATE is the server's, and SEARCH
# knows days alone.
_RENUMBERED_MARGIN = timedelta(days=2)
_TURN = "intake"  # transactions that take mail in take turns, so that copies in two mailboxes know of each other


@dataclass(slots=True)
class Poll:
    """What one poll of one mailbox came to."""

    mails: Counter[tuple[Outcome, str]] = field(default_factory=Counter)  # by outcome and code
    started: bool = False  # the first poll ever: nothing old is read

    @property
    def count(self) -> int:
        """Return how many mails were taken in."""
        return self.mails.total()


class Intake:
    """Takes in the mail of one mailbox."""

    def __init__(
        self,
        mailbox: str,
        store: Store,
        handling: "Callable[[], Handling]",
        conversation: Conversation,
        *,
        pool: ReadingPool,
        clock: Callable[[], datetime],
    ) -> None:
        """handling: asked at the first mail."""
        self._mailbox = mailbox
        self._store = store
        self._handling = handling
        self._conversation = conversation
        self._completeness = Completeness(mailbox, store)
        self._pool = pool
        self._clock = clock

    def poll(
        self,
        mailbox: ImapMailbox,
        stop: Callable[[], bool] = lambda: False,
        taken_in: Callable[[bool], None] = lambda more: None,
    ) -> Poll:
        """Take in every mail after the stored point, and look whether any is missing.

        taken_in: called at each commit, with whether there is more to take in.

        `stop` is asked between mails and heeded between batches. A crash anywhere repeats at most one batch, whose
        mails the ledger then knows. Raises MailboxError or StoreError; what was committed before stays.
        """
        result = Poll()
        checkpoints.reached("intake.connected")
        position = mailbox.position()
        point = self._point(position, result)
        if point.uidvalidity != position.uidvalidity:
            renumbered = self._read_again(mailbox, position, point, result, stop)
            if renumbered is None:
                return result
            point = renumbered
        self._try_again(mailbox, position, point, result, stop)
        if position.uidnext > point.next_uid:
            self._pool.expect()
        reached = point.next_uid  # not UIDNEXT: the mailbox stops short where it cannot be sure that it has seen all
        new = mailbox.mails_after(position, point.next_uid - 1)
        for batch in self.take_in(mailbox, new, position, result, stop):
            reached = batch.through + 1
            taken_in(reached < position.uidnext)
            if stop():
                return result
        with self._store.transaction() as tx:
            point = self._advance(tx, position, reached, complete=True)
        self._completeness.check(mailbox, position, point, self._clock(), arrived=bool(result.count))
        self._conversation.follow(mailbox, self._clock())
        return result

    def start(self, mailbox: ImapMailbox) -> Point:
        """Return the point of the folder; where there is none, begin at its end: nothing old is read."""
        return self._point(mailbox.position(), Poll())

    def take_in(
        self,
        mailbox: ImapMailbox,
        batches: Iterable[Batch],
        position: Position,
        result: Poll,
        stop: Callable[[], bool],
        *,
        manner: Manner = Manner.LIVE,
        advance: bool = True,
    ) -> Iterator[Batch]:
        """Record all that follows from each batch, and the new point, in one transaction; yield it then.

        Later batches are fetched, and read, while earlier ones are read and recorded; order stays. Raises
        MailboxError or StoreError; what was yielded stays.
        """
        with closing(ReadingAhead(batches, self._ask)) as ahead:
            for batch, asked in ahead:
                checkpoints.reached("intake.fetched")
                found: list[Understood | Unread] = []
                for raw, future in zip(batch.mails, asked, strict=True):
                    stop()  # says that we are alive; a batch is taken in whole
                    found.append(self._found(raw, future))
                found += [self._head(large.mail, "TOO_LARGE") for large in batch.oversized]
                checkpoints.reached("intake.read")
                answered = self._conversation.answered(mailbox, found, flags_alone=manner is Manner.SILENT)
                self._record(batch, found, answered, position, result, manner, advance=advance)
                yield batch

    def _record(
        self,
        batch: Batch,
        found: list[Understood | Unread],
        answered: frozenset[MailId],
        position: Position,
        result: Poll,
        manner: Manner,
        *,
        advance: bool,
    ) -> None:
        entries = []
        recorder, now = self._handling().recorder, self._clock()
        with self._store.transaction() as tx:
            tx.serialise(_TURN)
            recorder.look_ahead(tx, found)
            for mail in found:
                raw = mail.content.raw
                entries.append((raw, recorder.record(tx, mail, now, manner=manner, answered=raw.id in answered)))
            for uid in batch.missing:
                unread = MailId(self._mailbox, position.folder, position.uidvalidity, uid)
                tx.note_trouble(unread, TroubleKind.FETCH, now)
            if advance:
                self._advance(tx, position, batch.through + 1)
            checkpoints.reached("intake.moved_on")
        checkpoints.reached("intake.committed")
        self._count(entries, result)

    def _point(self, position: Position, result: Poll) -> Point:
        """Return where to go on; the first time ever, the end of the folder."""
        with self._store.transaction() as tx:
            point = tx.point(self._mailbox, position.folder)
            if point is None:
                result.started = True
                point = self._advance(tx, position, position.uidnext)
        return point

    def _read_again(
        self, mailbox: ImapMailbox, position: Position, old: Point, result: Poll, stop: Callable[[], bool]
    ) -> Point | None:
        """Go through what may be new after the server has numbered its mails anew; return the new point.

        Mails that were seen before are known by their other keys; the rest is taken in, and never answered by a
        machine. Until all is done the old point stands, so that a crash on the way changes nothing of that. None:
        stopped on the way.
        """
        _LOG.warning("folder renumbered", mailbox=self._mailbox, uidvalidity=position.uidvalidity)
        with self._store.reading() as view:
            unread = view.troubles(self._mailbox, position.folder)
        seen_until = min([old.complete_at or old.started_at, *(each.first_at for each in unread)])
        uids = mailbox.uids_since(position, (seen_until - _RENUMBERED_MARGIN).date())
        with self._store.reading() as view:
            done = view.recorded(self._mailbox, position.folder, position.uidvalidity, uids)
        batches = mailbox.fetch(position, [uid for uid in uids if uid not in done])
        for _ in self.take_in(mailbox, batches, position, result, stop, manner=Manner.RENUMBERED, advance=False):
            if stop():
                return None
        with self._store.transaction() as tx:
            for trouble in unread:
                if trouble.mail_id.uidvalidity != position.uidvalidity:
                    tx.forget_trouble(trouble.mail_id)
            return self._advance(tx, position, position.uidnext)

    def _advance(self, tx: Tx, position: Position, next_uid: int, *, complete: bool = False) -> Point:
        return tx.set_point(
            self._mailbox, position.folder, position.uidvalidity, next_uid, at=self._clock(), complete=complete
        )

    def _try_again(
        self, mailbox: ImapMailbox, position: Position, point: Point, result: Poll, stop: Callable[[], bool]
    ) -> None:
        """Ask again for the mails that the server would not give, and give them to a person in the end."""
        with self._store.reading() as view:
            troubles = view.troubles(self._mailbox, position.folder)
        for trouble in troubles:
            if trouble.mail_id.uidvalidity != position.uidvalidity:
                continue
            for batch in mailbox.fetch(position, [trouble.mail_id.uid]):
                if batch.mails or batch.oversized:
                    # What is older than the point's beginning came up on a way that answers nobody.
                    manner = Manner.LIVE if trouble.mail_id.uid >= point.first_uid else Manner.RENUMBERED
                    once = self.take_in(mailbox, [batch], position, result, stop, manner=manner, advance=False)
                    deque(once, maxlen=0)
                else:
                    self._not_given(trouble, bool(batch.missing), result)

    def _not_given(self, trouble: Trouble, there: bool, result: Poll) -> None:
        """Count one more try for a mail, or give it to a person; forget one that somebody has deleted."""
        recorder, now = self._handling().recorder, self._clock()
        with self._store.transaction() as tx:
            tx.serialise(_TURN)
            if not there:
                tx.forget_trouble(trouble.mail_id)
            elif tx.note_trouble(trouble.mail_id, TroubleKind.FETCH, now) >= _FETCH_TRIES:
                unfetched = self._nothing(RawMail(trouble.mail_id, b"", now), "UNFETCHABLE")
                self._count([(unfetched.content.raw, recorder.record(tx, unfetched, now))], result)

    def look(self, raw: RawMail) -> Understood | Unread:
        """Read a mail in a process that it may kill; of one that does, the head alone."""
        return self._found(raw, self._ask(raw))

    def _ask(self, raw: RawMail) -> Future[Read]:
        return self._pool.submit(self._handling().reader, raw, self._clock())

    def _found(self, raw: RawMail, future: Future[Read]) -> Understood | Unread:
        try:
            content, reading = future.result()
        except Unreadable as error:
            _LOG.error("mail not read", **place_of(raw), code=error.code)
            return self._head(raw, error.code)
        return Understood(content, reading)

    def _head(self, raw: RawMail, code: str) -> Unread:
        """Return what the head of a mail says: who wrote, when and about what."""
        try:
            content, _ = self._ask(replace(raw, content=_head_of(raw.content))).result()
        except Unreadable:
            return self._nothing(raw, code)
        return Unread(replace(content, raw=raw), code)

    def _nothing(self, raw: RawMail, code: str) -> Unread:
        return Unread(replace(self._handling().reader.content(replace(raw, content=b"")), raw=raw), code)

    def _count(self, entries: Iterable[tuple[RawMail, LedgerEntry | None]], result: Poll) -> None:
        """Count and log what was committed."""
        for raw, entry in entries:
            if entry is None:
                continue
            result.mails[entry.outcome, entry.code] += 1
            _LOG.info(
                "mail taken in",
                **place_of(raw),
                outcome=entry.outcome.value,
                code=entry.code,
                intent=entry.intent.value,
                scheme=entry.scheme,
            )


def _head_of(content: bytes) -> bytes:
    """Return the header of a mail alone."""
    return content.partition(b"\r\n\r\n")[0][:100_000] + b"\r\n\r\n"
