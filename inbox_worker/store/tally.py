"""A count that a transaction makes once and keeps up to date."""

from collections.abc import Callable
from datetime import datetime

from inbox_worker.records import OutboxState


class Tally:
    """How many replies went out in the hour before a moment.

    A burst would otherwise count all its replies in the database again for every mail.
    """

    def __init__(self) -> None:
        self._counted: dict[tuple[datetime, frozenset[OutboxState]], int] = {}

    def get(self, now: datetime, states: frozenset[OutboxState], count: Callable[[], int]) -> int:
        """Return the number of replies in one of `states`; `count` asks the database, the first time."""
        if (now, states) not in self._counted:
            self._counted[now, states] = count()
        return self._counted[now, states]

    def add(self, state: OutboxState) -> None:
        """Count a reply that the transaction has queued."""
        for now, states in self._counted:
            self._counted[now, states] += state in states

    def forget(self) -> None:
        """Count anew: the transaction has moved messages."""
        self._counted.clear()
