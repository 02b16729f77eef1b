"""Access tokens from a site's own program, and of Google by a service account; which setting leads to which source."""

import json
import shlex
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import ValidationError

from inbox_worker import sign_in
from inbox_worker.config.sections import ImapSection, SmtpSection
from inbox_worker.config.sign_in import OAuth2Section
from inbox_worker.core import access_token
from inbox_worker.credentials import Secret, TokenRefused, TokenUnavailable
from inbox_worker.errors import ConfigError
from inbox_worker.google import GoogleTokens, service_account
from inbox_worker.token_command import CommandTokens
from tests.fixtures_mail import LOOPBACK, Authority


def program(folder: Path, script: str) -> tuple[str, ...]:
    file = folder / "print-token"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o700)
    return (str(file), "an argument")


def test_a_program_gives_a_new_token_each_time(tmp_path: Path):
    counter = shlex.quote(str(tmp_path / "count"))
    tokens = CommandTokens(program(tmp_path, f'echo x >> {counter}; echo "ya29.$(wc -l < {counter})-$#"'))
    assert tokens.token() == Secret("ya29.1-1")
    tokens.rejected()
    assert tokens.token() == Secret("ya29.2-1")


@pytest.mark.parametrize(
    ("script", "kind", "says"),
    [
        ("exit 3", TokenUnavailable, "ended with exit code 3; run it by hand"),
        ("echo", TokenRefused, "no token"),
        ("echo two words", TokenRefused, "no token"),
        ("printf 'tok\\303\\251n'", TokenRefused, "no token"),
        ("head -c 20000 /dev/zero | tr '\\0' a", TokenRefused, "no token"),
    ],
)
def test_a_program_that_gives_no_token_is_told(script: str, kind: type[Exception], says: str, tmp_path: Path):
    with pytest.raises(TokenUnavailable, match=says) as caught:
        CommandTokens(program(tmp_path, script)).token()
    assert type(caught.value) is kind
    assert "two words" not in str(caught.value)


def test_a_program_that_is_not_there_is_a_fault_of_the_set_up(tmp_path: Path):
    with pytest.raises(TokenRefused, match=r"cannot be run.*check oauth2\.command"):
        CommandTokens((str(tmp_path / "absent"),)).token()


class Google:
    """Google's token endpoint on loopback: checks the assertion, and answers as told."""

    def __init__(self, authority: Authority, folder: Path) -> None:
        self.answer: tuple[int, dict[str, Any]] = (200, {"access_token": "ya29.one", "expires_in": 3600})
        self.assertions: list[dict[str, Any]] = []
        key = folder / "key.pem"
        subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
        self.key = key.read_text()
        google = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                public = load_pem_private_key(google.key.encode(), None).public_key()
                found = jwt.decode(form["assertion"][0], public, ["RS256"], audience=google.uri)  # type: ignore[arg-type]
                google.assertions.append(found)
                content = json.dumps(google.answer[1]).encode()
                self.send_response(google.answer[0])
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments: object) -> None:
                return

        self.server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self.server.socket = authority.context().wrap_socket(self.server.socket, server_side=True)
        self.uri = f"https://localhost:{self.server.server_address[1]}/token"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def file(self, **changes: Any) -> str:
        """Return the JSON key file."""
        data = {
            "type": "service_account", "client_email": "worker@project.iam.example.org", "private_key_id": "k1",
            "private_key": self.key, "token_uri": self.uri, **changes,
        }  # fmt: skip
        return json.dumps(data)

    def tokens(self, user: str = "team@example.org") -> GoogleTokens:
        return GoogleTokens(service_account(Secret(self.file()), "imap.oauth2.service_account"), user)


@pytest.fixture
def google(authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    # OpenSSL reads this at the first use of a default context; urllib keeps none between requests.
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca_file))
    monkeypatch.setattr(urllib.request, "_opener", None)
    found = Google(authority, tmp_path)
    yield found
    found.server.shutdown()
    found.server.server_close()


def test_a_service_account_signs_for_the_mailbox(google: Google):
    tokens = google.tokens()
    assert tokens.token() == tokens.token() == Secret("ya29.one")
    (assertion,) = google.assertions
    assert assertion["sub"] == "team@example.org"
    assert assertion["iss"] == "worker@project.iam.example.org"
    assert assertion["scope"] == "https://mail.google.com/"
    tokens.rejected()
    google.answer = (200, {"access_token": "ya29.two", "expires_in": 60})
    assert tokens.token() == Secret("ya29.two")
    google.answer = (200, {"access_token": "ya29.three"})
    assert tokens.token() == Secret("ya29.three")  # the second was about to end


@pytest.mark.parametrize(
    ("status", "answer", "kind", "says"),
    [
        (401, {"error": "unauthorized_client"}, TokenRefused, "Domain-wide delegation"),
        (400, {"error": "invalid_grant", "error_description": "of Ann"}, TokenRefused, "an account of the domain"),
        (400, {"error": "of Ann"}, TokenRefused, "HTTP 400: check the service account"),
        (429, {}, TokenUnavailable, "HTTP 429"),
        (503, {}, TokenUnavailable, "HTTP 503"),
        (200, {}, TokenUnavailable, "holds no token"),
    ],
)
def test_each_refusal_of_google_is_told_apart(
    status: int, answer: dict[str, Any], kind: type[Exception], says: str, google: Google
):
    google.answer = (status, answer)
    with pytest.raises(TokenUnavailable, match=says) as caught:
        google.tokens().token()
    assert type(caught.value) is kind
    assert "Ann" not in str(caught.value)


def test_google_that_is_gone_may_come_back(google: Google):
    tokens = google.tokens()
    google.server.shutdown()
    google.server.server_close()
    with pytest.raises(TokenUnavailable, match="localhost: gives no token for now") as caught:
        tokens.token()
    assert type(caught.value) is TokenUnavailable


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"private_key": "x"}', "NO TLS"])
def test_a_key_file_that_cannot_be_used_is_named(content: str, google: Google):
    text = google.file(token_uri="http://localhost/token") if content == "NO TLS" else content
    with pytest.raises(ConfigError, match=r"^imap\.oauth2\.service_account: cannot be (read|used); expected") as caught:
        service_account(Secret(text), "imap.oauth2.service_account")
    assert "PRIVATE" not in str(caught.value)


def test_each_provider_has_its_source(google: Google, tmp_path: Path):
    file = tmp_path / "google.json"
    file.touch(mode=0o600)
    file.write_text(google.file())
    settings = OAuth2Section.model_validate({"provider": "google", "service_account": {"file": file}})
    first = sign_in.token_source(settings, "one@example.org", "imap.oauth2")
    assert isinstance(first, GoogleTokens)
    assert sign_in.token_source(settings, "two@example.org", "imap.oauth2") is not first  # a token is for one user
    command = OAuth2Section(provider="command", command=program(tmp_path, "echo ya29"))
    assert isinstance(sign_in.token_source(command, "x", "imap.oauth2"), CommandTokens)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "expected for provider microsoft the keys tenant, client_id, and either certificate or secret"),
        ({"tenant": "t", "client_id": "c"}, "either certificate or secret"),
        ({"tenant": "t", "client_id": "c", "secret": {"env": "A"}, "certificate": {"env": "B"}}, "either certificate"),
        ({"provider": "google"}, "the keys service_account"),
        ({"provider": "command"}, "the keys command"),
        ({"provider": "kerberos"}, "Input should be"),
    ],
)
def test_a_provider_needs_its_keys(settings: dict[str, Any], says: str):
    with pytest.raises(ValidationError, match=says):
        OAuth2Section.model_validate(settings)


def test_a_password_and_tokens_at_once_are_refused():
    oauth2 = {"provider": "command", "command": ["x"]}
    with pytest.raises(ValidationError, match="expected either password or oauth2, not both"):
        ImapSection.model_validate({"host": "h", "user": "u", "password": {"env": "A"}, "oauth2": oauth2})


def test_tokens_without_somebody_to_sign_in_as_are_refused():
    oauth2 = {"provider": "command", "command": ["x"]}
    with pytest.raises(ValidationError, match="expected user beside oauth2"):
        SmtpSection.model_validate({"host": "h", "from_name": "The team", "oauth2": oauth2})


@pytest.mark.parametrize("token", ["", "opaque", "a.b", "a.!!.c", "a.bnVsbA.c", "a.W10.c", "\x00.\xff.x"])
def test_a_token_that_tells_nothing_of_itself_is_no_fault(token: str):
    found = access_token.claims(token)
    assert found is None
    assert "consent, object id and mailbox permission" in access_token.refused_reading(found)
    assert "consent, object id and mailbox permission" in access_token.refused_sending(found)
