"""The queue: enqueued if and only if committed, held by one worker at a time, tried again, dead in the end."""

import threading
import time
from collections import Counter
from typing import Any

import pytest
from queued import claim_all, job_of, make_due, put
from world import World

from coterie.model import times
from coterie.model.jobs import CHANGES, DEAD, DONE, RUNNING, WAITING, Job
from coterie.store import job_claims, jobs, schedules
from coterie.store.database import Database


@pytest.fixture
def world(fresh_world: World) -> World:
    return fresh_world


def take(world: World, limit: int = 1, **options: Any) -> list[Job]:
    with world.database.write() as tx:
        return claim_all(tx, limit, **options)


def test_a_job_of_a_transaction_that_is_taken_back_does_not_exist(world: World) -> None:
    with pytest.raises(LookupError), world.database.write() as tx:
        jobs.enqueue(tx, world.alice.organization_id, "work", {})
        raise LookupError
    with world.database.write() as tx:
        with pytest.raises(LookupError), tx.savepoint():
            jobs.enqueue(tx, world.alice.organization_id, "work", {})
            raise LookupError
        assert not job_claims.is_due(tx, CHANGES)
    assert take(world) == []


def test_a_job_is_held_by_whoever_claims_it_and_then_done(world: World) -> None:
    job_id = put(world)
    (job,) = take(world)
    assert (job.id, job.state, job.attempt_count) == (job_id, RUNNING, 1)
    assert take(world) == []
    with world.database.write() as tx:
        assert jobs.renew(tx, job, progress={"done": 5})
        assert jobs.finish(tx, job)
        assert not jobs.finish(tx, job)
    found = job_of(world, job_id)
    assert (found.state, found.progress) == (DONE, '{"done":5}')
    assert found.finished_at
    make_due(world)
    assert take(world) == []


def test_jobs_are_taken_in_the_order_they_may_start(world: World) -> None:
    now = times.now()
    late, early = (put(world, run_at=times.after(now, -seconds)) for seconds in (5, 50))
    future = put(world, run_at=times.after(now, 3600))
    assert [job.id for job in take(world, limit=10)] == [early, late]
    assert job_of(world, future).state == WAITING


def test_a_job_whose_lease_ended_is_claimed_again_and_the_first_holder_finds_out(world: World) -> None:
    put(world)
    (first,) = take(world, lease_seconds=0.05)
    time.sleep(0.06)
    (second,) = take(world)
    assert (second.id, second.attempt_count) == (first.id, 2)
    with world.database.write() as tx:
        assert not jobs.renew(tx, first)
        assert not jobs.finish(tx, first)
        assert not jobs.fail(tx, first, "late")
        assert not jobs.release(tx, first)
        assert jobs.finish(tx, second)


def test_a_lease_that_is_renewed_does_not_end(world: World) -> None:
    put(world)
    (job,) = take(world, lease_seconds=0.05)
    with world.database.write() as tx:
        assert jobs.renew(tx, job, lease_seconds=60)
    time.sleep(0.06)
    assert take(world) == []


def test_a_job_that_fails_waits_longer_each_time_and_is_dead_in_the_end(world: World) -> None:
    job_id = put(world, attempts_max=4)
    for _ in range(4):
        (job,) = take(world)
        with world.database.write() as tx:
            assert jobs.fail(tx, job, "it is broken " * 1000)
        assert take(world) == []
        make_due(world)
    found = job_of(world, job_id)
    assert (found.state, found.attempt_count) == (DEAD, 4)
    assert found.finished_at
    assert len(found.last_error or "") == 2000
    assert take(world) == []


def test_the_pause_grows_up_to_six_hours(world: World) -> None:
    put(world, attempts_max=100)
    previous = 0.0
    for _ in range(18):
        (job,) = take(world)
        now = times.now()
        with world.database.write() as tx:
            jobs.fail(tx, job, "x")
        run_at = job_of(world, job.id).run_at
        pause = min(2.0**job.attempt_count, jobs.BACKOFF_SECONDS_MAX)
        assert times.after(now, pause) <= run_at <= times.after(now, pause + 5)
        assert pause >= previous
        previous = pause
        make_due(world)
    assert previous == jobs.BACKOFF_SECONDS_MAX


def test_a_job_that_ends_its_worker_each_time_is_dead_in_the_end(world: World) -> None:
    job_id = put(world, attempts_max=3)
    for _ in range(3):
        assert len(take(world)) == 1
        make_due(world)
    assert take(world) == []
    found = job_of(world, job_id)
    assert (found.state, found.last_error) == (DEAD, "worker crashed")


def test_a_job_given_back_has_lost_no_attempt(world: World) -> None:
    job_id = put(world)
    (job,) = take(world)
    with world.database.write() as tx:
        assert jobs.release(tx, job)
    assert (job_of(world, job_id).state, job_of(world, job_id).attempt_count) == (WAITING, 0)
    assert take(world)[0].attempt_count == 1


def test_a_job_like_one_that_waits_or_runs_is_not_enqueued(world: World) -> None:
    put(world, dedupe_key="k")
    with world.database.write() as tx:
        organization_id = world.alice.organization_id
        assert jobs.enqueue(tx, organization_id, "work", {}, dedupe_key="k") is None
        assert jobs.enqueue(tx, organization_id, "work", {}, dedupe_key="other")
        # another organization's key is another key
        assert jobs.enqueue(tx, world.charlie.organization_id, "work", {}, dedupe_key="k")
    job = next(job for job in take(world, limit=10) if job.organization_id == world.alice.organization_id)
    with world.database.write() as tx:
        assert jobs.enqueue(tx, organization_id, "work", {}, dedupe_key="k") is None
        jobs.finish(tx, job)
        assert jobs.enqueue(tx, organization_id, "work", {}, dedupe_key="k")


def test_workers_that_claim_at_once_never_hold_the_same_job(world: World) -> None:
    wanted = {put(world) for _ in range(60)}
    claimed: list[str] = []
    lock = threading.Lock()

    def hammer() -> None:
        misses = 0
        while misses < 3:
            taken = take(world, limit=3)
            misses = 0 if taken else misses + 1
            with lock:
                claimed.extend(job.id for job in taken)

    threads = [threading.Thread(target=hammer) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(claimed) == Counter(wanted)


def test_of_workers_that_see_a_lease_end_one_gets_the_job(world: World) -> None:
    for _ in range(5):
        put(world)
        take(world)
        make_due(world)
        found: list[Job] = []
        barrier = threading.Barrier(4)

        def race(barrier: threading.Barrier = barrier, found: list[Job] = found) -> None:
            barrier.wait()
            found.extend(take(world, limit=1))

        threads = [threading.Thread(target=race) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 1
        with world.database.write() as tx:
            jobs.finish(tx, found[0])


def test_jobs_of_another_organization_are_not_found(world: World) -> None:
    job_id = put(world)
    with world.database.read() as tx:
        assert jobs.find_job(tx, world.charlie.organization_id, job_id) is None
        assert jobs.list_jobs(tx, world.charlie.organization_id, "work", limit=10) == []
        assert jobs.count_jobs(tx, world.charlie.organization_id, "work") == 0
        assert [job.id for job in jobs.list_jobs(tx, world.alice.organization_id, "work", limit=10)] == [job_id]
        assert jobs.count_jobs(tx, world.alice.organization_id, "work") == 1


def test_a_page_of_jobs_begins_with_the_newest(world: World) -> None:
    made = [put(world) for _ in range(5)]
    with world.database.read() as tx:
        page = jobs.list_jobs(tx, world.alice.organization_id, "work", limit=2, offset=1)
    assert [job.id for job in page] == [made[3], made[2]]


def test_jobs_done_long_ago_are_forgotten_and_dead_ones_kept(world: World) -> None:
    for _ in range(3):
        put(world)
    first, second, third = take(world, limit=3)
    with world.database.write() as tx:
        jobs.finish(tx, first)
        jobs.finish(tx, second)
        jobs.fail(tx, third, "x")
        tx.run(
            "UPDATE jobs SET finished_at = :then WHERE id = :id",
            {"then": times.after(times.now(), -31 * 86_400), "id": first.id},
        )
        assert jobs.delete_old_jobs(tx) == 1
        assert jobs.find_job(tx, world.alice.organization_id, first.id) is None
        assert jobs.count_jobs(tx, world.alice.organization_id, "work") == 2


def test_recurring_work_is_started_by_one_and_not_again_before_its_time(fresh_database: Database) -> None:
    started: list[bool] = []

    def ask(every: float) -> None:
        with fresh_database.write() as tx:
            started.append(schedules.claim_schedule(tx, "nightly", every))

    threads = [threading.Thread(target=ask, args=(3600,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(started) == [False, False, False, True]
    ask(0.0)
    assert started[-1] is True
