"""What lies on this machine: files, people, time zone, templates, database, expiry dates, endpoint."""

import importlib.util
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from inbox_worker import vault
from inbox_worker.assembly import load_templates
from inbox_worker.checks.finding import Finding, looked, warned, wrong
from inbox_worker.config.sections import Config
from inbox_worker.core.reading import Tier
from inbox_worker.errors import ConfigError
from inbox_worker.expiries import SOON, Expiry, expiries
from inbox_worker.plurals import counted
from inbox_worker.records import WORKER
from inbox_worker.store.engine import sqlite_file

LITTLE_SPACE = 200_000_000  # bytes


def examine(config: Config, now: datetime) -> Iterator[Finding]:
    """Yield a finding for each."""
    yield looked("people", lambda: _people(config))
    yield looked("time zone", lambda: _zone(config, now))
    yield looked("templates", lambda: _templates(config))
    database = looked("database", lambda: _database(config, now))
    yield database
    if database.ok:
        yield looked("privacy", lambda: _privacy(config))
        yield looked("urgent mail", lambda: _urgent(config))
    yield looked("disk", lambda: _disk(config))
    yield from _endings(config, now)
    if config.endpoint.port is not None:
        yield looked("endpoint", lambda: _endpoint(config))


def _people(config: Config) -> str | Finding:
    wanting = [
        key
        for key, value in (
            ("organisation.notice_url", config.organisation.notice_url),
            ("team.recipients", config.team.recipients),
            ("team.distress.contacts", config.team.distress.contacts),
        )
        if not value
    ]
    if wanting:
        return warned(f"mode {config.mode}, some are not named", f"before live mode set {', '.join(wanting)}")
    return f"mode {config.mode}, everybody who must be told is named"


def _zone(config: Config, now: datetime) -> str:
    return f"{config.time_zone}, where it is {now.astimezone(ZoneInfo(config.time_zone)):%A %d %B, %H:%M}"


def _templates(config: Config) -> str:
    templates = load_templates(config)
    for scheme in config.schemes:
        templates.documents(scheme.templates, scheme.documents)
    return f"{counted(len(templates.folders()), 'folder')}, every template renders"


class _Undo(Exception):
    """Leaves a transaction without a trace."""


def _database(config: Config, now: datetime) -> str:
    with vault.store(config) as store:
        try:
            with store.transaction() as tx:
                folders = len(tx.points())
                tx.audit(WORKER, "checked", "database", now)
                raise _Undo
        except _Undo:
            return f"at this version, takes what is written, {counted(folders, 'folder')} read so far"


def _privacy(config: Config) -> str | Finding:
    with vault.store(config) as store, store.reading() as view:
        erases = vault.tombs(config, view) is not None
    keys = config.encryption.keys
    sealed = f"values are encrypted with {keys[0].id}" if keys else "values are not encrypted"
    if not erases:
        remedy = "name a secret before somebody asks for an erasure: openssl rand -base64 32"
        return warned(f"privacy.tombstone_key is not set, {sealed}", remedy)
    return f"erasures are remembered under the site's secret, {sealed}"


def _urgent(config: Config) -> str | Finding:
    """Look for urgent mail that nobody was alerted of: its alert was rehearsed, or it was imported silently."""
    with vault.store(config) as store, store.reading() as view:
        entries = [each for each in view.held() if each.ledger.tier in (Tier.A, Tier.B) and each.accepted_at is None]
    unalerted = [str(each.id) for each in entries if each.next_alert_at is None]
    if not unalerted:
        return "none waits of which nobody was alerted"
    what = f"{counted(len(unalerted), 'mail')} of which nobody was alerted, nor will be: held {', '.join(unalerted)}"
    return warned(what, "read them now (inbox-worker held show NUMBER), then accept or resolve them")


def _disk(config: Config) -> str | Finding:
    file = sqlite_file(config.database)
    if file is None:
        return "the database is on a server"
    try:
        free = shutil.disk_usage(file.parent).free
    except OSError as error:
        raise ConfigError(f"{file.parent}: cannot be looked at ({error.strerror}); check database") from None
    if free < LITTLE_SPACE:
        return warned(f"{free // 1_000_000} MB free at {file.parent}", "make room: a full disk stops the service")
    return f"{free / 1e9:.1f} GB free at {file.parent}"


def _endings(config: Config, now: datetime) -> Iterator[Finding]:
    try:
        found = expiries(config)
    except ConfigError as error:
        detail, _, remedy = str(error).partition("; ")
        yield Finding("expiry", detail, remedy, error.exit_code)
        return
    for expiry in found:
        yield looked("expiry", lambda expiry=expiry: ends(expiry, now))  # type: ignore[misc]


def ends(expiry: Expiry, now: datetime) -> str | Finding:
    """Return how long it lasts; a warning in its last month, a fault afterwards."""
    left, day = expiry.left(now), f"{expiry.at.astimezone(UTC):%d %B %Y}"
    if left.total_seconds() <= 0:
        return wrong(f"{expiry.what} ended on {day}", "renew it and put the new one in its place")
    if left < SOON:
        return warned(f"{expiry.what} ends in {left.days} days, on {day}", "renew it now")
    return f"{expiry.what} ends in {left.days} days, on {day}"


def _endpoint(config: Config) -> str:
    if importlib.util.find_spec("prometheus_client") is None:
        raise ConfigError('metrics need a library; run pip install "inbox-worker[metrics]"')
    return f"http://{config.endpoint.host}:{config.endpoint.port} while the service runs: /healthz, /readyz, /metrics"
