"""Job and commands: purge what is due; restrict, erase or hand out everything about one person."""

import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path

from inbox_worker.core.retention import Kept, Periods
from inbox_worker.errors import StoreError
from inbox_worker.holdings import Erased
from inbox_worker.records import WORKER, Application
from inbox_worker.store import Store
from inbox_worker.tombs import Tombs

BATCH = 500  # rows removed in one transaction, so that no other writer waits long
DAY = timedelta(days=1)
JOB = "retention"

UNREACHED = (
    "mails in the mailbox, its Sent folder and people's own copies: the worker never deletes mail",
    "backups, and copies of exports outside the folder of privacy.exports",
    "summaries, alerts and digests that the team has received",
    "what other people wrote about this person in mails and answers of their own",
)


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge removed, or would remove, and what is overdue and waits for a person."""

    counts: dict[str, int]
    overdue: dict[str, int]
    scrubbed: bool = True  # the database's files hold nothing of it any more

    @property
    def total(self) -> int:
        """Return how many things went."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure did."""

    erased: Erased
    files: tuple[Path, ...]  # exports that named the person, now gone
    scrubbed: bool


class _Undo(Exception):
    """Ends a rehearsal."""


def purge(
    store: Store, periods: Periods, now: datetime, *, dry_run: bool = False, stop: Callable[[], bool] = lambda: False
) -> Purged:
    """Remove everything whose time is over, or with `dry_run` only count it. `stop` is asked between batches.

    Raises StoreError; what was removed before stays removed.
    """
    counts = {kept.value: 0 for kept in Kept}
    with store.reading() as view:
        overdue = view.overdue(now - periods.undecided)
    if dry_run:
        with suppress(_Undo), store.transaction() as tx:
            for kept in Kept:
                while number := tx.purge(kept, periods.before(kept, now), BATCH):
                    counts[kept.value] += number
            raise _Undo
        return Purged(counts, overdue)
    for kept in Kept:
        number = BATCH
        while number == BATCH and not stop():
            with store.transaction() as tx:
                number = tx.purge(kept, periods.before(kept, now), BATCH)
            counts[kept.value] += number
    done = Purged(counts, overdue)
    if not done.total:
        return done
    with store.transaction() as tx:
        tx.audit(
            WORKER, "purged " + ", ".join(f"{number} {name}" for name, number in counts.items() if number), JOB, now
        )
    return Purged(counts, overdue, _scrubbed(store))


def due(store: Store, now: datetime) -> bool:
    """Return whether the daily purge has not run to its end in the last day."""
    with store.reading() as view:
        last = next((run for run in view.job_runs() if run.name == JOB), None)
    # An hour less than a day: a timer that starts at the same minute every day must not miss every second one.
    return last is None or last.code != "ok" or now - last.started_at >= DAY - timedelta(hours=1)


def restrict(
    store: Store, reference: str, restricted: bool, *, by: str, at: datetime
) -> tuple[Application, int] | None:
    """Set or lift the restriction (Art. 18 UK GDPR); return the application and how many messages were stopped.

    None: there is no such application.
    """
    with store.transaction() as tx:
        changed = tx.restrict(reference, restricted, by=by, at=at)
        if changed is None:
            return None
        return changed, tx.stop_messages(changed.id, by=by, at=at) if restricted else 0


def erase(
    store: Store,
    tombs: Tombs,
    address: str,
    email_fields: Collection[str],
    exports: Path,
    *,
    by: str,
    at: datetime,
) -> Erasure:
    """Remove everything about `address`: rows, messages, exports; remember only that it was.

    Also where nothing is held: mail of this person that arrived before `at` is not recorded from now on.
    Raises StoreError.
    """
    with store.transaction() as tx:
        found = tx.holdings(address, email_fields)
        keys = tombs.keys(address, tx.keys_of(found.mails))
        erased = tx.erase(found, keys, by=by, at=at)
        tx.audit(by, "erased a person", f"{len(erased.references)} applications", at)
    files = tuple(naming(exports, [address, *erased.references]))
    for file in files:
        file.unlink(missing_ok=True)
    return Erasure(erased, files, _scrubbed(store))


def naming(folder: Path, words: Iterable[str]) -> Iterator[Path]:
    """Yield the files below `folder` that hold one of `words`, any case, also inside of spreadsheets."""
    wanted = [word.casefold() for word in words if word]
    if not folder.is_dir():
        return
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.is_symlink():
            text = "\n".join(_texts(file)).casefold()
            if any(word in text for word in wanted):
                yield file


def _texts(file: Path) -> Iterator[str]:
    yield file.name
    if zipfile.is_zipfile(file):
        with suppress(zipfile.BadZipFile, OSError), zipfile.ZipFile(file) as archive:
            for name in archive.namelist():
                yield unescape(archive.read(name).decode("utf-8", "replace"))  # spreadsheets are XML
    else:
        yield file.read_bytes().decode("utf-8", "replace")


def _scrubbed(store: Store) -> bool:
    """Return whether the files were written anew; a busy database is told, not an error: the rows are gone."""
    try:
        return store.scrub()
    except StoreError:
        return False
