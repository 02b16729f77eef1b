"""A real IMAP server (pymap) and a real SMTP server (aiosmtpd) on free loopback ports, for the demo and the tests.

Needs the extra [demo]; only the `demo` command imports this module, and only when it runs.
"""

import asyncio
import contextlib
import imaplib
import ssl
import threading
import warnings
from abc import ABC, abstractmethod
from argparse import Namespace
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self, TypeVar

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer
from pysasl.hashing import BuiltinHash

LOOPBACK = "127.0.0.1"
STEP = 30.0  # seconds that starting or stopping may take
_T = TypeVar("_T")


class LoopbackServer(ABC):
    """Something that listens on a free loopback port, in a thread of its own, from `start` to `stop`."""

    def __init__(self) -> None:
        self.host, self.port = LOOPBACK, 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._server: asyncio.Server | None = None

    def start(self) -> Self:
        """Listen; `port` is known then."""
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda loop, context: None)  # a client that hangs up is no news here
        self._thread = threading.Thread(target=self._loop.run_forever, name=type(self).__name__, daemon=True)
        self._thread.start()
        self._server = self._run(self._listen())
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def stop(self) -> None:
        """Close the port and every connection; a second call does nothing."""
        if self._loop is None or self._thread is None:
            return
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(STEP)
        self._loop.close()
        self._loop = self._thread = self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @abstractmethod
    async def _listen(self) -> asyncio.Server:
        """Return the listening server."""

    def _run(self, work: Coroutine[Any, Any, _T]) -> _T:
        if self._loop is None:
            raise RuntimeError("not started")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(STEP)

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Account:
    """One account on an IMAP server, used as a person's mail program uses it."""

    host: str
    port: int
    user: str
    password: str
    starttls = False

    @contextlib.contextmanager
    def client(self) -> Iterator[imaplib.IMAP4]:
        """Yield a signed-in connection."""
        client = imaplib.IMAP4(self.host, self.port, timeout=STEP)
        try:
            if self.starttls:
                trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE  # our own server, on loopback
                client.starttls(trusting)
            client.authenticate("PLAIN", lambda _: f"\0{self.user}\0{self.password}".encode())
            yield client
        finally:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                client.logout()

    def create_folder(self, name: str) -> None:
        """Make the folder `name`, such as "Sent"."""
        with self.client() as client:
            _checked(client.create(_quoted(name)))

    def deliver(
        self,
        *mails: bytes,
        folder: str = "INBOX",
        received: datetime | None = None,
        flags: Sequence[str] = (),
    ) -> None:
        """Put `mails` into `folder` in their order, unseen unless `flags` say so. received: aware; default now."""
        when = imaplib.Time2Internaldate(received or datetime.now(UTC))
        with self.client() as client:
            for mail in mails:
                _checked(client.append(_quoted(folder), f"({' '.join(flags)})", when, mail))


class ImapServer(LoopbackServer, Account):
    """pymap with one account, everything in memory."""

    def __init__(self, user: str, password: str, tls: ssl.SSLContext | None = None) -> None:
        """tls: the server offers STARTTLS and takes no password before it."""
        super().__init__()
        self.user, self.password, self._tls, self.starttls = user, password, tls, tls is not None

    async def _listen(self) -> asyncio.Server:
        arguments = Namespace(host=self.host, port=0, debug=False, cert=None, key=None, tls=self.starttls)
        arguments.__dict__.update(passlib_cfg=None, proxy_protocol=None, demo_data=False)
        arguments.__dict__.update(demo_user=self.user, demo_password=self.password)
        # One account in memory, on loopback: the password is hashed, but need not hold off a thief of the hash.
        quick = BuiltinHash(rounds=1000)
        backend, config = await DictBackend.init(arguments, ssl_context=self._tls, hash_context=quick)
        config.apply_context()
        connected = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(backend.login, config))
        return await asyncio.start_server(connected, self.host, 0)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that the SMTP server has taken."""

    envelope_from: str
    recipients: tuple[str, ...]
    content: bytes  # as it came over the wire, dots unstuffed
    user: str | None  # who had signed in
    encrypted: bool


class HangUp(Exception):
    """Raised by an `answer` function to cut the connection without a word."""


# Stage ("EHLO", "MAIL", "RCPT", "DATA") and its argument -> a reply of the tester's own, or None to go on as usual.
Answer = Callable[[str, str], str | None]


class SmtpServer(LoopbackServer):
    """aiosmtpd that keeps what it takes in `deliveries`, and forwards nothing to anyone."""

    def __init__(
        self,
        users: dict[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
        *,
        implicit_tls: bool = False,
        answer: Answer | None = None,
        size_limit: int = 50_000_000,
    ) -> None:
        """users: name -> password; where given, sign-in is required. tls: STARTTLS, or TLS from the first byte."""
        super().__init__()
        self.deliveries: list[Delivery] = []
        self.answer = answer
        self.implicit_tls = implicit_tls
        self._users, self._tls, self._size = users or {}, tls, size_limit

    async def _listen(self) -> asyncio.Server:
        # It warns of sign-in without TLS, which on loopback endangers nobody.
        warnings.filterwarnings("ignore", message="Requiring AUTH while not requiring TLS")

        def protocol() -> SMTP:
            return SMTP(
                _Handler(self),
                hostname="mail.example.org",
                loop=asyncio.get_running_loop(),
                data_size_limit=self._size,
                tls_context=None if self.implicit_tls else self._tls,
                require_starttls=self._tls is not None and not self.implicit_tls,
                auth_required=bool(self._users),
                auth_require_tls=not self._users or (self._tls is not None and not self.implicit_tls),
                authenticator=self._authenticate if self._users else None,
            )

        context = self._tls if self.implicit_tls else None
        return await asyncio.get_running_loop().create_server(protocol, self.host, 0, ssl=context)

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        name = data.login.decode("utf-8")
        known = name in self._users and self._users[name].encode("utf-8") == data.password
        return AuthResult(success=known, handled=False, auth_data=name)


class _Handler:
    """The hooks that aiosmtpd calls."""

    def __init__(self, owner: SmtpServer) -> None:
        self._owner = owner

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        own = self._said(server, "EHLO", hostname)
        return [own] if own else ["250-PIPELINING", *responses]  # aiosmtpd reads line by line: it can, and is silent

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if own := self._said(server, "MAIL", " ".join([address, *options])):
            return own
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Sender ok"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if own := self._said(server, "RCPT", address):
            return own
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if own := self._said(server, "DATA", ",".join(envelope.rcpt_tos)):
            return own
        content = envelope.original_content or b""
        user = session.auth_data if isinstance(session.auth_data, str) else None
        encrypted = self._owner.implicit_tls or bool(session.ssl)
        self._owner.deliveries.append(
            Delivery(envelope.mail_from or "", tuple(envelope.rcpt_tos), content, user, encrypted)
        )
        return "250 2.0.0 Taken"

    def _said(self, server: SMTP, stage: str, argument: str) -> str | None:
        try:
            return self._owner.answer(stage, argument) if self._owner.answer else None
        except HangUp:
            if isinstance(server.transport, asyncio.WriteTransport):
                server.transport.abort()
            return "421 4.4.2 Closed"


def _quoted(folder: str) -> str:
    return '"{}"'.format(folder.replace("\\", "\\\\").replace('"', '\\"'))


def _checked(answer: tuple[str, Any]) -> None:
    if answer[0] != "OK":
        raise RuntimeError(f"the IMAP server answered {answer[0]}")
