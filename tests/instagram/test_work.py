"""Working a delivery off: killed in the middle it goes on; one poisoned update costs itself; two workers count once."""

import json
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from instagram_world import connect, message, messaging, number
from world import World, make_world

from coterie.actions.callers import caller_for
from coterie.actions.instagram import VIA, receive_delivery
from coterie.actions.instagram_updates import apply_updates
from coterie.model import times
from coterie.model.instagram_deliveries import decode_body, read_delivery
from coterie.settings import Settings
from coterie.store import jobs
from coterie.store.contacts import count_contacts, list_contacts_after
from coterie.store.database import Database
from coterie.store.instagram_deliveries import find_delivery
from coterie.store.interactions import list_recent_of
from coterie.worker.handlers import HANDLERS
from coterie.worker.loop import Worker

MESSAGES = 800
WORKER = """
import sys
from coterie.settings import load_settings
from coterie.store.database import open_database
from coterie.worker.handlers import HANDLERS
from coterie.worker.loop import Worker
settings = load_settings({}, data=sys.argv[1], database_url=sys.argv[2], jobs_poll_seconds=0.02)
database = open_database(settings)
print("ready", flush=True)
Worker(database, settings, HANDLERS, schedule=()).run()
"""


def keep(database: Database, account: str, people: list[str]) -> None:
    """A delivery of one message by each of these people waits."""
    body = json.dumps(messaging(account, *[message(account, person, f"I am {person}") for person in people]))
    with database.write() as tx:
        assert receive_delivery(tx, decode_body(body), body) == []


def check_everyone_wrote_once(database: Database, world: World, people: list[str]) -> None:
    with database.read() as tx:
        assert count_contacts(tx, world.organization.id) == 2 + len(people)
        contacts = list_contacts_after(tx, world.organization.id, world.homer.id, limit=5000)
        recent = list_recent_of(tx, world.organization.id, [contact.id for contact in contacts])
        said = [text for _, _, text, _, _ in recent]
        kinds = tx.all(
            "SELECT kind, count(*) FROM events WHERE organization_id = :id AND via = 'instagram' GROUP BY kind",
            {"id": world.organization.id},
        )
    assert sorted(text or "" for text in said) == [f"I am {person}" for person in people]
    assert dict(kinds)["interaction.received"] == dict(kinds)["contact.created"] == len(people)


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(
    fresh_database: Database, fresh_settings: Settings
) -> None:
    world = make_world(fresh_database)
    account = connect(fresh_database, fresh_settings, world)
    people = [number() for _ in range(MESSAGES)]
    keep(fresh_database, account, people)
    command = [sys.executable, "-c", WORKER, fresh_settings.data, fresh_settings.database_url]
    for pause in (0.02, 0.05, 0.1, 0.15):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        with fresh_database.write() as tx:  # the lease of the dead one ends
            tx.run("UPDATE jobs SET run_at = :now WHERE state = 'running'", {"now": times.now()})
    worker = Worker(fresh_database, fresh_settings, HANDLERS, schedule=())
    with fresh_database.read() as tx:
        delivery_id = json.loads(jobs.list_jobs(tx, world.organization.id, "instagram_delivery", limit=1)[0].arguments)
    while _is_there(fresh_database, world, delivery_id["delivery_id"]):
        assert worker.run_one()
    check_everyone_wrote_once(fresh_database, world, people)


def _is_there(database: Database, world: World, delivery_id: str) -> bool:
    with database.read() as tx:
        return find_delivery(tx, world.organization.id, delivery_id) is not None


def test_two_workers_with_the_same_delivery_count_it_once(fresh_database: Database, fresh_settings: Settings) -> None:
    world = make_world(fresh_database)
    account = connect(fresh_database, fresh_settings, world)
    people = [number() for _ in range(200)]
    body = json.dumps(messaging(account, *[message(account, person, f"I am {person}") for person in people]))
    updates = read_delivery(decode_body(body), times.now()).updates

    def apply(first: int) -> None:
        for start in (first, 1 - first):
            with fresh_database.write() as tx:
                batch = updates[start * 100 : start * 100 + 100]
                assert apply_updates(tx, caller_for(tx, world.organization.id, via=VIA), account, batch) == []

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(apply, (0, 1)))
    check_everyone_wrote_once(fresh_database, world, people)


def test_one_poisoned_update_costs_itself(fresh_database: Database, fresh_settings: Settings) -> None:
    world = make_world(fresh_database)
    account = connect(fresh_database, fresh_settings, world)
    with fresh_database.write() as tx:
        if fresh_database.engine == "postgresql":
            tx.run("ALTER TABLE interactions ADD CONSTRAINT poison CHECK (external_id <> 'poison')")
        else:
            tx.run(
                "CREATE TRIGGER poison BEFORE INSERT ON interactions WHEN NEW.external_id = 'poison'"
                " BEGIN SELECT RAISE(ABORT, 'poisoned'); END"
            )
    people = sorted(number() for _ in range(20))
    items = [message(account, person, f"I am {person}") for person in people]
    items.insert(7, message(account, number(), "poisoned", mid="poison"))
    updates = read_delivery(decode_body(json.dumps(messaging(account, *items))), times.now()).updates
    with fresh_database.write() as tx:
        lost = apply_updates(tx, caller_for(tx, world.organization.id, via=VIA), account, updates)
    assert [external_id for external_id, _ in lost] == ["poison"]
    check_everyone_wrote_once(fresh_database, world, people)


def test_the_planner_learns_of_a_table_while_deliveries_fill_it(
    fresh_database: Database, fresh_settings: Settings
) -> None:
    world = make_world(fresh_database)
    account = connect(fresh_database, fresh_settings, world)
    keep(fresh_database, account, [number() for _ in range(500)])
    Worker(fresh_database, fresh_settings, HANDLERS, schedule=()).run_one()
    with fresh_database.read() as tx:
        if fresh_database.engine == "postgresql":
            found = tx.one("SELECT reltuples FROM pg_class WHERE relname = 'interactions'")
        else:
            found = tx.one("SELECT stat FROM sqlite_stat1 WHERE tbl = 'interactions' LIMIT 1")
    assert found is not None
    assert int(str(found[0]).split(".")[0].split()[0]) >= 200
