"""Jinja2 with our rules. Imported with the first template that is rendered or checked: a pass often has none."""

import re
from collections.abc import Mapping, MutableMapping
from datetime import tzinfo
from enum import Enum
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, Undefined
from jinja2.environment import TemplateModule
from jinja2.ext import Extension
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from inbox_worker import reasons, template_filters
from inbox_worker.reasons import Reason
from inbox_worker.template_context import CONTEXT_OF, Context, Said

_JUDGED_BY_KIND = (LoopContext, TemplateModule, Enum)
_STYLED = re.compile(r"<(h1|h2|h3|h4|p|ul|ol|li|table|caption|th|td|a)(?=[\s>])(?![^<>]*\sstyle=)")


class _Styles(Extension):
    """Gives every plain tag of an .html source its inline style, because Outlook and Gmail ignore style sheets."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        if name is None or not name.endswith(".html"):
            return source
        return _STYLED.sub(lambda tag: f'{tag[0]} style="{template_filters.STYLES[tag[1]]}"', source)


class Engine(ImmutableSandboxedEnvironment):
    """Jinja2 with our rules: sandboxed, no undefined names, HTML escaped."""

    def __init__(self, places: tuple[Path, ...], known: Mapping[str, Reason], zone: tzinfo) -> None:
        super().__init__(
            loader=FileSystemLoader(places),
            undefined=StrictUndefined,
            autoescape=lambda name: name is not None and name.endswith(".html"),
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
            extensions=[_Styles],
        )
        self._safe: set[tuple[type, str]] = set()
        self.filters.update(template_filters.filters(zone))
        self.globals["reason"] = lambda code: known.get(code) or known[reasons.FALLBACK]

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return what every template knows, as a plain dictionary: it is copied for each rendering and import."""
        return {**self.globals, **(d or {})}

    @staticmethod
    def check(name: str, context: Context) -> None:
        """Raise TypeError where `context` is not what the message `name` may say."""
        if not isinstance(context, CONTEXT_OF[name]):
            raise TypeError(f"{name} needs a {CONTEXT_OF[name].__name__}")

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return an attribute; Jinja, which takes its time, is asked once for each kind of value.

        Of our values, loops, imported templates and enumerations the kind alone tells whether a template may read it.
        """
        kind = type(obj)
        if (kind, attribute) in self._safe:
            try:
                return getattr(obj, attribute)
            except AttributeError:  # another template of the same kind, which has it not
                pass
        found = super().getattr(obj, attribute)
        judged = attribute in _open_fields(kind) or issubclass(kind, _JUDGED_BY_KIND)
        if judged and not isinstance(found, Undefined):
            self._safe.add((kind, attribute))
        return found

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return what filters that name an attribute (`map`, `selectattr`) ask for; see `getattr`."""
        if isinstance(argument, str) and argument in _open_fields(type(obj)):
            return getattr(obj, argument)
        return super().getitem(obj, argument)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Return whether a template may read `attr`: of our values nothing but their fields, of a sender's words none.

        Stricter than Jinja's own sandbox.
        """
        if hasattr(type(obj), "__dataclass_fields__"):
            return attr in _open_fields(type(obj))
        return super().is_safe_attribute(obj, attr, value)


_OPEN: dict[type, frozenset[str]] = {}


def _open_fields(kind: type) -> frozenset[str]:
    """Return the names of the fields of a class of ours that templates may read; none where it is not ours."""
    found = _OPEN.get(kind)
    if found is None:
        declared = () if issubclass(kind, Said) else getattr(kind, "__dataclass_fields__", ())
        found = _OPEN[kind] = frozenset(declared)
    return found
