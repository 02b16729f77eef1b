"""A connection on which the server tells of new mail at once (IDLE, RFC 2177). It moves no mail; polls do."""

import contextlib
import select
from collections.abc import Sequence
from enum import Enum

from inbox_worker.errors import MailboxError, SignInError
from inbox_worker.imap_commands import Commands
from inbox_worker.imap_session import GOODBYE, ImapConfig, faults


class NoIdle(SignInError):
    """The server does not offer IDLE to this account."""


class Told(Enum):
    """What a server told."""

    NEW_MAIL = "new mail"
    NOTHING = "nothing"  # that says that mail came
    UNSURE = "unsure"  # it may be gone: only an answer to a command tells


class IdleConnection(Commands):
    """A connection to listen on; the folder is opened by EXAMINE. Raises as Commands. For one thread."""

    def __init__(self, config: ImapConfig) -> None:
        """Connect, sign in, open the folder. Raises NoIdle where the server cannot tell of new mail."""
        super().__init__(config)
        self._idling = False
        try:
            if "IDLE" not in self.capabilities():
                raise NoIdle(f"{self._place}: offers no IDLE (RFC 2177)")
            self.select(config.folder)
        except BaseException:
            self.close(politely=False)
            raise

    def begin(self) -> None:
        """Have the server tell from now on. What came before this returns it need not tell: look for it."""
        client = self._client
        with faults(self._place, "beginning to listen"):
            client._idle_tag = client._imap._command("IDLE")
            # A server may say anything before it accepts (RFC 3501 s.7); imapclient's idle() takes that for a refusal.
            while client._imap._get_response() is not None:
                if client._imap.tagged_commands[client._idle_tag]:
                    client._checkok("IDLE", *client._imap.tagged_commands.pop(client._idle_tag))
                    raise MailboxError(f"{self._place}: the server ended IDLE before it began")
        self._idling = True

    def wait(self, seconds: float, interrupt: int) -> Told:
        """Wait until the server says something, at most `seconds`, or until the file `interrupt` can be read."""
        with faults(self._place, "listening"):
            poll = select.poll()
            sock = self._client.socket().fileno()
            poll.register(sock, select.POLLIN)
            poll.register(interrupt, select.POLLIN)
            if sock not in {number for number, _ in poll.poll(1000 * seconds)}:
                return Told.NOTHING
            answers = self._client.idle_check(timeout=0)  # nothing at the end of a connection, and nothing else
        return self._meaning(answers) if answers else Told.UNSURE

    def end(self) -> None:
        """Have the server tell no more. Raises MailboxError where the connection is dead."""
        with faults(self._place, "ending to listen"):
            self._idling = False
            self._client.idle_done()
            self._client.noop()

    def close(self, *, politely: bool) -> None:
        """End the connection. Raises nothing."""
        if politely and self._idling:
            with contextlib.suppress(Exception):  # it may be in any state; LOGOUT finds out
                self._client.socket().settimeout(GOODBYE)
                self._client.idle_done()
        super().close(politely=politely)

    def _meaning(self, answers: Sequence[tuple[object, ...]]) -> Told:
        if any(answer[0] == b"BYE" for answer in answers):
            raise MailboxError(f"{self._place}: the server ended the connection")
        return Told.NEW_MAIL if any(answer[1:2] == (b"EXISTS",) for answer in answers) else Told.NOTHING


def can_listen(config: ImapConfig) -> None:
    """Begin to listen and end it. Raises NoIdle, MailboxError, or SignInError for a fault of the set-up."""
    connection = IdleConnection(config)
    try:
        connection.begin()
    except BaseException:
        connection.close(politely=False)
        raise
    connection.close(politely=True)
