"""When a digest is due: crontab's rules, and summer time."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from inbox_worker.core.cron import parse

LONDON = ZoneInfo("Europe/London")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "now", "latest"),
    [
        ("0 8 * * mon", "2026-11-23 08:00", "2026-11-23 08:00"),  # the very minute counts
        ("0 8 * * mon", "2026-11-23 07:59", "2026-11-16 08:00"),
        ("0 8 * * mon", "2026-07-06 07:00", "2026-07-06 07:00"),  # summer time: eight in London is seven in UTC
        ("0 8 * * mon", "2026-07-06 06:59", "2026-06-29 07:00"),
        ("30 1 * * *", "2026-03-29 01:30", "2026-03-29 01:30"),  # skipped by the clocks: an hour later by the wall
        ("30 1 * * *", "2026-03-29 01:29", "2026-03-28 01:30"),
        ("30 1 * * *", "2026-10-25 01:45", "2026-10-25 00:30"),  # comes twice: the first time counts, and only once
        ("*/15 9-17 * * 1-5", "2026-11-22 12:00", "2026-11-20 17:45"),
        ("0 7,19 * * *", "2026-11-23 18:00", "2026-11-23 07:00"),
        ("0 0 1 * *", "2026-11-23 18:00", "2026-11-01 00:00"),
        ("0 0 29 2 *", "2026-11-23 18:00", "2024-02-29 00:00"),
        ("0 0 13 * fri", "2026-11-23 00:00", "2026-11-20 00:00"),  # either kind of day will do
        ("0 6 * jan-mar sun", "2026-11-23 00:00", "2026-03-29 05:00"),
        ("0 6 * * 7", "2026-11-23 00:00", "2026-11-22 06:00"),  # Sunday is 0 and 7
        ("5/20 4 * * *", "2026-11-23 04:44", "2026-11-23 04:25"),
    ],
)
def test_the_latest_moment_that_fits_is_found(expression: str, now: str, latest: str) -> None:
    assert parse(expression).latest(at(now), LONDON) == at(latest)


def test_a_day_that_never_comes_is_none() -> None:
    assert parse("0 0 31 2 *").latest(at("2026-11-23 00:00"), LONDON) is None


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("0 8 * *", "expected five fields"),
        ("60 8 * * mon", "expected a minute from 0 to 59"),
        ("0 8 * * funday", "expected a day of week from 0 to 7"),
        ("0 8 5-1 * *", "expected a day range from low to high"),
        ("*/0 8 * * *", "expected a minute, step from 1 to 59"),
        ("0 8 0 * *", "expected a day from 1 to 31"),
        ("² 8 * * *", "expected a minute"),
        ("", "expected five fields"),
    ],
)
def test_a_broken_expression_says_what_was_expected(expression: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse(expression)
