"""What every command shares: the configuration, output for people and programs, errors as one line."""

import getpass
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from inbox_worker.errors import ConfigError, InboxWorkerError

if TYPE_CHECKING:
    from inbox_worker.config import Config
    from inbox_worker.store import Store

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="The configuration (default: config.yaml)", envvar="INBOX_WORKER_CONFIG"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON for programs in place of a table")]


def say(text: str = "") -> None:
    """Print a line for people on standard error."""
    typer.echo(text, err=True)


def print_json(value: object) -> None:
    """Print one JSON value on one line on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


def print_json_lines(rows: Iterable[Mapping[str, object]]) -> None:
    """Print one JSON object a line."""
    for row in rows:
        print_json(row)


def config_path(given: Path | None, example_will_do: bool = False) -> Path:
    """Return the file given, else config.yaml here, else the shipped example if that will do."""
    if given is not None:
        return given
    here = Path("config.yaml")
    if here.exists() or not example_will_do:
        return here
    from inbox_worker.resources import file

    say("no config.yaml here: using the example that ships with inbox-worker")
    return file("config.example.yaml")


@contextmanager
def opened(config: Path | None) -> "Iterator[tuple[Config, Store]]":
    """Load the configuration and open its database."""
    from inbox_worker import log, vault
    from inbox_worker.config import load

    settings = load(config_path(config))
    log.setup(settings.log.format, settings.log.level)
    with vault.store(settings) as store:
        yield settings, store


def titles(settings: "Config", codes: Iterable[str]) -> dict[str, str]:
    """Return what codes mean in a few words, as far as the team's words (reasons.yaml) tell; in their order."""
    from inbox_worker.assembly import load_templates

    reasons = load_templates(settings).reasons
    return {code: reasons[code].title for code in dict.fromkeys(codes) if code in reasons}


def who() -> str:
    """Return who runs the command, for the audit log."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"


def fail(error: InboxWorkerError) -> NoReturn:
    """End the command with one clear line a problem and the error's exit code."""
    lines = error.problems if isinstance(error, ConfigError) else [str(error)]
    for line in lines:
        say(f"error: {line}")
    raise typer.Exit(error.exit_code)


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turn our errors into a line and an exit code; a closed pipe into a quiet end."""
    try:
        yield
    except InboxWorkerError as error:
        fail(error)
    except BrokenPipeError:
        # The reader of our output has gone (`... | head`): let nothing more be flushed to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None
