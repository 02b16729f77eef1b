"""Where the files that ship with the program lie: templates, migrations, the sample configuration."""

from collections.abc import Callable
from pathlib import Path

from inbox_worker.errors import ConfigError

PACKAGE = Path(__file__).resolve().parent


def directory(name: str) -> Path:
    """Return the directory `name` ("templates", "migrations") that ships with this program.

    A wheel carries it as `inbox_worker/data/<name>`; a checkout has it beside the package.
    Raises ConfigError when the installation lacks it.
    """
    return _found(name, Path.is_dir)


def file(name: str) -> Path:
    """Return the file `name` ("config.example.yaml") that ships with this program. Raises ConfigError."""
    return _found(name, Path.is_file)


def _found(name: str, is_there: Callable[[Path], bool]) -> Path:
    for place in (PACKAGE / "data" / name, PACKAGE.parent / name):
        if is_there(place):
            return place
    raise ConfigError(f"{name}: not in this installation of inbox_worker; install it again")
