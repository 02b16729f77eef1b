"""Hand over messages to the submission server, one connection -> Sent | TryLater | Refused | Unknown for each."""

from collections.abc import Callable
from types import TracebackType

from inbox_worker import checkpoints
from inbox_worker.core.smtp_replies import Fate, Stage, judge, remedy
from inbox_worker.errors import SendError, SubmissionRefused
from inbox_worker.smtp_results import Refused, Result, Sent, Submission, TryLater, Unknown
from inbox_worker.smtp_session import ConnectionLost, Reply, ServerBusy, SmtpConfig, SmtpSession
from inbox_worker.smtp_transaction import Announcement, after_dots, announcement, offers_pipelining, unfit, unsendable

__all__ = ["Refused", "Result", "Sent", "SmtpConfig", "SmtpSender", "Submission", "TryLater", "Unknown"]

_OUT_OF_ORDER = 503  # to a MAIL sent ahead: the server did not follow us; a new connection clears it up


def _nothing() -> Submission | None:
    return None


class SmtpSender:
    """One connection for many messages: opened by the first, opened again when dropped. For one thread."""

    def __init__(self, config: SmtpConfig) -> None:
        self._config = config
        self._place = f"{config.host}:{config.port}"
        self._session: SmtpSession | None = None
        self._ahead: Announcement | None = None  # of the next message, sent behind the last final dot
        self._reset_first = False  # a transaction was broken off: RSET goes before the next one

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
        """End the connection where there is one; what was announced ahead has not been sent. Raises nothing."""
        session, polite = self._session, self._ahead is None
        self._forget()
        if session is not None:
            session.close(politely=polite)

    def send(
        self,
        envelope_from: str,
        recipient: str,
        content: bytes,
        following: Callable[[], Submission | None] = _nothing,
    ) -> Result:
        """Hand over one message exactly as it stands. envelope_from: an address, or "" for <>; content: CRLF lines.

        following: asked just before the final dot, once in each of at most two tries, for the message of the next call;
        both times it must be the same. It is then announced together with the dot (RFC 2920 s.3.1), which saves it a
        round trip; its content waits for that next call.
        Raises SubmissionRefused when the server refuses us and not the message: count no try, stop, tell a person.
        """
        message = Submission(envelope_from, recipient, content)
        told = self._ahead is not None and self._ahead.message == message  # and was looked at then
        if not told and (refused := unsendable(message)):
            return refused
        used = self._session is not None
        result = self._try(message, following)
        if used and isinstance(result, TryLater) and result.connection and result.code in (0, 421):
            # The server had closed an idle connection. It has no final dot, so a second try sends nothing twice.
            result = self._try(message, following)
        return result

    def _try(self, message: Submission, following: Callable[[], Submission | None]) -> Result:
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
            early = self._announce(message)
            if early is None:
                checkpoints.reached("smtp.announced")
                self._open.write(after_dots(message.content))
        except ConnectionLost:
            self._drop()
            return TryLater(connection=True)
        return early or self._finish(following)

    def _announce(self, message: Submission) -> Result | None:
        """Carry out the transaction up to the content. Return what ended it before, or None."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None and ahead.message != message:
            raise ConnectionLost  # the server waits for another message than this one
        session = self._open
        if ahead is not None:
            replies = ahead.replies(session)
        elif refused := unfit(message, session.extensions):
            return refused
        else:
            reset, self._reset_first = self._reset_first, False
            replies = announcement(message, session.extensions, reset=reset).ask(session)
        failed = any(reply.code >= 400 for _, reply in replies)
        if failed and replies[-1][1].code == 354:
            self._drop()  # the server waits for content all the same: without a final dot it gets none
        found = (self._refusal(stage, reply, sent_ahead=ahead is not None) for stage, reply in replies)
        return next((result for result in found if result is not None), None)

    def _refusal(self, stage: Stage, reply: Reply, *, sent_ahead: bool) -> Result | None:
        """Return what a reply before the content means, or None to go on."""
        if reply.code == 354 if stage is Stage.CONTENT else reply.code // 100 == 2:
            return None
        if sent_ahead and stage is Stage.SENDER and reply.code == _OUT_OF_ORDER:
            raise ConnectionLost
        result = self._judged(stage, reply)
        if result is None:  # a 2xx that does not let us go on
            raise ConnectionLost
        return result

    def _finish(self, following: Callable[[], Submission | None]) -> Result:
        """Send the final dot, and the next message's announcement with it; read the answer to the dot."""
        checkpoints.reached("smtp.content_sent")
        session = self._open
        try:
            if session.has_spoken():  # 421, or gone: it did not wait for the dot, and shall not have it
                raise ConnectionLost
            self._ahead = self._next_announcement(following())
            session.write_dot(self._ahead.lines if self._ahead else b"")
        except ConnectionLost:
            self._drop()
            return TryLater(connection=True)
        try:
            checkpoints.reached("smtp.dot_sent")
            reply = session.reply(self._config.data_timeout)
        except ConnectionLost:
            self._drop()
            return Unknown()
        checkpoints.reached("smtp.answered")
        if reply.code // 100 == 3:
            self._drop()
            return Unknown(reply.code)
        return self._judged(Stage.CONTENT, reply) or Sent(reply.code, reply.answer.status)

    def _next_announcement(self, message: Submission | None) -> Announcement | None:
        """Return what to send behind a final dot: nothing where the server wants command after command."""
        extensions = self._open.extensions
        if message is None or not offers_pipelining(extensions):
            return None
        if unsendable(message) or unfit(message, extensions):
            return None  # the next call says so
        return announcement(message, extensions, reset=False)

    def _judged(self, stage: Stage, reply: Reply) -> Result | None:
        """Return the result that the reply means, or None to go on. Raises SubmissionRefused, ConnectionLost."""
        answer = reply.answer
        fate = judge(stage, answer, reply.text)
        if fate is Fate.DONE:
            return None
        if fate is Fate.NONSENSE:
            raise ConnectionLost
        if answer.code == 421:  # the server closes (RFC 5321 s.3.8)
            self._drop()
        if fate is Fate.MISCONFIGURED:
            self.close()
            raise SubmissionRefused(f"{self._place}: {answer} to {stage.value}; {remedy(stage, answer)}")
        self._reset_first = self._session is not None and self._ahead is None
        if fate is Fate.REFUSED:
            return Refused(answer.code, answer.status)
        return TryLater(answer.code, answer.status, connection=fate is Fate.SERVER_LATER)

    @property
    def _open(self) -> SmtpSession:
        if self._session is None:
            raise ConnectionLost
        return self._session

    def _drop(self) -> None:
        session = self._session
        self._forget()
        if session is not None:
            session.close(politely=False)

    def _forget(self) -> None:
        self._session, self._ahead, self._reset_first = None, None, False
