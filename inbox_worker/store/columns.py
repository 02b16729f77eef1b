"""Column types that mean the same on SQLite and PostgreSQL."""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
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
    """An aware time in UTC. SQLite keeps no zone, so it is taken off and put back here.

    SQLite has it as text, which is written and read here: SQLAlchemy takes five times as long over the same letters.
    """

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

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """Return what makes the database's value of ours."""
        return _sqlite_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], datetime | None] | None:
        """Return what makes our value of the database's."""
        return _from_sqlite_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


class Words(TypeDecorator[str]):
    """Text of any length that people wrote. NUL and lone surrogates, which no database takes, become U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return _UNSTORABLE.sub("\ufffd", value)


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

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], str | None]:
        """Return what makes our value of the database's: it is text in every database, and most of it is plain."""

        def opened(value: str | None) -> str | None:
            stored = None if value is None or value[:1] != _SEALED else sealed_bytes(value)
            return value if stored is None else keyring_of(dialect).open(stored, self.purpose).decode()

        return opened


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


def stays(text: str) -> bool:
    """Tell whether every database gives this text back as it is."""
    return (text.isascii() and "\0" not in text) or not (_UNSTORABLE.search(text) or text.startswith(_SEALED))


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
        self._members: dict[Any, E | None] = {None: None} | {member.value: member for member in members}
        self._stored: dict[Any, Any] = {value: value for value in self._members} | {
            each: each.value for each in members
        }
        super().__init__()

    def process_bind_param(self, value: E | None, dialect: Dialect) -> Any:
        return self._stored[value]

    def process_result_value(self, value: Any, dialect: Dialect) -> E | None:
        return self._members[value]

    def bind_processor(self, dialect: Dialect) -> Callable[[E | None], Any]:
        """Return what makes the database's value of ours: it is plain text in every database."""
        return self._stored.__getitem__

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], E | None]:
        """Return what makes our value of the database's."""
        return self._members.__getitem__


@lru_cache(maxsize=16)  # the time of a transaction stands in most of its rows
def _sqlite_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _from_sqlite_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value + "+00:00")
