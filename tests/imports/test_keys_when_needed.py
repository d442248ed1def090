"""Staging computes the keys of a large book only if the outcome of a row depends on them. Both engines."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace
from runs import applied, counts, google, person, reason, rows_of, staged
from world import World

from coterie.actions.contacts import erase_contact
from coterie.identity.keeping import KEYED, is_current, key_changes
from coterie.imports.earlier_rows import EarlierFile
from coterie.imports.read import read_rows
from coterie.imports.stage import source_of, stage_batches
from coterie.imports.staged_rows import Staging
from coterie.imports.upload import start
from coterie.store.batches import run_batches
from coterie.store.database import Tx

BOOK = [person("Ned", f"Flanders{n}", f"ned{n}@example.org", employer="Leftorium") for n in range(2 * KEYED + 10)]
WAITING = [person("Ned", f"Flanders{n}", f"other{n}@example.org", employer="Leftorium") for n in (0, 5)]

OTTO = person("Otto", "Quillfeather", "otto@example.org", birthday="1970-05-04")


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


@pytest.mark.parametrize("other", ["computes", "erases"])
def test_keys_are_computed_although_others_compute_or_erase_keys_at_the_same_time(
    world: World, tmp_path: Path, other: str
) -> None:
    """Between each reading of contacts and the saving of their keys, one at a time."""
    world.compute_keys()
    applied(world.database, world.alice, tmp_path, google(tmp_path, *BOOK[:5], OTTO))
    erased = [world.homer.id, world.marge.id]

    @contextmanager
    def read() -> Iterator[Tx]:
        with world.database.read() as tx:
            yield tx
        with world.database.write() as tx:
            if other == "computes":
                key_changes(tx, world.organization.id, limit=1)
            elif erased:
                erase_contact(tx, world.alice, erased.pop())

    path = google(tmp_path, person("Quillfeather", "Otto", birthday="1970-05-04"), name="new.csv")
    import_ = start(world.database, world.alice, tmp_path, path)
    source = source_of(world.alice, world.database.settings, tmp_path, import_)
    caller = replace(world.alice, import_id=import_.id)
    staging = Staging(caller, tmp_path, import_, [EarlierFile(import_.id, "new.csv")])
    batches = stage_batches(staging, read_rows(world.database.read, source), read)
    assert run_batches(world.database.write, batches).matched_count == 1
