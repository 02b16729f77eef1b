"""Which addresses can be answered, and which of them is (domain.md 1.2; RFC 5321 s.4.1.2, ASCII only)."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from inbox_worker.core.mail import Address, Email

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDR_SPEC = re.compile(
    rf"(?P<local>{_ATEXT}(?:\.{_ATEXT})*)@(?P<domain>(?:{_LABEL}\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9])"
)
FOUND = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9][A-Za-z0-9._%+'-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])"
)
"""An address inside running text."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where an answer goes: `address` is None where nobody can be answered."""

    address: str | None
    reply_to_ignored: bool = False  # there is a Reply-To and it was not followed


def usable(address: str) -> bool:
    """Return whether `address` is an ASCII addr-spec with a dotted domain, of legal length (RFC 5321 s.4.5.3.1)."""
    match = _ADDR_SPEC.fullmatch(address)
    return bool(match) and len(match["local"]) <= 64 and len(match["domain"]) <= 253 if match else False


def domain(address: str) -> str:
    """Return the domain of `address` in lower case, "" without an @."""
    return address.rpartition("@")[2].casefold() if "@" in address else ""


def local_part(address: str) -> str:
    """Return the local part of `address` in lower case."""
    return address.rpartition("@")[0].casefold() if "@" in address else address.casefold()


def sender(email: Email) -> Address | None:
    """Return the one author of `email`, or None where there is none, more than one, or no usable address."""
    if len(email.header_all("From")) > 1 or len(email.from_) != 1:
        return None
    return email.from_[0] if usable(email.from_[0].address) else None


def destination(email: Email, registrable: Callable[[str], str], ours: tuple[str, ...] = ()) -> Destination:
    """Return where the one answer to `email` goes: Reply-To in From's registrable domain, else From.

    `registrable` maps a domain to the part of it that one organisation registers ("cs.kent.ac.uk" ->
    "kent.ac.uk"). `ours` are addresses that are never answered.
    """
    author = sender(email)
    if author is None:
        return Destination(None)
    forbidden = {address.casefold() for address in ours}
    if author.address.casefold() in forbidden:
        return Destination(None)
    candidates = [entry.address for entry in email.reply_to]
    if len(candidates) == 1 and usable(candidates[0]) and candidates[0].casefold() not in forbidden:
        same = registrable(domain(candidates[0])) == registrable(domain(author.address))
        if same:
            return Destination(candidates[0])
    other = any(address.casefold() != author.address.casefold() for address in candidates)
    return Destination(author.address, reply_to_ignored=other)
