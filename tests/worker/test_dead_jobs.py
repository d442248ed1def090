"""A job that is dead is seen: in the log, with its import or delivery, by the command, in the figures."""

import json
import logging
import subprocess
from pathlib import Path
from typing import Any

import pytest
from client import Client
from forked import run_command
from queued import job_of, make_due, put
from world import World

from coterie.actions.exports import EXPORT_JOB
from coterie.actions.imports import JOB_DEAD
from coterie.app import create_app
from coterie.imports.upload import start
from coterie.model.imports import STAGED
from coterie.model.jobs import DEAD, DONE, WAITING
from coterie.settings import Settings
from coterie.store import job_reports, jobs
from coterie.store.imports import find_import
from coterie.worker.handlers import HANDLERS
from coterie.worker.loop import Worker


@pytest.fixture
def world(fresh_world: World) -> World:
    return fresh_world


def broken(*arguments: Any) -> None:
    raise OSError("broken")


def test_an_import_shows_that_its_job_is_dead_and_goes_on_when_it_is_retried(
    world: World, fresh_settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "people.csv"
    path.write_text("First name,Email\nNed,ned@example.org\n")
    import_ = start(world.database, world.alice, fresh_settings.data_folder, path, in_background=True)
    with world.database.write() as tx:
        (job,) = job_reports.list_open_jobs(tx, limit=10)
        tx.run("UPDATE jobs SET attempt_count = attempts_max - 1")
    assert Worker(world.database, fresh_settings, {job.name: broken}, ()).run_one()
    assert job_of(world, job.id).state == DEAD
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert any(record.getMessage().startswith("job dead") and record.__dict__["id"] == job.id for record in errors)
    with world.database.write() as tx:
        found = find_import(tx, world.organization.id, import_.id)
        assert found is not None and found.error_code == JOB_DEAD and job.id in (found.error or "")
        assert job_reports.retry_job(tx, job.id)
    assert Worker(world.database, fresh_settings, HANDLERS, ()).run_one()
    with world.database.read() as tx:
        found = find_import(tx, world.organization.id, import_.id)
    assert found is not None and (found.state, found.error, found.error_code) == (STAGED, None, None)
    assert job_of(world, job.id).state == DONE


def test_an_export_of_everything_that_fails_for_good_is_dead(world: World, fresh_settings: Settings) -> None:
    with world.database.write() as tx:
        job_id = jobs.enqueue(tx, world.organization.id, EXPORT_JOB, {"user_id": world.alice.user_id}, attempts_max=1)
    assert job_id is not None
    assert Worker(world.database, fresh_settings, {EXPORT_JOB: broken}, ()).run_one()
    assert job_of(world, job_id).state == DEAD


def test_a_job_whose_worker_crashed_at_its_last_attempt_is_logged(
    world: World, fresh_settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    job_id = put(world, "work", attempts_max=1)
    with world.database.write() as tx:
        tx.run("UPDATE jobs SET state = 'running', attempt_count = 1 WHERE id = :id", {"id": job_id})
    make_due(world)
    assert not Worker(world.database, fresh_settings, {}, ()).run_one()
    assert job_of(world, job_id).state == DEAD
    assert [record.getMessage()[:8] for record in caplog.records if record.levelno == logging.ERROR] == ["job dead"]


def test_the_figures_count_by_name_and_are_served(world: World, fresh_settings: Settings) -> None:
    client = Client(create_app(world.database, fresh_settings))
    assert client.get("/readyz").json == {"status": "ready"}
    put(world), put(world, "other")
    dead = put(world)
    with world.database.write() as tx:
        tx.run("UPDATE jobs SET state = 'dead' WHERE id = :id", {"id": dead})
        figures = {each.name: each for each in job_reports.count_by_name(tx)}
    assert (figures["work"].waiting, figures["work"].dead, figures["other"].waiting) == (1, 1, 1)
    assert 0 <= figures["work"].oldest_seconds < 60
    response = client.get("/readyz")
    assert (response.status, response.json) == (200, {"status": "ready", "dead_jobs": 1})
    client.close()


def test_of_a_job_that_runs_nothing_is_retried_or_dropped(world: World) -> None:
    job_id = put(world)
    with world.database.write() as tx:
        tx.run("UPDATE jobs SET state = 'running'")
        assert not job_reports.retry_job(tx, job_id)
        assert not job_reports.drop_job(tx, job_id)
        tx.run("UPDATE jobs SET state = 'dead', attempt_count = 7")
        assert job_reports.retry_job(tx, job_id)
        job = jobs.find_job(tx, world.alice.organization_id, job_id)
        assert job is not None and (job.state, job.attempt_count) == (WAITING, 0)
        assert job_reports.drop_job(tx, job_id)
        assert not job_reports.drop_job(tx, job_id)


@pytest.mark.slow
def test_the_command_lists_retries_and_drops(world: World, fresh_settings: Settings) -> None:
    job_id = put(world)

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return run_command(fresh_settings, "jobs", *arguments)

    assert [(job["id"], job["state"]) for job in json.loads(run("--json").stdout)] == [(job_id, WAITING)]
    assert job_id in run().stdout
    assert run("retry", job_id).returncode == 0
    assert run("drop", job_id).returncode == 0
    again = run("drop", job_id)
    assert (again.returncode, "No job" in again.stderr) == (1, True)
    assert run().stdout == "No jobs wait.\n"
