"""A reply to one of our alerts: does it show that a person has taken the mail on?"""

from collections.abc import Iterable

from inbox_worker.core.addresses import sender
from inbox_worker.core.mail import Email
from inbox_worker.core.reading import Decision


def accepts(email: Email, headers: Decision | None, people: Iterable[str]) -> bool:
    """Return whether `email` is the word of one of `people` (addresses, any case).

    headers: what the gate says of it. An out-of-office note answers an alert too and accepts nothing; nor does a mail
    whose sender may be forged.
    """
    author = sender(email)
    named = {address.casefold() for address in people}
    return headers is None and author is not None and author.address.casefold() in named
