"""`templates`: what the team and the applicants will see."""

from pathlib import Path
from typing import Annotated

import typer

from inbox_worker.cli.common import ConfigOption, clear_errors, config_path

templates = typer.Typer(no_args_is_help=True, help="The mails that go out, and whether they are in order.")


@templates.callback()
def _group() -> None:
    """The mails that go out, and whether they are in order."""


@templates.command()
def preview(
    out: Annotated[Path, typer.Option(help="Folder to write to")] = Path("template-preview"),
    config: ConfigOption = None,
) -> None:
    """Write every mail with sample data, as text and as HTML, to look at in a browser."""
    from inbox_worker.assembly import load_templates
    from inbox_worker.config import load
    from inbox_worker.errors import UsageError
    from inbox_worker.templates import preview as write

    with clear_errors():
        loaded = load_templates(load(config_path(config, example_will_do=True)))
        try:
            written = write(loaded, out)
        except OSError as error:
            raise UsageError(f"{out}: cannot be written ({error.strerror}); name another folder with --out") from None
    for path in written:
        typer.echo(path)
