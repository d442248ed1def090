"""The search index is rebuilt by a job, in batches."""

from crowds import add_people
from world import make_world

from coterie.actions.contacts import delete_contact
from coterie.actions.search_index import CONTACTS_AT_ONCE, INDEX_JOB
from coterie.search import search_contacts
from coterie.settings import Settings
from coterie.store import jobs
from coterie.store.database import Database
from coterie.worker.loop import Worker


def test_the_job_finds_everybody_again_and_nobody_who_is_deleted(
    fresh_database: Database, fresh_settings: Settings
) -> None:
    world = make_world(fresh_database)
    organization_id = world.organization.id
    with fresh_database.write() as tx:
        ids = add_people(tx, world.alice, [f"Clerk {number}" for number in range(CONTACTS_AT_ONCE + 1)])
        delete_contact(tx, world.alice, ids[-1])
        tx.run("DELETE FROM contact_words")
        if tx.engine == "postgresql":
            tx.run("DELETE FROM term_contacts")
        assert search_contacts(tx, organization_id, "clerk", limit=1).total == 0
        jobs.enqueue(tx, organization_id, INDEX_JOB, {})
    worker = Worker(fresh_database, fresh_settings)
    assert worker.run_one()
    with fresh_database.read() as tx:
        assert search_contacts(tx, organization_id, "clerk", limit=1).total == CONTACTS_AT_ONCE
        assert [job.state for job in jobs.list_jobs(tx, organization_id, INDEX_JOB, limit=2)] == ["done"]
