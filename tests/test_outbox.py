"""The outbox over real connections: several at once, in groups, each message once."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, text

from inbox_worker import checkpoints
from inbox_worker.claims import Claims
from inbox_worker.core.dispatch import FIRST_WINDOW, WINDOW
from inbox_worker.core.effects import MessageKind
from inbox_worker.demo_servers import HangUp, SmtpServer
from inbox_worker.errors import StoreError
from inbox_worker.locks import locks
from inbox_worker.outbox import Delivery, Outbox, Route
from inbox_worker.records import NewMessage, OutboxState
from inbox_worker.settling import Outcome, Settlement
from inbox_worker.smtp import SmtpSender
from inbox_worker.store import Store
from tests.fixtures_mail import smtp_config
from tests.store.examples import apply_new

US = "team@example.org"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Office:
    """A database, and workers that send from it."""

    store: Store
    url: str
    server: SmtpServer
    now: datetime = NOW
    greetings: list[str] = field(default_factory=list)

    def worker(self, name: str = "w1", **route: int | None) -> Outbox:
        """Return a worker's outbox."""
        clock = lambda: self.now  # noqa: E731 - the clock of this test
        config = smtp_config(self.server)
        claims = Claims(
            self.store,
            worker=name,
            locks=locks(self.url, name),
            replies_an_hour=10_000,
            on_fuse=lambda tx, at: None,
            clock=clock,
        )
        way = Route(US, lambda: SmtpSender(config), **route)  # type: ignore[arg-type]
        settlement = Settlement(self.store, name, clock, lambda: 0.0)
        return Outbox(claims, settlement, {"team": way}, clock=clock, jitter=lambda: 0.0)

    def queue(
        self, *recipients: str, kind: MessageKind = MessageKind.SUMMARY, application: int | None = None
    ) -> list[int]:
        """Queue a message to each."""
        with self.store.transaction() as tx:
            messages = [replace(self._message(each, kind), application=application) for each in recipients]
            return [tx.enqueue(each, NOW) for each in messages]

    def states(self) -> Counter[OutboxState]:
        """Return how many messages are in which state."""
        with self.store.reading() as view:
            return Counter(item.state for item in view.outbox())

    def arrived(self) -> list[tuple[str, int]]:
        """Return recipient and number of every message that the server took, in its order."""
        return [(each.recipients[0], int(each.content.split()[-1])) for each in self.server.deliveries]

    def _message(self, recipient: str, kind: MessageKind) -> NewMessage:
        self._number = getattr(self, "_number", 0) + 1
        content = f"Subject: hello\r\n\r\n{self._number}\r\n".encode()
        return NewMessage(f"<{self._number}@example.org>", kind, "t", "1", "team", recipient, content)


@pytest.fixture
def office(sqlite_url: str, smtp_server: SmtpServer) -> Iterator[Office]:
    with Store(sqlite_url) as store:
        made = Office(store, sqlite_url, smtp_server)
        smtp_server.answer = lambda stage, argument: made.greetings.append(stage) if stage == "EHLO" else None
        yield made


@pytest.fixture
def at() -> Iterator[Callable[[Callable[[str], None]], None]]:
    """Install what happens at the named points, for this test."""
    yield checkpoints.install
    checkpoints.install(None)


@pytest.mark.parametrize("connections", [1, 2, 3])
def test_every_message_goes_once_over_no_more_connections_than_allowed(office: Office, connections: int) -> None:
    office.queue(*(f"p{number}@example.org" for number in range(60)))
    delivery = office.worker(connections=connections).deliver()

    assert delivery == Delivery(Counter(sent=60))
    assert sorted(number for _, number in office.arrived()) == list(range(1, 61))
    assert office.states() == {OutboxState.SENT: 60}
    assert len(office.greetings) == connections


def test_few_messages_open_one_connection(office: Office) -> None:
    office.queue(*(f"p{number}@example.org" for number in range(FIRST_WINDOW)))
    office.worker(connections=3).deliver()
    assert len(office.greetings) == 1


def test_messages_to_one_applicant_arrive_in_their_order_whatever_goes_beside_them(office: Office) -> None:
    addresses = [US if number % 2 else f"p{number % 7}@example.org" for number in range(80)]
    office.queue(*addresses, kind=MessageKind.REPLY)
    office.worker(connections=3).deliver()

    assert len(office.arrived()) == 80
    for recipient in {recipient for recipient, _ in office.arrived()}:
        numbers = [number for to, number in office.arrived() if to == recipient]
        assert numbers == sorted(numbers)


def test_messages_to_the_team_about_one_application_arrive_in_their_order(office: Office) -> None:
    with office.store.transaction() as tx:
        applications = [apply_new(tx, number).id for number in range(1, 5)]
    about = [applications[number % 4] for number in range(80)]
    for application in about:
        office.queue(US, application=application)
    office.worker(connections=3).deliver()

    arrived = [number for _, number in office.arrived()]
    assert sorted(arrived) == list(range(1, 81))
    for application in applications:
        numbers = [number for number in arrived if about[number - 1] == application]
        assert numbers == sorted(numbers)


def test_a_burst_of_summaries_to_one_address_takes_every_connection(office: Office) -> None:
    with office.store.transaction() as tx:
        applications = [apply_new(tx, number).id for number in range(1, 31)]
    for application in applications:
        office.queue(US, application=application)
    office.worker(connections=3).deliver()
    assert (len(office.arrived()), len(office.greetings)) == (30, 3)


def test_messages_are_handed_over_and_recorded_many_in_a_transaction(office: Office) -> None:
    office.queue(*(f"p{number}@example.org" for number in range(100)))
    commits: list[int] = []
    event.listen(office.store._engine, "commit", lambda connection: commits.append(1))
    office.worker(connections=2).deliver()
    assert len(commits) < 80  # one by one: 200 and more


def test_no_connection_ever_has_more_in_hand_than_its_window(office: Office, at: Callable[[object], None]) -> None:
    office.queue(*(f"p{number}@example.org" for number in range(100)))
    most: list[int] = []

    def count(point: str) -> None:
        if point == "outbox.handed_over":
            with office.store.reading() as view:
                most.append(len(view.outbox([OutboxState.SENDING])))

    at(count)
    office.worker(connections=2).deliver()
    assert FIRST_WINDOW <= max(most) <= 2 * WINDOW


def test_a_connection_that_a_slow_database_keeps_waiting_gets_more_at_a_time(
    office: Office, at: Callable[[object], None]
) -> None:
    office.queue(*(f"p{number}@example.org" for number in range(100)))
    sizes: list[int] = []

    def slow(point: str) -> None:
        with office.store.reading() as view:
            begun = len(view.outbox([OutboxState.SENDING, OutboxState.SENT]))
        if point == "outbox.settled":  # nothing is left to the connection when it gets more
            end = time.monotonic() + 10
            while len(office.arrived()) < begun and time.monotonic() < end:
                time.sleep(0.001)
            time.sleep(0.02)  # until it has read the last answer
        if point == "outbox.handed_over":
            sizes.append(begun - sum(sizes))

    at(slow)
    assert office.worker(connections=1).deliver() == Delivery(Counter(sent=100))
    assert sizes[0] == FIRST_WINDOW
    assert 2 * FIRST_WINDOW < max(sizes) <= WINDOW


def test_a_connection_that_the_server_refuses_leaves_its_messages_to_the_other(office: Office) -> None:
    def one_alone(stage: str, argument: str) -> None:
        if stage == "EHLO":
            office.greetings.append(stage)
            if len(office.greetings) > 1:
                raise HangUp

    office.server.answer = one_alone
    office.queue(*(f"p{number}@example.org" for number in range(40)))
    delivery = office.worker(connections=3).deliver()

    assert delivery == Delivery(Counter(sent=40))
    assert sorted(number for _, number in office.arrived()) == list(range(1, 41))
    assert len(office.greetings) == 3


def test_a_connection_that_breaks_costs_only_the_message_whose_dot_was_out(office: Office) -> None:
    broken: list[str] = []

    def breaking(stage: str, argument: str) -> None:
        if stage == "DATA" and argument == "p7@example.org" and not broken:
            broken.append(argument)
            raise HangUp

    office.server.answer = breaking
    office.queue(*(f"p{number}@example.org" for number in range(30)))
    delivery = office.worker(connections=2).deliver()

    assert delivery.results == Counter(sent=29, unknown=1)
    assert office.states() == {OutboxState.SENT: 29, OutboxState.UNKNOWN: 1}
    assert sorted(number for _, number in office.arrived()) == [n for n in range(1, 31) if n != 8]


def test_a_server_that_refuses_us_stops_every_connection_and_loses_nothing(office: Office) -> None:
    def turning(stage: str, argument: str) -> str | None:
        return "535 5.7.3 no" if stage == "MAIL" and len(office.server.deliveries) >= 10 else None

    office.server.answer = turning
    office.queue(*(f"p{number}@example.org" for number in range(60)))
    worker = office.worker(connections=3)
    delivery = worker.deliver()

    assert delivery.stopped == "SUBMISSION_REFUSED"
    assert delivery.results == Counter(sent=len(office.arrived()))
    with office.store.reading() as view:
        left = view.outbox([OutboxState.QUEUED])
        assert all(item.tries == 0 and item.claimed_by is None for item in left)
    assert office.states() == {OutboxState.SENT: len(office.arrived()), OutboxState.QUEUED: len(left)}
    office.server.answer = None
    assert worker.deliver() == Delivery(stopped="SUBMISSION_REFUSED")  # not before the pause is over, and not well
    office.now += timedelta(hours=1)
    assert worker.deliver().stopped is None
    assert office.states() == {OutboxState.SENT: 60}
    assert len(office.arrived()) == 60


def test_a_pass_that_leaves_a_server_alone_says_why_until_it_takes_messages_again(office: Office) -> None:
    def gone(stage: str, argument: str) -> None:
        raise HangUp

    office.server.answer = gone
    office.queue("ann@example.org")
    worker = office.worker()
    assert worker.deliver().stopped == "SERVER_DOWN"
    assert worker.deliver() == Delivery(stopped="SERVER_DOWN")
    office.server.answer = None
    office.now += timedelta(hours=1)
    assert worker.deliver() == Delivery(Counter(sent=1))
    assert worker.deliver() == Delivery()


def test_a_worker_that_is_told_to_stop_ends_what_it_has_begun_and_gives_back_the_rest(office: Office) -> None:
    office.queue(*(f"p{number}@example.org" for number in range(60)))
    office.worker(connections=2).deliver(lambda: len(office.server.deliveries) > 5)

    states = office.states()
    assert states[OutboxState.SENT] == len(office.arrived()) < 60
    assert states[OutboxState.QUEUED] == 60 - len(office.arrived())
    with office.store.reading() as view:
        assert view.claimants() == ()


def test_what_the_database_did_not_take_is_stored_by_the_next_pass(
    office: Office, at: Callable[[object], None]
) -> None:
    """A worker whose database fails knows what it has sent: as long as it lives nothing of that becomes unknown."""
    failing = threading.Event()

    def fail(point: str) -> None:
        if point == "outbox.settled" and failing.is_set():
            raise StoreError("the disk is full")

    at(fail)
    failing.set()
    office.queue(*(f"p{number}@example.org" for number in range(30)))
    worker = office.worker(connections=2)
    with pytest.raises(StoreError):
        worker.deliver()
    assert OutboxState.SENT not in office.states()
    assert len(office.arrived()) < 30
    failing.clear()
    worker.deliver()
    assert office.states() == {OutboxState.SENT: 30}
    assert sorted(number for _, number in office.arrived()) == list(range(1, 31))


def test_what_was_put_back_beside_a_row_that_cannot_be_handed_over_is_no_result(office: Office) -> None:
    _, damaged = office.queue("ann@example.org", "bob@example.org")
    settlement = Settlement(office.store, "w1", lambda: NOW, lambda: 0.0)
    with office.store.transaction() as tx:
        first, _ = tx.claim(NOW, "w1", 2)
    with office.store._engine.begin() as connection:
        connection.execute(text("UPDATE outbox_content SET content = 'words' WHERE id = :id"), {"id": damaged})
    words, handed = settlement.turn([Outcome(first, None)], [damaged])
    assert (dict(words), handed) == ({}, ())
    with office.store.reading() as view:
        assert [item.claimed_by for item in view.outbox()] == [None, "w1"]


def test_an_alert_goes_before_what_has_waited_longer(office: Office) -> None:
    office.queue(*(f"p{number}@example.org" for number in range(5)))
    (alert,) = office.queue("on-call@example.org", kind=MessageKind.DISTRESS_ALERT)
    office.worker().deliver()
    assert office.arrived()[0] == ("on-call@example.org", alert)


def test_the_limit_of_a_minute_is_kept_across_passes_restarts_and_workers(office: Office) -> None:
    office.queue(*(f"p{number}@example.org" for number in range(50)))
    taken = []
    for number in range(8):
        worker = office.worker(f"w{number}", connections=2, per_minute=12)  # each a process of its own
        assert set(worker.deliver().results) <= {"sent"}
        taken.append(len(office.arrived()))
        office.now += timedelta(seconds=25)
    assert taken == [12, 12, 12, 24, 24, 24, 36, 36]
    assert office.states() == {OutboxState.SENT: 36, OutboxState.QUEUED: 14}
    with office.store.reading() as view:
        assert all(item.tries == 0 and item.claimed_by is None for item in view.outbox([OutboxState.QUEUED]))


def test_messages_that_the_server_puts_off_count_towards_the_limit_of_a_minute(office: Office) -> None:
    tried: list[str] = []

    def busy(stage: str, argument: str) -> str | None:
        if stage != "RCPT":
            return None
        tried.append(argument)
        return "451 4.7.1 later"

    office.server.answer = busy
    office.queue(*(f"p{number}@example.org" for number in range(30)))
    worker = office.worker(per_minute=10)
    assert worker.deliver().results == Counter(later=10)
    assert worker.deliver() == Delivery()
    office.now += timedelta(seconds=61)
    assert sum(worker.deliver().results.values()) == 10
    assert len(tried) == 20


@pytest.mark.postgres
def test_the_limit_of_a_minute_is_kept_by_workers_that_send_at_once(
    postgresql_url: str, smtp_server: SmtpServer
) -> None:
    names = ["w1", "w2", "w3"]
    with Store(postgresql_url) as store, ExitStack() as ending:
        for name in names:  # alive, as long as this is held
            held = ending.enter_context(closing(locks(postgresql_url, name)))
            assert held.take(name)
        office = Office(store, postgresql_url, smtp_server)
        office.queue(*(f"p{number}@example.org" for number in range(60)))
        for passes in (1, 2, 3):
            with ThreadPoolExecutor(len(names)) as pool:
                workers = [office.worker(name, connections=2, per_minute=15) for name in names]
                for delivery in pool.map(Outbox.deliver, workers):
                    assert set(delivery.results) <= {"sent"}
            assert len(office.arrived()) == 15 * passes
            office.now += timedelta(minutes=1)


def test_a_claim_that_waits_for_its_turn_asks_for_the_time_when_it_has_it(database_url: str) -> None:
    mine, asked = threading.Event(), []

    def clock() -> datetime:
        asked.append(mine.is_set())
        return NOW

    with Store(database_url) as store, closing(locks(database_url, "w1")) as held:
        claims = Claims(store, worker="w1", locks=held, replies_an_hour=9, on_fuse=lambda tx, at: None, clock=clock)
        waiting = threading.Thread(target=claims.take, args=([("team", 3)],))
        with store.transaction() as tx:
            tx.serialise("claim")
            mine.set()
            waiting.start()
            waiting.join(0.3)  # it cannot end; a moment for what it would do too early
            mine.clear()
        waiting.join()
    assert asked == [False]


def test_a_clock_that_was_set_back_does_not_close_the_limit_of_a_minute(office: Office) -> None:
    office.queue(*(f"p{number}@example.org" for number in range(20)))
    office.now += timedelta(days=2)
    office.worker(per_minute=10).deliver()
    office.now = NOW
    office.worker(per_minute=10).deliver()
    assert office.states() == {OutboxState.SENT: 20}


def in_a_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


@pytest.mark.parametrize("failing", [{2}, {2, 3}, {2, 6}])
def test_a_server_that_shuts_down_at_a_final_dot_costs_no_message_and_no_pass(
    office: Office, failing: set[int]
) -> None:
    dots = iter(range(1, 100))

    def closing(stage: str, argument: str) -> str | None:
        return "421 4.3.2 shutting down" if stage == "DATA" and next(dots) in failing else None

    office.server.answer = closing
    office.queue(*(f"p{number}@example.org" for number in range(12)))
    worker = office.worker()
    thread = in_a_thread(worker.deliver)
    thread.join(60)
    assert not thread.is_alive()
    office.now += timedelta(days=1)
    worker.deliver()
    assert office.states() == {OutboxState.SENT: 12}
    assert sorted(number for _, number in office.arrived()) == list(range(1, 13))


def test_what_could_not_be_put_back_is_stored_by_the_next_pass(office: Office, at: Callable[[object], None]) -> None:
    failing = threading.Event()

    def fail(point: str) -> None:
        if point == "outbox.settled" and failing.is_set():
            raise StoreError("the disk is full")

    def stop() -> bool:
        if len(office.server.deliveries) > 5:
            failing.set()
        return failing.is_set()

    at(fail)
    office.queue(*(f"p{number}@example.org" for number in range(60)))
    worker = office.worker(connections=2)
    with pytest.raises(StoreError):
        worker.deliver(stop)
    failing.clear()
    worker.deliver()
    assert office.states() == {OutboxState.SENT: 60}
    assert sorted(number for _, number in office.arrived()) == list(range(1, 61))


def test_a_worker_that_is_told_to_stop_gives_back_what_a_slow_server_has_not_begun(office: Office) -> None:
    slow, release, stopped = threading.Event(), threading.Event(), threading.Event()

    def crawling(stage: str, argument: str) -> str | None:
        if stage == "DATA" and not slow.is_set():
            slow.set()
            release.wait(60)
        return None

    office.server.answer = crawling
    office.queue(*(f"p{number}@example.org" for number in range(8)))
    worker = office.worker()
    thread = in_a_thread(lambda: worker.deliver(stopped.is_set))
    assert slow.wait(60)
    stopped.set()
    deadline = time.monotonic() + 60
    while office.states()[OutboxState.SENDING] > 2 and time.monotonic() < deadline:  # at its dot, and announced
        time.sleep(0.1)
    given_back = office.states()[OutboxState.QUEUED]
    release.set()
    thread.join(60)
    assert not thread.is_alive()
    assert given_back >= 6
    assert office.states() == {OutboxState.SENT: len(office.arrived()), OutboxState.QUEUED: 8 - len(office.arrived())}
