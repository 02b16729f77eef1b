"""`backup` and `database`: copies of the database, and the keys that it is encrypted with."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from inbox_worker.cli.common import ConfigOption, clear_errors, config_path, opened, say, who

app = typer.Typer(no_args_is_help=True, help="The database's encryption.")


@app.callback()
def database() -> None:
    """Commands about the database's encryption."""


def backup(
    path: Annotated[Path, typer.Argument(help="File to write")],
    config: ConfigOption = None,
    replace: Annotated[bool, typer.Option("--replace", help="Take the place of an older backup of this name")] = False,
) -> None:
    """Copy the database while the service runs (SQLite; PostgreSQL has pg_dump). The copy is checked."""
    from inbox_worker.backups import backup as copy
    from inbox_worker.config import load

    with clear_errors():
        size = copy(load(config_path(config)).database, path, replace=replace)
    typer.echo(f"{path}: {size} bytes, checked; keep it as you keep the database")


@app.command("rotate-key")
def rotate_key(
    config: ConfigOption = None,
    to_plain: Annotated[
        bool, typer.Option("--to-plain", help="Take the encryption off; stop the service first")
    ] = False,
) -> None:
    """Encrypt every value with the first of encryption.keys. Afterwards the older keys are not needed any more."""
    from inbox_worker import vault
    from inbox_worker.errors import ConfigError
    from inbox_worker.plurals import counted
    from inbox_worker.rotation import rotate
    from inbox_worker.store import Store

    with clear_errors(), opened(config) as (settings, _):
        ring = vault.keyring(settings, seals=not to_plain)
        if not ring.ids:
            raise ConfigError("encryption.keys: expected a key, found none; make one by: openssl rand -base64 32")
        with Store(settings.database, ring) as store:
            done = rotate(store, ring, by=who(), at=datetime.now(UTC), progress=_progress())
    if done.current is None:
        typer.echo(f"plain now: {counted(done.values, 'value')}; empty encryption.keys")
    else:
        typer.echo(f"encrypted anew: {counted(done.values, 'value')}; every value is encrypted with {done.current}")
    for key in done.dropped:
        typer.echo(f"{key}: no value of this database needs it any more; backups made before still do")
    if not done.scrubbed:
        say("the file could not be written anew while it was in use; repeat when the service is stopped")


def _progress() -> "_Progress":
    return _Progress()


class _Progress:
    """Says how far it is, where a person looks on."""

    def __call__(self, table: str, values: int) -> None:
        import sys

        if sys.stderr.isatty():
            typer.echo(f"\r{table}: {values} values", nl=False, err=True)
