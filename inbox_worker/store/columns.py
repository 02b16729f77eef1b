"""Column types that mean the same on SQLite and PostgreSQL."""

import re
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Generic, TypeVar

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, LargeBinary, Text
from sqlalchemy.types import TypeDecorator

from inbox_worker.sealing import PLAIN, Keyring

E = TypeVar("E", bound=Enum)

# SQLite gives only a column declared INTEGER its own rising numbers.
ID = BigInteger().with_variant(Integer, "sqlite")
DIGEST = LargeBinary(32)  # a SHA-256: half the size of its hex form, and there are two per mail

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SEALED = "\ufdd0"  # begins a sealed text: a noncharacter, which no plain text may begin with


class Utc(TypeDecorator[datetime]):
    """An aware time in UTC. SQLite keeps no zone, so it is taken off and put back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text of any length that people wrote. NUL and lone surrogates, which no database takes, become U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _UNSTORABLE.sub("\ufffd", value)


class Sealed(Words):
    """Text of people that is encrypted where the store has a key. purpose: what it is; authenticated with it."""

    cache_ok = True

    def __init__(self, purpose: str) -> None:
        self.purpose = purpose
        super().__init__()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        text = super().process_bind_param(value, dialect)
        if text is None:
            return None
        ring = keyring_of(dialect)
        if ring.current is None:
            return "\ufffd" + text[1:] if text.startswith(_SEALED) else text
        return sealed_text(ring.seal(text.encode(), self.purpose))

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        stored = None if value is None else sealed_bytes(value)
        return value if stored is None else keyring_of(dialect).open(stored, self.purpose).decode()


class SealedBytes(TypeDecorator[bytes]):
    """Bytes that are encrypted where the store has a key."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        self.purpose = purpose
        super().__init__()

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring_of(dialect).seal(value, self.purpose)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring_of(dialect).open(bytes(value), self.purpose)


def use_keyring(dialect: Dialect, ring: Keyring) -> None:
    """Let the columns of an engine seal and open with `ring`: a dialect is one engine's own."""
    dialect.inbox_worker_keyring = ring  # type: ignore[attr-defined]


def keyring_of(dialect: Dialect) -> Keyring:
    """Return the keys of an engine."""
    ring: Keyring = getattr(dialect, "inbox_worker_keyring", PLAIN)
    return ring


def sealed_text(sealed: bytes) -> str:
    """Return a sealed value as a text column holds it."""
    return _SEALED + b64encode(sealed).decode("ascii")


def sealed_bytes(stored: str) -> bytes | None:
    """Return the sealed value that a text column holds; None where it is plain text."""
    return b64decode(stored[1:]) if stored.startswith(_SEALED) else None


class Named(TypeDecorator[E], Generic[E]):
    """A member of an enumeration, stored as its value."""

    impl = Text
    cache_ok = True

    def __init__(self, members: type[E]) -> None:
        self.members = members
        super().__init__()

    def process_bind_param(self, value: E | None, dialect: Dialect) -> Any:
        return None if value is None else self.members(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> E | None:
        return None if value is None else self.members(value)
