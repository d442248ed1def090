"""What a row of an import costs in statements, so that none grows unseen.

The number is what it takes today. A change that needs more raises it in the same commit, and says why.
"""

from pathlib import Path

import pytest
from counting import counted
from runs import applied, google, person
from world import World

from coterie.identity.keeping import key_changes
from coterie.store.database import Database

ALL = 1_000


def statements_of(
    world: World, database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> list[str]:
    people = [person(f"Ned{count}n{number}", "Flanders", f"n{count}.{number}@example.org") for number in range(count)]
    path = google(folder, *people, name=f"{count}.csv")
    with counted(monkeypatch) as statements:
        applied(database, world.alice, folder, path)
    # whether tables of PostgreSQL have grown depends on the tests before
    return [statement for statement in statements if not statement.startswith("ANALYZE")]


def compute_keys(world: World, database: Database) -> None:
    """What the worker does after an import, or else the next import before its first row."""
    with database.write() as tx:
        assert key_changes(tx, world.organization.id, limit=ALL) < ALL


def test_a_file_of_one_row_or_a_hundred_takes_few_statements(
    world: World, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compute_keys(world, database)
    one = statements_of(world, database, tmp_path, monkeypatch, 1)
    assert len(one) <= 34
    compute_keys(world, database)
    assert len(statements_of(world, database, tmp_path, monkeypatch, 99)) <= len(one) + 2  # of those, some share a key
    assert len(statements_of(world, database, tmp_path, monkeypatch, 2)) <= 47  # it computes the keys of these first
