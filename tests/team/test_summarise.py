"""What a digest says of a period, from plain values."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from inbox_worker.core.effects import ApplicationState
from inbox_worker.core.scheme import Field, FieldKind, Scheme
from inbox_worker.core.summarise import Happening, Period, Standing, Tally, by_week, grouped, summarise

MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)
PERIOD = Period(MONDAY, MONDAY + timedelta(days=7))
RUNNERS = Scheme(
    key="runners",
    name="Lunch Runners",
    role="Runner",
    reference="RUN",
    mentions=("lunch runner",),
    role_words=(),
    topic_words=(),
    others=(),
    fields=(
        Field("who", "Name", FieldKind.NAME),
        Field("pace", "Pace", FieldKind.SHORT),
        Field("club", "Club", FieldKind.SHORT, required=False),
        Field("why", "Why do you run?", FieldKind.TEXT),
    ),
    templates="any",
)
WHOLE = {"who": "Sam Reed", "pace": "slow", "club": "Harriers", "why": "Air"}


def standing(number: int, state: ApplicationState, scheme: str = "runners", **values: str) -> Standing:
    return Standing(f"RUN-{number:04d}", scheme, state, MONDAY + timedelta(hours=number), values)


def happened(number: int, what: str, days: float = 1) -> Happening:
    return Happening(f"RUN-{number:04d}", MONDAY + timedelta(days=days), what)


def numbers(tallies: tuple[Tally, ...]) -> dict[str, int]:
    return {tally.label: tally.number for tally in tallies}


def test_counts_tell_new_complete_incomplete_held_withdrawn_and_changed() -> None:
    applications = [
        standing(1, ApplicationState.ACKNOWLEDGED, **WHOLE),
        standing(2, ApplicationState.INCOMPLETE, who="Lee"),
        standing(3, ApplicationState.HELD, **WHOLE),
        standing(4, ApplicationState.WITHDRAWN, **WHOLE),  # old, withdrawn now
        standing(5, ApplicationState.RECEIVED, **WHOLE),  # old, nothing happened
    ]
    events = [*(happened(number, "created") for number in (1, 2, 3)), happened(4, "withdrawn")]
    summary = summarise(RUNNERS, applications, events, PERIOD, "pace")
    assert numbers(summary.counts) == {
        "New applications": 3,
        "of these complete": 1,
        "of these incomplete": 1,
        "of these waiting for a person": 1,
        "Withdrawn": 1,
        "Earlier applications that changed": 1,
    }
    assert [row.application.reference for row in summary.rows] == ["RUN-0001", "RUN-0002", "RUN-0003", "RUN-0004"]
    assert numbers(summary.groups) == {"slow": 2, "not given": 1}


def test_a_row_has_name_short_fields_and_what_is_missing_and_no_answer() -> None:
    summary = summarise(
        RUNNERS, [standing(1, ApplicationState.INCOMPLETE, who="Lee", why="Secret")], [happened(1, "created")], PERIOD
    )
    (row,) = summary.rows
    assert (row.name, row.short, row.missing) == ("Lee", ("", ""), ("pace",))
    assert summary.groups == ()


def test_what_happened_at_the_end_of_the_period_belongs_to_the_next() -> None:
    application = [standing(1, ApplicationState.RECEIVED, **WHOLE)]
    for days, rows in ((-0.01, 0), (0, 1), (6.99, 1), (7, 0)):
        assert len(summarise(RUNNERS, application, [happened(1, "created", days)], PERIOD).rows) == rows


def test_our_own_sending_and_other_schemes_are_no_news() -> None:
    applications = [standing(1, ApplicationState.RECEIVED, **WHOLE), standing(2, ApplicationState.RECEIVED, "other")]
    events = [happened(1, "sent"), happened(1, "restricted"), happened(2, "created")]
    assert summarise(RUNNERS, applications, events, PERIOD).rows == ()


def test_spellings_of_one_department_are_counted_together() -> None:
    tallies = grouped(["School of Arts", "school of  arts", "School of Arts", "Estates", "", "  "])
    assert tallies == (Tally("School of Arts", 3), Tally("Estates", 1), Tally("not given", 2))


def test_weeks_begin_on_monday_in_the_sites_zone_and_empty_ones_stand_too() -> None:
    moments = [datetime(2026, 7, 5, 23, 30, tzinfo=UTC), datetime(2026, 7, 22, tzinfo=UTC)]  # Monday 00:30 in London
    assert by_week(moments, ZoneInfo("Europe/London")) == (
        (date(2026, 7, 6), 1),
        (date(2026, 7, 13), 0),
        (date(2026, 7, 20), 1),
    )
    assert by_week([], UTC) == ()
