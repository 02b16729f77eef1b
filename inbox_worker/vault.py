"""Config -> the keys of the database, and the database opened with them."""

from inbox_worker.config.sections import Config
from inbox_worker.core.retention import Periods
from inbox_worker.errors import ConfigError
from inbox_worker.sealing import PLAIN, Keyring, key_from_text
from inbox_worker.sign_in import secret
from inbox_worker.store import Store, View
from inbox_worker.tombs import Tombs, check_without_key


def keyring(config: Config, *, seals: bool = True) -> Keyring:
    """Return the keys that values are encrypted with. seals: False only to decrypt all. Raises ConfigError."""
    sections = config.encryption.keys
    if not sections:
        return PLAIN
    keys = [
        key_from_text(section.id, secret(section, f"encryption.keys[{number}]").reveal())
        for number, section in enumerate(sections)
    ]
    return Keyring(keys, seals=seals)


def store(config: Config) -> Store:
    """Return the database of `config`, not opened yet. Raises ConfigError where a key is missing."""
    return Store(config.database, keyring(config))


def tombs(config: Config, view: View) -> Tombs | None:
    """Return what knows the erased; None where the site has set no secret and erased nobody.

    Raises ConfigError where the secret is missing or another one.
    """
    section = config.privacy.tombstone_key
    if section is None:
        check_without_key(view)
        return None
    found = Tombs(secret(section, "privacy.tombstone_key").reveal())
    found.check(view)
    return found


def tombs_to_erase(config: Config, view: View) -> Tombs:
    """Return what remembers the erased. Raises ConfigError where the site has set no secret."""
    found = tombs(config, view)
    if found is None:
        raise ConfigError(
            "privacy.tombstone_key: is missing; an erasure is remembered under it, or a mail that is read again "
            "would bring the person back. Make one by: openssl rand -base64 32"
        )
    return found


def periods(config: Config) -> Periods:
    """Return how long each category is kept."""
    kept = config.retention
    return Periods(
        undecided=kept.undecided,
        ended=kept.ended,
        left=kept.left,
        held=kept.held,
        messages=kept.messages,
        ledger=kept.ledger,
    )


def email_fields(config: Config) -> frozenset[str]:
    """Return the keys of the fields, of all schemes, that hold an address."""
    return frozenset(field.key for scheme in config.schemes for field in scheme.fields if field.kind == "email")
