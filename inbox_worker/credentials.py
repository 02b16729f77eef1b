"""Secrets, and where they are read from: a file, the environment, or systemd's credential directory."""

import os
import stat
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


def from_file(path: Path, *, lines: bool = False) -> Secret:
    """Return the text of the file without its last line end. lines: it may hold several, as a certificate does.

    Raises ConfigError; also where every account of this machine can read the file.
    """
    origin = f"secret file {path}"
    try:
        text = path.read_text(encoding="utf-8")
        exposed = is_exposed(path)
    except FileNotFoundError:
        raise ConfigError(f"{origin}: not found; create it, readable by this service alone") from None
    except PermissionError:
        raise ConfigError(f"{origin}: not readable by this account; change its owner or mode") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{origin}: {type(error).__name__}; expected a text file in UTF-8") from None
    if exposed:
        raise ConfigError(f"{origin}: every account of this machine can read it; run chmod 600 {path}")
    return _checked(text.removesuffix("\n").removesuffix("\r"), origin, lines)


def from_environment(name: str, *, lines: bool = False) -> Secret:
    """Return the value of the environment variable `name`. Raises ConfigError."""
    value = os.environ.get(name)
    if value is None:
        raise ConfigError(f"environment variable {name}: not set; set it to the secret, or name a file")
    return _checked(value, f"environment variable {name}", lines)


def from_systemd(name: str, *, lines: bool = False) -> Secret:
    """Return the credential `name` that systemd passes to the unit (LoadCredential=). Raises ConfigError."""
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    if not directory:
        raise ConfigError(
            f"systemd credential {name}: CREDENTIALS_DIRECTORY is not set; add LoadCredential={name}:PATH to the unit"
        )
    if name in ("", ".", "..") or "/" in name:
        raise ConfigError(f"systemd credential {name!r}: expected a plain name without a slash")
    return from_file(Path(directory) / name, lines=lines)


def is_exposed(path: Path) -> bool:
    """Tell whether every account can read `path`: its own mode, and that of every directory above it.

    Raises OSError where it cannot be looked at.
    """
    found = path.resolve()
    if not found.stat().st_mode & stat.S_IROTH:
        return False
    return all(directory.stat().st_mode & stat.S_IXOTH for directory in found.parents)


def _checked(text: str, origin: str, lines: bool) -> Secret:
    if not text:
        raise ConfigError(f"{origin}: empty; put the secret there")
    if not lines and any(character in text for character in "\r\n\0"):
        raise ConfigError(f"{origin}: more than one line; expected the secret alone")
    return Secret(text)
