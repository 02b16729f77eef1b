"""Templates: files -> subject, text and HTML of a message.

At the start everything that a site has written is compiled, checked for unknown variables and rendered with sample
data, so that a broken template stops the start and never a reply. What comes with the program its tests have checked;
it is compiled, and all that templates see is imported, when it is first rendered.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from inbox_worker import reasons
from inbox_worker.errors import TemplateError
from inbox_worker.reasons import Reason
from inbox_worker.safe_text import one_line
from inbox_worker.template_names import TEAM, names

if TYPE_CHECKING:
    from inbox_worker.template_context import Context
    from inbox_worker.template_engine import Engine

__all__ = ["PARTS", "Rendered", "Templates", "preview"]

PARTS = ("subject", "txt", "html")
_SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in words."""

    subject: str  # one line, at most 200 characters, no control characters
    text: str  # lines end in \n
    html: str  # a whole page
    version: str  # of the sources: ten hexadecimal digits, for X-Inbox-Worker


class Templates:
    """All templates of a site: its own files where it has them, ours where not."""

    def __init__(self, places: tuple[Path, ...], zone: tzinfo) -> None:
        self._places = places
        self._zone = zone
        self._versions: dict[str, str] = {}

    @classmethod
    def load(
        cls,
        directory: Path,
        site: Path | None = None,
        *,
        zone: tzinfo,
        folders: Iterable[str] = (),
        every: bool = True,
    ) -> Self:
        """Return the templates in `site`, and file by file those in `directory` that `site` lacks.

        zone: for the times that people read. folders: what the schemes of the configuration name; each must be there.
        every: check messages too that are made of files in `directory` alone, as the program's tests do.
        Raises TemplateError with every problem at once: file, line, and the variable that is unknown.
        """
        places = (directory,) if site is None else (site, directory)
        if site is not None and not site.is_dir():
            raise TemplateError(f"templates_dir: there is no folder {site}")
        templates = cls(places, zone)
        problems = [f"templates: there is no folder '{name}'" for name in folders if not templates._has(name)]
        if every or not templates._ships(f"{TEAM}/reasons.yaml"):
            _ = templates.reasons
        for folder in templates.folders():
            for name in names(folder):
                if every or not all(map(templates._ships, templates._sources(folder, name))):
                    problems += templates._problems(folder, name)
        if problems:
            raise TemplateError(list(dict.fromkeys(problems)))
        return templates

    @cached_property
    def reasons(self) -> Mapping[str, Reason]:
        """The words for every code. Raises TemplateError."""
        return reasons.load(_first(self._places, f"{TEAM}/reasons.yaml"))

    def folders(self) -> tuple[str, ...]:
        """Return the folders of templates: of the schemes in alphabetical order, then the team's."""
        found = {child.name for place in self._places for child in place.iterdir() if child.is_dir()}
        return (*sorted(name for name in found - {TEAM, _SHARED} if name[0].isalnum()), TEAM)

    def render(self, folder: str, name: str, context: "Context") -> Rendered:
        """Return the message `name` ("acknowledgement", "summary", ...) of `folder`.

        Raises TemplateError when it cannot be rendered; its text holds no value of `context`.
        """
        self._engine.check(name, context)
        subject, text, html = (self._part(f"{folder}/{name}.{part}", context) for part in PARTS)
        return Rendered(one_line(subject), _tidied(text), _tidied(html), self.version(folder, name))

    def version(self, folder: str, name: str) -> str:
        """Return a short hash of everything that the message is made from."""
        key = f"{folder}/{name}"
        if key not in self._versions:
            digest = hashlib.sha256()
            for file in self._sources(folder, name):
                digest.update(_first(self._places, file).read_bytes())
            self._versions[key] = digest.hexdigest()[:10]
        return self._versions[key]

    def documents(self, folder: str, filenames: Iterable[str]) -> tuple[tuple[str, bytes], ...]:
        """Return (file name, content) of the files in `folder`/documents. Raises TemplateError where one is missing."""
        found = []
        for filename in filenames:
            if "/" in filename or "\\" in filename or filename.startswith("."):
                raise TemplateError(f"documents: expected a file name without folders, found '{filename}'")
            path = _first(self._places, f"{folder}/documents/{filename}")
            try:
                found.append((filename, path.read_bytes()))
            except OSError as error:
                raise TemplateError(f"{folder}/documents/{filename}: cannot be read; put the file there") from error
        return tuple(found)

    def reason(self, code: str) -> Reason:
        """Return what `code` means; a general answer for codes without an entry."""
        return self.reasons.get(code) or self.reasons[reasons.FALLBACK]

    def _has(self, folder: str) -> bool:
        return any((place / folder).is_dir() for place in self._places)

    @cached_property
    def _engine(self) -> "Engine":
        from inbox_worker.template_engine import Engine

        return Engine(self._places, self.reasons, self._zone)

    def _sources(self, folder: str, name: str) -> list[str]:
        """Return the files that the message `name` of `folder` is made from."""
        shared = sorted({path.name for place in self._places for path in (place / _SHARED).glob("*.*")})
        own = [f"{folder}/{name}.{part}" for part in PARTS]
        return [*own, *(f"{_SHARED}/{file}" for file in shared), *([f"{TEAM}/reasons.yaml"] if folder == TEAM else [])]

    def _ships(self, file: str) -> bool:
        """Tell whether `file` is the one that comes with the program: it is there, and the site has none."""
        *site, ours = (place / file for place in self._places)
        return ours.is_file() and not any(path.is_file() for path in site)

    def _part(self, file: str, context: "Context") -> str:
        from jinja2 import TemplateNotFound, TemplateSyntaxError

        try:
            return self._engine.get_template(file).render(_values(context))
        except TemplateNotFound as error:
            raise TemplateError(f"{self._label(str(error.name))}: is missing") from error
        except TemplateSyntaxError as error:
            raise TemplateError(f"{self._label(str(error.name))} line {error.lineno}: {error.message}") from error
        except Exception as error:  # whatever a template does wrong: a division by zero is as broken as a bad name
            place, line = self._where(error, file)
            raise TemplateError(f"{self._label(place)} line {line}: {type(error).__name__}") from error

    def _problems(self, folder: str, name: str) -> list[str]:
        from inbox_worker.template_context import CONTEXT_OF
        from inbox_worker.template_samples import samples

        found = []
        for part in PARTS:
            file = f"{folder}/{name}.{part}"
            found += self._unknown(file, CONTEXT_OF[name])
        if found:
            return found
        for context in samples(name).values():
            for part in PARTS:
                try:
                    self._part(f"{folder}/{name}.{part}", context)
                except TemplateError as error:
                    # sample data only, so the library's own words may be shown here
                    cause = str(error.__cause__ or "")
                    found.append(f"{error}: {cause}" if cause and cause not in str(error) else str(error))
        return found

    def _unknown(self, file: str, context: type) -> list[str]:
        from jinja2 import TemplateSyntaxError

        from inbox_worker.template_check import unknown_variables

        path = _first(self._places, file)
        try:
            tree = self._engine.parse(path.read_text(encoding="utf-8"), file)
        except TemplateSyntaxError as error:
            return [f"{self._label(file)} line {error.lineno}: {error.message}"]
        except (OSError, UnicodeDecodeError) as error:
            return [f"{self._label(file)}: is missing or not UTF-8 text ({type(error).__name__})"]
        found = unknown_variables(tree, context, self._engine.globals)
        return [f"{self._label(file)} line {unknown.line}: {unknown}" for unknown in found]

    def _label(self, file: str) -> str:
        return f"{_first(self._places, file).parents[file.count('/')].name}/{file}"

    def _where(self, error: Exception, file: str) -> tuple[str, int]:
        """Return file and line of the innermost template that `error` passed through."""
        place, line = file, 0
        step = error.__traceback__
        while step is not None:
            filename = Path(step.tb_frame.f_code.co_filename)
            for root in self._places:
                if filename.is_relative_to(root):
                    place, line = filename.relative_to(root).as_posix(), step.tb_lineno
            step = step.tb_next
        return place, line


def preview(templates: Templates, out_dir: Path) -> list[Path]:
    """Write every template with sample data below `out_dir` as .txt (with its subject) and .html; return the files."""
    from inbox_worker.template_samples import samples

    written = []
    for folder in templates.folders():
        for name in names(folder):
            for sample, context in samples(name).items():
                rendered = templates.render(folder, name, context)
                stem = out_dir / folder / (name if sample == "usual" else f"{name}.{sample}")
                stem.parent.mkdir(parents=True, exist_ok=True)
                for suffix, content in (
                    (".txt", f"Subject: {rendered.subject}\n\n{rendered.text}"),
                    (".html", rendered.html),
                ):
                    path = stem.with_name(stem.name + suffix)
                    path.write_text(content, encoding="utf-8")
                    written.append(path)
    return written


def _values(context: "Context") -> dict[str, Any]:
    return {name: getattr(context, name) for name in context.__dataclass_fields__}


def _first(places: tuple[Path, ...], file: str) -> Path:
    """Return the first place that has `file`, or the last place's path where none has."""
    return next((place / file for place in places if (place / file).is_file()), places[-1] / file)


def _tidied(text: str) -> str:
    """Return a text without space at the ends of lines, and with one blank line in place of several."""
    if " \n" in text or "\t\n" in text:
        text = "\n".join(line.rstrip(" \t") for line in text.split("\n"))
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip() + "\n"
