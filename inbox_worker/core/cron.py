"""When a digest is due: a cron expression in the site's time zone. Pure; whoever asks brings the time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONGEST = 8 * 366 + 1  # days between two 29 Februaries, over a century that is no leap year


@dataclass(frozen=True, slots=True)
class Cron:
    """A parsed expression: minute, hour, day of month, month, day of week (crontab(5))."""

    minutes: tuple[int, ...]  # ascending
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]  # 0 is Sunday
    either_day: bool  # both kinds of day are restricted: then one that fits is enough, as in crontab(5)

    def latest(self, now: datetime, zone: tzinfo) -> datetime | None:
        """Return the last moment at or before `now` (aware) that fits, in UTC; None for a day that never comes.

        A wall-clock time that summer time skips falls an hour later; one that comes twice counts the first time.
        """
        today = now.astimezone(zone).date()
        for back in range(_LONGEST):
            day = today - timedelta(days=back)
            if self._fits(day) and (past := [at for at in self._moments(day, zone) if at <= now]):
                return max(past)
        return None

    def _moments(self, day: date, zone: tzinfo) -> Iterator[datetime]:
        for hour in self.hours:
            for minute in self.minutes:
                yield datetime.combine(day, time(hour, minute), tzinfo=zone).astimezone(UTC)

    def _fits(self, day: date) -> bool:
        in_month, in_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return day.month in self.months and (in_month or in_week if self.either_day else in_month and in_week)


def parse(text: str) -> Cron:
    """Return the five-field expression `text`: numbers, names of days and months, lists, ranges, steps.

    Raises ValueError with a text that says what was expected.
    """
    fields = text.split()
    if len(fields) != 5:
        raise ValueError('expected five fields (minute, hour, day, month, day of week) such as "0 8 * * mon"')
    minute, hour, day, month, weekday = fields
    weekdays = {number % 7 for number in _numbers("day of week", weekday, 0, 7, _DAYS)}  # Sunday is 0 and 7
    return Cron(
        tuple(sorted(_numbers("minute", minute, 0, 59))),
        tuple(sorted(_numbers("hour", hour, 0, 23))),
        frozenset(_numbers("day", day, 1, 31)),
        frozenset(_numbers("month", month, 1, 12, _MONTHS)),
        frozenset(weekdays),
        either_day=not day.startswith("*") and not weekday.startswith("*"),
    )


def _numbers(what: str, field: str, low: int, high: int, names: tuple[str, ...] = ()) -> set[int]:
    found: set[int] = set()
    for item in field.split(","):
        span, slash, step = item.partition("/")
        first, dash, last = span.partition("-")
        begin = low if span == "*" else _number(what, first, low, high, names)
        open_end = high if span == "*" or slash else begin
        end = _number(what, last, low, high, names) if dash else open_end
        every = _number(f"{what}, step", step, 1, high) if slash else 1
        if end < begin:
            raise ValueError(f'expected a {what} range from low to high, such as "1-5", in the schedule')
        found.update(range(begin, end + 1, every))
    return found


def _number(what: str, text: str, low: int, high: int, names: tuple[str, ...] = ()) -> int:
    if text.lower() in names:
        return names.index(text.lower()) + (low if names is _MONTHS else 0)
    if text.isascii() and text.isdigit() and low <= int(text) <= high:
        return int(text)
    raise ValueError(f"expected a {what} from {low} to {high} in the schedule")
