"""Is a digest due? Asked every few minutes, and by each `once`: what a digest is made of is imported when one is."""

from datetime import datetime
from zoneinfo import ZoneInfo

from inbox_worker.config.sections import Config
from inbox_worker.core import cron
from inbox_worker.store import View

NAME = "team"  # of the digest in the store: there is one


def recipients(config: Config) -> tuple[str, ...]:
    """Return who gets the digest; nobody where none is wanted."""
    return (config.team.digest.recipients or config.team.recipients) if config.team.digest.schedule else ()


def due(view: View, config: Config, now: datetime) -> tuple[datetime, datetime] | None:
    """Return the period that a digest is due for: from the last one, or the start of the service, to its schedule."""
    if not recipients(config):
        return None
    since = view.last_digest(NAME) or min((point.started_at for point in view.points()), default=None)
    until = cron.parse(config.team.digest.schedule).latest(now, ZoneInfo(config.time_zone))
    return (since, until) if since and until and since < until else None
