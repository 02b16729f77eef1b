"""Real mail servers for the tests: pymap, Dovecot, aiosmtpd, a scripted one, and a certificate authority of our own."""

import contextlib
import itertools
import os
import shutil
import socket
import socketserver
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from inbox_worker.credentials import Secret
from inbox_worker.demo_servers import LOOPBACK, Account, ImapServer, SmtpServer
from inbox_worker.imap import ImapConfig
from inbox_worker.smtp import SmtpConfig
from inbox_worker.transport import Security

USER = "team@example.org"
PASSWORD = "a-demo-password"

DOVECOT_CONF = """
protocols = imap
listen = 127.0.0.1
instance_name = inbox-worker-tests
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/dovecot.log
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:~/mail
mail_max_userip_connections = 0
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/mail/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  {chroot}
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  {chroot}
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  {chroot}
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that uses Dovecot."""
    for item in items:
        if {"dovecot", "token_dovecot"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.dovecot)


def required(reason: str) -> None:
    """Skip for want of a program; fail where the build machine promises to have it (CI=true)."""
    if os.environ.get("CI", "").casefold() == "true":
        pytest.fail(f"{reason}; CI=true requires it")
    pytest.skip(reason)


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority, and what a server on loopback needs of it."""

    ca_file: Path
    certificate: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """Return a server's context."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


def issue(directory: Path, names: str, days: int = 2) -> Authority:
    """Make an authority in `directory` and a certificate for `names` ("DNS:localhost,IP:127.0.0.1")."""
    if shutil.which("openssl") is None:
        required("openssl is not installed")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=directory, check=True, capture_output=True)

    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-days", str(days), "-subj", "/CN=Test CA")
    openssl("req", *new, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=mail.example.org")
    (directory / "names.cnf").write_text(f"subjectAltName={names}\n")
    openssl(
        *("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"),
        *("-days", str(days), "-extfile", "names.cnf", "-out", "server.pem"),
    )
    return Authority(directory / "ca.pem", directory / "server.pem", directory / "server.key")


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority whose certificate is good for this machine."""
    return issue(tmp_path_factory.mktemp("authority"), "DNS:localhost,IP:127.0.0.1")


@pytest.fixture
def pymap() -> Iterator[ImapServer]:
    """An empty IMAP server in memory, of this test alone."""
    with ImapServer(USER, PASSWORD) as server:
        yield server


class DovecotAccount(Account):
    """An empty account on the Dovecot of this test session."""

    def __init__(self, server: "Dovecot", user: str) -> None:
        self.host, self.port, self.tls_port = LOOPBACK, server.port, server.tls_port
        self.user, self.password = user, PASSWORD


class Dovecot:
    """A private Dovecot in the foreground: own configuration, own mail, free ports, gone with the tests."""

    def __init__(self, base: Path, authority: Authority, settings: str = "") -> None:
        """settings: more of dovecot.conf, read last."""
        self.base, self._settings = base, settings
        self.port = free_port()
        self.tls_port = next(port for _ in range(100) if (port := free_port()) != self.port)
        self._authority = authority
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        for name in ("run", "state", "mail"):
            (self.base / name).mkdir()
        root = os.geteuid() == 0
        # Dovecot opens no mail as root; as anyone else it cannot change its user, nor its root directory.
        owner = "nobody" if root else _own_name()
        shutil.chown(self.base / "mail", owner)
        internal = "dovecot" if root else owner
        settings = {
            "base": self.base, "internal": internal, "internal_group": "dovecot" if root else _own_group(),
            "login": "dovenull" if root else owner, "chroot": "" if root else "chroot =", "password": PASSWORD,
            "uid": (self.base / "mail").stat().st_uid, "gid": (self.base / "mail").stat().st_gid or 65534,
            "certificate": self._authority.certificate, "key": self._authority.key,
            "port": self.port, "tls_port": self.tls_port,
        }  # fmt: skip
        conf = self.base / "dovecot.conf"
        conf.write_text(DOVECOT_CONF.format(**settings) + self._settings)
        self._process = subprocess.Popen([dovecot_program(), "-F", "-c", str(conf)])
        wait_for_port(self.port, self._process)

    def stop(self) -> None:
        """Stop it and all its processes."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)

    def account(self, user: str) -> DovecotAccount:
        """Return an account; it is made by its first use."""
        return DovecotAccount(self, user)


def dovecot_program() -> str:
    """Return the path of Dovecot 2.3, or skip aloud."""
    program = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")
    if program is None:
        required("Dovecot is not installed (Debian: dovecot-imapd)")
    assert program is not None
    version = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
    if not version.startswith("2.3."):
        required(f"needs Dovecot 2.3, found {version.split()[0]}: its configuration has another syntax")
    return program


@pytest.fixture(scope="session")
def dovecot_server(authority: Authority) -> Iterator[Dovecot]:
    """The Dovecot that all tests of this session share."""
    dovecot_program()
    base = Path(tempfile.mkdtemp(prefix="dovecot-"))  # not in pytest's directory, which no other account may enter
    base.chmod(0o755)
    server = Dovecot(base, authority)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(base, ignore_errors=True)


_NUMBERS = itertools.count(1)


@pytest.fixture
def dovecot(dovecot_server: Dovecot) -> DovecotAccount:
    """An empty account on Dovecot, of this test alone."""
    return dovecot_server.account(f"team{next(_NUMBERS)}-{os.getpid()}")


@pytest.fixture(params=["pymap", pytest.param("dovecot", marks=pytest.mark.dovecot)])
def account(request: pytest.FixtureRequest) -> Account:
    """An empty account: the same test on every IMAP server that we have."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Account)
    return found


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """An SMTP server that keeps what it takes; set `answer` to make it say something else."""
    with SmtpServer() as server:
        yield server


def imap_config(account: Account, **changes: Any) -> ImapConfig:
    """Return a configuration for `account`, with quick timeouts."""
    settings: dict[str, Any] = {
        "mailbox": "team", "host": account.host, "port": account.port, "user": account.user,
        "credential": Secret(account.password), "security": Security.PLAIN, **changes,
    }  # fmt: skip
    return ImapConfig(**settings)


def smtp_config(server: Any, **changes: Any) -> SmtpConfig:
    """Return a configuration for `server` (anything with host and port)."""
    return SmtpConfig(**{"host": server.host, "port": server.port, "security": Security.PLAIN, **changes})


class Script(socketserver.ThreadingTCPServer):
    """A server that says what it is told to: for answers that no real server can be brought to give.

    talk: gets the reader and the writer of a connection, and its number from 0.
    """

    allow_reuse_address, daemon_threads = True, True

    def __init__(self, talk: Callable[[Any, Any, int], None]) -> None:
        numbers = itertools.count()

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    talk(self.rfile, self.wfile, next(numbers))

        super().__init__((LOOPBACK, 0), Handler)
        self.host, self.port = LOOPBACK, self.server_address[1]
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def __exit__(self, *details: object) -> None:
        self.shutdown()
        super().__exit__(*details)


def imap_script(answers: dict[str, Sequence[str]], capabilities: str = "IMAP4rev1 AUTH=PLAIN") -> Script:
    """Return an IMAP server that answers each command by `answers[its first words]`, "{tag}" filled in.

    An answer "HANG" falls silent, "DROP" closes. Sign-in succeeds unless told otherwise.
    """
    usual = {
        "CAPABILITY": (f"* CAPABILITY {capabilities}", "{tag} OK"),
        "AUTHENTICATE": ("+ ", "READ", "{tag} OK done"),
        "LOGIN": ("{tag} OK",),
        "LOGOUT": ("* BYE", "{tag} OK"),
    }

    def talk(reader: Any, writer: Any, number: int) -> None:
        writer.write(f"* OK [CAPABILITY {capabilities}] ready\r\n".encode())
        while line := reader.readline():
            tag, _, command = line.decode("latin-1").strip().partition(" ")
            known = {**usual, **answers}
            key = max((key for key in known if command.upper().startswith(key)), key=len, default="")
            for answer in known.get(key, ("{tag} BAD unknown",)):
                if answer == "DROP":
                    return
                if answer == "HANG":
                    time.sleep(5)
                    return
                if answer == "READ":
                    reader.readline()
                else:
                    text = answer.replace("{tag}", tag)
                    writer.write(f"{text} done\r\n".encode() if text == f"{tag} OK" else f"{text}\r\n".encode())

    return Script(talk)


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server((LOOPBACK, 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def closed_port() -> int:
    """A port where nobody listens."""
    return free_port()


def free_port() -> int:
    """Return a port that is free now."""
    with socket.create_server((LOOPBACK, 0)) as listening:
        return int(listening.getsockname()[1])


def wait_for_port(port: int, process: subprocess.Popen[bytes], seconds: float = 20) -> None:
    """Wait until `process` listens on `port`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError("the server does not listen")


def _own_name() -> str:
    import pwd

    return pwd.getpwuid(os.geteuid()).pw_name


def _own_group() -> str:
    import grp

    return grp.getgrgid(os.getegid()).gr_name
