"""`status`: is it well?"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from inbox_worker.cli.common import ConfigOption, JsonOption, clear_errors, opened, print_json, titles

if TYPE_CHECKING:
    from inbox_worker.health import Health


def status(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show how the service is doing. Ends with 1 when something is wrong."""
    from inbox_worker.health import examine

    with clear_errors(), opened(config) as (settings, store):
        with store.reading() as view:
            health = examine(view, settings, datetime.now(UTC))
        if as_json:
            print_json(health.as_dict())
        else:
            _show(health, settings.time_zone, titles(settings, (code for _, code in health.counts.mails)))
    raise typer.Exit(1 if health.problems else 0)


def _show(health: "Health", zone: str, meanings: dict[str, str]) -> None:
    from inbox_worker.cli.listing import print_pairs, when
    from inbox_worker.records import OutboxState

    counts = health.counts
    pairs = [("Mode", health.mode)]
    readers = {lease.name: lease.holder for lease in health.leases}
    for point in counts.points:
        end = when(point.complete_at, zone) or "no time yet"
        by = f" by {readers[point.mailbox]}" if point.mailbox in readers else ""
        pairs.append((f"Mailbox {point.mailbox}", f"read to the end at {end}{by}"))
    for box, heard in health.heard.items():
        heard_at = f"on, the server answered at {when(heard, zone)}"
        silent = "on, but nobody listens: new mail waits for the next poll; see inbox-worker check"
        pairs.append((f"Push {box}", heard_at if heard else silent))
    kinds = [
        f"{number} {code}{': ' + meanings[code] if code in meanings else ''}"
        for (_, code), number in sorted(counts.mails.items(), key=str)
    ]
    pairs.append(("Mails, last 7 days", "\n".join(kinds) or "none"))
    applications = ", ".join(f"{number} {state.value}" for (_, state), number in counts.applications.items()) or "none"
    pairs.append(("Applications", applications))
    messages = [f"{n} {s.value}{' in 7 days' if s is OutboxState.SENT else ''}" for s, n in counts.outbox.items()]
    pairs.append(("Messages", ", ".join(messages) or "none"))
    for each in health.held_back:
        pairs.append((f"Mailbox {each.mailbox}", f"{each.waiting} wait for the limit of {each.per_minute} a minute"))
    if counts.oldest_queued_at:
        pairs.append(("Oldest queued", when(counts.oldest_queued_at, zone)))
    pairs.append(("Waiting for a person", f"{counts.held_open}, of these urgent: {counts.distress_open}"))
    pairs += [("Problem", problem) for problem in health.problems]
    pairs.append(("Health", "not well" if health.problems else "well"))
    print_pairs(pairs)
