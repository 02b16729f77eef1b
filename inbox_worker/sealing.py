"""Values encrypted at rest: AES-256-GCM, the id of the key stored with each value. The only user of cryptography.

A sealed value is `MARK`, the length and the letters of the key's id, a nonce of 12 bytes, and the ciphertext with
its tag. What the value is ("answer.value") is authenticated with it, so that none can be moved into another column.
"""

import base64
import binascii
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inbox_worker.errors import ConfigError, KeyringError, Unstorable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MARK = b"\x00sealed\x01"  # no message begins with NUL, and no text of a database holds one
_NONCE = 12  # bytes (NIST SP 800-38D s.5.2.1.1)
_PROOF = "proof"


@dataclass(frozen=True, slots=True)
class SealingKey:
    """A key of 32 bytes and its id, up to 50 ASCII characters."""

    id: str
    secret: bytes = field(repr=False)


def key_from_text(key_id: str, text: str) -> SealingKey:
    """Return the key that `text` writes in base64. Raises ConfigError, whose text does not show it."""
    try:
        secret = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != 32:
        raise ConfigError(f"encryption key {key_id}: expected 32 bytes in base64; make one by: openssl rand -base64 32")
    return SealingKey(key_id, secret)


class Keyring:
    """The keys of a database. The first seals; all open. An empty one leaves values as they are."""

    def __init__(self, keys: Iterable[SealingKey] = (), *, seals: bool = True) -> None:
        """Prepare the keys. seals: False only to take the encryption off again.

        Raises ConfigError where the package cryptography is missing.
        """
        keys = tuple(keys)
        self._ciphers = {key.id: _cipher(key) for key in keys}
        self.current = keys[0].id if keys and seals else None

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the ids of the keys, the sealing one first."""
        return tuple(self._ciphers)

    def seal(self, plain: bytes, purpose: str) -> bytes:
        """Return `plain` sealed with the current key; as it is where there is none."""
        return plain if self.current is None else self._sealed(self.current, plain, purpose)

    def open(self, stored: bytes, purpose: str) -> bytes:
        """Return the plain value of what is stored, sealed or not.

        Raises KeyringError where its key is not here, Unstorable where this one value is damaged.
        """
        key_id = key_id_of(stored)
        if key_id is None:
            return stored
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise KeyringError(_missing(key_id))
        from cryptography.exceptions import InvalidTag

        start = len(MARK) + 1 + len(key_id)
        try:
            opened: bytes = cipher.decrypt(stored[start : start + _NONCE], stored[start + _NONCE :], purpose.encode())
        except (InvalidTag, ValueError) as error:
            raise Unstorable(
                f'a value sealed with key "{key_id}" is damaged; restore the database from a backup'
            ) from (error)
        return opened

    def proof(self, key_id: str) -> bytes:
        """Return something by which `check` knows this very key again."""
        return self._sealed(key_id, _PROOF.encode(), _PROOF)

    def check(self, proofs: dict[str, bytes]) -> None:
        """Compare the keys with those that a database was sealed with: key id -> what `proof` gave.

        Raises KeyringError for the first key that is missing or another one of the same id.
        """
        for key_id, stored in proofs.items():
            if key_id not in self._ciphers:
                raise KeyringError(_missing(key_id))
            try:
                self.open(stored, _PROOF)
            except Unstorable:
                raise KeyringError(
                    f'encryption key "{key_id}": is not the one that this database was encrypted with; restore it'
                ) from None

    def _sealed(self, key_id: str, plain: bytes, purpose: str) -> bytes:
        nonce = os.urandom(_NONCE)
        head = MARK + bytes([len(key_id)]) + key_id.encode("ascii") + nonce
        sealed: bytes = self._ciphers[key_id].encrypt(nonce, plain, purpose.encode())
        return head + sealed


PLAIN = Keyring()  # of a database that is not encrypted


def key_id_of(stored: bytes) -> str | None:
    """Return the id of the key that a stored value is sealed with; None: it is plain."""
    if not stored.startswith(MARK):
        return None
    length = stored[len(MARK)]
    return stored[len(MARK) + 1 : len(MARK) + 1 + length].decode("ascii")


def _missing(key_id: str) -> str:
    return f'encryption key "{key_id}": the database holds values sealed with it; name it in encryption.keys'


def _cipher(key: SealingKey) -> "AESGCM":
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError as error:
        raise ConfigError(
            'encryption.keys: encryption needs a library; run pip install "inbox-worker[encryption]"'
        ) from error
    return AESGCM(key.secret)
