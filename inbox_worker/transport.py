"""How a connection to a mail server is secured: the one rule that IMAP and SMTP share."""

import ssl
from datetime import UTC, datetime
from enum import Enum
from ipaddress import ip_address
from pathlib import Path

from inbox_worker.errors import ConfigError


class Security(Enum):
    """How the connection is encrypted."""

    TLS = "tls"  # from the first byte (RFC 8314)
    STARTTLS = "starttls"  # required, never given up silently
    PLAIN = "plain"  # no encryption


def is_loopback(host: str) -> bool:
    """Tell whether `host` names this machine beyond doubt. No look-up: a name server could say anything."""
    name = host.casefold().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def check_security(section: str, host: str, security: Security, allow_plain: bool) -> None:
    """Raise ConfigError where password and mail would cross a network in clear. section: "imap" or "smtp"."""
    if security is Security.PLAIN and not allow_plain and not is_loopback(host):
        raise ConfigError(
            f"{section}.security: plain is allowed to this machine only, found host {host}; "
            f'use "tls" or "starttls", or set {section}.allow_plain: true where the network itself is secure'
        )


def tls_context(section: str, ca_file: Path | None) -> ssl.SSLContext:
    """Return a context that checks certificate and host name, against `ca_file` alone where given.

    Raises ConfigError where that file cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"{section}.ca_file: {ca_file} cannot be used ({type(error).__name__}); expected certificates in PEM form"
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def certificate_ends(sock: ssl.SSLSocket) -> datetime | None:
    """Return when the certificate of the other side ends, in UTC."""
    until = (sock.getpeercert() or {}).get("notAfter")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(until), UTC) if isinstance(until, str) else None


def tls_fault(section: str, error: ssl.SSLError) -> str | None:
    """Return what is wrong with the set-up and the remedy, or None where the fault may pass."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"certificate not accepted ({error.verify_message}); renew it on the server, "
            f"use the host name that it is made for, or name its issuer in {section}.ca_file"
        )
    if error.reason in ("WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "HTTP_REQUEST"):
        return f'no TLS on this port; try {section}.security: "starttls" or another port'
    if error.reason in ("UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "NO_PROTOCOLS_AVAILABLE"):
        return "the server offers only TLS versions before 1.2; have it updated"
    return None
