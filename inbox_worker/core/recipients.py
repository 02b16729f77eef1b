"""Which address of the mailbox the configuration may have left out: read from whom recent mail names."""

from collections import Counter
from collections.abc import Iterable, Sequence
from email.utils import getaddresses

OFTEN = 3  # mails that name an address before it is worth a word
_MOST_SHOWN = 3


def unnamed(mails: Iterable[Sequence[str]], addresses: Iterable[str]) -> tuple[str, ...]:
    """Return addresses of our own domains that often stand in mails which name none of `addresses`.

    mails: of each, the values of its To, Cc and Delivered-To headers. Most frequent first. Such mail looks like a
    blind copy to the gate, so that an alias which is not configured would never get an answer.
    """
    ours = {address.casefold() for address in addresses}
    domains = {address.rpartition("@")[2] for address in ours}
    counts: Counter[str] = Counter()
    for headers in mails:
        named = {address.casefold() for _, address in getaddresses([value[:10_000] for value in headers])}
        if not named & ours:
            counts.update(address for address in named if address.rpartition("@")[2] in domains)
    return tuple(address for address, number in counts.most_common(_MOST_SHOWN) if number >= OFTEN)
