"""The IMAP commands that we use, on one signed-in connection: plain values out, our errors."""

import contextlib
import re
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from imapclient import IMAPClient

from inbox_worker.errors import MailboxError, SignInError
from inbox_worker.imap_session import ImapConfig, drop, faults, is_refusal, log_out, may_pass, sign_in
from inbox_worker.transport import certificate_ends

Item = dict[bytes, Any]  # imapclient's answer about one mail: b"BODY[]" -> bytes, b"FLAGS" -> tuple, ...

_UIDS = rb"[0-9]{1,10}(?::[0-9]{1,10})?(?:,[0-9]{1,10}(?::[0-9]{1,10})?)*"
_COPYUID = re.compile(rb"(?P<validity>[0-9]{1,10}) (?P<old>%b) (?P<new>%b)" % (_UIDS, _UIDS))
_LONGEST_RANGE = 100_000  # what a server may make us count out


@dataclass(frozen=True, slots=True)
class Position:
    """Where a folder stands."""

    folder: str
    uidvalidity: int
    uidnext: int
    exists: int


class Commands:
    """A connection. Raises MailboxError or SignInError; after either it is of no more use."""

    def __init__(self, config: ImapConfig) -> None:
        """Connect and sign in."""
        self._place = f"{config.host}:{config.port}"
        self._client: IMAPClient = sign_in(config)
        self._selected: str | None = None

    def close(self, *, politely: bool) -> None:
        """End the connection. Raises nothing."""
        (log_out if politely else drop)(self._client)

    @property
    def selected(self) -> str | None:
        """The folder that is open, for reading or writing."""
        return self._selected

    def capabilities(self) -> frozenset[str]:
        """Return what the server offers after sign-in, in upper case."""
        with faults(self._place, "reading capabilities"):
            return frozenset(name.decode("ascii", "replace") for name in self._client.capabilities())

    def status(self, folder: str) -> Position:
        """Return where `folder` stands, by STATUS, or by EXAMINE where it is open (RFC 3501 s.6.3.10)."""
        if self._selected == folder:
            return self.select(folder)
        with self._folder_faults(folder):
            found = self._client.folder_status(folder, ["MESSAGES", "UIDNEXT", "UIDVALIDITY"])
            position = _position(folder, found, b"MESSAGES")
        return position or self.select(folder)

    def select(self, folder: str, *, readonly: bool = True) -> Position:
        """Open `folder` by EXAMINE, or by SELECT for writing."""
        self._selected = None
        with self._folder_faults(folder):
            found = self._client.select_folder(folder, readonly=readonly)
            position = _position(folder, found, b"EXISTS")
        if position is None:
            raise SignInError(f"{self._place}: gives no UIDNEXT or UIDVALIDITY for {folder}; it cannot be followed")
        self._selected = folder
        return position

    def search(self, criteria: Sequence[str | date]) -> list[int]:
        """Return the UIDs in the open folder that match, ascending."""
        with faults(self._place, "searching"):
            return sorted(self._client.search(list(criteria)))

    def search_header(self, name: str, value: str) -> list[int]:
        """Return the UIDs in the open folder whose header `name` contains `value`, ascending.

        Nothing for a value outside printable US-ASCII: SEARCH takes no other on Exchange, and a line break would end
        the command.
        """
        if not value.isascii() or not value.isprintable():
            return []
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        with faults(self._place, "searching"):  # one string: imapclient would leave a parenthesis unquoted
            return sorted(self._client.search(f'HEADER {name} "{quoted}"'))

    def fetch(self, uids: Sequence[int], items: Sequence[str]) -> dict[int, Item]:
        """Return `items` of the mails `uids` in the open folder, in their order, without those that did not come.

        Where the server refuses the whole, each is asked for alone: one mail that it chokes on costs only itself.
        """
        if not uids:
            return {}
        try:
            with faults(self._place, "fetching mails"):
                found = self._client.fetch(list(uids), list(items))
        except MailboxError as error:
            if not is_refusal(error) or may_pass(error.__cause__):
                raise
            if len(uids) == 1:
                return {}
            return {uid: item for one in uids for uid, item in self.fetch([one], items).items()}
        return {uid: found[uid] for uid in uids if uid in found}

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Return UID -> RFC822.SIZE: a guard before fetching, never a length (Exchange gives the stored size)."""
        found = self.fetch(uids, ["RFC822.SIZE"])
        return {uid: item[b"RFC822.SIZE"] for uid, item in found.items() if isinstance(item.get(b"RFC822.SIZE"), int)}

    def last_uid(self, exists: int) -> int | None:
        """Return the UID of mail number `exists` in the open folder; None where one vanished meanwhile."""
        client = self._client
        client.use_uid = False
        try:
            with faults(self._place, "looking for gaps"):
                found = client.fetch([exists], ["UID"])
        except MailboxError as error:
            if is_refusal(error):
                return None
            raise
        finally:
            client.use_uid = True
        uid = found.get(exists, {}).get(b"UID")
        return None if uid is None else int(uid)

    def folders(self) -> tuple[str, ...]:
        """Return the names of all folders that mail can lie in."""
        with faults(self._place, "listing folders"):
            listed = self._client.list_folders()
        return tuple(str(name) for flags, _, name in listed if b"\\noselect" not in {flag.lower() for flag in flags})

    def certificate_ends(self) -> datetime | None:
        """Return when the server's certificate ends, in UTC; None without TLS."""
        sock = self._client.socket()
        return certificate_ends(sock) if isinstance(sock, ssl.SSLSocket) else None

    def flag(self, uids: Sequence[int]) -> None:
        """Set \\Flagged on mails of the open folder."""
        with faults(self._place, "flagging mails"):
            self._client.add_flags(list(uids), [b"\\Flagged"], silent=True)

    def move(self, uids: Sequence[int], folder: str) -> dict[int, tuple[int, int]]:
        """Move mails of the open folder to `folder` (RFC 6851).

        Return old UID -> (UIDVALIDITY, UID) there, as far as the server tells (COPYUID, RFC 4315 s.3).
        """
        connection = self._client._imap
        with self._folder_faults(folder):
            connection.response("COPYUID")  # an old answer goes
            self._client.move(list(uids), folder)
        return new_places(connection.response("COPYUID")[1])

    @contextlib.contextmanager
    def _folder_faults(self, folder: str) -> Iterator[None]:
        """As `faults`; tell a folder that is not there from a server that cannot open it now."""
        try:
            with faults(self._place, f"opening folder {folder}"):
                yield
        except MailboxError as error:
            if not is_refusal(error) or may_pass(error.__cause__):
                raise
            if folder not in (names := self.folders()):
                near = [name for name in names if name.casefold() == folder.casefold()]
                hint = f"did you mean {near[0]}?" if near else "check its name, and the account's right to read it"
                raise SignInError(f"{self._place}: no folder {folder}; {hint}") from error
            if "[NOPERM]" in str(error.__cause__).upper():
                raise SignInError(f"{self._place}: the account may not use folder {folder}; grant it") from error
            raise


def new_places(told: Sequence[bytes | None]) -> dict[int, tuple[int, int]]:
    """Return what COPYUID answers say: old UID -> (UIDVALIDITY, UID). Nothing for what does not fit its syntax."""
    places: dict[int, tuple[int, int]] = {}
    for answer in told:
        match = _COPYUID.fullmatch(answer or b"")
        if match is None:
            continue
        old, new = _uids(match["old"]), _uids(match["new"])
        if len(old) == len(new):
            places |= {before: (int(match["validity"]), after) for before, after in zip(old, new, strict=True)}
    return places


def _uids(text: bytes) -> list[int]:
    found: list[int] = []
    for item in text.split(b","):
        first, _, last = item.partition(b":")
        ends = sorted((int(first), int(last or first)))
        found += range(ends[0], min(ends[1], ends[0] + _LONGEST_RANGE) + 1)
    return found


def _position(folder: str, found: dict[bytes, Any], count: bytes) -> Position | None:
    """Return the position in an answer to STATUS or SELECT; None where the server leaves out what we need."""
    if not {count, b"UIDNEXT", b"UIDVALIDITY"} <= found.keys():
        return None
    return Position(folder, int(found[b"UIDVALIDITY"]), int(found[b"UIDNEXT"]), int(found[count]))
