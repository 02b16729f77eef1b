"""`migrate`: bring the database to this version."""

import typer

from inbox_worker.cli.common import ConfigOption, clear_errors, config_path


def migrate(config: ConfigOption = None) -> None:
    """Bring the database to this version, or create it. Safe to repeat."""
    from inbox_worker.config import load
    from inbox_worker.database import migrate as bring

    with clear_errors():
        done = bring(load(config_path(config)).database)
    if done.before == done.after:
        typer.echo(f"the database is at version {done.after} already")
    elif done.before is None:
        typer.echo(f"the database was created at version {done.after}")
    else:
        typer.echo(f"the database was brought from version {done.before} to {done.after}")
