"""Databases of earlier versions, with data, brought to this one. tools/dump_schema.py writes the dumps."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select

from inbox_worker import database
from inbox_worker.core.effects import ApplicationState
from inbox_worker.core.reading import Tier
from inbox_worker.records import OutboxState
from inbox_worker.store import Store, View
from inbox_worker.store.engine import connect
from inbox_worker.store.tables import HEAD, metadata
from tests.store.examples import apply_new
from tools.dump_schema import fill, go_back

SCHEMAS = Path(__file__).parent / "schemas"
DUMPS = sorted(SCHEMAS.glob("*.sql"))


def earlier_revisions() -> set[str]:
    script = ScriptDirectory.from_config(database.alembic_config())
    return {revision.revision for revision in script.walk_revisions()} - {HEAD}


def check_data(view: View) -> None:
    """What tools/dump_schema.py put in is all there."""
    (found,) = view.applications()
    assert (found.reference, found.state) == ("ALY-0001", ApplicationState.INVITED)
    assert found.texts() == {"name": "Nerys Sample", "motivation": "I like to listen, and I have time."}
    assert [value.text for value in view.history(1)][:2] == ["Nerys Example", "I like to listen."]
    (entry,) = view.held()
    assert (entry.sender, entry.ledger.tier) == ("bryn@example.net", Tier.B)
    assert sorted(item.state.value for item in view.outbox()) == [OutboxState.QUEUED.value, OutboxState.SENT.value]
    assert b"Thank you" in (view.content(1) or b"")
    assert [fuse.name for fuse in view.tripped()] == ["replies"]
    assert view.buried([b"k" * 32])
    point = view.point("team", "INBOX")
    assert point is not None
    assert point.next_uid == 4


def test_every_earlier_version_has_a_dump() -> None:
    assert {path.stem for path in DUMPS} >= earlier_revisions()


@pytest.mark.parametrize("dump", DUMPS, ids=lambda path: path.stem)
def test_a_database_of_an_earlier_version_keeps_its_data(dump: Path, tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(dump.read_text(encoding="utf-8"))
    url = f"sqlite:///{file}"
    assert database.migrate(url) == database.Migrated(dump.stem, HEAD)
    with Store(url) as store:
        with store.reading() as view:
            check_data(view)
        with store.transaction() as tx:
            assert apply_new(tx, 20).reference == "ALY-0002"  # numbers go on where they were


def test_the_dumps_become_the_tables_that_the_program_knows(tmp_path: Path) -> None:
    for dump in DUMPS:
        url = f"sqlite:///{tmp_path / dump.stem}.db"
        with closing(sqlite3.connect(tmp_path / f"{dump.stem}.db")) as connection:
            connection.executescript(dump.read_text(encoding="utf-8"))
        database.migrate(url)
        engine = connect(url)
        with engine.begin() as opened:
            context = MigrationContext.configure(opened, opts={"compare_type": True, "target_metadata": metadata})
            assert compare_metadata(context, metadata) == [], dump.stem
        engine.dispose()


@pytest.mark.parametrize("revision", sorted(earlier_revisions()))
def test_data_survives_the_way_back_and_forth(fresh_database_url: str, revision: str) -> None:
    with Store(fresh_database_url) as store:
        fill(store)
    go_back(fresh_database_url, revision)
    assert database.migrate(fresh_database_url) == database.Migrated(revision, HEAD)
    with Store(fresh_database_url) as store, store.reading() as view:
        check_data(view)


def test_the_dump_has_rows_in_every_table(database_url: str) -> None:
    with Store(database_url) as store:
        fill(store)
    engine = connect(database_url)
    with engine.connect() as connection:
        empty = {
            name
            for name, table in metadata.tables.items()
            if not connection.execute(select(func.count()).select_from(table)).scalar_one()
        }
    engine.dispose()
    assert empty <= {"lease", "sealing_key"}  # of running workers, and of encrypted databases
