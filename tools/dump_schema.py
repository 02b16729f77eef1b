"""Writes tests/store/schemas/HEAD.sql: a database of today's version with a row of everything, for upgrade tests.

Run it before a migration is added: python tools/dump_schema.py. The test upgrades every dump that lies there.
"""

import sqlite3
import sys
import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP))

from alembic import command  # noqa: E402

from inbox_worker.core.effects import ApplicationState, MessageKind  # noqa: E402
from inbox_worker.core.mail import Address  # noqa: E402
from inbox_worker.core.reading import Outcome, Tier  # noqa: E402
from inbox_worker.database import alembic_config, migrate  # noqa: E402
from inbox_worker.records import TroubleKind  # noqa: E402
from inbox_worker.store import Store  # noqa: E402
from inbox_worker.store.engine import connect  # noqa: E402
from inbox_worker.store.tables import HEAD  # noqa: E402
from tests.store.examples import NOW, apply_new, entry, mail_id, message, new_application, record, update  # noqa: E402

SCHEMAS = TOP / "tests" / "store" / "schemas"


def main() -> int:
    """Write the dump; with a revision as argument, of the tables as they were then."""
    revision = sys.argv[1] if len(sys.argv) > 1 else HEAD
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "dump.db"
        url = f"sqlite:///{file}"
        migrate(url)
        with Store(url) as store:
            fill(store)
        go_back(url, revision)
        with closing(sqlite3.connect(file)) as connection:
            lines = "\n".join(connection.iterdump())
    SCHEMAS.mkdir(exist_ok=True)
    target = SCHEMAS / f"{revision}.sql"
    target.write_text(lines + "\n", encoding="utf-8")
    print(f"written: {target.relative_to(TOP)}")
    return 0


def fill(store: Store) -> None:
    """Put rows into every table."""
    with store.transaction() as tx:
        tx.set_point("team", "INBOX", 7, 4, at=NOW, complete=True)
        tx.note_trouble(mail_id(9), TroubleKind.FETCH, NOW)
        complete = new_application(ApplicationState.RECEIVED, name="Nerys Example", motivation="I like to listen.")
        found = apply_new(tx, 1, change=complete)
        record(tx, 2)
        change = update(found.id, motivation="I like to listen, and I have time.")
        tx.apply(change, sender=found.sender, ledger_id=2, at=NOW, prefix="ALY")
        tx.correct(found.id, "name", "Nerys Sample", by="ada", at=NOW)
        tx.set_state(found.id, ApplicationState.INVITED, by="ada", at=NOW)
        tx.hold(
            record(tx, 3, what=entry(Outcome.HOLD, "DISTR", Tier.B)), Address("Bryn", "bryn@example.net"), "Help", NOW
        )
        tx.enqueue(message(1, application=found.id, ledger_id=1), NOW)
        tx.enqueue(message(2, kind=MessageKind.SUMMARY, recipient="team@example.org", application=found.id), NOW)
        tx.claim(NOW, "worker", 1)
        tx.hand_over([1], "worker", NOW)
        tx.sent(1, "worker", NOW)
        tx.trip("replies", "BREAK", NOW)
        tx.job_started("poll team", NOW)
        tx.job_finished("poll team", "ok", NOW)
        tx.claim_digest("allies", NOW - timedelta(days=7), NOW, NOW)
        tx.bury([b"k" * 32], NOW)


def go_back(url: str, revision: str) -> None:
    """Bring the database back to `revision`, as it was before the migrations after it."""
    engine = connect(url, foreign_keys=False)
    config = alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    engine.dispose()


if __name__ == "__main__":
    sys.exit(main())
