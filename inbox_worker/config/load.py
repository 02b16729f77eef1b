"""Reads config.yaml, and turns all that is wrong with it into lines that tell what to do."""

import difflib
import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from inbox_worker.config.sections import Config
from inbox_worker.credentials import is_exposed
from inbox_worker.errors import ConfigError

_URL_WITH_PASSWORD = re.compile(r"[\w+]+://[^/@:]*:[^/@]+@")
_SECRET_KEYS = (
    "password",
    "secret",
    "token",
    "key_file",
    "certificate",
    "service_account",
    "tombstone_key",
    "encryption",
)

_T = TypeVar("_T")


class _Unique(yaml.constructor.SafeConstructor):
    """Refuses a key given twice: YAML would silently take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f'the key "{key}" is given twice', key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


class _Loader(_Unique, yaml.SafeLoader):
    """Names the line to mend."""


class _QuickLoader(_Unique, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Takes a tenth of the time where libyaml is there; of what is wrong it names another line."""


def load(path: Path) -> Config:
    """Return the configuration in `path`.

    Relative paths and a relative SQLite file are taken from the folder of `path`.
    Raises ConfigError with one line a problem: key, what was expected, what was found.
    """
    data = _read(path)
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        raise ConfigError([_line(path, data, detail) for detail in _causes(error)]) from None
    problems = [f"{path.name}: {problem}" for problem in (*_across(config), *_exposed(path, config))]
    if problems:
        raise ConfigError(problems)
    return _anchored(config, path.resolve().parent)


def _read(path: Path) -> object:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: there is no such file; copy config.example.yaml, or name yours with --config"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({type(error).__name__}); expected a UTF-8 text file") from error
    try:
        data = _parsed(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ConfigError(f"{path.name}{where}: not YAML: {getattr(error, 'problem', None) or 'broken'}") from None
    if not isinstance(data, dict):
        raise ConfigError(f"{path.name}: expected keys such as mode and mailboxes, found {_shown(data)}")
    return data


def _parsed(text: str) -> object:
    """Return what a YAML text says. Raises YAMLError with the place to mend."""
    try:
        return yaml.load(text, _QuickLoader)  # noqa: S506  a subclass of SafeLoader
    except yaml.YAMLError:
        return yaml.load(text, _Loader)  # noqa: S506  a subclass of SafeLoader


def _causes(error: ValidationError) -> list[ErrorDetails]:
    """Return the errors without those that only follow from others: a list is "too short" once its items failed."""
    details = error.errors(include_url=False)
    places = [detail["loc"] for detail in details]

    def follows(detail: ErrorDetails) -> bool:
        loc = detail["loc"]
        return detail["type"] == "too_short" and any(p != loc and p[: len(loc)] == loc for p in places)

    return [detail for detail in details if not follows(detail)]


def _line(path: Path, data: object, detail: ErrorDetails) -> str:
    loc = detail["loc"]
    key = _dotted(loc)
    kind = detail["type"]
    if kind == "missing":
        return f"{path.name}: {key}: is missing; {_meaning(loc) or 'see config.example.yaml'}"
    if kind == "extra_forbidden":
        return f"{path.name}: {key}: there is no such key{_suggestion(loc)}"
    return f"{path.name}: {key}: {_expected(detail)}, found {_found(loc, data)}"


_PLAIN_WORDS = {
    "int_parsing": "expected a whole number",
    "int_type": "expected a whole number",
    "bool_parsing": "expected true or false",
    "bool_type": "expected true or false",
    "string_type": "expected text",
    "string_too_short": "expected text",
    "model_type": "expected keys and values",
    "tuple_type": "expected a list",
    "too_short": "expected at least one",
}


def _expected(detail: ErrorDetails) -> str:
    """Return pydantic's message in the form "expected ..."."""
    if words := _PLAIN_WORDS.get(detail["type"]):
        return words
    message = detail["msg"].removeprefix("Value error, ")
    message = (message[:1].lower() + message[1:]).removeprefix("input should be ")
    return message if message.startswith("expected") else f"expected {message}"


def _dotted(loc: tuple[str | int, ...]) -> str:
    text = ""
    for step in loc:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text or "the file"


def _found(loc: tuple[str | int, ...], data: object) -> str:
    if any(word in str(step) for step in loc for word in _SECRET_KEYS):
        return "something else (not shown)"
    for step in loc:
        try:
            data = data[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            break
    return _shown(data)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return f"keys {', '.join(map(str, value))}" if value else "nothing"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if value is None or value == "":
        return "nothing"
    text = str(value)
    return f'"{text}"' if len(text) <= 60 else f'"{text[:57]}..."'


def _model_at(loc: tuple[str | int, ...]) -> type[BaseModel] | None:
    model: type[BaseModel] | None = Config
    for step in loc:
        if isinstance(step, int) or model is None:
            continue
        field = model.model_fields.get(step)
        model = _inner_model(field.annotation) if field else None
    return model


def _inner_model(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        if found := _inner_model(argument):
            return found
    return None


def _meaning(loc: tuple[str | int, ...]) -> str | None:
    model = _model_at(loc[:-1])
    field = model.model_fields.get(str(loc[-1])) if model else None
    return field.description if field else None


def _suggestion(loc: tuple[str | int, ...]) -> str:
    model = _model_at(loc[:-1])
    names = list(model.model_fields) if model else []
    near = difflib.get_close_matches(str(loc[-1]), names, n=1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(names)}"


def _across(config: Config) -> list[str]:
    """Return what is wrong between sections, and what live mode lacks."""
    problems = []
    known = {scheme.key for scheme in config.schemes}
    for number, box in enumerate(config.mailboxes):
        problems += [
            f'mailboxes[{number}].schemes: expected keys of schemes ({", ".join(sorted(known))}), found "{key}"'
            for key in box.schemes
            if key not in known
        ]
    for what, names in (
        ("mailboxes: name", [box.name for box in config.mailboxes]),
        ("schemes: key", [scheme.key for scheme in config.schemes]),
        ("schemes: reference", [scheme.reference for scheme in config.schemes]),
    ):
        problems += [f'{what}: expected each once, found "{name}" twice' for name in sorted(_twice(names))]
    return problems + (_lacking(config) if config.mode == "live" else [])


def _exposed(path: Path, config: Config) -> list[str]:
    """Return that a password stands in a file which every account can read."""
    if _URL_WITH_PASSWORD.match(config.database) and is_exposed(path):
        return [
            f"database: holds a password, and every account of this machine can read this file; run chmod 600 {path}, "
            "or leave the password out and use a PostgreSQL password file (~/.pgpass)"
        ]
    return []


def _lacking(config: Config) -> list[str]:
    needed = {
        "organisation.notice_url": config.organisation.notice_url,
        "team.recipients": config.team.recipients,
        "team.distress.contacts": config.team.distress.contacts,
    }
    return [f"{key}: mode live needs it, found nothing" for key, value in needed.items() if not value]


def _twice(names: list[str]) -> set[str]:
    return {name for name in names if names.count(name) > 1}


def _anchored(config: Config, folder: Path) -> Config:
    """Return `config` with its relative paths taken from `folder`."""
    prefix = "sqlite:///"
    if config.database.startswith(prefix) and not config.database.startswith("sqlite:////"):
        file = folder / config.database.removeprefix(prefix)
        config = config.model_copy(update={"database": f"{prefix}{file}"})
    return _with_paths(config, folder)


def _with_paths(value: _T, folder: Path) -> _T:
    """Return `value`, a section or part of one, with every relative path in it taken from `folder`."""
    changed: Any = value
    if isinstance(value, Path):
        changed = folder / value
    elif isinstance(value, tuple):
        changed = tuple(_with_paths(each, folder) for each in value)
    elif isinstance(value, BaseModel):
        changed = value.model_copy(update={name: _with_paths(each, folder) for name, each in value})
    return changed  # type: ignore[no-any-return]
