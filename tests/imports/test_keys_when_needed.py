"""Staging computes the keys of a large book only if the outcome of a row depends on them. Both engines."""

from pathlib import Path

import pytest
from runs import applied, counts, google, person, reason, rows_of, staged
from world import World

from coterie.identity.keeping import KEYED, is_current

BOOK = [person("Ned", f"Flanders{n}", f"ned{n}@example.org", employer="Leftorium") for n in range(2 * KEYED + 10)]
WAITING = [person("Ned", f"Flanders{n}", f"other{n}@example.org", employer="Leftorium") for n in (0, 5)]


def are_all_keyed(world: World) -> bool:
    with world.database.read() as tx:
        return is_current(tx, world.organization.id)


def test_the_second_run_of_a_file_computes_no_keys_for_rows_that_wait(world: World, tmp_path: Path) -> None:
    path = google(tmp_path, *BOOK, *WAITING)
    _, import_ = applied(world.database, world.alice, tmp_path, path)
    assert counts(import_) == (len(BOOK), 0, 0, 2, 0)
    again, import_ = applied(world.database, world.alice, tmp_path, path)
    assert counts(import_) == (0, 0, len(BOOK), 2, 0)
    assert not are_all_keyed(world)
    world.compute_keys()
    with_keys, _ = staged(world.database, world.alice, tmp_path, path)
    reasons = [[reason(row) for row in rows_of(run) if row.outcome == "match"] for run in (again, with_keys)]
    assert reasons[0] == reasons[1]


@pytest.mark.parametrize(
    "row",
    [
        person("Todd", "Szyslak", "todd@example.org"),
        person("Flanders7", "Ned", "other@example.org", employer="Leftorium"),  # swapped: only keys find it
        person("Rod", "Flanders7", "ned7@example.org"),  # how it weighs depends on the book
    ],
)
def test_a_row_that_may_be_new_needs_the_keys_of_all(world: World, tmp_path: Path, row: tuple[str, ...]) -> None:
    applied(world.database, world.alice, tmp_path, google(tmp_path, *BOOK))
    staged(world.database, world.alice, tmp_path, google(tmp_path, row, *WAITING, name="new.csv"))
    assert are_all_keyed(world)
