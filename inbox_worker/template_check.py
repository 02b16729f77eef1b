"""Finds unknown variables in every branch of a template, also where no sample data leads."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from jinja2 import nodes

_LOOP = ("loop", "caller", "self", "super", "varargs", "kwargs")  # names that Jinja itself provides


@dataclass(frozen=True, slots=True)
class Unknown:
    """A variable that does not exist."""

    line: int
    name: str
    known: tuple[str, ...]  # what exists in its place, nearest first

    def __str__(self) -> str:
        return f"unknown variable '{self.name}'; known variables: {', '.join(self.known)}"


def unknown_variables(tree: nodes.Template, context: type, functions: Iterable[str]) -> list[Unknown]:
    """Return the unknown names and attributes in `tree`, a template that is rendered with the dataclass `context`.

    functions: names of the environment's globals. What a macro is called with is not looked at.
    """
    roots = members(context)
    scope: dict[str, Any] = dict.fromkeys((*functions, *_LOOP))
    scope.update(dict.fromkeys(_assigned(tree)))
    scope.update(roots)
    return list(dict.fromkeys(_walk(tree, scope, tuple(roots))))


def members(kind: Any) -> dict[str, Any]:
    """Return name -> type of the fields of the dataclass `kind`; nothing for other types."""
    if not (isinstance(kind, type) and is_dataclass(kind)):
        return {}
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def element(kind: Any) -> Any:
    """Return the type of what a `tuple[X, ...]` holds, else None."""
    return get_args(kind)[0] if get_origin(kind) is tuple else None


def _assigned(tree: nodes.Template) -> Iterator[str]:
    """Yield the names that the template itself makes, anywhere: rough, but never a false alarm."""
    for name in tree.find_all(nodes.Name):
        if name.ctx != "load":
            yield name.name
    for macro in tree.find_all(nodes.Macro):
        yield macro.name
    for imported in tree.find_all(nodes.Import):
        yield imported.target
    for imported_from in tree.find_all(nodes.FromImport):
        yield from (name if isinstance(name, str) else name[1] for name in imported_from.names)


def _walk(node: nodes.Node, scope: Mapping[str, Any], roots: tuple[str, ...]) -> Iterator[Unknown]:
    if isinstance(node, nodes.Name) and node.ctx == "load" and node.name not in scope:
        yield Unknown(node.lineno, node.name, _nearest(node.name, roots))
    if isinstance(node, nodes.Getattr):
        there = members(_type(node.node, scope))
        if there and node.attr not in there:
            yield Unknown(node.lineno, f"{_path(node.node)}.{node.attr}", _nearest(node.attr, tuple(there)))
    if isinstance(node, nodes.For) and isinstance(node.target, nodes.Name):
        yield from _walk(node.iter, scope, roots)
        scope = {**scope, node.target.name: element(_type(node.iter, scope))}
        children: Iterable[nodes.Node] = (*node.body, *node.else_, *((node.test,) if node.test else ()))
    else:
        children = node.iter_child_nodes()
    for child in children:
        yield from _walk(child, scope, roots)


def _type(node: nodes.Node, scope: Mapping[str, Any]) -> Any:
    if isinstance(node, nodes.Name):
        return _plain(scope.get(node.name))
    if isinstance(node, nodes.Getattr):
        return _plain(members(_type(node.node, scope)).get(node.attr))
    return None


def _plain(kind: Any) -> Any:
    """Return `X` for `X | None`, else `kind` itself."""
    if get_origin(kind) in (Union, UnionType):
        inner = [part for part in get_args(kind) if part is not type(None)]
        return inner[0] if len(inner) == 1 else None
    return kind


def _path(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_path(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else "..."


def _nearest(name: str, known: tuple[str, ...]) -> tuple[str, ...]:
    near = difflib.get_close_matches(name, known, n=1)
    return (*near, *(other for other in known if other not in near))
