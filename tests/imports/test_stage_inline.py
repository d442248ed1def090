"""Staging within the transaction of an upload, and what is left to the worker."""

from pathlib import Path

from world import World

from coterie.actions.imports import start_import
from coterie.imports.engine import Run
from coterie.imports.stage import stage
from coterie.imports.stage_inline import stage_inline
from coterie.model.imports import STAGED, STAGING
from coterie.settings import Settings
from coterie.store import jobs
from coterie.store.database import Database
from coterie.store.files import save_file
from coterie.store.imports import find_import


def test_what_takes_too_long_is_gone_on_with_by_the_worker_and_nothing_is_done_twice(
    world: World, database: Database, settings: Settings, tmp_path: Path
) -> None:
    lines = [f"Person{n},Number{n},p{n}-{world.organization.uuid}@example.org" for n in range(1200)]
    file = tmp_path / "people.csv"
    file.write_text("First name,Last name,E-mail\n" + "\n".join(lines), encoding="utf-8")
    digest, byte_count = save_file(settings.data_folder, file)
    with database.write() as tx:
        started = start_import(
            tx, world.alice, filename="people.csv", file_format="csv", digest=digest, byte_count=byte_count,
            in_background=False,
        )  # fmt: skip
        found = stage_inline(tx, world.alice, settings.data_folder, started, seconds=0)
    assert (found.state, found.row_count) == (STAGING, 500)
    with database.write() as tx:
        assert jobs.count_jobs(tx, world.organization.id, "stage_import") == 1
    done = stage(Run(database, settings.data_folder, world.organization.id, started.id))
    assert (done.state, done.row_count, done.created_count) == (STAGED, 1200, 1200)


def test_a_transaction_that_is_taken_back_leaves_nothing_of_the_import(
    world: World, database: Database, settings: Settings, tmp_path: Path
) -> None:
    digest, byte_count = save_file(settings.data_folder, b"First name,Last name\nNed,Flanders\n")
    try:
        with database.write() as tx:
            started = start_import(
                tx, world.alice, filename="x.csv", file_format="csv", digest=digest, byte_count=byte_count,
                in_background=False,
            )  # fmt: skip
            assert stage_inline(tx, world.alice, settings.data_folder, started).state == STAGED
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    with database.read() as tx:
        assert find_import(tx, world.organization.id, started.id) is None
