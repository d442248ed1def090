"""The worker looks for duplicates when contacts have changed."""

import pytest
from world import World

from coterie.actions.contacts import create_contact
from coterie.actions.duplicates import SCAN_JOB, request_scan
from coterie.settings import Settings
from coterie.store import jobs
from coterie.store.duplicates import list_duplicates
from coterie.worker.duplicates import request_scans
from coterie.worker.loop import Worker


@pytest.fixture
def world(fresh_world: World) -> World:
    return fresh_world


def waiting(world: World) -> int:
    with world.database.read() as tx:
        found = jobs.list_jobs(tx, world.organization.id, SCAN_JOB, limit=10)
    return len([job for job in found if job.state == "waiting"])


def test_changed_contacts_are_compared_soon(world: World, fresh_settings: Settings) -> None:
    worker = Worker(world.database, fresh_settings)
    with world.database.write() as tx:
        for name in ("Robert Ostrander", "Bob Ostrander"):
            create_contact(tx, world.alice, {"real_name": name, "phone": "+12125550100"})
    for _ in range(2):
        request_scans(world.database, fresh_settings)
    assert waiting(world) == 1
    while worker.run_one():
        pass
    with world.database.read() as tx:
        assert len(list_duplicates(tx, world.organization.id, "suggested", limit=10)) == 1
    request_scans(world.database, fresh_settings)
    assert waiting(world) == 0


def test_a_user_can_ask_for_a_scan(world: World, fresh_settings: Settings) -> None:
    with world.database.write() as tx:
        assert request_scan(tx, world.alice, is_whole=True)
        assert request_scan(tx, world.alice) is None
    assert Worker(world.database, fresh_settings).run_one()
    assert waiting(world) == 0
