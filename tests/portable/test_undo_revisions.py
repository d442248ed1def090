"""Applying and undoing an archive moves the revision of each contact whose parts it changes, and of no other."""

import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from everything import add_everything, join
from imports.runs import applied
from seen import look
from world import World, make_world

from coterie.imports.undo import undo
from coterie.model.contacts import Contact
from coterie.model.portable import file_of
from coterie.portable.write import write_portable
from coterie.store.database import Database
from coterie.store.portable import PARTS

# parts that others see with the contact; a change of any of these changes a contact of the world
SHOWN = {"addresses", "dates", "properties", "in_folders", "tagged", "skilled", "gifts", "pets", "relationships",
         "notes", "attachments"}  # fmt: skip

# parts that phones alone see with the contact
ON_PHONES = {"cards"}


def with_parts(path: Path, *nouns: str) -> Path:
    """The archive with the rows of only these parts."""
    left_out = {file_of(noun) for noun in PARTS if noun not in nouns}
    copy = path.with_name(f"{'-'.join(nouns) or 'none'}.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"" if name in left_out else old.read(name))
    return copy


Look = tuple[dict[int, Any], dict[int, Contact]]


def changed_and_moved(before: Look, after: Look) -> tuple[set[int], set[int]]:
    assert before[1].keys() == after[1].keys()
    changed = {each for each in before[0] if before[0][each] != after[0][each]}
    return changed, {each for each in before[1] if before[1][each].revision != after[1][each].revision}


@pytest.fixture(scope="module")
def exported(database: Database, tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Path]:
    """A world with everything, and its archive."""
    world, folder = make_world(database), tmp_path_factory.mktemp("exported")
    add_everything(world, folder)
    path = folder / "all.zip"
    with database.write() as tx, path.open("wb") as stream:
        write_portable(tx, world.alice, folder, stream, everything=True)
    return world, path


@pytest.mark.parametrize("noun", PARTS)
def test_parts_move_revisions_when_applied_and_when_undone(
    exported: tuple[World, Path], world: World, tmp_path: Path, noun: str
) -> None:
    caller, (origin, path) = world.charlie, exported
    with world.database.write() as tx:
        join(tx, origin, caller.organization_id)
    applied(world.database, caller, tmp_path, with_parts(path))
    looks = []
    with world.database.read() as tx:
        looks.append(look(tx, caller, tmp_path))
    run, _ = applied(world.database, caller, tmp_path, with_parts(path, noun))
    with world.database.read() as tx:
        looks.append(look(tx, caller, tmp_path))
    assert undo(run).conflict_count == 0
    with world.database.read() as tx:
        looks.append(look(tx, caller, tmp_path))
    for before, after in pairwise(looks):
        changed, moved = changed_and_moved(before, after)
        assert moved == changed or noun in ON_PHONES
        assert bool(changed) == (noun in SHOWN)
        assert bool(moved) == (noun in SHOWN | ON_PHONES)
    assert looks[0][0] == looks[2][0]
