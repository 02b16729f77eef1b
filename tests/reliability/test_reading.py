"""Mails are read side by side: none pays for another, order stays, and what was fetched before a fault is recorded."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from inbox_worker.assembly import readers
from inbox_worker.config import load
from inbox_worker.core.mail import MailId, RawMail
from inbox_worker.core.reading import Known, Outcome
from inbox_worker.demo_servers import Account, SmtpServer
from inbox_worker.errors import MailboxError
from inbox_worker.imap import Batch
from inbox_worker.reader import Reader
from inbox_worker.reading_ahead import ReadingAhead
from inbox_worker.reading_pool import Read, ReadingPool
from inbox_worker.reading_process import Limits, ReadingProcess, Unreadable
from tests.reliability.world import application
from tests.site import running, written

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BROKEN = Reader(rules=None)  # type: ignore[arg-type]  # any mail makes it raise: the fault of a program


def raw(uid: int, content: bytes | None = None) -> RawMail:
    return RawMail(MailId("equality", "INBOX", 1, uid), application(uid) if content is None else content, NOW)


def until(true: Callable[[], object]) -> None:
    """Wait for an effect, as long as a busy machine may take."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def slow(uid: int) -> RawMail:
    """A mail on which the expression that `reader` knows never ends; an ordinary mail takes hundredths of a second."""
    return raw(uid, application(uid) + b"\r\n\r\n" + b"z" * 60 + b".\r\n")


@pytest.fixture
def reader(pymap: Account, smtp_server: SmtpServer, tmp_path: Path) -> Reader:
    config = load(written(tmp_path, pymap, smtp_server, f"sqlite:///{tmp_path / 'unused.db'}"))
    found = readers(config)["equality"]
    lists = found.rules.lexicon.distress
    endless = {**lists, "look": (*lists["look"], "zzz"), "A": (*lists["A"], "(?:z+)+y")}
    return replace(found, rules=replace(found.rules, lexicon=replace(found.rules.lexicon, distress=endless)))


@pytest.fixture
def pool() -> Iterator[ReadingPool]:
    pool = ReadingPool(Limits(seconds=5), 3)
    yield pool
    pool.close()


def test_a_process_that_has_read_its_share_makes_room_for_a_new_one(reader: Reader) -> None:
    process = ReadingProcess(Limits(mails=2))
    pids = []
    for uid in range(1, 6):
        content, reading = process.read(reader, raw(uid), NOW)
        assert (content.raw.id.uid, reading.decision.outcome) == (uid, Outcome.REPLY)
        pids.append(process._process.pid if process._process else None)
    process.close()
    first, renewed, second, again, third = pids
    assert (renewed, again) == (None, None)
    assert len({first, second, third}) == 3


def test_a_mail_that_takes_too_long_costs_none_of_those_that_are_read_beside_it(
    reader: Reader, pool: ReadingPool
) -> None:
    mails = [slow(uid) if uid == 3 else raw(uid) for uid in range(1, 25)]
    futures = [pool.submit(reader, mail, NOW) for mail in mails]
    with pytest.raises(Unreadable) as raised:
        futures.pop(2).result()
    assert raised.value.code == "TIMEOUT"
    found = [future.result() for future in futures]
    assert [content.raw for content, _ in found] == [mail for mail in mails if mail.id.uid != 3]
    assert {reading.decision.outcome for _, reading in found} == {Outcome.REPLY}


def test_a_process_is_ready_when_mail_is_expected_and_reads_it(reader: Reader, pool: ReadingPool) -> None:
    pool.expect()
    pool.expect()
    (process,) = pool._processes
    until(lambda: process._process)
    expected = process._process
    pool.read(reader, raw(1), NOW)
    assert process._process is expected
    assert pool._processes == [process]


def test_few_mails_start_one_process_and_many_start_as_many_as_are_allowed(reader: Reader, pool: ReadingPool) -> None:
    pool.read(reader, raw(1), NOW)
    assert len(pool._processes) == 1
    for future in [pool.submit(reader, raw(uid), NOW) for uid in range(1, 300)]:
        future.result()
    assert len(pool._processes) == 3


def test_mails_that_wait_for_long_start_another_process_however_few_they_are(reader: Reader) -> None:
    now = [0.0]
    pool = ReadingPool(Limits(seconds=5), 2, elapsed=lambda: now[0])
    try:
        for uid in range(1, 4):  # one after the other: none waits
            pool.read(reader, raw(uid), NOW)
            now[0] += 5
        endless, first = pool.submit(reader, slow(4), NOW), pool.submit(reader, raw(5), NOW)
        assert len(pool._processes) == 1
        now[0] += 2
        second = pool.submit(reader, raw(6), NOW)
        assert len(pool._processes) == 2
        assert {first.result()[1].decision.outcome, second.result()[1].decision.outcome} == {Outcome.REPLY}
        assert endless.exception() is not None
    finally:
        pool.close()


def test_a_mail_on_which_the_program_raises_is_answered_once_and_ends_no_process(reader: Reader) -> None:
    process = ReadingProcess(Limits())
    try:
        process.read(reader, raw(1), NOW)
        assert process._process is not None
        before = process._process.pid
        with pytest.raises(Unreadable) as raised:
            process.read(BROKEN, raw(2), NOW)
        process.read(reader, raw(3), NOW)
        assert (raised.value.code, process._process.pid) == ("ERROR", before)
    finally:
        process.close()


def test_another_process_reads_what_this_one_would(reader: Reader) -> None:
    mail = replace(raw(1), flags=frozenset({"\\Seen"}), junk=True)
    here = reader.content(mail)
    process = ReadingProcess(Limits())
    try:
        content, reading = process.read(reader, mail, NOW)
    finally:
        process.close()
    assert content.raw is mail
    assert content.email == replace(here.email, plain=None, html=None)
    assert content.document == here.document
    assert reading == reader.read(here, Known(), NOW)
    on_record = Known(assume_record=True)
    assert reader.read(content, on_record, NOW) == reader.read(here, on_record, NOW)


def test_a_pool_that_is_closed_reads_nothing_that_waits_and_can_be_used_again(
    reader: Reader, pool: ReadingPool
) -> None:
    first = pool.submit(reader, slow(1), NOW)
    until(first.running)
    waiting = [pool.submit(reader, raw(uid), NOW) for uid in (2, 3)]
    pool.close()
    for future in waiting:
        with pytest.raises(CancelledError):
            future.result()
    assert first.exception() is not None
    assert pool.read(reader, raw(4), NOW)[1].decision.outcome is Outcome.REPLY


# Reading ahead


def batch(*uids: int, size: int = 10) -> Batch:
    return Batch(tuple(raw(uid, b"x" * size) for uid in uids), (), (), uids[-1])


class Source:
    """Batches that a server gives one after the other; after the last one its connection breaks."""

    def __init__(self, *batches: Batch, breaks: bool = False) -> None:
        self._batches = batches
        self._breaks = breaks
        self.given = 0

    def __iter__(self) -> Iterator[Batch]:
        for each in self._batches:
            self.given += 1
            yield each
        if self._breaks:
            raise MailboxError("the connection broke")


def asked(_: RawMail) -> Future[Read]:
    return Future()


def test_the_second_batch_is_fetched_once_the_first_is_recorded_and_then_two_ahead() -> None:
    source = Source(*(batch(uid) for uid in range(1, 9)))
    given = [(found.through, source.given) for found, _ in ReadingAhead(source, asked)]
    assert given == [(1, 1), (2, 4), (3, 5), (4, 6), (5, 7), (6, 8), (7, 8), (8, 8)]


def test_nothing_is_fetched_ahead_of_batches_that_fill_the_memory() -> None:
    source = Source(*(batch(uid, size=9_000_000) for uid in range(1, 4)))
    assert [(found.through, source.given) for found, _ in ReadingAhead(source, asked)] == [(1, 1), (2, 2), (3, 3)]


def test_what_came_before_a_broken_connection_is_given_before_the_fault_is_told() -> None:
    given = []
    ahead = ReadingAhead(Source(batch(1), batch(2), batch(3), breaks=True), asked)
    with pytest.raises(MailboxError):
        given.extend(found.through for found, _ in ahead)
    assert given == [1, 2, 3]


def test_mails_that_are_not_taken_in_any_more_are_not_read() -> None:
    futures: list[Future[Read]] = []

    def ask(_: RawMail) -> Future[Read]:
        futures.append(Future())
        return futures[-1]

    ahead = ReadingAhead(Source(*(batch(uid) for uid in range(1, 6))), ask)
    for found, _ in ahead:
        if found.through == 2:
            break
    ahead.close()
    assert [future.cancelled() for future in futures] == [False, False, True, True]


def test_mails_of_many_batches_are_recorded_in_the_order_of_their_uids(
    pymap: Account, smtp_server: SmtpServer, sqlite_url: str, tmp_path: Path
) -> None:
    def small_batches(data: dict) -> None:
        data["mailboxes"][0]["imap"]["batch_mails"] = 3
        data["reading"] = {"processes": 3}

    with running(tmp_path, pymap, smtp_server, sqlite_url, small_batches) as site:
        # The first of each three takes longer than the two behind it.
        pymap.deliver(*(application(n) + (b"Kind regards\r\n" * 2000 if n % 3 == 0 else b"") for n in range(20)))
        site.once()
        with site.service.store.reading() as view:
            senders = [each.sender for each in sorted(view.applications(), key=lambda each: each.id)]
    assert senders == [f"person{n}@kent.ac.uk" for n in range(20)]
