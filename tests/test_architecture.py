"""The rules of the code's shape, checked on its syntax trees: imports, libraries, SQL, tenants, sizes, docstrings.

ARCHITECTURE.md explains the shape. BAD holds a source for each rule that it must report, so no rule can be idle.
"""

import ast
import re
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import pytest
from architecture_tables import (
    CONTRACTS,
    DOORS,
    DOORS_THAT_WRITE,
    LAZY,
    MAY_IMPORT,
    MAY_USE,
    WITHOUT_ORGANIZATION,
)  # fmt: skip
from source_tree import ROOT, Module, all_modules, functions, imports_in, nodes, parse, positional, public_functions

from coterie.store.migrate import migrations_for

Rule = Callable[[Module], Iterator[str]]

FUNCTION_LINES_MAX = 70
HANDLER_LINES_MAX = 20
FILE_LINES_MAX = 400
# nine files of ten are at most so long
FILE_LINES_AIM = 200
IMPORT_TABLE_WIDTH = 120
POSITIONAL_MAX = 5
CALL_POSITIONAL_MAX = 6
# a public class name in more packages than these says too little
PACKAGES_PER_CLASS_NAME_MAX = 2
TEXT_TESTS = {"startswith", "endswith", "removeprefix", "removesuffix", "partition", "rpartition", "split", "find"}
PREFIXED = "model/filters/problems.py"
# names of functions of the store that write
_WRITES = ("insert_", "save_", "delete_", "update_", "set_", "add_", "rename_")
_SQL = re.compile(r"\s*((SELECT|INSERT|UPDATE|WITH)\s|DELETE\s+FROM\s)")


def packages_follow_the_import_table(module: Module) -> Iterator[str]:
    for node, name in imports_in(module):
        parts = name.split(".")
        if parts[0] != "coterie" or len(parts) == 1:
            continue
        if parts[1] not in MAY_IMPORT:
            if parts[1] not in {"__version__", "*"}:
                yield module.message(node, f"{parts[1]} is in no row of MAY_IMPORT: decide what it may import")
        elif parts[1] != module.package and parts[1] not in MAY_IMPORT.get(module.package, "").split():
            yield module.message(
                node,
                f"{module.package} may not import {parts[1]}: move what both need to model, store or actions",
            )


def contracts_stay_apart(module: Module) -> Iterator[str]:
    if module.package != "api":
        return
    own = module.path.split("/")[1]
    for node, name in imports_in(module):
        other = [*name.split("."), "", ""][2]
        if name.startswith("coterie.api.") and other in CONTRACTS - {own}:
            yield module.message(node, f"api/{own} may not import api/{other}: what both need goes to api/ itself")


def libraries_stay_in_their_packages(module: Module) -> Iterator[str]:
    for node, name in imports_in(module):
        library = name.split(".")[0]
        if library == "sqlite3":
            yield module.message(node, "two copies of SQLite break each other's locks: use coterie.store.database")
        elif library not in sys.stdlib_module_names and library != "coterie":
            if library not in MAY_USE:
                yield module.message(node, f"{library} is in no row of MAY_USE: a new dependency needs its reason")
            elif module.package not in MAY_USE[library].split():
                yield module.message(node, f"{library} belongs to {MAY_USE[library]}, not to {module.package}")


def imports_stand_at_the_top(module: Module) -> Iterator[str]:
    lines = module.source.splitlines()
    for node in {node: 0 for function in functions(module) for node, _ in imports_in(module, function)}:
        is_excused = any("# lazy:" in line for line in lines[node.lineno - 1 : node.end_lineno])
        if not is_excused and module.path not in LAZY:
            yield module.message(
                node, "an import inside a function: move it up, or end the line with `# lazy: the reason`"
            )


def sql_stays_in_store_and_search(module: Module) -> Iterator[str]:
    if module.package in {"store", "search"}:
        return
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = [node.body for node in nodes(module.tree) if isinstance(node, documented)]
    docstrings = {id(body[0].value) for body in bodies if body and isinstance(body[0], ast.Expr)}
    for node in nodes(module.tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in docstrings else None
        if isinstance(text, str) and _SQL.match(text):
            yield module.message(node, "SQL outside store and search: make it a function of the store")


def doors_change_through_actions(module: Module) -> Iterator[str]:
    if module.package not in DOORS or module.path in DOORS_THAT_WRITE:
        return
    text = "{} writes to the store: every change of a door goes through an action"
    stores = set()
    for node in nodes(module.tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("coterie.store"):
            stores |= {alias.asname or alias.name for alias in node.names}
            for alias in node.names:
                if alias.name.startswith(_WRITES):
                    yield module.message(node, text.format(alias.name))
    for node in nodes(module.tree):
        is_of_store = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in stores
        if is_of_store and node.attr.startswith(_WRITES):
            yield module.message(node, text.format(node.attr))


def doors_record_no_events(module: Module) -> Iterator[str]:
    for node, name in imports_in(module):
        if module.package in DOORS | {"cli"} and name.startswith("coterie.actions.events"):
            yield module.message(node, "events in a door: call an action, which records those of its change")


def every_query_names_the_organization(module: Module) -> Iterator[str]:
    if module.package not in {"store", "search"} or module.path in WITHOUT_ORGANIZATION:
        return
    for function in public_functions(module):
        names = positional(function)
        is_excused = f"{module.path}:{function.name}" in WITHOUT_ORGANIZATION
        if names[:1] == ["tx"] and names[1:2] != ["organization_id"] and not is_excused:
            reason = f"{function.name} must begin (tx, organization_id, …)"
            yield module.message(function, f"{reason}, or be excused in WITHOUT_ORGANIZATION with its reason")


def long_files(modules: list[Module]) -> Iterator[str]:
    """The files beyond the aim, if they are more than a tenth of those that have a line."""
    counts = {module.path: module.line_count for module in modules if module.line_count}
    found = sorted(path for path, count in counts.items() if count > FILE_LINES_AIM)
    if len(found) * 10 > len(counts):
        yield f"{len(found)} of {len(counts)} files have over {FILE_LINES_AIM} lines, a tenth may: {', '.join(found)}"


def things_stay_small(module: Module) -> Iterator[str]:
    if module.line_count > FILE_LINES_MAX and not module.path.endswith("/routes.py"):
        limit = f"{module.line_count} lines, {FILE_LINES_MAX} at most"
        yield module.message(module.tree, f"{limit}: split it by noun or by step")
    for function in functions(module):
        lines = (function.end_lineno or 0) - function.lineno + 1
        names = positional(function)
        is_handler = module.package == "api" and names == ["tx", "caller", "request"]
        limit = HANDLER_LINES_MAX if is_handler else FUNCTION_LINES_MAX
        if lines > limit:
            yield module.message(function, f"{function.name} has {lines} lines, {limit} at most: name its parts")
        counted = [name for name in names if name not in {"self", "cls", "tx", "caller", "organization_id"}]
        if len(counted) > POSITIONAL_MAX:
            yield module.message(
                function,
                f"{function.name} takes {len(counted)} by position, {POSITIONAL_MAX} at most:"
                " make it a Struct, or the rest keyword-only",
            )


def calls_name_their_arguments(module: Module) -> Iterator[str]:
    for node in nodes(module.tree):
        if isinstance(node, ast.Call) and len(node.args) > CALL_POSITIONAL_MAX:
            limit = f"{len(node.args)} arguments by position, {CALL_POSITIONAL_MAX} at most"
            yield module.message(node, f"{ast.unparse(node.func)}: {limit}: pass the rest by name")


def actions_have_a_docstring(module: Module) -> Iterator[str]:
    for function in public_functions(module):
        if module.package == "actions" and not ast.get_docstring(function):
            yield module.message(function, f"{function.name} needs a docstring: what it does and what it raises")


def _is_sentence(node: ast.expr) -> bool:
    """Whether it is a reason, or the message of an error. A variable named message may be anything."""
    return getattr(node, "attr", None) in ("reason", "message") or getattr(node, "id", None) == "reason"


def _reads_a_sentence(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and function.attr in TEXT_TESTS and _is_sentence(function.value)


def nothing_is_decided_by_a_sentence(module: Module) -> Iterator[str]:
    """A reason or a message is neither compared nor taken apart: an error has a code, a class or a field for that.

    Migrations read the sentences that earlier versions stored. PREFIXED removes what it added.
    """
    if "migrations" in str(module.path):
        return
    for node in nodes(module.tree):
        if isinstance(node, ast.Compare) and not isinstance(node.ops[0], ast.Is | ast.IsNot):
            sides = (node.left, *node.comparators)
            if any(_is_sentence(side) for side in sides):
                yield module.message(node, "a reason is for people: compare its code")
        if isinstance(node, ast.Call) and _reads_a_sentence(node.func) and module.path != PREFIXED:
            yield module.message(node, "a message is for people: give the error a field or a class")
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "reason LIKE" in node.value:
            yield module.message(node, "a reason is for people: store and compare its code")


RULES: list[Rule] = [
    nothing_is_decided_by_a_sentence,
    packages_follow_the_import_table,
    contracts_stay_apart,
    libraries_stay_in_their_packages,
    imports_stand_at_the_top,
    sql_stays_in_store_and_search,
    doors_change_through_actions,
    doors_record_no_events,
    every_query_names_the_organization,
    things_stay_small,
    calls_name_their_arguments,
    actions_have_a_docstring,
]


def cycles(modules: Iterable[Module]) -> Iterator[str]:
    """Each circle of files that import one another while they are loaded."""
    names = {module.name for module in modules}
    edges: dict[str, set[str]] = {}
    for module in modules:
        inside = {id(node) for function in functions(module) for node, _ in imports_in(module, function)}
        wanted = [name for node, name in imports_in(module) if id(node) not in inside]
        found = {name if name in names else name.rpartition(".")[0] for name in wanted}
        edges[module.name] = (found & names) - {module.name}
    finished: set[str] = set()

    def visit(name: str, path: list[str]) -> Iterator[str]:
        if name in path:
            yield " -> ".join([*path[path.index(name) :], name]) + ": a noun is in the wrong file"
        elif name not in finished:
            for target in sorted(edges[name]):
                yield from visit(target, [*path, name])
            finished.add(name)

    for name in sorted(edges):
        yield from visit(name, [])


def common_class_names(modules: Iterable[Module]) -> Iterator[str]:
    """Each name of public classes in more than two packages: a reader has to guess which one is meant."""
    packages: dict[str, set[str]] = {}
    for module in modules:
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                packages.setdefault(node.name, set()).add(module.package)
    for name, where in sorted(packages.items()):
        if len(where) > PACKAGES_PER_CLASS_NAME_MAX:
            yield f"{name} is a class of {', '.join(sorted(where))}: give each a name that says what it is"


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_code_follows_the_rule(rule: Rule) -> None:
    modules = all_modules()
    assert modules
    messages = [message for module in modules for message in rule(module)]
    assert not messages, "\n" + "\n".join(messages)


@pytest.mark.slow
def test_no_imports_form_a_circle() -> None:
    messages = list(cycles(all_modules()))
    assert not messages, "\n" + "\n".join(messages)


def test_every_package_has_its_row() -> None:
    assert {module.package for module in all_modules()} - {"__init__"} <= set(MAY_IMPORT)


def test_architecture_md_shows_the_import_table() -> None:
    rows = [
        textwrap.fill(
            allowed or "nothing", IMPORT_TABLE_WIDTH, initial_indent=f"{package:12}", subsequent_indent=" " * 12
        ).rstrip()
        for package, allowed in MAY_IMPORT.items()
    ]
    table = "```text\n" + "\n".join(rows) + "\n```\n"
    assert table in (ROOT / "ARCHITECTURE.md").read_text("utf-8"), f"ARCHITECTURE.md must contain\n{table}"


BAD: list[tuple[Rule, str, str]] = [
    (packages_follow_the_import_table, "model/contacts.py", "from coterie.store import contacts"),
    (packages_follow_the_import_table, "model/contacts.py", "from coterie import store"),
    (packages_follow_the_import_table, "web/pages.py", "import coterie.api.dispatch"),
    (packages_follow_the_import_table, "web/pages.py", "from ..api import http"),
    (packages_follow_the_import_table, "worker/loop.py", "from coterie import helpers"),
    (contracts_stay_apart, "api/r0/notes.py", "from coterie.api.inro import pages"),
    (contracts_stay_apart, "api/dispatch.py", "from coterie.api import hub"),
    (libraries_stay_in_their_packages, "store/sqlite/database.py", "import sqlite3"),
    (libraries_stay_in_their_packages, "model/text.py", "from starlette.requests import Request"),
    (libraries_stay_in_their_packages, "actions/contacts.py", "import apsw"),
    (libraries_stay_in_their_packages, "store/contacts.py", "import rapidfuzz.fuzz"),
    (libraries_stay_in_their_packages, "api/dispatch.py", "import httpx"),
    (libraries_stay_in_their_packages, "web/pages.py", "import requests"),
    (imports_stand_at_the_top, "web/pages.py", "def page():\n    from coterie.store import notes\n"),
    (sql_stays_in_store_and_search, "actions/notes.py", "text = 'SELECT id FROM notes'"),
    (sql_stays_in_store_and_search, "api/r0/notes.py", 'def f(t):\n    "What it does."\n    return f"DELETE FROM {t}"'),
    (doors_change_through_actions, "carddav/cards.py", "from coterie.store.cards import save_name"),
    (doors_change_through_actions, "web/notes.py", "from coterie.store import notes as store\nstore.insert_note()"),
    (doors_record_no_events, "web/tags.py", "from coterie.actions.events import record_events"),
    (doors_record_no_events, "cli/contacts.py", "import coterie.actions.events as events"),
    (every_query_names_the_organization, "store/notes.py", "def find_note(tx, note_id): ..."),
    (every_query_names_the_organization, "search/sqlite.py", "def contacts(tx): ..."),
    (things_stay_small, "model/text.py", "def long():\n" + "    x = 1\n" * FUNCTION_LINES_MAX),
    (things_stay_small, "model/text.py", "x = 1\n" * (FILE_LINES_MAX + 1)),
    (things_stay_small, "api/r0/notes.py", "def show(tx, caller, request):\n" + "    x = 1\n" * HANDLER_LINES_MAX),
    (things_stay_small, "store/notes.py", "def insert_note(tx, organization_id, a, b, c, d, e, f): ..."),
    (nothing_is_decided_by_a_sentence, "imports/apply.py", "if row.reason == 'A quote is never closed': pass"),
    (nothing_is_decided_by_a_sentence, "web/errors.py", "title = '' if error.message == 'Not found' else '-'"),
    (nothing_is_decided_by_a_sentence, "web/errors.py", "title = error.message.partition(': ')[0]"),
    (nothing_is_decided_by_a_sentence, "web/chips.py", "text = error.problems[0].reason.removeprefix('is invalid: ')"),
    (nothing_is_decided_by_a_sentence, "store/imports.py", "SQL = \"SELECT 1 FROM rows WHERE reason LIKE 'a%'\""),
    (calls_name_their_arguments, "actions/notes.py", "note = Note(1, 2, 3, 4, 5, 6, 7)"),
    (actions_have_a_docstring, "actions/notes.py", "def create_note(tx, caller, text): ..."),
]

GOOD: list[tuple[str, str]] = [
    ("store/notes.py", "def find_note(tx, organization_id, a, b, c, d, e, *, f=1): return 'SELECT 1 '"),
    ("store/notes.py", "def _find(tx): ...\ndef columns(): ..."),
    ("store/job_claims.py", "def claim(tx, now): ..."),
    ("api/hub/notes.py", "from coterie.store import notes\nnotes.list_notes(tx)\nsaved.save_note(tx)"),
    ("web/notes.py", "from coterie.actions.notes import save_note"),
    ("actions/notes.py", "from coterie.actions.events import record_events"),
    ("actions/notes.py", "from coterie.store.notes import save_note"),
    ("actions/notes.py", "note = Note(1, 2, 3, 4, 5, 6, text=7)"),
    (
        "api/r0/notes.py",
        "from coterie.api import route\nfrom coterie.api.r0 import pages\nfrom . import errors",
    ),
    ("api/r0/routes.py", "x = 1\n" * (FILE_LINES_MAX + 1)),
    ("api/r0/notes.py", 'def erase(tx, caller, request):\n    """DELETE of one note."""\n'),
    ("actions/notes.py", 'def _count(text): ...\ndef create_note(tx):\n    """Raises Invalid without a text."""\n'),
    ("model/phones.py", "def parse():\n    import phonenumbers  # lazy: it takes a while to load\n"),
]


@pytest.mark.parametrize(("rule", "path", "source"), BAD)
def test_a_rule_reports_bad_code_and_its_place(rule: Rule, path: str, source: str) -> None:
    messages = list(rule(parse(path, source)))
    assert len(messages) == 1
    assert re.match(rf"coterie/{re.escape(path)}:\d+: .{{20}}", messages[0])


@pytest.mark.parametrize(("path", "source"), GOOD)
def test_no_rule_reports_good_code(path: str, source: str) -> None:
    assert [message for rule in RULES for message in rule(parse(path, source))] == []


def test_a_circle_of_imports_is_reported_but_not_a_lazy_one() -> None:
    first = parse("model/a.py", "from coterie.model import b")
    second = parse("model/b.py", "from coterie.model.a import thing")
    lazy = parse("model/b.py", "def f():\n    from coterie.model.a import thing\n")
    assert len(list(cycles([first, second]))) == 1
    assert not list(cycles([first, lazy]))


def test_a_class_name_says_which_class_is_meant() -> None:
    assert not list(common_class_names(all_modules()))
    doors = [parse(f"{door}/replies.py", "class Reply: ...\nclass _Reply: ...") for door in ("web", "mcp", "api")]
    assert not list(common_class_names(doors[:2]))
    assert len(list(common_class_names(doors))) == 1


def test_no_file_of_tests_is_long() -> None:
    counts = {path.name: len(path.read_text("utf-8").splitlines()) for path in (ROOT / "tests").rglob("*.py")}
    assert len(counts) > 100
    assert not {name: count for name, count in counts.items() if count > FILE_LINES_MAX}


def test_nine_files_of_ten_stay_short() -> None:
    assert not list(long_files(all_modules()))
    short, long = "x = 1\n", "x = 1\n" * (FILE_LINES_AIM + 1)
    files = [parse(f"model/{number}.py", long if number == 0 else short) for number in range(10)]
    assert not list(long_files(files))
    assert len(list(long_files(files[:9]))) == 1


def test_no_two_files_of_tests_have_one_name() -> None:
    """pytest imports a test file by its name alone: a second one of that name ends the run."""
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_migrations_are_numbered_one_by_one(engine: str) -> None:
    numbers = [migration.number for migration in migrations_for(engine)]
    assert numbers == list(range(1, len(numbers) + 1))
