"""Whom a mail speaks to: the mailbox, or a person beside whom the mailbox has a copy."""

from itertools import islice

from inbox_worker.core.document import Document, Kind
from inbox_worker.core.mail import Email
from inbox_worker.core.words import fold, tokens

_GREETING = 6  # words: "Good afternoon to you both, Sunil"
_MAX_HEADER = 10_000  # characters


def to_another(email: Email, document: Document, ours: tuple[str, ...]) -> bool:
    """Return whether a mail greets somebody in its To by name, while one of the addresses `ours` only has a copy.

    What such a mail asks for, it asks of them. An address of ours that nobody configured does not lead astray: another
    one must be named, and no mailbox is greeted by the name in front of its address.
    """
    to = fold(" ".join(email.header_all("To"))[:_MAX_HEADER])
    folded = [address.casefold() for address in ours]
    if not to or any(address in to for address in folded):
        return False
    if not any(entry.address.casefold() in folded for entry in email.recipients):
        return False
    first = next(islice((line.text for line in document.lines if line.kind is Kind.OWN), 1), "")
    greeted = tokens(fold(first).partition(",")[0])
    called = {word for word in tokens(to) if len(word) > 2}
    return len(greeted) <= _GREETING and not called.isdisjoint(greeted) and not _COMMON.issuperset(called & {*greeted})


_COMMON = frozenset(["all", "and", "the", "for", "staff", "team", "colleagues", "everyone", "list", "dear", "hello"])
