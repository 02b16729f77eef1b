"""The section of a server -> what signs in there: a password, or a source of access tokens."""

import threading
from datetime import UTC, datetime

from inbox_worker import certificates, credentials
from inbox_worker.config.base import SecretSection
from inbox_worker.config.sign_in import OAuth2Section
from inbox_worker.credentials import Credential, Secret, TokenSource
from inbox_worker.errors import ConfigError
from inbox_worker.microsoft import MicrosoftApp, MicrosoftTokens

_SOURCES: dict[tuple[OAuth2Section, str], TokenSource] = {}
_LOCK = threading.Lock()


def credential(password: SecretSection | None, oauth2: OAuth2Section | None, user: str, section: str) -> Credential:
    """Return what signs in as `user`. section: its place in the configuration, such as "mailboxes team: imap".

    Raises ConfigError where a secret is missing or cannot be used.
    """
    if oauth2 is not None:
        return token_source(oauth2, user, f"{section}.oauth2")
    if password is None:
        raise ConfigError(
            f"{section}.password: is missing; name a file, an environment variable (env) or a systemd credential, "
            "or set oauth2"
        )
    return secret(password, f"{section}.password")


def secret(section: SecretSection, key: str, *, lines: bool = False) -> Secret:
    """Return the secret. key: its setting's name, for the error. lines: it may hold several. Raises ConfigError."""
    try:
        if section.file is not None:
            return credentials.from_file(section.file, lines=lines)
        if section.env is not None:
            return credentials.from_environment(section.env, lines=lines)
        return credentials.from_systemd(section.credential or "", lines=lines)
    except ConfigError as error:
        raise ConfigError([f"{key}: {problem}" for problem in error.problems]) from None


def token_source(oauth2: OAuth2Section, user: str, key: str) -> TokenSource:
    """Return the source of tokens: one in a process for the same settings, so that they share its cache.

    Raises ConfigError where a secret, a library or a certificate is missing.
    """
    shared = (oauth2, user if oauth2.provider == "google" else "")  # Google's tokens are for one user each
    with _LOCK:
        if shared not in _SOURCES:
            _SOURCES[shared] = _made(oauth2, user, key)
        return _SOURCES[shared]


def client_key(oauth2: OAuth2Section, key: str) -> Secret | certificates.ClientCertificate:
    """Return what proves the application's identity to Microsoft. Raises ConfigError."""
    if oauth2.certificate is not None:
        origin = f"{key}.certificate"
        return certificates.read(secret(oauth2.certificate, origin, lines=True), origin)
    assert oauth2.secret is not None  # the section sees to it
    return secret(oauth2.secret, f"{key}.secret")


def _made(oauth2: OAuth2Section, user: str, key: str) -> TokenSource:
    if oauth2.provider == "command":
        from inbox_worker.token_command import CommandTokens

        return CommandTokens(oauth2.command)
    if oauth2.provider == "google":
        from inbox_worker.google import GoogleTokens, service_account

        assert oauth2.service_account is not None
        origin = f"{key}.service_account"
        return GoogleTokens(service_account(secret(oauth2.service_account, origin, lines=True), origin), user)

    def application() -> MicrosoftApp:
        found = client_key(oauth2, key)
        if isinstance(found, certificates.ClientCertificate) and found.expires <= datetime.now(UTC):
            raise ConfigError(f"{key}.certificate: ended on {found.expires:%d %B %Y}; put a new one in its place")
        return MicrosoftApp(oauth2.tenant, oauth2.client_id, found, oauth2.authority, oauth2.scope)

    return MicrosoftTokens(application)
