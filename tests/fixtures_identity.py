"""An identity provider on loopback, as Entra ID answers, and mail servers that take its tokens alone."""

import asyncio
import base64
import json
import os
import secrets
import shutil
import tempfile
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from inbox_worker.core.access_token import READ_ROLE, SEND_ROLE
from inbox_worker.demo_servers import LOOPBACK, SmtpServer, _Handler
from tests.fixtures_mail import Authority, Dovecot, DovecotAccount, dovecot_program

TENANT, CLIENT = "f1a9d0a2-0000-4000-8000-2a2a2a2a2a2a", "0c11e47e-0000-4000-8000-3b3b3b3b3b3b"
OBJECT_ID = "5e47b1ce-0000-4000-8000-4c4c4c4c4c4c"
CLIENT_SECRET = "kE8~not-a-real-secret"


@dataclass
class IdentityProvider:
    """Gives tokens to one application and tells mail servers which are good."""

    authority: str = ""
    introspection: str = ""
    secret: str = CLIENT_SECRET
    certificate: Path | None = None
    roles: tuple[str, ...] = (READ_ROLE, SEND_ROLE)
    lifetime: int = 3600
    fault: tuple[int, dict[str, Any]] | None = None  # HTTP status and answer in place of a token
    mailbox: str = ""  # whose mailbox the application may open
    issued: list[str] = field(default_factory=list)
    good: set[str] = field(default_factory=set)

    def issue(self) -> str:
        """Return a new token."""
        claims = {"oid": OBJECT_ID, "appid": CLIENT, "roles": list(self.roles), "jti": secrets.token_hex(8)}
        token = jwt.encode(claims, "k" * 32, "HS256")
        self.issued.append(token)
        self.good.add(token)
        return token

    def revoke(self) -> None:
        """Make every token that is out there worthless."""
        self.good.clear()

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Return status and JSON for one request."""
        if path.endswith("/openid-configuration"):
            if TENANT not in path:
                return 400, {"error": "invalid_tenant", "error_codes": [90002]}
            base = f"{self.authority}/{TENANT}"
            return 200, {
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
            }
        if self.fault is not None:
            return self.fault
        if form.get("client_id") != CLIENT:
            return 400, {"error": "unauthorized_client", "error_codes": [700016]}
        if not self._proved(form):
            wrong = 700027 if "client_assertion" in form else 7000215
            return 401, {"error": "invalid_client", "error_codes": [wrong], "error_description": "of a named tenant"}
        return 200, {"access_token": self.issue(), "token_type": "Bearer", "expires_in": self.lifetime}

    def introspect(self, form: dict[str, str]) -> dict[str, Any]:
        """Say whether a token is good (RFC 7662)."""
        good = form.get("token", "") in self.good
        return {"active": good, "username": self.mailbox} if good else {"active": False}

    def _proved(self, form: dict[str, str]) -> bool:
        if "client_assertion" not in form:
            return form.get("client_secret") == self.secret
        if self.certificate is None:
            return False
        key = x509.load_pem_x509_certificate(self.certificate.read_bytes()).public_key()
        try:
            found = jwt.decode(form["client_assertion"], key, ["PS256", "RS256"], options={"verify_aud": False})
        except jwt.InvalidTokenError:
            return False
        return bool(found["iss"] == CLIENT)


def _served(provider: IdentityProvider, introspects: bool) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(*provider.answer(self.path, {}))

        def do_HEAD(self) -> None:
            self.send_response(200)
            self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            form = {key: values[0] for key, values in parse_qs(body).items()}
            self._say(*((200, provider.introspect(form)) if introspects else provider.answer(self.path, form)))

        def _say(self, status: int, answer: dict[str, Any]) -> None:
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            return

    return Handler


@pytest.fixture
def identity(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityProvider]:
    """An identity provider over TLS; its introspection, as Dovecot asks for it, over plain loopback."""
    provider = IdentityProvider()
    public = ThreadingHTTPServer((LOOPBACK, 0), _served(provider, introspects=False))
    public.socket = authority.context().wrap_socket(public.socket, server_side=True)
    private = ThreadingHTTPServer((LOOPBACK, 0), _served(provider, introspects=True))
    provider.authority = f"https://localhost:{public.server_address[1]}"
    provider.introspection = f"http://{LOOPBACK}:{private.server_address[1]}/introspect"
    for server in (public, private):
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.ca_file))
    yield provider
    for server in (public, private):
        server.shutdown()
        server.server_close()


def application_pem(folder: Path, name: str = "application.pem", days: int = 2) -> Path:
    """Write a new RSA key and its certificate, good for `days`, into one file as the setting wants them."""
    key = rsa.generate_private_key(65537, 2048)
    subject, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "inbox-worker")]), datetime.now(UTC)
    unsigned = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    certificate = (
        unsigned.not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, SHA256())
    )
    file = folder / name
    file.touch(mode=0o600)
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    file.write_bytes(text)
    return file


DOVECOT_OAUTH2 = """
auth_mechanisms = plain login xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {file}
}}
"""


@pytest.fixture
def token_dovecot(identity: IdentityProvider, authority: Authority) -> Iterator[DovecotAccount]:
    """An account on a Dovecot of its own that asks the identity provider about every token."""
    dovecot_program()
    base = Path(tempfile.mkdtemp(prefix="dovecot-"))
    base.chmod(0o755)
    file = base / "oauth2.conf"
    file.write_text(
        f"introspection_mode = post\nintrospection_url = {identity.introspection}\nusername_attribute = username\n"
        "active_attribute = active\nactive_value = true\n"
    )
    server = Dovecot(base, authority, DOVECOT_OAUTH2.format(file=file))
    account = server.account(f"team-{os.getpid()}")
    identity.mailbox = account.user
    try:
        server.start()
        account.port = server.port
        yield account
    finally:
        server.stop()
        shutil.rmtree(base, ignore_errors=True)


class TokenSmtpServer(SmtpServer):
    """aiosmtpd that takes sign-in by XOAUTH2 alone, and asks the identity provider."""

    def __init__(self, provider: IdentityProvider, refusal: str = "535 5.7.3 Authentication unsuccessful") -> None:
        super().__init__()
        self.provider, self.refusal = provider, refusal

    async def _listen(self) -> asyncio.Server:
        warnings.filterwarnings("ignore", message="Requiring AUTH while not requiring TLS")
        loop = asyncio.get_running_loop()

        def protocol() -> SMTP:
            return SMTP(
                _TokenHandler(self), hostname="mail.example.org", loop=loop, auth_required=True, auth_require_tls=False,
                auth_exclude_mechanism=["LOGIN", "PLAIN"],
            )  # fmt: skip

        return await loop.create_server(protocol, self.host, 0)


class _TokenHandler(_Handler):
    def __init__(self, owner: TokenSmtpServer) -> None:
        super().__init__(owner)
        self._tokens = owner

    async def auth_XOAUTH2(self, server: SMTP, arguments: list[str]) -> AuthResult:
        said = base64.b64decode(arguments[1]).decode()
        user, _, rest = said.removeprefix("user=").partition("\1")
        token = rest.removeprefix("auth=Bearer ").rstrip("\1")
        if self._tokens.provider.introspect({"token": token})["active"]:
            return AuthResult(success=True, handled=False, auth_data=user)
        await server.push(self._tokens.refusal)
        return AuthResult(success=False, handled=True)


@pytest.fixture
def token_smtp(identity: IdentityProvider) -> Iterator[TokenSmtpServer]:
    """A submission server that takes tokens alone."""
    with TokenSmtpServer(identity) as server:
        yield server
