"""The worker: runs what waits, tries again what failed, gives back what it must leave, and survives being killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from crowds import add_people
from queued import job_of, make_due, put
from world import World

from coterie.actions.bulk_updates import BATCH, Entry, start_bulk_update
from coterie.model import times
from coterie.model.jobs import DEAD, DONE, RUNNING, WAITING, Job, Reschedule
from coterie.settings import Settings
from coterie.store import job_claims, jobs
from coterie.store.database import Database
from coterie.worker.handlers import HANDLERS
from coterie.worker.loop import Worker
from coterie.worker.schedule import Recurring


@pytest.fixture
def world(fresh_world: World) -> World:
    return fresh_world


@pytest.fixture
def quick(fresh_settings: Settings) -> Settings:
    return msgspec.structs.replace(fresh_settings, jobs_poll_seconds=0.01)


def test_what_waits_is_run_once_and_then_done(world: World, quick: Settings) -> None:
    seen: list[str] = []
    worker = Worker(world.database, quick, {"work": lambda database, settings, job, stopping: seen.append(job.id)}, ())
    wanted = [put(world) for _ in range(3)]
    assert [worker.run_one() for _ in range(4)] == [True, True, True, False]
    assert seen == wanted
    assert {job_of(world, job_id).state for job_id in wanted} == {DONE}


def test_a_handler_that_raises_is_tried_again_and_what_it_saved_stays(world: World, quick: Settings) -> None:
    attempts: list[int] = []

    def handler(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
        attempts.append(job.attempt_count)
        with database.write() as tx:
            jobs.renew(tx, job, progress={"done": job.attempt_count})
        if job.attempt_count < 3:
            raise LookupError("not yet")

    worker = Worker(world.database, quick, {"work": handler}, ())
    job_id = put(world)
    for _ in range(3):
        assert worker.run_one()
        assert not worker.run_one()  # its pause is not over
        make_due(world)
    job = job_of(world, job_id)
    assert (attempts, job.state, job.progress, job.last_error) == ([1, 2, 3], DONE, '{"done":3}', None)


def problems_in(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    logged = [(record.levelname, record.getMessage()) for record in caplog.records if ".worker." in record.name]
    return [line for line in logged if line[0] != "INFO"]


def test_a_database_that_is_unavailable_is_logged_once_and_not_asked_all_the_time(
    world: World, quick: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    worker = Worker(world.database, quick, {}, ())
    world.database.close()
    thread = threading.Thread(target=worker.run)
    thread.start()
    deadline = time.monotonic() + 20
    while not problems_in(caplog) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.3)
    worker.stop()
    thread.join(20)
    assert not thread.is_alive()
    assert problems_in(caplog) == [("ERROR", "the worker waits")]


def test_a_job_nobody_knows_fails_like_any_other(world: World, quick: Settings) -> None:
    job_id = put(world, "unheard of", attempts_max=1)
    assert Worker(world.database, quick, {}, ()).run_one()
    job = job_of(world, job_id)
    assert (job.state, job.last_error) == (DEAD, "LookupError: no handler for unheard of")


def test_a_worker_that_stops_gives_its_job_back_where_it_is(world: World, quick: Settings) -> None:
    begun = threading.Event()

    def handler(database: Database, settings: Settings, job: Job, stopping: threading.Event) -> None:
        begun.set()
        stopping.wait(10)
        raise Reschedule(times.now())

    worker = Worker(world.database, quick, {"work": handler}, ())
    job_id = put(world)
    thread = threading.Thread(target=worker.run)
    thread.start()
    assert begun.wait(10)
    assert job_of(world, job_id).state == RUNNING
    worker.stop()
    thread.join(10)
    assert not thread.is_alive()
    job = job_of(world, job_id)
    assert (job.state, job.attempt_count) == (WAITING, 0)


def test_the_loop_goes_on_after_an_error_of_its_own(
    world: World, quick: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = threading.Event()
    failures = iter([True, True])

    def claim(*arguments: Any, **options: Any) -> Job | None:
        if next(failures, False):
            raise OSError("the database is away")
        return original(*arguments, **options)

    original: Callable[..., Job | None] = job_claims.claim
    monkeypatch.setattr(job_claims, "claim", claim)
    worker = Worker(world.database, quick, {"work": lambda *arguments: done.set()}, ())
    put(world)
    thread = threading.Thread(target=worker.run)
    thread.start()
    assert done.wait(10)
    worker.stop()
    thread.join(10)


def test_recurring_work_runs_when_due_and_its_failure_stops_nothing(world: World, quick: Settings) -> None:
    ran: list[str] = []

    def broken(database: Database, settings: Settings) -> None:
        ran.append("broken")
        raise OSError

    schedule = (
        Recurring("sound", 3600, lambda database, settings: ran.append("sound")),
        Recurring("broken", 3600, broken),
    )
    workers = [Worker(world.database, quick, {}, schedule) for _ in range(2)]
    threads = [threading.Thread(target=worker.run) for worker in workers]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 10
    while len(ran) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    done = threading.Event()
    workers[0]._handlers = {"work": lambda *arguments: done.set()}
    workers[1]._handlers = workers[0]._handlers
    put(world)
    assert done.wait(10)
    for worker in workers:
        worker.stop()
    for thread in threads:
        thread.join(10)
    assert sorted(ran) == ["broken", "sound"]


CONTACTS = 4 * BATCH


@pytest.fixture
def bulk(world: World) -> tuple[World, str]:
    """Many contacts, and a bulk update that gives each of them an employer."""
    with world.database.write() as tx:
        made = add_people(tx, world.alice, [f"Someone {number}" for number in range(CONTACTS)])
        entries = [Entry("id", contact_id, {"employer": f"Employer of {contact_id}"}) for contact_id in made]
        job_id, missing = start_bulk_update(tx, world.alice, entries)
    assert missing == []
    return world, job_id


def _state(world: World, job_id: str) -> tuple[int, int, dict[str, Any]]:
    """(contacts changed, events that say so, progress)"""
    with world.database.read() as tx:
        organization_id = world.alice.organization_id
        bound = {"organization_id": organization_id}
        where = "organization_id = :organization_id"
        changed = tx.one(f"SELECT count(*) FROM contacts WHERE {where} AND employer = 'Employer of ' || id", bound)
        told = tx.one(
            f"SELECT count(*) FROM events WHERE {where} AND kind = 'contact.updated' AND changes LIKE '%Employer of%'",
            bound,
        )
        job = jobs.find_job(tx, organization_id, job_id)
    assert changed and told and job
    return changed[0], told[0], msgspec.json.decode(job.progress or "{}")


@pytest.mark.slow
def test_a_worker_killed_amid_a_bulk_update_loses_nothing_and_doubles_nothing(
    bulk: tuple[World, str], fresh_settings: Settings
) -> None:
    world, job_id = bulk
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COTERIE_")}
    environment |= {
        "COTERIE_DATA": fresh_settings.data,
        "COTERIE_DATABASE_URL": fresh_settings.database_url,
        "COTERIE_JOBS_POLL_SECONDS": "0.05",
    }

    def start() -> "subprocess.Popen[bytes]":
        return subprocess.Popen([sys.executable, "-m", "coterie", "worker"], env=environment, stderr=subprocess.DEVNULL)

    def until(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 120
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    killed_at = []
    for _ in range(2):
        before = _state(world, job_id)[0]
        process = start()
        until(lambda before=before: _state(world, job_id)[0] > before)
        process.kill()
        process.wait()
        changed, told, progress = _state(world, job_id)
        # what is changed, what is told of it, and how far the job says it is were saved together
        assert changed == told == progress["done"]
        killed_at.append(changed)
        assert job_of(world, job_id).state == RUNNING or changed == CONTACTS
    # the next worker knows that this one is dead, and does not wait for the end of its lease
    process = start()
    until(lambda: job_of(world, job_id).state == DONE)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert 0 < killed_at[0] < CONTACTS
    changed, told, progress = _state(world, job_id)
    assert (changed, told) == (CONTACTS, CONTACTS)
    assert (progress["done"], progress["updated"], progress["failed"]) == (CONTACTS, CONTACTS, 0)


@pytest.mark.slow
def test_two_workers_share_a_bulk_update_between_them_without_doubling_it(
    bulk: tuple[World, str], fresh_settings: Settings
) -> None:
    world, job_id = bulk
    # every lane of both asks for jobs: with the 0.01 s of the other tests that is most of their work
    settings = msgspec.structs.replace(fresh_settings, jobs_poll_seconds=0.05)
    workers = [Worker(world.database, settings, HANDLERS, ()) for _ in range(2)]
    threads = [threading.Thread(target=worker.run) for worker in workers]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 120
    while job_of(world, job_id).state != DONE and time.monotonic() < deadline:
        time.sleep(0.01)
    for worker in workers:
        worker.stop()
    for thread in threads:
        thread.join(10)
    assert _state(world, job_id)[:2] == (CONTACTS, CONTACTS)


@pytest.mark.slow
def test_the_worker_needs_no_web_framework(tmp_path: Path) -> None:
    source = (
        "import sys, coterie.cli.child, coterie.worker.loop;"
        "print(sorted({name.split('.')[0] for name in sys.modules}"
        " & {'starlette', 'uvicorn', 'uvloop', 'jinja2', 'typer', 'rich', 'psycopg', 'prometheus_client', 'httpx'}))"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
