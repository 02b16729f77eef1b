"""`audit`: who viewed, exported, changed, sent, erased. The database itself refuses to change a line of it."""

from datetime import UTC, date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from inbox_worker.cli.common import ConfigOption, JsonOption, clear_errors, opened, print_json_lines

app = typer.Typer(no_args_is_help=True, help="The audit log: who did what to which record.")


@app.command("list")
def list_(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    since: Annotated[str | None, typer.Option(help="From this day on, such as 2026-11-01")] = None,
    thing: Annotated[str | None, typer.Option(help='Only about this, such as MHA-0001, "held 3", "outbox 12"')] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most this many, the newest")] = 200,
) -> None:
    """List who did what, oldest first. It holds numbers and account names, no data of applicants."""
    from inbox_worker.cli.listing import print_table, when

    with clear_errors(), opened(config) as (settings, store):
        start = _start(since, settings.time_zone)
        with store.reading() as view:
            found = view.audit_log(since=start, thing=thing, limit=limit)
        if as_json:
            print_json_lines(
                {"at": line.at.isoformat(), "who": line.who, "what": line.what, "thing": line.thing} for line in found
            )
            return
        rows = [(when(line.at, settings.time_zone), line.who, line.what, line.thing) for line in found]
        print_table(("When", "Who", "What", "Record"), rows, "the audit log is empty")


def _start(since: str | None, zone: str) -> datetime | None:
    from inbox_worker.errors import UsageError

    if since is None:
        return None
    try:
        day = date.fromisoformat(since)
    except ValueError:
        raise UsageError(f'since: expected a day such as "2026-11-01", found "{since}"') from None
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
