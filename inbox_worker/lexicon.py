"""Loads the phrase lists of `phrases/` into a Lexicon. Data files: specialists review them without reading code."""

import re
from functools import cache
from importlib.resources import files

import yaml

from inbox_worker.core import learned
from inbox_worker.core.scheme import Lexicon
from inbox_worker.errors import ConfigError

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where it is there: a tenth of the time
FILES = ("distress", "intent", "forms")


def _lists(name: str) -> dict[str, tuple[str, ...]]:
    source = files("inbox_worker") / "phrases" / f"{name}.yaml"
    data = yaml.load(source.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - both are safe
    return {key: tuple(entries) for key, entries in data.items()}


def check() -> None:
    """Raise ConfigError, with all problems, where an entry is no regular expression."""
    problems: list[str] = []
    for name in FILES:
        for key, entries in _lists(name).items():
            for number, entry in enumerate(entries, 1):
                try:
                    re.compile(entry)
                except re.error as error:
                    problems.append(f"phrases/{name}.yaml: {key}, entry {number}: not a regular expression: {error}")
    if problems:
        raise ConfigError(problems)


def _acts() -> learned.Model:
    """Return the learned model that comes with the package; tools/learn_acts.py writes it."""
    return learned.from_file((files("inbox_worker") / "phrases" / "acts.json.gz").read_bytes())


@cache
def load() -> Lexicon:
    """Return the phrases that come with the package, unchecked: to compile them all takes the worker a while."""
    phrases = _lists("intent")
    phrases.update(_lists("forms"))
    return Lexicon(distress=_lists("distress"), phrases=phrases, acts=_acts())
