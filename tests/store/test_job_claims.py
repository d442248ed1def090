"""Claims: lane by lane, fair between organizations, in order where it matters, at once after a crash."""

import pytest
from queued import claim_all, job_of, put
from world import World

from coterie.model import times
from coterie.model.jobs import CHANGES, IMPORTS, LANES, MAIL, lane_of
from coterie.settings import Settings
from coterie.store import job_claims, jobs
from coterie.store.database import open_database
from coterie.store.migrate import migrate, migrate_in
from coterie.worker.handlers import HANDLERS

NOW = "2026-01-01T00:00:00.000000Z"


@pytest.fixture
def world(fresh_world: World) -> World:
    return fresh_world


def put_for(world: World, organization_id: int, count: int, name: str = "work") -> list[str]:
    with world.database.write() as tx:
        made = [jobs.enqueue(tx, organization_id, name, {}) for _ in range(count)]
    return [job_id for job_id in made if job_id]


def test_an_organization_waits_for_one_job_of_each_other_however_many_they_have(world: World) -> None:
    ours, theirs = world.alice.organization_id, world.charlie.organization_id
    first = put_for(world, ours, 50)
    (late,) = put_for(world, theirs, 1)
    served, after = [], 0
    for _ in range(3):
        with world.database.write() as tx:
            (job,) = claim_all(tx, 1, lane=CHANGES, after=after)
        served.append(job.id)
        after = job.organization_id
    assert served == [first[0], late, first[1]]


def test_a_lane_gets_its_own_jobs_only(world: World) -> None:
    put(world, "apply_import")
    mail = put(world, "send_reminder")
    with world.database.write() as tx:
        assert job_claims.is_due(tx, IMPORTS) and job_claims.is_due(tx, MAIL)
        assert not job_claims.is_due(tx, CHANGES)
        assert [job.id for job in claim_all(tx, lane=MAIL)] == [mail]
        assert not job_claims.is_due(tx, MAIL)


def test_whether_another_organization_waits_is_known(world: World) -> None:
    put(world)
    ours, theirs = world.alice.organization_id, world.charlie.organization_id
    with world.database.read() as tx:
        assert not job_claims.is_due(tx, CHANGES, except_organization=ours)
        assert job_claims.is_due(tx, CHANGES, except_organization=theirs)


def test_one_that_must_keep_its_order_waits_also_while_the_first_pauses(world: World) -> None:
    first, second = put(world, "bulk_update"), put(world, "bulk_update")
    (other,) = put_for(world, world.charlie.organization_id, 1, "bulk_update")
    with world.database.write() as tx:
        taken = claim_all(tx)
        assert [job.id for job in taken] == [first, other]
        assert jobs.fail(tx, taken[0], "x")  # pauses for some seconds
        assert claim_all(tx) == []
        tx.run("UPDATE jobs SET state = 'dead' WHERE id = :id", {"id": first})
        assert [job.id for job in claim_all(tx)] == [second]


def test_the_jobs_of_a_dead_worker_are_due_at_once_and_those_of_others_not(world: World) -> None:
    put(world), put(world)
    with world.database.write() as tx:
        (dead,) = claim_all(tx, 1, worker="dead")
        (alive,) = claim_all(tx, 1, worker="alive")
        assert job_claims.end_leases(tx, ["dead", "unknown"]) == 1
        (again,) = claim_all(tx, worker="alive")
        assert (again.id, again.attempt_count) == (dead.id, 2)
        assert not jobs.renew(tx, dead)
        assert jobs.renew(tx, alive)


def test_all_of_a_lane_can_be_made_to_wait(world: World) -> None:
    mails, other = [put(world, "send_reminder") for _ in range(3)], put(world)
    until = times.after(times.now(), 60)
    with world.database.write() as tx:
        job_claims.postpone(tx, MAIL, until)
        assert [job.id for job in claim_all(tx)] == [other]
    assert {job_of(world, job_id).run_at for job_id in mails} == {until}


def test_every_job_has_a_lane() -> None:
    assert {lane_of(name) for name in HANDLERS} == set(LANES)


def test_jobs_of_the_version_before_lanes_get_theirs(fresh_settings: Settings) -> None:
    database = open_database(fresh_settings)
    with database.write() as tx:
        migrate_in(tx, until=11)
        moments = {"created_at": NOW, "updated_at": NOW}
        tx.insert_rows("organizations", [{"id": 1, "uuid": "o", "name": "Old", **moments}])
        row = {"organization_id": 1, "arguments": "{}", "run_at": NOW, **moments}
        old = [
            "index_contacts", "record_consequence", "bulk_update", "send_reminder", "remove_files", "stage_import",
            "apply_import", "undo_import", "instagram_delivery", "instagram_profile", "instagram_mention",
        ]  # fmt: skip
        tx.insert_rows("jobs", [{**row, "id": name, "name": name} for name in [*old, "unheard of"]])
    migrate(database)
    with database.read() as tx:
        lanes = dict(tx.all("SELECT name, lane FROM jobs"))
    database.close()
    assert lanes == {name: lane_of(name) for name in [*old, "unheard of"]}
