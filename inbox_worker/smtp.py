"""Hand over one message to the submission server -> Sent | TryLater | Refused | Unknown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

from inbox_worker import checkpoints
from inbox_worker.core.smtp_replies import Fate, Stage, judge, remedy
from inbox_worker.errors import SendError, SubmissionRefused
from inbox_worker.smtp_session import ConnectionLost, Reply, ServerBusy, SmtpConfig, SmtpSession

__all__ = ["Refused", "Result", "Sent", "SmtpConfig", "SmtpSender", "TryLater", "Unknown"]

_PATH = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")  # what may stand between < and >: printable ASCII without space
_BARE_LINE_END = re.compile(rb"(?<!\r)\n|\r(?!\n)")
_LEADING_DOT = re.compile(rb"(?m)^\.")


@dataclass(frozen=True, slots=True)
class Sent:
    """The server has taken the message over."""

    code: int
    status: str = ""  # enhanced status, RFC 3463


@dataclass(frozen=True, slots=True)
class TryLater:
    """The server has not taken it, and may later."""

    code: int = 0  # 0: no answer
    status: str = ""
    connection: bool = False  # the server takes nothing now: no fault of this message, count no try of it


@dataclass(frozen=True, slots=True)
class Refused:
    """The server will never take this message."""

    code: int
    status: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The connection ended between the final dot and its answer: sent, or not. Never to be sent again unseen."""

    code: int = 0
    status: str = ""


Result = Sent | TryLater | Refused | Unknown


class SmtpSender:
    """One connection for many messages: opened by the first, opened again when dropped. For one thread."""

    def __init__(self, config: SmtpConfig) -> None:
        self._config = config
        self._place = f"{config.host}:{config.port}"
        self._session: SmtpSession | None = None

    def __enter__(self) -> "SmtpSender":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def connect(self) -> frozenset[str]:
        """Connect and sign in where not yet done; return the extensions that the server offers, in lower case.

        Raises SendError when the server cannot be reached for now, SubmissionRefused for a fault of the set-up.
        """
        if self._session is None:
            self._session = SmtpSession(self._config)
        return frozenset(self._session.extensions)

    def close(self) -> None:
        """End the connection where there is one. Raises nothing."""
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def send(self, envelope_from: str, recipient: str, content: bytes) -> Result:
        """Hand over one message exactly as it stands. envelope_from: an address, or "" for <>; content: CRLF lines.

        Raises SubmissionRefused when the server refuses us and not the message: count no try, stop, tell a person.
        """
        if not _PATH.fullmatch(recipient) or (envelope_from and not _PATH.fullmatch(envelope_from)):
            return Refused(553, "5.1.3")
        if _BARE_LINE_END.search(content):  # servers differ on where such a message ends (CVE-2023-51764)
            return Refused(554, "5.6.0")
        used = self._session is not None
        result = self._try(envelope_from, recipient, content)
        if used and isinstance(result, TryLater) and result.connection and result.code in (0, 421):
            # The server had closed an idle connection. No final dot was sent, so a second try sends nothing twice.
            result = self._try(envelope_from, recipient, content)
        return result

    def _try(self, envelope_from: str, recipient: str, content: bytes) -> Result:
        try:
            self.connect()
        except SubmissionRefused:
            raise
        except ServerBusy as error:
            return TryLater(error.answer.code, error.answer.status, connection=True)
        except SendError:
            return TryLater(connection=True)
        checkpoints.reached("smtp.connected")
        try:
            early = self._announce(envelope_from, recipient, content)
        except ConnectionLost:
            self._drop()
            return TryLater(connection=True)
        return early or self._finish()

    def _announce(self, envelope_from: str, recipient: str, content: bytes) -> Result | None:
        """Carry out the transaction up to the final dot. Return what ended it before, or None."""
        session = self._open
        if unfit := self._unfit(content):
            return unfit
        # A null sender asks for no report; only then is none wanted (RFC 3461 s.4.1).
        notify = " NOTIFY=NEVER" if not envelope_from and "dsn" in session.extensions else ""
        steps = (
            (Stage.SENDER, f"MAIL FROM:<{envelope_from}>{self._parameters(content)}"),
            (Stage.RECIPIENT, f"RCPT TO:<{recipient}>{notify}"),
            (Stage.CONTENT, "DATA"),
        )
        for stage, reply in self._asked(steps):
            if (stage is Stage.CONTENT and reply.code == 354) or (
                stage is not Stage.CONTENT and reply.code // 100 == 2
            ):
                continue
            result = self._judged(stage, reply)
            if result is None:  # a 2xx that does not let us go on
                raise ConnectionLost
            return result
        checkpoints.reached("smtp.announced")
        session.write(_LEADING_DOT.sub(b"..", content) + (b"" if content.endswith(b"\r\n") else b"\r\n"))
        return None

    def _asked(self, steps: Sequence[tuple[Stage, str]]) -> list[tuple[Stage, Reply]]:
        """Send the commands, at once where the server offers it (RFC 2920); return the replies up to a failure.

        Raises ConnectionLost where the connection ends before any reply says why.
        """
        session, found = self._open, list[tuple[Stage, Reply]]()
        together = "pipelining" in session.extensions
        if together:
            session.write(b"".join(line.encode("ascii") + b"\r\n" for _, line in steps))
        failed = False
        try:
            for stage, line in steps:
                reply = session.next_reply() if together else session.command(line.encode("ascii"))
                failed = failed or reply.code >= 400
                found.append((stage, reply))
                if failed and not together:
                    break
        except ConnectionLost:
            if not failed:
                raise
        if failed and found[-1][1].code == 354:
            self._drop()  # the server waits for content all the same: without a final dot it gets none
        return found

    def _finish(self) -> Result:
        """Send the final dot and read its answer."""
        checkpoints.reached("smtp.content_sent")
        try:
            self._open.write(b".\r\n")
            checkpoints.reached("smtp.dot_sent")
            reply = self._open.reply(self._config.data_timeout)
        except ConnectionLost:
            self._drop()
            return Unknown()
        checkpoints.reached("smtp.answered")
        if reply.code // 100 == 3:
            self._drop()
            return Unknown(reply.code)
        return self._judged(Stage.CONTENT, reply) or Sent(reply.code, reply.answer.status)

    def _unfit(self, content: bytes) -> Refused | None:
        """Say why this server cannot take the message, before it is offered (RFC 1870 s.6, RFC 6152)."""
        extensions = self._open.extensions
        limit = extensions.get("size", "").strip()
        if limit.isdigit() and 0 < int(limit) < len(content):
            return Refused(552, "5.3.4")
        if not content.isascii() and "8bitmime" not in extensions:
            return Refused(554, "5.6.3")
        return None

    def _parameters(self, content: bytes) -> str:
        size = f" SIZE={len(content)}" if "size" in self._open.extensions else ""
        return size if content.isascii() else size + " BODY=8BITMIME"

    def _judged(self, stage: Stage, reply: Reply) -> Result | None:
        """Return the result that the reply means, or None to go on. Raises SubmissionRefused, ConnectionLost."""
        answer = reply.answer
        fate = judge(stage, answer, reply.text)
        if fate is Fate.DONE:
            return None
        if fate is Fate.NONSENSE:
            raise ConnectionLost
        self._reset(answer.code)
        if fate is Fate.MISCONFIGURED:
            raise SubmissionRefused(f"{self._place}: {answer} to {stage.value}; {remedy(stage, answer)}")
        if fate is Fate.REFUSED:
            return Refused(answer.code, answer.status)
        return TryLater(answer.code, answer.status, connection=fate is Fate.SERVER_LATER)

    def _reset(self, code: int) -> None:
        """Make the connection fit for the next message, or close it."""
        if code == 421:  # the server closes (RFC 5321 s.3.8)
            self._drop()
            return
        try:
            if self._open.command(b"RSET").code != 250:
                self._drop()
        except ConnectionLost:
            self._drop()

    @property
    def _open(self) -> SmtpSession:
        if self._session is None:
            raise ConnectionLost
        return self._session

    def _drop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close(politely=False)
