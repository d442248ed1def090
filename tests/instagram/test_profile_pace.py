"""Requests for profiles of new people are paced over the hour, per account. On both engines."""

from world import World

from coterie.actions.instagram import BURST, PACE_SECONDS, PROFILE_JOB, enqueue_profiles, enqueue_snapshots
from coterie.actions.instagram_people import find_or_add_people
from coterie.model import times
from coterie.store import jobs
from coterie.store.database import Database


def moments(database: Database, world: World) -> list[float]:
    """In how many seconds each profile is requested, soonest first."""
    now = times.parse(times.now())
    with database.read() as tx:
        found = jobs.list_jobs(tx, world.organization.id, PROFILE_JOB, limit=1000)
    return sorted((times.parse(job.run_at) - now).total_seconds() for job in found if job.state == "waiting")


def add(database: Database, world: World, account: str, first: int, count: int) -> list[str]:
    people = [str(880_000_000_000_000 + first + number) for number in range(count)]
    with database.write() as tx:
        find_or_add_people(tx, world.alice, account, set(people), {})
        enqueue_profiles(tx, world.alice, account, people)
    return people


def test_a_burst_is_requested_at_once_and_the_rest_one_after_the_other(
    database: Database, world: World, account: str
) -> None:
    people = add(database, world, account, 0, BURST + 3)
    seconds = moments(database, world)
    assert all(each <= 1 for each in seconds[:BURST])
    later = seconds[BURST:]
    assert [round(each / PACE_SECONDS) for each in later] == [1, 2, 3]
    with database.write() as tx:  # they write again: no place in the line is taken twice
        enqueue_profiles(tx, world.alice, account, people)
    add(database, world, account, 1000, 1)
    assert round(moments(database, world)[-1] / PACE_SECONDS) == 4


def test_daily_requests_leave_room_for_those_that_wait(database: Database, world: World, account: str) -> None:
    add(database, world, account, 5000, 140)
    add(database, world, account, 6000, 60)
    with database.write() as tx:
        others = "UPDATE instagram_accounts SET paused_until = '9999' WHERE account_id <> :account_id"
        tx.run(others, {"account_id": account})
        assert enqueue_snapshots(tx) == 0
