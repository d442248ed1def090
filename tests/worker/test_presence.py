"""Whether a worker is alive: its file is locked as long as its process lives, and by nobody else."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from queued import job_of, put
from world import World

from coterie.model import times
from coterie.settings import Settings
from coterie.store import job_claims
from coterie.worker.presence import FOLDER, Presence, release_jobs_of_dead_workers

WORKER = """
import sys, time
from pathlib import Path
from coterie.worker.presence import Presence
print(Presence(Path(sys.argv[1])).id, flush=True)
time.sleep(60)
"""


@pytest.fixture
def world(fresh_world: World) -> World:
    return fresh_world


def claim(world: World, worker: str) -> None:
    with world.database.write() as tx:
        assert job_claims.claim(tx, worker=worker)


@pytest.mark.slow
def test_the_jobs_of_a_killed_worker_are_due_and_those_of_a_living_one_are_not(
    world: World, fresh_settings: Settings
) -> None:
    folder = fresh_settings.data_folder
    process = subprocess.Popen([sys.executable, "-c", WORKER, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    worker = process.stdout.readline().strip()
    job_id = put(world)
    claim(world, worker)
    assert release_jobs_of_dead_workers(world.database, folder) == 0
    assert job_of(world, job_id).run_at > times.now()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert release_jobs_of_dead_workers(world.database, folder) == 1
    assert job_of(world, job_id).run_at <= times.now()
    assert release_jobs_of_dead_workers(world.database, folder) == 0
    assert list((folder / FOLDER).iterdir()) == []


def test_a_worker_of_another_machine_is_left_alone(world: World, tmp_path: Path) -> None:
    job_id = put(world)
    claim(world, "elsewhere")
    assert release_jobs_of_dead_workers(world.database, tmp_path) == 0
    assert job_of(world, job_id).run_at > times.now()


def test_a_worker_that_ends_leaves_no_file(tmp_path: Path) -> None:
    first, second = Presence(tmp_path), Presence(tmp_path)
    assert {path.name for path in (tmp_path / FOLDER).iterdir()} == {first.id, second.id}
    first.end()
    second.end()
    assert list((tmp_path / FOLDER).iterdir()) == []
