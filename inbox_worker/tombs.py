"""What was erased, remembered by keyed digests alone: a mail that is read again does not bring a person back."""

from datetime import datetime

from inbox_worker.errors import ConfigError
from inbox_worker.store import Tx, View
from inbox_worker.store.keys import address_key, fingerprint_key, message_key, tombstone_key

_SHORTEST = 16  # characters of a key: 128 bits, were they random bytes
_PROOF = b"inbox_worker tombstones"


class Tombs:
    """Knows erased addresses and mails by HMAC-SHA-256 under the site's secret."""

    def __init__(self, secret: str) -> None:
        """Raises ConfigError for a secret that is easy to guess."""
        if len(secret) < _SHORTEST:
            raise ConfigError(
                f"privacy.tombstone_key: expected {_SHORTEST} characters or more; make one by: openssl rand -base64 32"
            )
        self._secret = secret.encode()

    def keys(self, address: str, digests: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """Return the tombstone keys of an address and of the digests of its mails (`Tx.keys_of`)."""
        found = (address_key(address), *digests)
        return (self._proof(), *(tombstone_key(self._secret, digest) for digest in found))

    def cover(
        self, view: View | Tx, message_id: str | None, fingerprint: str, senders: tuple[str, ...], received: datetime
    ) -> bool:
        """Return whether a mail was erased, or came before everything about its sender was.

        A later mail of the same person is a new one: they may apply again.
        """
        digests = [message_key(message_id)] if message_id else []
        digests += [fingerprint_key(fingerprint)] if fingerprint else []
        if view.buried([tombstone_key(self._secret, digest) for digest in digests]):
            return True
        moments = [view.buried_at(tombstone_key(self._secret, address_key(each))) for each in senders if each]
        return any(moment is not None and received <= moment for moment in moments)

    def check(self, view: View | Tx) -> None:
        """Raise ConfigError where this database's erasures were made under another secret."""
        if view.any_buried() and not view.buried([self._proof()]):
            raise ConfigError(
                "privacy.tombstone_key: is not the secret that the erasures of this database were made with; restore it"
            )

    def _proof(self) -> bytes:
        return tombstone_key(self._secret, _PROOF)


def check_without_key(view: View | Tx) -> None:
    """Raise ConfigError where people were erased and no secret is set: a rescan would bring them back."""
    if view.any_buried():
        raise ConfigError(
            "privacy.tombstone_key: is missing, and people were erased from this database; set the secret used then"
        )
