"""What happened in a period: applications and their events -> counts, groups and rows of a digest."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from inbox_worker.core.effects import ApplicationState
from inbox_worker.core.plan import missing_fields
from inbox_worker.core.reading import Flag
from inbox_worker.core.scheme import Field, FieldKind, Scheme

NOT_GIVEN = "not given"
_UNTOLD = frozenset({"sent", "not sent", "restricted", "unrestricted"})  # what only the record itself shows


@dataclass(frozen=True, slots=True)
class Standing:
    """An application as it stands. `values` may hold answers; a digest takes none of them."""

    reference: str
    scheme: str
    state: ApplicationState
    received: datetime
    values: dict[str, str]
    flags: tuple[Flag, ...] = ()
    duplicate_of: str = ""
    undelivered: bool = False


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to an application: "created", "updated", "withdrawn", "state", ..."""

    reference: str
    at: datetime
    what: str


@dataclass(frozen=True, slots=True)
class Period:
    """From `since`, up to and without `until`. Aware."""

    since: datetime
    until: datetime

    def holds(self, moment: datetime) -> bool:
        """Return whether `moment` lies in the period."""
        return self.since <= moment < self.until


@dataclass(frozen=True, slots=True)
class Tally:
    """A number and what it counts."""

    label: str
    number: int


@dataclass(frozen=True, slots=True)
class Row:
    """One application of the period, without its answers."""

    application: Standing
    name: str
    short: tuple[str, ...]  # values of the scheme's other one-line fields, in the form's order, "" where not given
    missing: tuple[str, ...]  # keys


@dataclass(frozen=True, slots=True)
class Summary:
    """One scheme in one period."""

    scheme: Scheme
    counts: tuple[Tally, ...]
    groups: tuple[Tally, ...]  # new applications by the value of a field; empty without one
    rows: tuple[Row, ...]  # oldest first


def summarise(
    scheme: Scheme,
    applications: Iterable[Standing],
    happenings: Iterable[Happening],
    period: Period,
    group_by: str | None = None,
) -> Summary:
    """Return what the team should know of `scheme` in `period`.

    applications: at least all that something happened to; others are left out. group_by: key of a field.
    """
    events = [event for event in happenings if period.holds(event.at) and event.what not in _UNTOLD]
    touched = {event.reference for event in events}
    mine = sorted(
        (each for each in applications if each.scheme == scheme.key and each.reference in touched),
        key=lambda each: (each.received, each.reference),
    )
    fresh = {event.reference for event in events if event.what == "created"}
    new = [each for each in mine if each.reference in fresh]
    return Summary(
        scheme,
        _counts(scheme, mine, new, {event.reference for event in events if event.what == "withdrawn"}),
        grouped(each.values.get(group_by, "") for each in new) if group_by else (),
        tuple(_row(scheme, each) for each in mine),
    )


def grouped(values: Iterable[str]) -> tuple[Tally, ...]:
    """Return how often each value stands, most frequent first; spellings that differ by case or space are one.

    The spelling shown is the most frequent. What is not given comes last.
    """
    spellings: dict[str, Counter[str]] = {}
    for value in values:
        tidy = " ".join(value.split())
        spellings.setdefault(tidy.casefold(), Counter())[tidy] += 1
    missing = spellings.pop("", Counter())
    tallies = [Tally(found.most_common(1)[0][0], found.total()) for found in spellings.values()]
    tallies.sort(key=lambda tally: (-tally.number, tally.label.casefold()))
    return (*tallies, *((Tally(NOT_GIVEN, missing.total()),) if missing else ()))


def by_week(moments: Iterable[datetime], zone: tzinfo) -> tuple[tuple[date, int], ...]:
    """Return (Monday, number) for every week from the first of `moments` to the last, empty weeks too."""
    mondays = Counter(_monday(moment.astimezone(zone).date()) for moment in moments)
    if not mondays:
        return ()
    weeks = (max(mondays) - min(mondays)).days // 7
    every = (min(mondays) + timedelta(weeks=number) for number in range(weeks + 1))
    return tuple((monday, mondays[monday]) for monday in every)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _counts(scheme: Scheme, mine: list[Standing], new: list[Standing], withdrawn: set[str]) -> tuple[Tally, ...]:
    def number(fits: Callable[[Standing], bool]) -> int:
        return sum(fits(each) for each in new)

    def lacks(each: Standing) -> bool:
        return bool(missing_fields(scheme, each.values))

    held = ApplicationState.HELD
    return (
        Tally("New applications", len(new)),
        Tally("of these complete", number(lambda each: each.state is not held and not lacks(each))),
        Tally("of these incomplete", number(lambda each: each.state is not held and lacks(each))),
        Tally("of these waiting for a person", number(lambda each: each.state is held)),
        Tally("Withdrawn", len(withdrawn & {each.reference for each in mine})),
        Tally("Earlier applications that changed", len(mine) - len(new)),
    )


def _row(scheme: Scheme, application: Standing) -> Row:
    values = application.values
    return Row(
        application,
        next((values.get(field.key, "") for field in scheme.fields if field.kind is FieldKind.NAME), ""),
        tuple(values.get(field.key, "") for field in short_fields(scheme)),
        missing_fields(scheme, values),
    )


def short_fields(scheme: Scheme) -> tuple[Field, ...]:
    """Return the one-line fields of `scheme` that are neither name nor address: what a list has columns for."""
    return tuple(field for field in scheme.fields if field.kind is FieldKind.SHORT)
