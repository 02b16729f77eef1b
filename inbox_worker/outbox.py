"""Job: store -> smtp -> store. Sends what is due, each message at most once, and stops where a person must look."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from queue import Empty, SimpleQueue

from inbox_worker import checkpoints, log
from inbox_worker.claims import Claims
from inbox_worker.core.retry import next_connection
from inbox_worker.crew import Crew, Route
from inbox_worker.errors import SubmissionRefused
from inbox_worker.lane import Done
from inbox_worker.records import OutboxItem
from inbox_worker.settling import Outcome, Settlement

__all__ = ["Delivery", "Outbox", "Route"]

_LOG = log.logger(__name__)
_CLAIM_EVERY = 1.0  # seconds: how soon to look again for what is due, while messages are under way
_REFUSED = "SUBMISSION_REFUSED"
_DOWN = "SERVER_DOWN"
_GATHER = 0.05  # seconds: how long an outcome may wait for others, so that one transaction stores them


@dataclass(slots=True)
class Pause:
    """A mailbox whose server cannot be used for now."""

    failed: int
    until: datetime
    reason: str  # a code


@dataclass(slots=True)
class Delivery:
    """What one pass over the outbox came to."""

    results: Counter[str] = field(default_factory=Counter)  # "sent", "later", "refused", "unknown"
    stopped: str | None = None  # why a mailbox sends nothing more, in this pass or until its pause is over: a code

    def stop(self, reason: str) -> None:
        """Note why a mailbox sends nothing; a fault of the set-up, which a person must mend, is told first."""
        if self.stopped != _REFUSED:
            self.stopped = reason


class Outbox:
    """Sends the messages of every mailbox."""

    def __init__(
        self,
        claims: Claims,
        settlement: Settlement,
        routes: Mapping[str, Route],
        *,
        clock: Callable[[], datetime],
        jitter: Callable[[], float],
    ) -> None:
        """routes: by the name of the mailbox."""
        self._claims = claims
        self._settlement = settlement
        self._routes = routes
        self._clock = clock
        self._jitter = jitter
        self._paused: dict[str, Pause] = {}
        self._unstored: list[Outcome] = []  # what the database did not take when it happened

    def deliver(
        self, stop: Callable[[], bool] = lambda: False, got_on: Callable[[], object] = lambda: None
    ) -> Delivery:
        """Send every message that is due.

        stop: asked every second or so; what is not begun then stays in the outbox. got_on: told whenever some are done.
        Raises StoreError; outcomes that could not be stored are stored by the next call. Where the process ends
        before that, their messages become `unknown`, never sent twice.
        """
        delivery = Delivery()
        delivery.results.update(self._settlement.turn(self._unstored)[0])
        self._unstored = []
        self._claims.release_stale()
        done: SimpleQueue[Done] = SimpleQueue()
        waiting = [name for name in self._routes if self._waits(name)]
        for name in waiting:  # still at fault: a pass that leaves it alone is not well
            delivery.stop(self._paused[name].reason)
        crews = {name: Crew(route, done) for name, route in self._routes.items() if name not in waiting}
        run = _Pass(crews, done)
        try:
            self._run(run, delivery, stop, got_on)
        finally:
            self._unstored = run.close()
        return delivery

    def _run(self, run: "_Pass", delivery: Delivery, stop: Callable[[], bool], got_on: Callable[[], object]) -> None:
        while True:
            stopping = stop()
            # Again and again: a connection that ends later than the others brings back what it had.
            run.take_back(crew for crew in run.crews.values() if stopping or crew.down)
            if not stopping and run.hungry():
                self._claim(run)
            answering = {outcome.item.mailbox for outcome in run.outcomes if outcome.answer is not None}
            words, under_way = run.turn(self._settlement, give=not stopping)
            delivery.results.update(words)
            for name in answering:
                if not run.crews[name].down:
                    self._paused.pop(name, None)
            if not under_way:
                return
            found = run.wait()
            if found:
                got_on()
            for done in found:
                self._note(done, run)
            for name in run.gone_down():
                self._server_down(name, _REFUSED if name in run.refused else _DOWN, delivery)

    def _claim(self, run: "_Pass") -> None:
        """Reserve what may go out now for the connections that have room for it."""
        limits = [(name, self._routes[name].per_minute) for name, crew in run.crews.items() if crew.hungry]
        found = self._claims.take(limits)
        checkpoints.reached("outbox.claimed")
        run.claimed(found)

    def _note(self, done: Done, run: "_Pass") -> None:
        if isinstance(done.answer, SubmissionRefused):
            # A fault of the configuration: no try is counted, nothing is lost, a person must mend it.
            mailbox = done.outgoing.item.mailbox
            _LOG.error("submission refused", mailbox=mailbox, error=type(done.answer).__name__)
            run.refused.add(mailbox)

    def _server_down(self, name: str, reason: str, delivery: Delivery) -> None:
        delivery.stop(reason)
        failed = self._paused[name].failed + 1 if name in self._paused else 1
        until = next_connection(failed, self._clock(), self._jitter())
        self._paused[name] = Pause(failed, until, reason)
        _LOG.warning("submission server not usable", mailbox=name, tries=failed, next_try=until.isoformat())

    def _waits(self, name: str) -> bool:
        return name in self._paused and self._paused[name].until > self._clock()


class _Pass:
    """One pass: the connections of every mailbox, and what they have done that is not stored yet."""

    def __init__(self, crews: dict[str, Crew], done: "SimpleQueue[Done]") -> None:
        self.crews = crews
        self.outcomes: list[Outcome] = []
        self.refused: set[str] = set()  # mailboxes whose server does not let us send
        self._done = done
        self._nothing_at: float | None = None  # when nothing was due, by the monotonic clock
        self._told: set[str] = set()

    def hungry(self) -> bool:
        """Tell whether to look for what is due: there is room, and the last look was not just now and in vain."""
        if self.in_hand and self._nothing_at is not None and time.monotonic() - self._nothing_at < _CLAIM_EVERY:
            return False
        return any(crew.hungry for crew in self.crews.values())

    @property
    def in_hand(self) -> bool:
        """Tell whether any connection has a message in hand."""
        return any(crew.in_hand for crew in self.crews.values())

    def claimed(self, found: Mapping[str, tuple[OutboxItem, ...]]) -> None:
        """Take what was claimed, by mailbox."""
        for name, items in found.items():
            self.crews[name].add(items)
        self._nothing_at = None if any(found.values()) else time.monotonic()

    def turn(self, settlement: Settlement, *, give: bool) -> tuple[Counter[str], bool]:
        """Store what is done and give the connections more. Return words, and whether anything is under way."""
        back = [number for crew in self.crews.values() for number in crew.returned()]
        shares = [(crew, share) for crew in self.crews.values() for share in crew.shares()] if give else []
        words, messages = settlement.turn(self.outcomes, [n for _, share in shares for n in share.ids], back)
        self.outcomes = []
        handed = {each.item.id: each for each in messages}
        for crew, share in shares:
            crew.give(share, handed)
        return words, bool(shares) or self.in_hand

    def wait(self) -> list[Done]:
        """Wait until a connection has something done, and a moment for others, unless one wants more.

        Nothing where a second has passed: a slow server keeps nobody from stopping, or from claiming for others.
        """
        if not self.in_hand:
            return []
        try:
            found = [self._finished(self._done.get(timeout=_CLAIM_EVERY))]
        except Empty:
            return []
        end = time.monotonic() + _GATHER
        while self.in_hand and not any(crew.wants for crew in self.crews.values()):
            try:
                found.append(self._finished(self._done.get(timeout=max(0.0, end - time.monotonic()))))
            except Empty:
                break
        return found

    def take_back(self, crews: Iterable[Crew]) -> None:
        """Let what is not begun be stored as such, with the other outcomes."""
        self.outcomes += [Outcome(item, None) for crew in crews for item in crew.take_back()]

    def gone_down(self) -> list[str]:
        """Return the mailboxes whose server takes nothing more; each once."""
        down = [name for name, crew in self.crews.items() if crew.down and name not in self._told]
        self._told.update(down)
        return down

    def close(self) -> list[Outcome]:
        """Let the connections end what they have begun; return the outcomes that are not stored."""
        self.take_back(self.crews.values())
        for crew in self.crews.values():
            crew.close()
        while not self._done.empty():
            self._finished(self._done.get())
        self.take_back(self.crews.values())
        return self.outcomes

    def _finished(self, done: Done) -> Done:
        item = done.outgoing.item
        self.crews[item.mailbox].finished(done)
        if done.answer is not None and not done.broken:
            assert not isinstance(done.answer, SubmissionRefused)
            self.outcomes.append(Outcome(item, done.answer))
        return done
