"""Whom a mail speaks to: the mailbox, or a person or many beside whom the mailbox has a copy."""

from inbox_worker.core import names
from inbox_worker.core.document import Document, Kind
from inbox_worker.core.mail import Address, Email
from inbox_worker.core.mentions import about
from inbox_worker.core.scheme import Lexicon, Scheme
from inbox_worker.core.wording import find
from inbox_worker.core.words import fold, tokens

_GREETING = 6  # words: "Good afternoon to you both, Sunil"
_MAX_HEADER = 10_000  # characters
_OF_OFFICES = frozenset(["all", "and", "for", "of", "staff", "the"])  # "Equality and Diversity" is no person


def to_another(email: Email, document: Document, ours: tuple[str, ...], scheme: Scheme) -> bool:
    """Return whether a mail greets a person in its To by name, while one of the addresses `ours` only has a copy.

    What such a mail asks for, it asks of them. An address of ours that nobody configured does not lead astray: a person
    must be named, and "Mental Health Allies" or "Equality and Diversity" is none.
    """
    asked = _asked_with_a_copy(email, ours)
    greeted = tokens(fold(_first(document)).partition(",")[0])
    if not asked or len(greeted) > _GREETING:
        return False
    return any(not _person(entry, scheme).isdisjoint(greeted) for entry in asked)


def to_many(email: Email, document: Document, ours: tuple[str, ...], lexicon: Lexicon) -> bool:
    """Return whether a mail greets many ("Dear all"), while one of the addresses `ours` only has a copy.

    It may pass on what the scheme's page says, or speak of it among other things: only what the sender says of
    themselves in so many words is a wish or a request.
    """
    return bool(_asked_with_a_copy(email, ours)) and bool(find("greets_many", fold(_first(document)), lexicon))


def _first(document: Document) -> str:
    return next((line.text for line in document.lines if line.kind is Kind.OWN), "")


def _asked_with_a_copy(email: Email, ours: tuple[str, ...]) -> list[Address]:
    """Those in To, where none of the addresses `ours` is there but one is among the other recipients."""
    to = fold(" ".join(email.header_all("To"))[:_MAX_HEADER])
    folded = [address.casefold() for address in ours]
    if not to or any(address in to for address in folded):
        return []
    if not any(entry.address.casefold() in folded for entry in email.recipients):
        return []
    return [entry for entry in email.recipients if entry.address and entry.address.casefold() in to]


def _person(entry: Address, scheme: Scheme) -> frozenset[str]:
    """The words of the name of a person; none where it names an office or those whom the scheme is about."""
    name = names.from_header(entry) or ""
    words = frozenset(word for word in names.words(name) if len(word) > 2)
    named = about(name, scheme)
    if " " not in name or not words.isdisjoint(_OF_OFFICES) or named.ours or named.role or named.topic:
        return frozenset()
    return words
