"""What a row of an import costs in statements, so that none grows unseen.

The number is what it takes today. A change that needs more raises it in the same commit, and says why.
"""

from pathlib import Path

import pytest
from counting import counted
from runs import applied, google, person
from world import World

from coterie.store.database import Database


def statements_of(
    world: World, database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> list[str]:
    people = [person(f"Ned{count}n{number}", "Flanders", f"n{count}.{number}@example.org") for number in range(count)]
    path = google(folder, *people, name=f"{count}.csv")
    with counted(monkeypatch) as statements:
        applied(database, world.alice, folder, path)
    return statements


def test_a_file_of_one_row_and_of_a_hundred(
    world: World, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements_of(world, database, tmp_path, monkeypatch, 2)  # the keys of the contacts that were here before
    assert len(statements_of(world, database, tmp_path, monkeypatch, 1)) <= 62
    assert len(statements_of(world, database, tmp_path, monkeypatch, 99)) <= 62
