"""Finds, in source code, the functions that read a store: each is a way by which stored facts might leave.

In: the source of a module. Out: names of its functions that read more of a store than its path and settings. A store is
what is annotated as `Store`, what `Store.open` gives, and what a name bound to one is bound to again.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

HARMLESS = frozenset({"path", "settings", "read_only", "close", "open"})
READERS = frozenset({"read_facts", "read_each", "duckdb"})  # by any name that is imported or used
# Asked of anything, since a parameter may be annotated as something wider.
QUESTIONS = frozenset({"query", "stream", "clean_documents", "records", "observations"})


def functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, ast.AST]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from functions(node, f"{node.name}.")
        else:
            yield from functions(node, prefix)


def _is_open(node: ast.AST | None) -> bool:
    """`Store.open(…)` or `Store(…)`, under whatever name Store was imported."""
    if not isinstance(node, ast.Call):
        return False
    made = node.func
    return (
        isinstance(made, ast.Attribute) and made.attr == "open" and "Store" in ast.unparse(made.value)
    ) or (isinstance(made, ast.Name) and made.id.endswith("Store"))


def _stores(function: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(function):
        if (
            isinstance(node, ast.arg)
            and node.annotation is not None
            and "Store" in ast.unparse(node.annotation)
        ):
            names.add(node.arg)
        if (
            isinstance(node, ast.withitem)
            and _is_open(node.context_expr)
            and isinstance(node.optional_vars, ast.Name)
        ):
            names.add(node.optional_vars.id)
    for _ in range(3):  # a name for a name
        for node in ast.walk(function):
            value = getattr(node, "value", None)
            if isinstance(node, ast.Assign | ast.NamedExpr | ast.AnnAssign) and (
                _is_open(value) or (isinstance(value, ast.Name) and value.id in names)
            ):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names |= {t.id for t in targets if isinstance(t, ast.Name)}
    return names


def _imported_from_store(tree: ast.AST) -> set[str]:
    """Functions of the store's package, which read a store that is passed to them."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("vigie.store")
        for alias in node.names
        if alias.name != "Store"
    }


@cache  # one look at a source, however many tests ask
def ways_out(source: str) -> set[str]:
    """Functions of a module that read a store; "module" for what stands outside of any."""
    tree = ast.parse(source)
    of_store = _imported_from_store(tree)
    found: set[str] = set()
    listed = [*functions(tree), ("module", tree)]
    inner = {id(n) for _, f in listed[:-1] for n in ast.walk(f)}
    for name, function in listed:
        held = _stores(function)
        for node in ast.walk(function):
            if name == "module" and id(node) in inner:
                continue
            if (
                isinstance(node, ast.Attribute)
                and node.attr not in HARMLESS
                and ((isinstance(node.value, ast.Name) and node.value.id in held) or _is_open(node.value))
            ):
                found.add(name)
            if isinstance(node, ast.Call):
                called = {n.id for n in ast.walk(node.func) if isinstance(n, ast.Name)}
                given = [*node.args, *(k.value for k in node.keywords)]
                if called & of_store and any(isinstance(a, ast.Name) and a.id in held for a in given):
                    found.add(name)
                if isinstance(node.func, ast.Attribute) and node.func.attr in QUESTIONS:
                    found.add(name)
            if isinstance(node, ast.Name) and node.id in READERS:
                found.add(name)
            if isinstance(node, ast.alias) and node.name.split(".")[0] in READERS and name != "module":
                found.add(name)
    return found
