"""One IMAP connection: opened, encrypted, signed in; and imapclient's errors in our words."""

import contextlib
import imaplib
import logging
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import (
    CapabilityError,
    IMAPClientAbortError,
    IMAPClientError,
    LoginError,
    ProtocolError,
)

from inbox_worker.core import access_token
from inbox_worker.credentials import Credential, Secret, TokenRefused, TokenUnavailable
from inbox_worker.errors import ConfigError, MailboxError, SignInError
from inbox_worker.transport import Security, check_security, tls_context, tls_fault

GOODBYE = 5.0  # seconds that LOGOUT may take

# imaplib refuses lines of more than 1 MB. A SEARCH answers in one line of up to 11 bytes a mail, so that it would
# fail for good on a backlog of some 100,000 mails.
setattr(imaplib, "_MAXLINE", 32 * 1024 * 1024)  # noqa: B010 - a private name that typeshed does not know

# What a NO says about the server's state and not about user or folder: RFC 5530, and servers that use plain words.
_PASSING = re.compile(
    r"\[(UNAVAILABLE|INUSE|SERVERBUG|LIMIT|CONTACTADMIN|CORRUPTION)\]|unavailable|temporar|try again", re.IGNORECASE
)


class SessionExpired(MailboxError):
    """The server ended the session because its access token ran out: connect again, nothing is wrong."""


@dataclass(frozen=True, slots=True)
class ImapConfig:
    """How to reach one mailbox. Raises ConfigError for plain text across a network."""

    mailbox: str  # its configured name, for MailId; never its address
    host: str
    user: str
    credential: Credential
    port: int = 993
    security: Security = Security.TLS
    folder: str = "INBOX"
    junk_folders: tuple[str, ...] = ()
    allow_plain: bool = False
    ca_file: Path | None = None
    connect_timeout: timedelta = timedelta(seconds=15)
    read_timeout: timedelta = timedelta(seconds=60)
    max_mail_bytes: int = 25_000_000  # of a larger mail only the header is fetched
    batch_mails: int = 50
    batch_bytes: int = 4_000_000

    def __post_init__(self) -> None:
        check_security("imap", self.host, self.security, self.allow_plain)


def sign_in(config: ImapConfig) -> IMAPClient:
    """Return a connection that is signed in, with the capabilities that hold after it.

    Raises SignInError for a fault of the set-up, MailboxError for one that may pass.
    """
    _silence()
    place = f"{config.host}:{config.port}"
    with faults(place, "connecting"):
        client = _connect(config)
    try:
        with faults(place, "signing in"):
            _encrypt(client, config, place)
            _forget_capabilities(client)
            _authenticate(client, config, place)
            client.capabilities()  # asks only where the server did not tell
    except BaseException:
        drop(client)
        raise
    return client


def drop(client: IMAPClient) -> None:
    """Close the socket without a word. Raises nothing."""
    with contextlib.suppress(Exception):
        client.shutdown()


def log_out(client: IMAPClient) -> None:
    """Say goodbye, briefly, and close. Raises nothing."""
    try:
        client.socket().settimeout(GOODBYE)
        client.logout()
    except Exception:  # the connection may be in any state; it ends here either way
        drop(client)


@contextlib.contextmanager
def faults(place: str, doing: str) -> Iterator[None]:
    """Turn whatever imapclient, imaplib, ssl and sockets raise into MailboxError or SignInError.

    Library errors hold the server's own words, which can name people: they stay in `__cause__`. Wrap calls of the
    library alone: it raises any kind of exception on an answer that it cannot read.
    """
    try:
        yield
    except (MailboxError, ConfigError):
        raise
    except Exception as error:
        raise _translated(error, place, doing) from error


def _translated(error: Exception, place: str, doing: str) -> MailboxError:
    if isinstance(error, TokenRefused):
        return SignInError(f"{place}: no access token: {error}")
    if isinstance(error, TokenUnavailable):
        return MailboxError(f"{place}: no access token for now: {error}")
    if isinstance(error, ssl.SSLError):
        fault = tls_fault("imap", error)
        if fault:
            return SignInError(f"{place}: {fault}")
        return MailboxError(f"{place}: TLS failed while {doing} ({error.reason})")
    if isinstance(error, TimeoutError):
        return MailboxError(f"{place}: no answer in time while {doing}")
    if isinstance(error, IMAPClientAbortError) and "AccessTokenExpired" in str(error):
        return SessionExpired(f"{place}: the session's access token ran out")
    if "authenticated but not connected" in str(error):  # Exchange: only the mailbox permission is missing
        return SignInError(
            f"{place}: signed in, but the application may not open this mailbox; run Add-MailboxPermission with "
            "FullAccess for its service principal, allow 30 minutes, and check imap.user"
        )
    return MailboxError(f"{place}: {_what(error)} while {doing} ({type(error).__name__})")


def _what(error: Exception) -> str:
    if isinstance(error, OSError):
        return "connection failed"
    if isinstance(error, IMAPClientAbortError):
        return "the server closed the connection"
    answered = isinstance(error, IMAPClientError) and not isinstance(error, ProtocolError)
    return "the server refused" if answered else "the server's answer cannot be read"


def is_refusal(error: MailboxError) -> bool:
    """Tell whether the server answered NO or BAD, and the connection is still good."""
    cause = error.__cause__
    return isinstance(cause, IMAPClientError) and not isinstance(cause, (IMAPClientAbortError, ProtocolError))


def may_pass(error: BaseException | None) -> bool:
    """Tell whether a NO speaks of the server's state, not of user, password or folder."""
    return bool(_PASSING.search(str(error)))


def _silence() -> None:
    """Keep imapclient's loggers off DEBUG, at which they print mail. At each connection: logging may be set anew."""
    for name in ("imapclient", "imapclient.imaplib", "imapclient.imapclient"):
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.INFO))


def _connect(config: ImapConfig) -> IMAPClient:
    client = IMAPClient(
        config.host,
        config.port,
        ssl=config.security is Security.TLS,
        ssl_context=tls_context("imap", config.ca_file) if config.security is Security.TLS else None,
        timeout=SocketTimeout(config.connect_timeout.total_seconds(), config.read_timeout.total_seconds()),
    )
    client.normalise_times = False  # else INTERNALDATE comes as naive local time
    client._imap.debug = 0  # imapclient sets 5: every answer formatted, and at DEBUG logged
    # imaplib writes an answer to a challenge in two pieces: the second would wait 40 ms for the other side's ACK.
    client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def _encrypt(client: IMAPClient, config: ImapConfig, place: str) -> None:
    if config.security is not Security.STARTTLS:
        return
    try:
        client.starttls(tls_context("imap", config.ca_file))
    except CapabilityError as error:
        raise SignInError(f'{place}: offers no STARTTLS; try imap.security: "tls"') from error


def _forget_capabilities(client: IMAPClient) -> None:
    """Make `capabilities()` read what holds after sign-in: MOVE, for one, may appear only then."""
    client._imap.untagged_responses.pop("CAPABILITY", None)
    client._cached_capabilities = None


def _authenticate(client: IMAPClient, config: ImapConfig, place: str) -> None:
    if isinstance(config.credential, Secret):
        _by_password(client, config, config.credential, place)
        return
    try:
        _by_token(client, config, config.credential.token())
    except LoginError as error:
        if isinstance(error.__context__, IMAPClientAbortError):
            raise error.__context__ from None
        # The token may have been withdrawn before its time.
        config.credential.rejected()
        token = config.credential.token()
        with _refused(config, place, access_token.refused_reading(access_token.claims(token.reveal()))):
            _by_token(client, config, token)


def _by_password(client: IMAPClient, config: ImapConfig, secret: Secret, place: str) -> None:
    before = {str(capability).upper() for capability in client._imap.capabilities}
    with _refused(config, place, "check imap.user and the password"):
        if "AUTH=PLAIN" in before:  # takes any characters; LOGIN takes ASCII alone, and a user without a space
            client.plain_login(config.user, secret.reveal())
        elif "LOGINDISABLED" in before:
            raise SignInError(f'{place}: takes no password on this connection; try imap.security: "tls"')
        else:
            client.login(client._imap._quote(config.user), secret.reveal())


def _by_token(client: IMAPClient, config: ImapConfig, token: Secret) -> None:
    """Sign in by XOAUTH2; a second challenge holds an error and wants an empty answer."""
    answers = [f"user={config.user}\1auth=Bearer {token.reveal()}\1\1"]
    client.sasl_login("XOAUTH2", lambda _: answers.pop() if answers else "")


@contextlib.contextmanager
def _refused(config: ImapConfig, place: str, remedy: str) -> Iterator[None]:
    """Tell a refused sign-in from a connection that broke during it: imapclient raises LoginError for both."""
    try:
        yield
    except LoginError as error:
        lost = error.__context__
        if isinstance(lost, IMAPClientAbortError):
            raise lost from None
        if may_pass(error):
            raise MailboxError(f"{place}: no sign-in for now") from None
        raise SignInError(f"{place}: sign-in refused (mailbox {config.mailbox}); {remedy}") from None
    except UnicodeEncodeError:
        raise SignInError(f"{place}: this server takes user and password in ASCII alone") from None
