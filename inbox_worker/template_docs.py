"""The reference of template variables, made from template_context: docs/templates.md can never lag behind."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from inbox_worker.template_check import element, members
from inbox_worker.template_context import CONTEXT_OF, Said

BEGIN = "<!-- variables: made by `make docs`, do not edit -->"
END = "<!-- end of variables -->"


def variables_markdown() -> str:
    """Return the list of all variables as Markdown: a table for each kind of message, then one for each part."""
    by_context: dict[type, list[str]] = {}
    for name, context in CONTEXT_OF.items():
        by_context.setdefault(context, []).append(name)
    blocks = []
    for context, messages in by_context.items():
        blocks.append(f"### {', '.join(messages)}\n\n{_first_line(context)}\n\n{_table(context)}")
    for part in _parts(tuple(by_context)):
        blocks.append(f"### {part.__name__}\n\n{_first_line(part)}\n\n{_table(part)}")
    return "\n\n".join(blocks) + "\n"


def with_variables(page: str) -> str:
    """Return `page` with what stands between its two marks made anew. Raises ValueError where a mark is missing."""
    marked = re.compile(f"{re.escape(BEGIN)}\n.*?{re.escape(END)}", re.DOTALL)
    if not marked.search(page):
        raise ValueError(f"expected the lines {BEGIN} and {END}")
    return marked.sub(lambda _: f"{BEGIN}\n\n{variables_markdown()}\n{END}", page)


def _table(kind: type) -> str:
    hints = get_type_hints(kind, include_extras=True)
    rows = [f"| `{field.name}` | {_meaning(hints[field.name])} |" for field in fields(kind)]
    return "\n".join(("| variable | meaning |", "| --- | --- |", *rows))


def _meaning(hint: Any) -> str:
    kind, *notes = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    words = str(notes[0]) if notes else ""
    listed = element(kind)
    target = listed or kind
    if _is_part(target):
        see = f"{'each ' if listed else ''}{_link(target)}"
        return f"{words} ({see})" if words else f"{_first_line(target)[:-1]} ({see})"
    if isinstance(target, type) and issubclass(target, Enum):
        values = ", ".join(f'"{member.value}"' for member in target)
        return f"{words} (`.value` is one of {values})"
    return words


def _parts(contexts: tuple[type, ...]) -> Iterator[type]:
    """Yield the dataclasses that the contexts are made of, each once, in order of first use."""
    seen: dict[type, None] = {}
    queue = list(contexts)
    while queue:
        for hint in members(queue.pop(0)).values():
            target = element(hint) or hint
            if _is_part(target) and target not in seen:
                seen[target] = None
                queue.append(target)
    yield from seen


def _is_part(kind: Any) -> bool:
    return isinstance(kind, type) and is_dataclass(kind) and kind is not Said


def _link(kind: type) -> str:
    return f"[{kind.__name__}](#{kind.__name__.lower()})"


def _first_line(kind: type) -> str:
    return (kind.__doc__ or "").strip().splitlines()[0]
