"""All checks in the order in which a person would look."""

from collections.abc import Iterator
from datetime import UTC, datetime

from inbox_worker.checks import clock, reading, sending, site
from inbox_worker.checks.finding import Finding, looked
from inbox_worker.config.sections import Config


def examine(config: Config) -> Iterator[Finding]:
    """Yield a finding for everything that the service depends on, as soon as it is known."""
    now = datetime.now(UTC)
    yield from site.examine(config, now)
    yield looked("clock", lambda: clock.compare(config))
    for box in config.mailboxes:
        yield from reading.examine(config, box, now)
        yield from sending.examine(box, now)


def send(config: Config, address: str) -> Finding:
    """Send one test message to `address` from the first mailbox."""
    return sending.send(config.mailboxes[0], address, datetime.now(UTC))
