"""Whether this machine's clock is right, compared with clocks that the service meets anyway. Asks no time server."""

import email.utils
import re
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from inbox_worker.checks.finding import Finding, warned, wrong
from inbox_worker.config.sections import Config, SmtpSection
from inbox_worker.errors import InboxWorkerError
from inbox_worker.transport import Security, tls_context

NOTICEABLE = timedelta(seconds=60)
TOO_MUCH = timedelta(minutes=5)  # identity providers refuse a sign-in that is further off
_DATE = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}")
_TIMEOUT = 10.0  # seconds


def compare(config: Config) -> str | Finding:
    """Return how far the clock is off, by the clock that it differs most from."""
    found = dict(_clocks(config))
    if not found:
        return warned(
            "not compared: neither the submission server nor an identity provider tells the time",
            "see that time synchronisation is on (timedatectl)",
        )
    place, off = max(found.items(), key=lambda each: abs(each[1]))
    said = f"{abs(off).total_seconds():.0f} s {'behind' if off > timedelta(0) else 'ahead of'} {place}"
    if abs(off) > TOO_MUCH:
        return wrong(said, "set the clock, and switch time synchronisation on (timedatectl set-ntp true)")
    if abs(off) > NOTICEABLE:
        return warned(said, "switch time synchronisation on (timedatectl set-ntp true)")
    return f"within {max(abs(off).total_seconds(), 1):.0f} s of {', '.join(found)}"


def _clocks(config: Config) -> Iterator[tuple[str, timedelta]]:
    """Yield who tells the time, and how far that is ahead of us. Who cannot be asked is no finding here."""
    for box in config.mailboxes:
        if (then := _greeting(box.smtp)) is not None:
            yield box.smtp.host, then - datetime.now(UTC)
        for oauth2 in (box.imap.oauth2, box.smtp.oauth2):
            if oauth2 and oauth2.provider == "microsoft" and (then := _answered(oauth2.authority)) is not None:
                yield oauth2.authority, then - datetime.now(UTC)


def _greeting(smtp: SmtpSection) -> datetime | None:
    """Return the time in a submission server's greeting, where it gives one, as Exchange does."""
    try:
        with socket.create_connection((smtp.host, smtp.port), _TIMEOUT) as plain:
            if Security(smtp.security) is Security.TLS:
                with tls_context("smtp", smtp.ca_file).wrap_socket(plain, server_hostname=smtp.host) as encrypted:
                    line = encrypted.recv(1000)
            else:
                line = plain.recv(1000)
    except (OSError, ssl.SSLError, InboxWorkerError):
        return None
    match = _DATE.search(line.decode("ascii", "replace"))
    return _read(match[0]) if match else None


def _answered(address: str) -> datetime | None:
    """Return the time in the Date header of a web server's answer (RFC 9110 s.6.6.1)."""
    try:
        import requests  # of the extra that this provider needs; trusts the same certificates as its sign-in
    except ImportError:
        return None
    try:
        return _read(requests.head(address, timeout=_TIMEOUT).headers.get("Date"))
    except requests.exceptions.RequestException:
        return None


def _read(text: str | None) -> datetime | None:
    try:
        return email.utils.parsedate_to_datetime(text or "").astimezone(UTC)
    except (ValueError, TypeError, IndexError):
        return None
