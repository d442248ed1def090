"""The files of coterie/, parsed, and what the rules of test_architecture.py read from them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module(NamedTuple):
    """One parsed file. path: relative to coterie/, as in store/jobs.py."""

    path: str
    source: str
    tree: ast.Module

    @property
    def name(self) -> str:
        return "coterie." + self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def package(self) -> str:
        return self.path.split("/")[0].removesuffix(".py")

    @property
    def line_count(self) -> int:
        return len(self.source.splitlines())

    def message(self, node: ast.AST, text: str) -> str:
        return f"coterie/{self.path}:{getattr(node, 'lineno', 1)}: {text}"


def parse(path: str, source: str) -> Module:
    return Module(path, source, ast.parse(source))


@cache
def all_modules() -> tuple[Module, ...]:
    """Every file of coterie/. Parsing takes a second, so once per process."""
    paths = sorted((ROOT / "coterie").rglob("*.py"))
    return tuple(parse(str(path.relative_to(ROOT / "coterie")), path.read_text("utf-8")) for path in paths)


@cache
def nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    """A tree and all that is below it. Every rule asks, and a walk takes as long as parsing."""
    return tuple(ast.walk(tree))


def imports_in(module: Module, scope: ast.AST | None = None) -> Iterator[tuple[ast.stmt, str]]:
    """(statement, full dotted name) of each import in the scope, or anywhere in the file."""
    folder = module.name.split(".") if module.path.endswith("__init__.py") else module.name.split(".")[:-1]
    for node in nodes(scope or module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = folder[: len(folder) + 1 - node.level] if node.level else []
            start = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                yield node, f"{start}.{alias.name}"


def functions(module: Module) -> Iterator[Function]:
    for node in nodes(module.tree):
        if isinstance(node, Function):
            yield node


def public_functions(module: Module) -> Iterator[Function]:
    for node in module.tree.body:
        if isinstance(node, Function) and not node.name.startswith("_"):
            yield node


def positional(function: Function) -> list[str]:
    return [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
