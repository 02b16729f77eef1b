"""The mailbox: what is new, the mails after a point, one mail; marks only where asked. Reads without a trace."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from types import TracebackType

from inbox_worker.core.batches import chunks, split
from inbox_worker.core.mail import MailId, RawMail
from inbox_worker.errors import MailboxError, SignInError
from inbox_worker.imap_commands import Commands, Item, Position
from inbox_worker.imap_session import ImapConfig, SessionExpired

__all__ = ["Batch", "ImapConfig", "ImapMailbox", "Oversized", "Position", "SessionExpired", "Standing"]

HEADER_BYTES = 256 * 1024  # of an over-large mail: its header may be what is large
FIRST_BATCH = 10  # mails: nothing of a backlog is answered, and no more of it fetched, before they are recorded
UIDS_PER_COMMAND = 500  # keeps a command line under the 8,192 octets that servers take (RFC 7162 s.4)
_MESSAGE_ID = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"
_ID = re.compile(rb"<[^<>\s]+>")
_HEADER = f"BODY.PEEK[HEADER]<0.{HEADER_BYTES}>"


@dataclass(frozen=True, slots=True)
class Oversized:
    """A mail over the cap: `mail.content` is its header alone, cut at 256 KB."""

    mail: RawMail
    size: int  # bytes, as the server says


@dataclass(frozen=True, slots=True)
class Batch:
    """Mails fetched together, in ascending order of UID."""

    mails: tuple[RawMail, ...]
    oversized: tuple[Oversized, ...]
    missing: tuple[int, ...]  # UIDs of mails that are there and that the server does not give out
    through: int  # every mail up to this UID is in this batch or an earlier one, or is gone


@dataclass(frozen=True, slots=True)
class Standing:
    """What the server says of a mail without giving it out."""

    flags: frozenset[str]
    message_id: str | None  # with <>


class ImapMailbox:
    """One signed-in connection. Reads by EXAMINE and BODY.PEEK: no mail becomes seen, none loses \\Recent.

    Every method raises MailboxError when the server fails for now (SessionExpired: connect again at once) and
    SignInError for a fault of the set-up; after either, open a new one. For one thread.
    """

    def __init__(self, config: ImapConfig) -> None:
        self._config = config
        self._place = f"{config.host}:{config.port}"
        self._commands: Commands | None = None

    def __enter__(self) -> "ImapMailbox":
        self.open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close(politely=kind is None)

    def open(self) -> None:
        """Connect and sign in where not yet done."""
        if self._commands is None:
            self._commands = Commands(self._config)

    def close(self, *, politely: bool = True) -> None:
        """End the connection. Raises nothing."""
        commands, self._commands = self._commands, None
        if commands is not None:
            commands.close(politely=politely)

    @property
    def capabilities(self) -> frozenset[str]:
        """What the server offers after sign-in, in upper case."""
        return self._connected.capabilities()

    def folders(self) -> tuple[str, ...]:
        """Return the names of all folders that mail can lie in."""
        return self._connected.folders()

    def position(self, folder: str | None = None) -> Position:
        """Return where `folder` (default: the configured one) stands. One command, whatever the folder's size."""
        return self._connected.status(folder or self._config.folder)

    def mails_after(self, position: Position, uid: int) -> Iterator[Batch]:
        """Yield the mails of `position.folder` with a UID above `uid`.

        Sends nothing when `position` shows that there are none. Where the last ones are deleted already, an empty
        batch moves the point on. Raises MailboxError when the folder was renumbered since `position` was taken.
        """
        if position.uidnext <= uid + 1:
            return
        current = self._opened(position, again=True)
        found = self._connected.search(["UID", f"{uid + 1}:{current.uidnext - 1}"])
        uids = [new for new in found if new > uid]  # a range whose end is lower than its start turns round
        end = self._complete_through(current, uid, uids)
        done = uid
        for batch in self.fetch(current, uids):
            done = batch.through
            yield batch
        if end > done:
            yield Batch((), (), (), end)

    def since(self, day: date, folder: str | None = None, after: int = 0) -> Iterator[Batch]:
        """Yield the mails that came on `day` (by the server's clock) or later, with a UID above `after`."""
        position = self._connected.select(folder or self._config.folder)
        yield from self.fetch(position, [uid for uid in self._connected.search(["SINCE", day]) if uid > after])

    def uids(self, position: Position, first: int, last: int) -> tuple[int, ...]:
        """Return the UIDs from `first` to `last` that `position.folder` holds. Raises as `mails_after`."""
        first = max(first, 1)
        if last < first:
            return ()
        self._opened(position)
        found = self._connected.search(["UID", f"{first}:{last}"])
        return tuple(uid for uid in found if first <= uid <= last)

    def uids_since(self, position: Position, day: date) -> tuple[int, ...]:
        """Return the UIDs of the mails that came on `day` (by the server's clock) or later. Raises as `mails_after`."""
        self._opened(position)
        return tuple(uid for uid in self._connected.search(["SINCE", day]) if uid < position.uidnext)

    def standing(self, ids: Sequence[MailId]) -> dict[MailId, Standing]:
        """Return the flags and the Message-ID of mails of one folder; left out are those that are gone."""
        if not ids:
            return {}
        current = self._connected.select(ids[0].folder)
        if current.uidvalidity != ids[0].uidvalidity:
            return {}
        by_uid = {each.uid: each for each in ids}
        found: dict[MailId, Standing] = {}
        for chunk in chunks(sorted(by_uid), UIDS_PER_COMMAND):
            for uid, item in self._connected.fetch(chunk, ["FLAGS", _MESSAGE_ID]).items():
                found[by_uid[uid]] = _standing(item)
        return found

    def heads(self, folder: str, uids: Sequence[int]) -> tuple[bytes, ...]:
        """Return the headers of mails in `folder`, cut at 256 KB each."""
        self._connected.select(folder)
        found = self._connected.fetch(list(uids), [_HEADER])
        return tuple(bytes(item.get(b"BODY[HEADER]<0>") or b"") for item in found.values())

    def fetch(self, position: Position, uids: Sequence[int]) -> Iterator[Batch]:
        """Yield the mails `uids` of a folder, in batches limited by count and bytes; the first ones are small."""
        first: int | None = FIRST_BATCH
        for chunk in chunks(sorted(uids), UIDS_PER_COMMAND):
            self._opened(position)
            sizes = self._connected.sizes(chunk)
            costs = {uid: self._cost(sizes.get(uid)) for uid in chunk}
            for batch in split(costs, self._config.batch_mails, self._config.batch_bytes, first):
                yield self._batch(position, batch, sizes)
            first = None

    def fetch_one(self, id: MailId) -> RawMail | None:  # noqa: A002 - the word of the field
        """Return one mail (of an over-large one the header), None where it is gone or is not given out."""
        position = self._connected.select(id.folder)
        if position.uidvalidity != id.uidvalidity:
            return None
        for batch in self.fetch(position, [id.uid]):
            for mail in (*batch.mails, *(large.mail for large in batch.oversized)):
                return mail
        return None

    def find_message_id(self, folder: str, message_id: str) -> tuple[int, ...]:
        """Return the UIDs of the mails in `folder` with this Message-ID."""
        self._connected.select(folder)
        return tuple(self._connected.search_header("Message-ID", message_id))

    def find_replies(self, folder: str, message_id: str) -> tuple[int, ...]:
        """Return the UIDs of the mails in `folder` that answer the one with this Message-ID."""
        self._connected.select(folder)
        return tuple(self._connected.search_header("In-Reply-To", message_id))

    def flag(self, ids: Sequence[MailId]) -> None:
        """Set \\Flagged on mails of one folder; nothing else about them changes."""
        for chunk in chunks(self._writable(ids), UIDS_PER_COMMAND):
            self._connected.flag(chunk)

    def move(self, ids: Sequence[MailId], folder: str) -> dict[MailId, MailId]:
        """Move mails of one folder to `folder`; return old -> new place, as far as the server tells.

        Mails that are gone are passed over. Raises SignInError without MOVE: nothing is ever copied and deleted.
        """
        if "MOVE" not in self.capabilities:
            raise SignInError(f"{self._place}: offers no MOVE (RFC 6851); leave out the setting that moves mails")
        moved: dict[MailId, MailId] = {}
        by_uid = {each.uid: each for each in ids}
        for chunk in chunks(self._writable(ids), UIDS_PER_COMMAND):
            for old, (uidvalidity, uid) in self._connected.move(chunk, folder).items():
                if old in by_uid:
                    moved[by_uid[old]] = replace(by_uid[old], folder=folder, uidvalidity=uidvalidity, uid=uid)
        return moved

    @property
    def _connected(self) -> Commands:
        if self._commands is None:
            raise MailboxError(f"{self._place}: not connected")
        return self._commands

    def _opened(self, position: Position, *, again: bool = False) -> Position:
        """Make `position.folder` the open one, unless it is; it must not have been renumbered since."""
        if self._connected.selected == position.folder and not again:
            return position
        current = self._connected.select(position.folder)
        if current.uidvalidity != position.uidvalidity:
            raise MailboxError(f"{self._place}: folder {position.folder} was renumbered while it was read")
        return current

    def _complete_through(self, current: Position, uid: int, found: Sequence[int]) -> int:
        """Return the UID up to which `found` is all there is.

        A SEARCH can come back empty although there are mails. So where it does not reach UIDNEXT, the last mail of
        the folder must be the last one found.
        """
        reached = found[-1] if found else uid
        if reached == current.uidnext - 1:
            return reached
        last = self._connected.last_uid(current.exists) if current.exists else 0
        if last is None:
            return reached
        if last > reached:
            raise MailboxError(f"{self._place}: a search in {current.folder} left out mails that are there")
        return current.uidnext - 1

    def _cost(self, size: int | None) -> int:
        return 0 if size is None else size if size <= self._config.max_mail_bytes else HEADER_BYTES

    def _batch(self, position: Position, uids: Sequence[int], sizes: dict[int, int]) -> Batch:
        self._opened(position)  # the caller may have looked into another folder since the last batch
        cap = self._config.max_mail_bytes
        small = [uid for uid in uids if uid in sizes and sizes[uid] <= cap]
        large = [uid for uid in uids if uid in sizes and sizes[uid] > cap]
        mails = self._mails(position, small, "BODY.PEEK[]", b"BODY[]")
        heads = self._mails(position, large, _HEADER, b"BODY[HEADER]<0>")
        absent = [uid for uid in uids if uid not in mails and uid not in heads]
        oversized = tuple(Oversized(mail, sizes[uid]) for uid, mail in heads.items())
        return Batch(tuple(mails.values()), oversized, self._still_there(absent), uids[-1])

    def _mails(self, position: Position, uids: Sequence[int], part: str, key: bytes) -> dict[int, RawMail]:
        found = self._connected.fetch(uids, [part, "INTERNALDATE", "FLAGS"])
        return {uid: self._mail(position, uid, item, key) for uid, item in found.items() if item.get(key)}

    def _mail(self, position: Position, uid: int, item: Item, key: bytes) -> RawMail:
        folder = position.folder
        return RawMail(
            MailId(self._config.mailbox, folder, position.uidvalidity, uid),
            bytes(item[key]),
            _utc(item.get(b"INTERNALDATE")),
            frozenset(flag.decode("ascii", "replace") for flag in item.get(b"FLAGS") or ()),
            junk=folder in self._config.junk_folders,
        )

    def _still_there(self, uids: Sequence[int]) -> tuple[int, ...]:
        """Return which of the mails that did not come have not simply been deleted since they were found."""
        if not uids:
            return ()
        there = set(self._connected.search(["UID", ",".join(map(str, uids))]))
        return tuple(uid for uid in uids if uid in there)

    def _writable(self, ids: Sequence[MailId]) -> list[int]:
        """Open the folder of `ids` for writing; return their UIDs where these still mean the same mails."""
        if not ids:
            return []
        if len({(id_.folder, id_.uidvalidity) for id_ in ids}) > 1:
            raise ValueError("mails of more than one folder")
        current = self._connected.select(ids[0].folder, readonly=False)
        return [id_.uid for id_ in ids] if current.uidvalidity == ids[0].uidvalidity else []


def _standing(item: Item) -> Standing:
    head = next((bytes(value or b"") for key, value in item.items() if key.startswith(b"BODY[HEADER.FIELDS")), b"")
    found = _ID.search(head)
    message_id = found.group().decode("ascii", "replace") if found else None
    return Standing(frozenset(flag.decode("ascii", "replace") for flag in item.get(b"FLAGS") or ()), message_id)


def _utc(when: datetime | None) -> datetime:
    """Return INTERNALDATE in UTC; now where the server gives none that can be read: the mail has just been found."""
    if when is None or not 1970 <= when.year <= 9998:
        return datetime.now(UTC)
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
