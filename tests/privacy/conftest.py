"""A configured site without servers, for the commands."""

import base64
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from inbox_worker.cli.main import app
from inbox_worker.resources import file

Command = Callable[..., Result]


def key_file(folder: Path, name: str, byte: int = 7) -> Path:
    """Write a key of 32 equal bytes into a file of its own, and return the file."""
    path = folder / name
    path.touch(mode=0o600)
    path.write_text(base64.b64encode(bytes([byte]) * 32).decode() + "\n", encoding="utf-8")
    return path


def configured(folder: Path, database: str, **sections: Any) -> Path:
    """Write config.yaml: the shipped example on this database, with a tombstone key."""
    data = yaml.safe_load(file("config.example.yaml").read_text(encoding="utf-8"))
    data["database"] = database
    data["privacy"] = {"tombstone_key": {"file": str(key_file(folder, "tombstone-key"))}, "exports": "exports"}
    data |= sections
    path = folder / "config.yaml"
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


@pytest.fixture
def command() -> Command:
    """Return a function that runs the program with arguments, and what a person types."""

    def run(*arguments: str | Path, typed: str | None = None) -> Result:
        handlers = logging.root.handlers[:]
        try:
            return CliRunner().invoke(app, [str(each) for each in arguments], input=typed)
        finally:
            logging.root.handlers[:] = handlers  # the command's own writes to a stream that is closed now

    return run
