"""Job: the mail about a period goes to the team on its schedule, once, whichever worker comes first."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from inbox_worker.assembly import Service, new_token
from inbox_worker.compose import File
from inbox_worker.config.rules import scheme as scheme_of
from inbox_worker.config.sections import Config
from inbox_worker.core.effects import MessageKind
from inbox_worker.core.reading import Intent, Tier
from inbox_worker.core.scheme import Scheme
from inbox_worker.core.summarise import Happening, Period, Row, Standing, summarise
from inbox_worker.digest_schedule import NAME, due, recipients
from inbox_worker.exports import charts, table
from inbox_worker.health import polls_late_after
from inbox_worker.records import Application, HeldMail, OutboxItem, OutboxState
from inbox_worker.records import Standing as Now
from inbox_worker.store import View
from inbox_worker.template_context import (
    ApplicationRow,
    Count,
    DigestContext,
    Failure,
    Group,
    Note,
    Said,
    SchemeDigest,
    Team,
    items,
    notes,
    state_words,
)
from inbox_worker.template_context import HeldMail as HeldLine
from inbox_worker.templates import Templates
from inbox_worker.workbook import Cell, Table, workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CHARTED = timedelta(weeks=13)
_PERSON_HEADS = ("No.", "Received", "From", "Address", "Subject", "Scheme", "Why", "What to do")


@dataclass(frozen=True, slots=True)
class Found:
    """What the database says of a period, at one moment."""

    applications: tuple[Application, ...]  # those that something happened to, not restricted; newest first
    received: dict[str, tuple[tuple[datetime, str], ...]]  # scheme -> what its charts are drawn from
    happenings: tuple[Happening, ...]
    held: tuple[HeldMail, ...]
    failures: tuple[Failure, ...]
    now: Now


def send_digest(service: Service) -> int:
    """Queue the digest where one is due; return how many messages. Raises StoreError, TemplateError.

    It covers everything since the last one, however long the service was down. In rehearsal it is recorded only.
    """
    config, now = service.config, service.clock()
    with service.store.reading() as view:
        span = due(view, config, now)
        if span is None:
            return 0
        period = Period(*span)
        found = find(view, config, period, now)
    correspondence = service.boxes[0].correspondence
    context = _context(config, correspondence.team, found, period, now)
    attached = File(context.attachment, XLSX, spreadsheet(config, service.templates, found, context, period))
    messages = list(correspondence.digest(context, (attached,), recipients(config), now, new_token))
    with service.store.transaction() as tx:
        if not tx.claim_digest(NAME, period.since, period.until, now):
            return 0  # another worker was quicker
        for message in messages:
            tx.enqueue(message, at=now, rehearse=config.mode == "rehearse")
    return len(messages)


def spreadsheet(config: Config, templates: Templates, found: Found, context: DigestContext, period: Period) -> bytes:
    """Return the digest as XLSX: what needs a person, each scheme's applications of the period, charts. No answers."""
    zone = ZoneInfo(config.time_zone)
    sheets = [
        Table("Needs a person", _PERSON_HEADS, tuple(_person(line, templates, zone) for line in context.needs_a_person))
    ]
    drawn = []
    touched = {event.reference for event in found.happenings if period.holds(event.at)}
    several = len(config.schemes) > 1
    for section in config.schemes:
        scheme = scheme_of(section)
        mine = [each for each in reversed(found.applications) if each.scheme == scheme.key]
        news = table([each for each in mine if each.reference in touched], scheme, config.time_zone, answers=False)
        sheets.append(replace(news, title=scheme.role) if several else news)
        prefix = f"{scheme.role}: " if several else ""
        received = found.received[scheme.key]
        every = charts(received, scheme, config.time_zone, section.group_by, f"last {_CHARTED.days // 7} weeks")
        drawn += [replace(chart, title=f"{prefix}{chart.title}") for chart in every]
    return workbook(sheets, drawn)


def find(view: View, config: Config, period: Period, now: datetime) -> Found:
    """Return what the digest of `period` is made of. It grows with the period, not with what is on record."""
    from_then = period.until - _CHARTED
    return Found(
        applications=tuple(each for each in view.applications_touched(period.since) if not each.restricted),
        received={
            section.key: view.received_with(section.key, section.group_by or "", from_then)
            for section in config.schemes
        },
        happenings=tuple(
            Happening(reference, event.at, event.what) for reference, event in view.events_since(period.since)
        ),
        held=view.held(),
        failures=tuple(sorted(_failures(view, period), key=lambda failure: failure.at)),
        now=view.standing(),
    )


def _failures(view: View, period: Period) -> Iterator[Failure]:
    """Yield what could not be delivered in the period, and what nobody knows of for as long as nobody decides."""
    told: set[int] = set()
    for item in view.outbox(since=period.since, kinds=[MessageKind.ALERT]):
        if item.ledger_id is not None and item.ledger_id not in told:
            row = view.ledger_row(item.ledger_id)
            if row is not None and row.intent is Intent.DELIVERY_REPORT and period.holds(item.queued_at):
                told.add(item.ledger_id)
                yield Failure("BOUNCED", item.queued_at, _about("our mail", item))
    for item in view.outbox([OutboxState.FAILED], handed_since=period.since):
        if period.holds(item.handed_at or item.queued_at):
            yield Failure("FAILED", item.handed_at or item.queued_at, _about(item.template.replace("_", " "), item))
    for item in view.outbox([OutboxState.UNKNOWN]):
        yield Failure("UNKNOWN", item.handed_at or item.queued_at, _about(item.template.replace("_", " "), item))


def _about(what: str, item: OutboxItem) -> str:
    return f"{what} about {item.application}" if item.application else f"{what} (message {item.id})"


def _context(config: Config, team: Team, found: Found, period: Period, now: datetime) -> DigestContext:
    polls = [point.complete_at for point in found.now.points]
    names = {section.key: section.name for section in config.schemes}
    return DigestContext(
        team=team,
        since=period.since,
        until=period.until,
        last_poll=min((poll for poll in polls if poll), default=None) if all(polls) else None,
        needs_a_person=tuple(_held_line(entry, names) for entry in found.held),
        schemes=tuple(_scheme_digest(config, section.key, found, period) for section in config.schemes),
        failures=found.failures,
        waiting=found.now.queued,
        trouble=tuple(_trouble(config, found.now, now)),
        attachment=f"applications-{period.until.astimezone(ZoneInfo(config.time_zone)):%Y-%m-%d}.xlsx",
        rehearsal=config.mode == "rehearse",
    )


def _trouble(config: Config, standing: Now, now: datetime) -> Iterator[Note]:
    late = polls_late_after(config)
    if not standing.points or any(not point.complete_at or now - point.complete_at > late for point in standing.points):
        yield Note("POLL_LATE")
    if any(point.missing for point in standing.points):
        yield Note("GAP")
    if standing.distress_open:
        yield Note("ALERT_OPEN")
    yield from (Note(fuse.reason) for fuse in standing.fuses)


def _held_line(entry: HeldMail, names: dict[str, str]) -> HeldLine:
    line = HeldLine(number=entry.id, code=entry.ledger.code, received=entry.ledger.received_at)
    if entry.ledger.tier in (Tier.A, Tier.B):
        return replace(line, urgent=True)  # no name, no subject: the named contacts know
    return replace(
        line,
        sender=Said(entry.sender),
        name=Said(entry.sender_name),
        subject=Said(entry.subject),
        scheme=names.get(entry.ledger.scheme or "", ""),
    )


def _scheme_digest(config: Config, key: str, found: Found, period: Period) -> SchemeDigest:
    section = config.scheme(key)
    scheme = scheme_of(section)
    summary = summarise(scheme, map(_standing, found.applications), found.happenings, period, section.group_by)
    return SchemeDigest(
        name=section.name,
        counts=tuple(Count(tally.label, tally.number) for tally in summary.counts),
        grouped_by=scheme.field(section.group_by).label if section.group_by else "",
        groups=tuple(Group(Said(tally.label), tally.number) for tally in summary.groups),
        applications=tuple(_line(scheme, row) for row in summary.rows),
    )


def _standing(application: Application) -> Standing:
    return Standing(
        reference=application.reference,
        scheme=application.scheme,
        state=application.state,
        received=application.received_at,
        values=application.texts(),
        flags=application.flags,
        duplicate_of=application.duplicate_of or "",
        undelivered=application.delivery_problem is not None,
    )


def _line(scheme: Scheme, row: Row) -> ApplicationRow:
    about = row.application
    bounced = (Note("BOUNCED"),) if about.undelivered else ()
    return ApplicationRow(
        reference=about.reference,
        received=about.received,
        name=Said(row.name),
        short=tuple(Said(text) for text in row.short if text),
        state=state_words(about.state),
        missing=items(scheme, row.missing),
        notes=(*notes(scheme, about.flags), *bounced),
        duplicate_of=about.duplicate_of,
    )


def _person(line: HeldLine, templates: Templates, zone: ZoneInfo) -> tuple[Cell, ...]:
    reason = templates.reason(line.code)
    received = line.received.astimezone(zone)
    about = (line.name.text, line.sender.text, line.subject.text, line.scheme)
    return (line.number, received, *about, reason.title, reason.todo)
