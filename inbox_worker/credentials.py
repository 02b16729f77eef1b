"""Secrets, and where they are read from: a file, the environment, or systemd's credential directory."""

import os
from pathlib import Path
from typing import NoReturn, Protocol

from inbox_worker.errors import ConfigError, InboxWorkerError


class Secret:
    """A password or token that no repr, log line, format string or pickle can show."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the secret itself: for the line that hands it to a server, and nowhere else."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format("***", spec)

    def __eq__(self, other: object) -> bool:
        return self._value == other._value if isinstance(other, Secret) else NotImplemented

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not pickled")


class TokenUnavailable(InboxWorkerError):
    """No access token can be had for now; the next try may get one."""

    exit_code = 75


class TokenRefused(TokenUnavailable):
    """The identity provider refuses us: a fault of the configuration."""

    exit_code = 78


class TokenSource(Protocol):
    """Gives OAuth2 access tokens for SASL XOAUTH2."""

    def token(self) -> Secret:
        """Return a token that is valid now. Raises TokenUnavailable or TokenRefused."""

    def rejected(self) -> None:
        """Drop what is cached: the mail server did not take the last token."""


Credential = Secret | TokenSource


def from_file(path: Path) -> Secret:
    """Return the text of the file without its last line end. Raises ConfigError."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"secret file {path}: not found; create it, readable by this service alone") from None
    except PermissionError:
        raise ConfigError(f"secret file {path}: not readable by this account; change its owner or mode") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"secret file {path}: {type(error).__name__}; expected a text file in UTF-8") from None
    return _checked(text.removesuffix("\n").removesuffix("\r"), f"secret file {path}")


def from_environment(name: str) -> Secret:
    """Return the value of the environment variable `name`. Raises ConfigError."""
    value = os.environ.get(name)
    if value is None:
        raise ConfigError(f"environment variable {name}: not set; set it to the secret, or name a file")
    return _checked(value, f"environment variable {name}")


def from_systemd(name: str) -> Secret:
    """Return the credential `name` that systemd passes to the unit (LoadCredential=). Raises ConfigError."""
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    if not directory:
        raise ConfigError(
            f"systemd credential {name}: CREDENTIALS_DIRECTORY is not set; add LoadCredential={name}:PATH to the unit"
        )
    if name in ("", ".", "..") or "/" in name:
        raise ConfigError(f"systemd credential {name!r}: expected a plain name without a slash")
    return from_file(Path(directory) / name)


def _checked(text: str, origin: str) -> Secret:
    if not text:
        raise ConfigError(f"{origin}: empty; put the secret there")
    if any(character in text for character in "\r\n\0"):
        raise ConfigError(f"{origin}: more than one line; expected the secret alone")
    return Secret(text)
