"""What ends on a day that is known: certificates and secrets that sign in. For `check`, metrics and `status`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from inbox_worker.certificates import ClientCertificate
from inbox_worker.config.sections import Config
from inbox_worker.config.sign_in import OAuth2Section
from inbox_worker.sign_in import client_key

SOON = timedelta(days=30)  # a certificate is not renewed in a day where several offices take part


@dataclass(frozen=True, slots=True)
class Expiry:
    """Something that ends."""

    what: str  # its setting: "mailboxes team: imap.oauth2.certificate"
    at: datetime  # aware, UTC

    def left(self, now: datetime) -> timedelta:
        """Return how much time is left; negative where it has ended."""
        return self.at - now


def expiries(config: Config) -> tuple[Expiry, ...]:
    """Return what ends and when, each once. Raises ConfigError where a certificate cannot be read."""
    seen: dict[OAuth2Section, str] = {}
    for box in config.mailboxes:
        for part, oauth2 in (("imap", box.imap.oauth2), ("smtp", box.smtp.oauth2)):
            if oauth2 is not None:
                seen.setdefault(oauth2, f"mailboxes {box.name}: {part}.oauth2")
    return tuple(found for oauth2, key in seen.items() for found in _of(oauth2, key))


def _of(oauth2: OAuth2Section, key: str) -> Iterator[Expiry]:
    if oauth2.certificate is not None:
        found = client_key(oauth2, key)
        assert isinstance(found, ClientCertificate)  # the section names a certificate
        yield Expiry(f"{key}.certificate", found.expires)
    if oauth2.secret_expires is not None:
        yield Expiry(f"{key}.secret", datetime.combine(oauth2.secret_expires, time(), UTC))
