"""One SMTP connection: opened, encrypted, signed in; then commands and replies. The only user of smtplib."""

import base64
import contextlib
import select
import smtplib
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from inbox_worker.core import access_token
from inbox_worker.core.smtp_replies import Answer, Fate, Stage, judge, read, remedy
from inbox_worker.credentials import Credential, Secret, TokenRefused, TokenSource, TokenUnavailable
from inbox_worker.errors import SendError, SubmissionRefused
from inbox_worker.transport import Security, certificate_ends, check_security, tls_context, tls_fault

GOODBYE = 5.0  # seconds that QUIT may take


@dataclass(frozen=True, slots=True)
class SmtpConfig:
    """How to reach the submission server. Raises ConfigError for plain text across a network."""

    host: str
    port: int = 587
    security: Security = Security.STARTTLS
    user: str | None = None  # None: the server knows us by our address
    credential: Credential | None = None
    allow_plain: bool = False
    ca_file: Path | None = None
    client_name: str | None = None  # for EHLO; None: this machine's name
    connect_timeout: timedelta = timedelta(seconds=15)
    read_timeout: timedelta = timedelta(seconds=60)
    data_timeout: timedelta = timedelta(minutes=5)  # for the answer to the final dot; giving up early means Unknown

    def __post_init__(self) -> None:
        check_security("smtp", self.host, self.security, self.allow_plain)


class Reply(NamedTuple):
    """A server's reply. The text stays in memory: it can name people."""

    code: int
    text: str

    @property
    def answer(self) -> Answer:
        """What of it may be stored."""
        return read(self.code, self.text)


class ConnectionLost(Exception):
    """The server closed, fell silent, or said something that is no SMTP."""


class ServerBusy(SendError):
    """The server answered, and takes nothing now."""

    def __init__(self, text: str, answer: Answer) -> None:
        super().__init__(text)
        self.answer = answer


class SmtpSession:
    """An open connection. Every method raises ConnectionLost when it is of no more use."""

    def __init__(self, config: SmtpConfig) -> None:
        """Connect, encrypt, sign in. Raises SendError for now, SubmissionRefused for a faulty set-up."""
        self._config = config
        self._place = f"{config.host}:{config.port}"
        self._smtp: smtplib.SMTP | None = None
        with self._faults():
            self._open()
            self._sign_in()

    @property
    def extensions(self) -> Mapping[str, str]:
        """What the server offers: lower-case name -> its parameters."""
        return self._connected.esmtp_features

    def certificate_ends(self) -> datetime | None:
        """Return when the server's certificate ends, in UTC; None without TLS."""
        sock = self._connected.sock
        return certificate_ends(sock) if isinstance(sock, ssl.SSLSocket) else None

    def command(self, line: bytes) -> Reply:
        """Send one command line and return its reply."""
        self.write(line + b"\r\n")
        return self.next_reply()

    def next_reply(self) -> Reply:
        """Read the reply to the oldest command that has none yet."""
        return self.reply(self._config.read_timeout)

    def write(self, data: bytes) -> None:
        """Send `data` as it is."""
        try:
            self._connected.send(data)
        except (OSError, smtplib.SMTPException) as error:
            raise ConnectionLost from error

    def write_dot(self, following: bytes = b"") -> None:
        """Send the final dot, and the commands `following` behind it.

        Raises ConnectionLost only where not one octet went out, so that the server cannot have taken the message.
        Where it breaks later the connection is ended, and whoever reads the answer finds none.
        """
        sock = self._connected.sock
        data = b".\r\n" + following
        try:
            if sock is None:
                raise ConnectionLost
            written = sock.send(data)
        except TimeoutError:  # under TLS nobody can say how much of a record is out
            self.close(politely=False)
            return
        except OSError as error:
            raise ConnectionLost from error
        if written < len(data):
            try:
                sock.sendall(data[written:])
            except OSError:
                self.close(politely=False)

    def has_spoken(self) -> bool:
        """Tell whether the server says something unasked, or has closed; waits for nothing."""
        sock = self._connected.sock
        if sock is None:
            return True
        poll = select.poll()
        poll.register(sock, select.POLLIN | select.POLLHUP | select.POLLERR)
        return bool(poll.poll(0)) or (isinstance(sock, ssl.SSLSocket) and sock.pending() > 0)

    def reply(self, timeout: timedelta) -> Reply:
        """Read one reply, waiting `timeout` at most for each line."""
        try:
            self._wait(timeout)
            code, text = self._connected.getreply()
        except (OSError, smtplib.SMTPException) as error:  # an over-long line is an SMTPResponseException of smtplib's
            raise ConnectionLost from error
        if not 200 <= code <= 599:
            raise ConnectionLost
        return Reply(code, _text(text))

    def close(self, *, politely: bool = True) -> None:
        """End the connection. Raises nothing."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        if politely and smtp.sock is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                smtp.sock.settimeout(GOODBYE)
                smtp.quit()
        smtp.close()

    @property
    def _connected(self) -> smtplib.SMTP:
        if self._smtp is None:
            raise ConnectionLost
        return self._smtp

    def _wait(self, timeout: timedelta) -> None:
        if (sock := self._connected.sock) is not None:
            sock.settimeout(timeout.total_seconds())

    def _open(self) -> None:
        config = self._config
        name, seconds = config.client_name or client_name(), config.connect_timeout.total_seconds()
        if config.security is Security.TLS:
            context = tls_context("smtp", config.ca_file)
            self._smtp = smtplib.SMTP_SSL(config.host, config.port, name, timeout=seconds, context=context)
        else:
            self._smtp = smtplib.SMTP(config.host, config.port, name, timeout=seconds)
        self._wait(config.read_timeout)
        # The final dot is written apart from the content and must not wait for an acknowledgement of it.
        if self._smtp.sock is not None:
            self._smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._smtp.ehlo_or_helo_if_needed()
        if config.security is Security.STARTTLS:
            self._smtp.starttls(context=tls_context("smtp", config.ca_file))
            self._smtp.ehlo()  # what was offered before may have been forged

    def _sign_in(self) -> None:
        user, credential = self._config.user, self._config.credential
        if user is None or credential is None:
            return
        if isinstance(credential, Secret):
            reply = self._password(user, credential)
            self._judge_sign_in(reply, remedy(Stage.SIGN_IN, reply.answer))
        else:
            self._by_token(user, credential)

    def _by_token(self, user: str, source: TokenSource) -> None:
        token = source.token()
        reply = self._token(user, token)
        if reply.code == 535:  # it may have been withdrawn before its time
            source.rejected()
            token = source.token()
            reply = self._token(user, token)
        switched_off = reply.answer.status == "5.7.139"
        lacking = access_token.refused_sending(access_token.claims(token.reveal()))
        self._judge_sign_in(reply, remedy(Stage.SIGN_IN, reply.answer) if switched_off else lacking)

    def _judge_sign_in(self, reply: Reply, hint: str) -> None:
        fate = judge(Stage.SIGN_IN, reply.answer, reply.text)
        if fate in (Fate.MISCONFIGURED, Fate.REFUSED):
            raise SubmissionRefused(f"{self._place}: sign-in refused ({reply.answer}); {hint}")
        if fate is not Fate.DONE:
            raise ServerBusy(f"{self._place}: no sign-in for now ({reply.answer})", reply.answer)

    def _password(self, user: str, password: Secret) -> Reply:
        """Sign in by AUTH PLAIN (RFC 4616), else LOGIN. Not by smtplib: it takes ASCII passwords alone."""
        offered = self.extensions.get("auth", "").upper().split()
        if "PLAIN" in offered:
            return self.command(b"AUTH PLAIN " + _base64(f"\0{user}\0{password.reveal()}"))
        if "LOGIN" in offered:
            reply = self.command(b"AUTH LOGIN")
            for answer in (user, password.reveal()):
                if reply.code != 334:
                    break
                reply = self.command(_base64(answer))
            return reply
        raise SubmissionRefused(
            f"{self._place}: offers no sign-in by password; check port and encryption, use OAuth2, "
            "or leave smtp.user out where none is needed"
        )

    def _token(self, user: str, token: Secret) -> Reply:
        """Sign in by XOAUTH2; an error comes as a challenge that wants an empty line."""
        reply = self.command(b"AUTH XOAUTH2 " + _base64(f"user={user}\1auth=Bearer {token.reveal()}\1\1"))
        return self.command(b"") if reply.code == 334 else reply

    @contextlib.contextmanager
    def _faults(self) -> Iterator[None]:
        """Close, and say in our words what went wrong before the first message."""
        try:
            yield
        except BaseException as error:
            self.close(politely=False)
            if isinstance(error, (smtplib.SMTPException, OSError, ConnectionLost, TokenUnavailable)):
                raise self._translated(error) from error
            raise

    def _translated(self, error: Exception) -> SendError:
        if isinstance(error, TokenRefused):
            return SubmissionRefused(f"{self._place}: no access token: {error}")
        if isinstance(error, TokenUnavailable):
            return SendError(f"{self._place}: no access token for now: {error}")
        if isinstance(error, smtplib.SMTPNotSupportedError):
            return SubmissionRefused(f'{self._place}: offers no STARTTLS; try smtp.security: "tls"')
        if isinstance(error, smtplib.SMTPResponseException):
            answer = read(error.smtp_code, _text(error.smtp_error))
            return ServerBusy(f"{self._place}: answered {answer} before any message", answer)
        if isinstance(error, ssl.SSLError):
            fault = tls_fault("smtp", error)
            if fault:
                return SubmissionRefused(f"{self._place}: {fault}")
            return SendError(f"{self._place}: TLS failed ({error.reason})")
        cause = error.__cause__ if isinstance(error, ConnectionLost) and error.__cause__ else error
        return SendError(f"{self._place}: cannot be reached ({type(cause).__name__})")


def client_name() -> str:
    """Return the name for EHLO: this machine's, where it has a domain, without asking a name server."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"


def _text(words: bytes | str) -> str:
    return words if isinstance(words, str) else words.decode("utf-8", "replace")


def _base64(text: str) -> bytes:
    return base64.b64encode(text.encode("utf-8"))
