"""The keys that mails and people are found by: digests, so that an index holds no address and no Message-ID."""

import hashlib
import hmac
import unicodedata
from functools import lru_cache

_AT_HAND = 32  # keys: those of one mail are asked for several times in a row


@lru_cache(_AT_HAND)
def message_key(message_id: str) -> bytes:
    """Return the SHA-256 of a Message-ID (with <>). Ids are compared as written (RFC 5322 s.3.6.4)."""
    return _sha256(message_id.strip())


@lru_cache(_AT_HAND)
def fingerprint_key(fingerprint: str) -> bytes:
    """Return the key of a mail's fingerprint."""
    return _sha256(fingerprint)


@lru_cache(_AT_HAND)
def address_key(address: str) -> bytes:
    """Return the key of an address: the same for every spelling that differs only in case."""
    return _sha256(unicodedata.normalize("NFC", address.strip().casefold()))


def tombstone_key(secret: bytes, digest: bytes) -> bytes:
    """Return the HMAC-SHA-256 under which an erased address or Message-ID is remembered.

    digest: of `address_key` or `message_key`. Without `secret` nobody can test a guess against it.
    """
    return hmac.new(secret, digest, hashlib.sha256).digest()


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
