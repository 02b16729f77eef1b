"""Which of the messages that wait goes over which connection, and how many at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inbox_worker.core.effects import MessageKind

FIRST_WINDOW = 4  # keeps a connection busy: one being answered, one announced, two ready while the database commits
WINDOW = 20  # most messages in the hands of one connection: all of them are unknown after a crash


Matter = tuple[str, str]  # messages of one matter go out in their order


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that may go out."""

    id: int
    matter: Matter


@dataclass(frozen=True, slots=True)
class Room:
    """What one connection can still take."""

    free: int  # messages
    matters: frozenset[Matter]  # of what it has in hand


def matter(kind: MessageKind, recipient: str, application: str | None, ledger_id: int | None) -> Matter:
    """Return what a message shares with those that it must not overtake.

    An applicant reads all that we write to them as one conversation. To the team each application is its own, and so
    is each mail that belongs to none: a burst of summaries may take every connection.
    """
    who = recipient.casefold()
    if kind is MessageKind.REPLY:
        return who, ""
    return who, application or ("" if ledger_id is None else f"mail {ledger_id}")


def shares(waiting: Sequence[Waiting], rooms: Sequence[Room]) -> tuple[tuple[int, ...], ...]:
    """Return, for each connection, the ids of the messages that it gets, in their order.

    Two messages of one matter never overtake each other: while a connection has one in hand, only this connection
    gets the next, and where it has no room the next waits, and those behind it. Such messages come first, since
    nobody else can carry them; the others go where there is most room.
    """
    held = {matter: number for number, room in enumerate(rooms) for matter in room.matters}
    free = [room.free for room in rooms]
    found: list[list[int]] = [[] for _ in rooms]
    for message in _those_bound_first(waiting, frozenset(held)):
        if not any(free):
            break
        number = held.get(message.matter)
        if number is None:
            number = max(range(len(free)), key=free.__getitem__)
        if free[number] > 0:
            held[message.matter] = number
            free[number] -= 1
            found[number].append(message.id)
    return tuple(tuple(ids) for ids in found)


def _those_bound_first(waiting: Sequence[Waiting], held: frozenset[Matter]) -> Iterator[Waiting]:
    """Yield first what only one connection may carry; whoever stops early has not looked at all of them."""
    if held:
        yield from (message for message in waiting if message.matter in held)
    yield from (message for message in waiting if message.matter not in held)


def wider(window: int) -> int:
    """Return the window of a connection that had to wait for the database: twice as many, up to `WINDOW`."""
    return min(2 * window, WINDOW)


def connections(waiting: int, most: int) -> int:
    """Return how many connections are worth opening for so many messages: one for each window begun."""
    return max(1, min(most, -(-waiting // FIRST_WINDOW)))
