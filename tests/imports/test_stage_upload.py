"""Staging right after an upload, and what is left to the worker."""

from pathlib import Path

import pytest
from world import World

from coterie.errors import Invalid
from coterie.imports.engine import Run
from coterie.imports.stage import stage
from coterie.imports.stage_upload import stage_upload, start_upload
from coterie.imports.upload import store_upload
from coterie.model.imports import STAGED, STAGING, Import
from coterie.settings import Settings
from coterie.store import jobs
from coterie.store.database import Database
from coterie.store.imports import find_import


def uploaded(world: World, database: Database, settings: Settings, path: Path) -> Import:
    """The import of a file as it is when the writer has created it."""
    file = store_upload(settings.data_folder, path)
    with database.write() as tx:
        return start_upload(tx, world.alice, settings.data_folder, file)


def test_what_takes_too_long_is_gone_on_with_by_the_worker_and_nothing_is_done_twice(
    world: World, database: Database, settings: Settings, tmp_path: Path
) -> None:
    lines = [f"Person{n},Number{n},p{n}-{world.organization.uuid}@example.org" for n in range(1200)]
    file = tmp_path / "people.csv"
    file.write_text("First name,Last name,E-mail\n" + "\n".join(lines), encoding="utf-8")
    started = uploaded(world, database, settings, file)
    world.compute_keys()
    found = stage_upload(database, world.alice, settings.data_folder, started, seconds=0)
    assert (found.state, found.row_count) == (STAGING, 500)
    with database.write() as tx:
        assert jobs.count_jobs(tx, world.organization.id, "stage_import") == 1
    done = stage(Run(database, settings.data_folder, world.organization.id, started.id))
    assert (done.state, done.row_count, done.created_count) == (STAGED, 1200, 1200)


def test_an_import_whose_process_died_is_staged_by_the_worker(
    world: World, database: Database, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "x.csv"
    file.write_text("First name,Last name\nNed,Flanders\n", encoding="utf-8")
    started = uploaded(world, database, settings, file)
    assert (started.state, started.row_count) == (STAGING, 0)
    with database.read() as tx:
        assert jobs.count_jobs(tx, world.organization.id, "stage_import") == 1
    assert stage(Run(database, settings.data_folder, world.organization.id, started.id)).state == STAGED


def test_an_upload_that_cannot_be_read_leaves_nothing_of_the_import(
    world: World, database: Database, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "x.json"
    file.write_text('{"account": {"app_version": "preview", "export_date": 1, "data": 5', encoding="utf-8")
    started = uploaded(world, database, settings, file)
    with pytest.raises(Invalid, match="cannot be read"):
        stage_upload(database, world.alice, settings.data_folder, started)
    with database.read() as tx:
        assert find_import(tx, world.organization.id, started.id) is None
