"""The connections of one mailbox during a pass over the outbox, and the messages that wait for them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from queue import SimpleQueue

from inbox_worker.core.dispatch import Waiting, connections, shares
from inbox_worker.errors import SubmissionRefused
from inbox_worker.lane import Done, Lane, matter_of
from inbox_worker.records import OutboxItem, Outgoing
from inbox_worker.smtp import SmtpSender

MOST_WAITING = 200  # messages claimed ahead: those of one matter may pile up while others still find room


@dataclass(frozen=True, slots=True)
class Route:
    """How the messages of one mailbox go out."""

    envelope_from: str
    connect: Callable[[], SmtpSender]  # returns a sender that connects at its first message
    connections: int = 1  # most at once
    per_minute: int | None = None  # most messages handed to the server in a minute; None: as many as there are


@dataclass(frozen=True, slots=True)
class Share:
    """What one connection is to get next."""

    lane: Lane
    ids: tuple[int, ...]


class Crew:
    """Claimed messages on one side, connections on the other. For one thread."""

    def __init__(self, route: Route, done: "SimpleQueue[Done]") -> None:
        self.down = False  # the server takes nothing more in this pass
        self._route = route
        self._done = done
        self._waiting: list[Waiting] = []
        self._items: dict[int, OutboxItem] = {}  # those that wait
        self._lanes: list[Lane] = []
        self._returned: list[Outgoing] = []
        self._broken = False

    @property
    def in_hand(self) -> bool:
        """Tell whether any connection has a message in hand."""
        return any(lane.in_hand for lane in self._lanes)

    @property
    def wants(self) -> bool:
        """Tell whether a connection should get more now, and there is something for it."""
        if not self._waiting or not any(lane.wants for lane in self._lanes):
            return False
        return any(share.ids and share.lane.wants for share in self._shares())

    @property
    def hungry(self) -> bool:
        """Tell whether more could be under way than is claimed."""
        if self.down or len(self._waiting) >= MOST_WAITING:
            return False
        free = sum(lane.free for lane in self._lanes)
        return not self._waiting or (free > 0 and sum(len(share.ids) for share in self._shares()) < free)

    def add(self, items: Iterable[OutboxItem]) -> None:
        """Take claimed messages, behind those that wait."""
        self._waiting += self._noted(items)

    def shares(self) -> tuple[Share, ...]:
        """Return which message should go over which connection now; opens what is worth opening."""
        if self.down or not self._waiting:
            return ()
        # A connection that broke is not opened again in this pass: the server may allow fewer than we do.
        if not self._broken:
            for _ in range(len(self._lanes), connections(len(self._waiting), self._route.connections)):
                self._lanes.append(Lane(self._route.envelope_from, self._route.connect, self._done))
        return tuple(share for share in self._shares() if share.ids)

    def give(self, share: Share, handed: dict[int, Outgoing]) -> None:
        """Give a connection its share; what is not in `handed` is not ours to send any more."""
        self._waiting = [each for each in self._waiting if each.id not in share.ids]
        for number in share.ids:
            del self._items[number]
        share.lane.give(handed[number] for number in share.ids if number in handed)

    def finished(self, done: Done) -> None:
        """Take a message off its connection; where that is broken, what else it had in hand comes back."""
        lane = done.lane
        lane.finished(done)
        if done.broken:
            self._broken = True
            self._returned += (done.outgoing, *lane.withdraw(broken=True))
            self._lanes.remove(lane)
            self.down = self.down or not self._lanes or isinstance(done.answer, SubmissionRefused)
        elif done.answer is None:
            self._returned.append(done.outgoing)

    def take_back(self) -> tuple[OutboxItem, ...]:
        """Take back everything that is not begun and return it: nobody here has it any more."""
        for lane in self._lanes:
            self._returned += lane.withdraw()
        items = (*(each.item for each in self._returned), *self._items.values())
        self._returned, self._waiting, self._items = [], [], {}
        return items

    def returned(self) -> tuple[int, ...]:
        """Put what came back in front of what waits; return its ids, which are `sending` and were not begun."""
        back = sorted(self._returned, key=lambda each: (each.item.next_try_at, each.item.id))
        self._waiting[:0] = self._noted(each.item for each in back)
        self._returned = []
        return tuple(each.item.id for each in back)

    def close(self) -> None:
        """Close every connection when what it has begun is done; wait for that."""
        for lane in self._lanes:
            lane.end()
        for lane in self._lanes:
            lane.join()

    def _noted(self, items: Iterable[OutboxItem]) -> list[Waiting]:
        # Claimed twice: somebody had it tried again, or took us for gone.
        known = self._items.keys() | {number for lane in self._lanes for number in lane.in_hand}
        noted = {item.id: item for item in items if item.id not in known}
        self._items |= noted
        return [Waiting(item.id, matter_of(item)) for item in noted.values()]

    def _shares(self) -> tuple[Share, ...]:
        found = shares(self._waiting, [lane.room for lane in self._lanes])
        return tuple(Share(lane, ids) for lane, ids in zip(self._lanes, found, strict=True))
