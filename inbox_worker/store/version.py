"""Which migration a database is at, and what to say when it is not ours. Needs no Alembic, so that a start is quick."""

from sqlalchemy import Connection, inspect, text

from inbox_worker.store.tables import HEAD


def version(connection: Connection) -> str | None:
    """Return the migration that the database is at; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def explain(found: str | None) -> str:
    """Return the text for a database that is at `found` where this program needs HEAD."""
    if found is None:
        return 'database has no tables yet; run "inbox-worker migrate"'
    if found < HEAD:
        return f'database is at migration {found}, this version needs {HEAD}; run "inbox-worker migrate"'
    return (
        f"database is at migration {found}, this version knows only {HEAD}; "
        f'install the version of inbox_worker that made it, then run "inbox-worker migrate"'
    )
