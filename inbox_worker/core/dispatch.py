"""Which of the messages that wait goes over which connection, and how many at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

FIRST_WINDOW = 4  # keeps a connection busy: one being answered, one announced, two ready while the database commits
WINDOW = 20  # most messages in the hands of one connection: all of them are unknown after a crash


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that may go out."""

    id: int
    recipient: str


@dataclass(frozen=True, slots=True)
class Room:
    """What one connection can still take."""

    free: int  # messages
    recipients: frozenset[str]  # of what it has in hand, as `address` writes them


def address(recipient: str) -> str:
    """Return the form of an address by which two of them are compared."""
    return recipient.casefold()


def shares(waiting: Iterable[Waiting], rooms: Sequence[Room]) -> tuple[tuple[int, ...], ...]:
    """Return, for each connection, the ids of the messages that it gets, in their order.

    Two messages to one address never overtake each other: while a connection has one in hand, only this connection
    gets the next, and where it has no room the next waits, and those behind it. Such messages come first, since
    nobody else can carry them; the others go where there is most room.
    """
    held = {recipient: number for number, room in enumerate(rooms) for recipient in room.recipients}
    free = [room.free for room in rooms]
    found: list[list[int]] = [[] for _ in rooms]
    for message in sorted(waiting, key=lambda each: address(each.recipient) not in held):
        recipient = address(message.recipient)
        number = held.get(recipient)
        if number is None:
            number = max(range(len(free)), key=free.__getitem__, default=None)
        if number is not None and free[number] > 0:
            held[recipient] = number
            free[number] -= 1
            found[number].append(message.id)
    return tuple(tuple(ids) for ids in found)


def wider(window: int) -> int:
    """Return the window of a connection that had to wait for the database: twice as many, up to `WINDOW`."""
    return min(2 * window, WINDOW)


def connections(waiting: int, most: int) -> int:
    """Return how many connections are worth opening for so many messages: one for each window begun."""
    return max(1, min(most, -(-waiting // FIRST_WINDOW)))
