"""Imports in the background: each step is a job; a worker that stops hands it on, and another goes on with it."""

import threading
from pathlib import Path

import pytest
from queued import claim_all
from world import make_world

from coterie.actions.imports import start_applying, start_undoing
from coterie.imports.upload import start
from coterie.model.jobs import Reschedule
from coterie.settings import Settings
from coterie.store.contacts import count_contacts
from coterie.store.database import Database
from coterie.store.imports import find_import
from coterie.worker.imports import run_import
from coterie.worker.loop import Worker

ROWS = "".join(f"Clerk{n},Kwik,clerk{n}@example.org\n" for n in range(1_200))


def people(folder: Path) -> Path:
    path = folder / "people.csv"
    path.write_text("First name,Last name,Email\n" + ROWS)
    return path


def test_a_worker_stages_applies_and_takes_back(
    fresh_database: Database, fresh_settings: Settings, tmp_path: Path
) -> None:
    world = make_world(fresh_database)
    worker = Worker(fresh_database, fresh_settings)
    folder = fresh_settings.data_folder
    record = start(fresh_database, world.alice, folder, people(tmp_path), in_background=True)
    states = []
    for step in (None, start_applying, start_undoing):
        if step is not None:
            with fresh_database.write() as tx:
                step(tx, world.alice, record.id)
        assert worker.run_one()
        with fresh_database.read() as tx:
            found = find_import(tx, world.organization.id, record.id)
            assert found is not None
            states.append((found.state, found.created_count, count_contacts(tx, world.organization.id)))
    assert states == [("staged", 1200, 2), ("applied", 1200, 1202), ("undone", 1200, 2)]
    assert not worker.run_one()


def test_a_worker_that_is_stopped_leaves_the_rest_to_the_next(
    fresh_database: Database, fresh_settings: Settings, tmp_path: Path
) -> None:
    world = make_world(fresh_database)
    record = start(fresh_database, world.alice, fresh_settings.data_folder, people(tmp_path), in_background=True)
    with fresh_database.write() as tx:
        (job,) = claim_all(tx)
    world.compute_keys()
    stopping = threading.Event()
    stopping.set()
    with pytest.raises(Reschedule):
        run_import(fresh_database, fresh_settings, job, stopping)
    with fresh_database.read() as tx:
        found = find_import(tx, world.organization.id, record.id)
        assert found is not None
        assert (found.state, found.row_count) == ("staging", 500)
    run_import(fresh_database, fresh_settings, job, threading.Event())
    with fresh_database.read() as tx:
        found = find_import(tx, world.organization.id, record.id)
        assert found is not None
        assert (found.state, found.row_count, found.created_count) == ("staged", 1200, 1200)
