"""What a code means, in plain words for the team. The words are data: templates/team/reasons.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import yaml

from inbox_worker.errors import TemplateError

FALLBACK = "OTHER"  # the entry that stands for every code without one of its own


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is as it is, and what to do about it."""

    title: Annotated[str, "a few words, without a full stop"]
    why: Annotated[str, "one or more sentences"]
    todo: Annotated[str, "one or more sentences for the person who deals with it"]


def load(path: Path) -> Mapping[str, Reason]:
    """Return code -> Reason from the YAML file `path`. Raises TemplateError with every problem at once."""
    label = f"{path.parent.name}/{path.name}"
    try:
        data = _loaded(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(f"{label}: cannot be read ({type(error).__name__})") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise TemplateError(f"{label}{f' line {mark.line + 1}' if mark else ''}: not YAML") from error
    if not isinstance(data, dict):
        raise TemplateError(f"{label}: expected codes with title, why and todo")
    problems = [problem for code, entry in data.items() if (problem := _problem(code, entry))]
    if FALLBACK not in data:
        problems.append(f"{FALLBACK}: is missing; it stands for every code without an entry")
    if problems:
        raise TemplateError([f"{label}: {problem}" for problem in problems])
    return {
        code: Reason(**{key: " ".join(text.split()) for key, text in entry.items()}) for code, entry in data.items()
    }


def _loaded(text: str) -> object:
    """Return what YAML says; by libyaml where it is there, and once more without where it finds a fault.

    libyaml takes a tenth of the time, and names other lines in its errors.
    """
    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    except yaml.YAMLError:
        return yaml.safe_load(text)


def _problem(code: object, entry: object) -> str | None:
    expected = {"title", "why", "todo"}
    if not isinstance(code, str) or not isinstance(entry, dict) or set(entry) != expected:
        found = ", ".join(map(str, entry)) if isinstance(entry, dict) else "nothing of the kind"
        return f"{code}: expected exactly title, why and todo, found {found}"
    empty = [key for key, text in entry.items() if not isinstance(text, str) or not text.strip()]
    return f"{code}: expected a text, found nothing for {', '.join(empty)}" if empty else None
