"""A client certificate with its key, as one PEM text. Needs `cryptography`, which the extra [microsoft] brings."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from inbox_worker.credentials import Secret
from inbox_worker.errors import ConfigError

if TYPE_CHECKING:
    from cryptography import x509

_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_KEY = re.compile(r"-----BEGIN (?:RSA |EC )?PRIVATE KEY-----.+?-----END (?:RSA |EC )?PRIVATE KEY-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """What proves who we are."""

    private_key: Secret  # PEM
    certificate: str  # PEM
    expires: datetime  # aware, UTC


def read(pem: Secret, origin: str) -> ClientCertificate:
    """Return the certificate and its private key. origin: the setting's name, for the error.

    Raises ConfigError where either is missing, cannot be read, or belongs to another.
    """
    text = pem.reveal()
    key, certificate = _KEY.search(text), _CERTIFICATE.search(text)
    if key is None or certificate is None:
        lacking = "private key without a passphrase" if key is None else "certificate"
        raise ConfigError(f"{origin}: holds no {lacking}; expected both in one text in PEM form")
    try:
        found = _parsed(key[0], certificate[0])
    except ImportError:
        raise ConfigError(f'{origin}: needs a library; run pip install "inbox-worker[microsoft]"') from None
    except (ValueError, TypeError):
        raise ConfigError(f"{origin}: cannot be read; expected an RSA key and its certificate in PEM form") from None
    if found is None:
        raise ConfigError(f"{origin}: private key and certificate do not belong together; put the right pair there")
    return ClientCertificate(Secret(key[0]), certificate[0], found.not_valid_after_utc)


def _parsed(key: str, certificate: str) -> "x509.Certificate | None":
    """Return the certificate, or None where the key is not its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    found = x509.load_pem_x509_certificate(certificate.encode("ascii"))
    own = load_pem_private_key(key.encode("ascii"), None)
    if not isinstance(own, RSAPrivateKey):
        raise ValueError("Entra ID takes RSA keys alone")
    return found if found.public_key().public_bytes(*form) == own.public_key().public_bytes(*form) else None
