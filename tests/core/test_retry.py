"""When a message or a server is tried again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_worker.core.retry import (
    CONNECTION_DELAYS,
    DELAYS,
    GIVE_UP_AFTER,
    SPREAD,
    next_connection,
    next_listening,
    next_try,
)

QUEUED = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_the_first_failure_waits_one_minute_and_later_ones_longer() -> None:
    waits = [next_try(QUEUED, tries, QUEUED) for tries in range(1, 9)]

    minutes = [(at - QUEUED) / timedelta(minutes=1) for at in waits if at is not None]
    assert minutes == [1, 5, 15, 30, 60, 120, 120, 120]


def test_a_message_is_given_up_five_days_after_it_was_queued() -> None:
    last = QUEUED + GIVE_UP_AFTER - timedelta(hours=2)

    assert next_try(QUEUED, 40, last) == QUEUED + GIVE_UP_AFTER
    assert next_try(QUEUED, 40, last + timedelta(seconds=1)) is None


def test_repeated_failures_end_by_giving_up_within_five_days() -> None:
    now, tries = QUEUED, 0
    while (at := next_try(QUEUED, tries + 1, now, jitter=1.0)) is not None:
        now, tries = at, tries + 1

    assert timedelta(days=4) < now - QUEUED <= GIVE_UP_AFTER
    assert tries > 40


def test_a_clock_set_back_does_not_lengthen_the_wait() -> None:
    earlier = QUEUED - timedelta(days=30)

    assert next_try(QUEUED, 1, earlier) == earlier + timedelta(minutes=1)


def test_a_server_that_is_down_is_never_given_up() -> None:
    assert next_connection(1, QUEUED) == QUEUED + timedelta(seconds=30)
    assert next_connection(10_000, QUEUED) == QUEUED + CONNECTION_DELAYS[-1]


@given(tries=st.integers(1, 10_000), jitter=st.floats(0, 1))
def test_jitter_only_ever_adds_up_to_its_share(tries: int, jitter: float) -> None:
    delay = DELAYS[min(tries, len(DELAYS)) - 1]
    at = next_try(QUEUED, tries, QUEUED, jitter)

    assert at is not None
    assert delay <= at - QUEUED <= delay * (1 + SPREAD) + timedelta(microseconds=1)


@pytest.mark.parametrize(("tries", "jitter"), [(0, 0.0), (-1, 0.0), (1, -0.1), (1, 1.1)])
def test_counts_from_zero_and_jitter_beyond_its_range_are_refused(tries: int, jitter: float) -> None:
    with pytest.raises(ValueError, match=r"counted from 1|between 0 and 1"):
        next_try(QUEUED, tries, QUEUED, jitter)


def test_a_connection_that_listened_is_opened_again_at_once_and_later_ones_wait_longer() -> None:
    assert [next_listening(failed) / timedelta(seconds=1) for failed in range(1, 9)] == [
        1,
        30,
        60,
        120,
        300,
        600,
        900,
        900,
    ]
    assert next_listening(2, jitter=1.0) == timedelta(seconds=30) * (1 + SPREAD)
