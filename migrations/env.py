"""Runs the migrations: in the transaction of `inbox-worker migrate`, or by the alembic command line."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

from inbox_worker.errors import ConfigError
from inbox_worker.store.engine import connect
from inbox_worker.store.schema import metadata


def database_url() -> str:
    """Return the URL given as `-x database=URL`. Raises ConfigError."""
    url = context.get_x_argument(as_dictionary=True).get("database")
    if not url:
        raise ConfigError("alembic: expected -x database=URL, found none")
    return url


def plain_types(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write a column type of ours as the library's type below it: a migration must not depend on our code."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def migrate_on(connection: Connection) -> None:
    """Run the migrations in the transaction of `connection`."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,  # SQLite alters a table by rebuilding it
        transactional_ddl=True,  # the store begins every transaction itself, so SQLite's DDL rolls back too
        compare_server_default=True,
        render_item=plain_types,
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    context.configure(url=database_url(), target_metadata=metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
elif (connection := context.config.attributes.get("connection")) is not None:
    migrate_on(connection)
else:
    engine = connect(database_url(), foreign_keys=False)
    with engine.begin() as connection:
        migrate_on(connection)
    engine.dispose()
