"""Each invariant is broken by SQL, reported, repaired, and then holds. On both engines."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from databases import copy_instance, make_settings
from everything import add_everything, put
from world import World, make_world

from coterie.actions.contacts import create_contact
from coterie.actions.merges import merge_contacts
from coterie.checks.run import CheckResult, run_checks
from coterie.model.relationships import type_id
from coterie.search.texts import load_texts
from coterie.store.contacts import find_contact
from coterie.store.database import Database, open_database
from coterie.store.files import file_path, save_file
from coterie.store.jobs import enqueue

# how PostgreSQL may read a table
PLANS = ("seqscan", "indexscan", "bitmapscan")


@pytest.fixture(scope="module")
def original(engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> World:
    """A world with everything. Its database is closed: tests break copies of it."""
    database = open_database(make_settings(engine, tmp_path_factory.mktemp("full"), request))
    world = make_world(database)
    add_everything(world, database.settings.data_folder)
    database.close()
    return world


@pytest.fixture
def full(original: World, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    database = open_database(copy_instance(original.database.settings, tmp_path, request))
    yield replace(original, database=database)
    database.close()


def found(world: World, *, deep: bool = False, repair: bool = False) -> dict[str, CheckResult]:
    database = world.database
    results = run_checks(database, database.settings, is_deep=deep, is_repairing=repair)
    return {result.name: result for result in results if result.problem_count}


def run(world: World, sql: str, **bound: Any) -> None:
    with world.database.write() as tx:
        assert tx.run(sql, {"o": world.alice.organization_id, **bound}) > 0


def one(world: World, sql: str, **bound: Any) -> Any:
    with world.database.read() as tx:
        row = tx.one(sql, {"o": world.alice.organization_id, **bound})
    assert row is not None
    return row[0]


def test_a_merged_contact_is_no_problem(fresh_database: Database) -> None:
    world = make_world(fresh_database)
    ned, pinned = {"real_name": "Ned", "email": "ned@example.org", "phone": "+1 939 555 0100"}, {"note": "Left-handed"}
    with world.database.write() as tx:
        second = create_contact(tx, world.alice, ned | pinned)
        merge_contacts(tx, world.alice, world.marge.id, [second.id])
    assert found(world, deep=True) == {}


def counters(world: World) -> None:
    run(world, "UPDATE counters SET value = value + 7 WHERE organization_id = :o AND name = 'contacts'")
    run(world, "DELETE FROM counters WHERE organization_id = :o AND name = 'folders'")
    run(world, "UPDATE counters SET value = value - 1 WHERE organization_id = :o AND name = 'notes'")


def sequences(world: World) -> None:
    for name in ("event_id", "contact_id", "folder_id"):
        run(world, "UPDATE counters SET value = 0 WHERE organization_id = :o AND name = :name", name=name)


def contact_counts(world: World) -> None:
    for table in ("folders", "tags", "expertises"):
        run(world, f"UPDATE {table} SET contact_count = contact_count + 3 WHERE organization_id = :o")


def no_primary(world: World) -> None:
    run(world, "UPDATE handles SET is_primary = FALSE WHERE organization_id = :o AND channel = 'email'")


def two_primaries(world: World) -> None:
    run(world, "UPDATE handles SET is_primary = TRUE WHERE organization_id = :o")


def summaries(world: World) -> None:
    run(world, "UPDATE contacts SET email = 'old@example.org', phone = NULL WHERE organization_id = :o")


def sort_keys(world: World) -> None:
    run(world, "UPDATE contacts SET name_key = 'zzz', bio_key = 'a' WHERE organization_id = :o")


def pinned_notes(world: World) -> None:
    run(world, "UPDATE contacts SET pinned_note = 'another' WHERE organization_id = :o")


def recent(world: World) -> None:
    run(world, "UPDATE interactions SET is_recent = NOT is_recent WHERE organization_id = :o")


def no_mirror_reference(world: World) -> None:
    run(world, "UPDATE contact_relationships SET mirror_id = NULL WHERE organization_id = :o")


def other_mirrors(world: World) -> None:
    run(
        world,
        "UPDATE contact_relationships SET anniversary_on = '1999-01-01', deleted_at = NULL, type_id = :type"
        " WHERE organization_id = :o AND id = (SELECT min(id) FROM contact_relationships WHERE organization_id = :o)",
        type=type_id("Manager"),
    )


def one_side(world: World) -> None:
    run(
        world,
        "DELETE FROM contact_relationships"
        " WHERE organization_id = :o AND id = (SELECT max(id) FROM contact_relationships WHERE organization_id = :o)",
    )


def tombstones(world: World) -> None:
    run(
        world,
        "INSERT INTO contact_tombstones (organization_id, uuid, revision) VALUES (:o, :uuid, 1)",
        uuid=world.marge.uuid,
    )


def revisions(world: World) -> None:
    run(world, "UPDATE contacts SET revision = 0 WHERE organization_id = :o AND id = :id", id=world.marge.id)


def shared_revision(world: World) -> None:
    run(
        world,
        "UPDATE contacts SET revision = (SELECT revision FROM contacts WHERE organization_id = :o AND id = :homer)"
        " WHERE organization_id = :o AND id = :marge",
        homer=world.homer.id,
        marge=world.marge.id,
    )


def unindexed(world: World) -> None:
    if world.database.engine == "sqlite":
        run(
            world,
            "DELETE FROM contact_words WHERE rowid = :id",
            id=(world.alice.organization_id << 32) + world.marge.id,
        )
    else:
        run(world, "DELETE FROM contact_words WHERE organization_id = :o AND contact_id = :id", id=world.marge.id)


def indexed_though_deleted(world: World) -> None:
    run(
        world,
        "UPDATE contacts SET deleted_at = '2026-01-01T00:00:00.000000Z' WHERE organization_id = :o AND id = :id",
        id=world.homer.id,
    )


def unindexed_messages(world: World) -> None:
    run(world, "UPDATE interactions SET search_number = NULL WHERE organization_id = :o")


def messages_without_words(world: World) -> None:
    if world.database.engine == "sqlite":
        run(world, "DELETE FROM message_words WHERE rowid BETWEEN :o << 32 AND (:o + 1) << 32")
    else:
        run(world, "DELETE FROM message_words WHERE organization_id = :o")


def touch_plans(world: World) -> None:
    run(world, "UPDATE touch_plans SET due_on = '2020-01-01' WHERE organization_id = :o")


def plans_of_nobody(world: World) -> None:
    run(world, "UPDATE touch_plans SET contact_id = contact_id + 1000000 WHERE organization_id = :o")


def _subscribe(world: World, folder_id: int | None, *cards: dict[str, Any]) -> None:
    org, now = world.alice.organization_id, "2026-01-01T00:00:00.000000Z"
    with world.database.write() as tx:
        put(tx, "subscriptions", organization_id=org, id="s", name="Elsewhere", url="https://x.example/",
            username="u", password_sealed="", direction="mirror", policy="remote", state="active",
            folder_id=folder_id, created_at=now, updated_at=now)  # fmt: skip
        for card in cards:
            put(tx, "remote_cards", organization_id=org, subscription_id="s", etag="1", remote_body="-", **card)


def in_step_with_nobody(world: World) -> None:
    _subscribe(world, None, {"href": "/a.vcf", "state": "bound", "contact_id": 4711},
               {"href": "/b.vcf", "state": "held", "contact_id": None})  # fmt: skip


def in_step_twice(world: World) -> None:
    cards = [{"href": f"/{name}.vcf", "state": "bound", "contact_id": world.marge.id} for name in "ab"]
    _subscribe(world, None, *cards)


def group_without_lines(world: World) -> None:
    run(world, "DELETE FROM card_bodies WHERE organization_id = :o AND href = 'g.vcf'")


BROKEN: dict[Callable[[World], None], set[str]] = {
    counters: {"counts"},
    sequences: {"sequences"},
    contact_counts: {"contact-counts"},
    no_primary: {"handles"},
    two_primaries: {"handles"},
    summaries: {"handles"},
    sort_keys: {"sort-keys"},
    pinned_notes: {"pinned-notes"},
    recent: {"recent-interactions"},
    touch_plans: {"touch-plans"},
    plans_of_nobody: {"touch-plans"},
    in_step_with_nobody: {"subscription-cards"},
    in_step_twice: {"subscription-cards"},
    group_without_lines: {"groups"},
    no_mirror_reference: {"relationships"},
    other_mirrors: {"relationships"},
    one_side: {"relationships"},
    tombstones: {"tombstones"},
    revisions: {"revisions"},
    shared_revision: {"revisions"},
    unindexed: {"search-index"},
    unindexed_messages: {"message-index"},
    messages_without_words: {"message-index"},
    indexed_though_deleted: {"search-index", "counts"},
}


def test_a_world_with_everything_is_consistent(full: World) -> None:
    assert found(full, deep=True) == {}


@pytest.mark.parametrize("break_it", BROKEN, ids=lambda function: function.__name__)
def test_a_broken_invariant_is_reported_and_repaired(full: World, break_it: Callable[[World], None]) -> None:
    break_it(full)
    reported = found(full)
    assert BROKEN[break_it] <= reported.keys()
    assert all(result.repaired_count == 0 and result.examples for result in reported.values())
    assert found(full).keys() == reported.keys(), "reporting changes nothing"
    repaired = found(full, repair=True)
    assert all(result.open_count == 0 for result in repaired.values())
    assert found(full, deep=True) == {}


def test_a_repaired_contact_has_a_new_revision(full: World) -> None:
    before = one(full, "SELECT revision FROM contacts WHERE organization_id = :o AND id = :id", id=full.homer.id)
    no_primary(full)
    found(full, repair=True)
    with full.database.read() as tx:
        homer = find_contact(tx, full.alice.organization_id, full.homer.id)
    assert homer and homer.email == "homer@example.org" and homer.revision > before


def test_a_cleared_channel_stays_without_a_primary_handle(full: World) -> None:
    no_primary(full)
    run(full, "UPDATE contacts SET email = NULL, email_key = '' WHERE organization_id = :o")
    assert found(full) == {}


def test_the_other_side_of_a_repaired_relationship_has_the_inverse_type(full: World) -> None:
    one_side(full)
    found(full, repair=True)
    assert one(full, "SELECT count(*) FROM contact_relationships WHERE organization_id = :o AND mirror_id IS NULL") == 0


def test_events_name_their_contacts_again_where_their_subject_tells(full: World) -> None:
    run(full, "DELETE FROM event_contacts WHERE organization_id = :o")
    reported = found(full)
    assert reported.keys() == {"events"}
    repaired = found(full, repair=True)["events"]
    assert 0 < repaired.repaired_count < repaired.problem_count, "events of tags do not tell"
    assert found(full)["events"].problem_count == repaired.open_count
    sql = (
        "SELECT count(*) FROM event_contacts ec JOIN events e ON e.organization_id = ec.organization_id"
        " AND e.id = ec.event_id WHERE e.organization_id = :o AND e.kind = 'contact.created' AND ec.contact_id = :id"
    )
    assert one(full, sql, id=full.marge.id) == 1


def test_other_words_are_found_by_a_deep_check(full: World) -> None:
    run(full, "UPDATE contacts SET nickname = 'Zorro' WHERE organization_id = :o AND id = :id", id=full.homer.id)
    assert "search-index" not in found(full)
    assert found(full, deep=True)["search-index"].examples[0].subject == f"contact {full.homer.id}"
    found(full, deep=True, repair=True)
    assert found(full, deep=True) == {}


def test_the_words_of_a_contact_do_not_depend_on_where_its_rows_are_stored(fresh_database: Database) -> None:
    world = make_world(fresh_database)
    fields = {"real_name": "Abe", "linkedin_url": "https://linkedin.com/in/abe-s", "email": "grampa@castle.example"}
    with world.database.write() as tx:
        abe = create_contact(tx, world.alice, fields | {"phone": "+1 939 555 0100"})
    run(world, "UPDATE handles SET label = 'old' WHERE organization_id = :o AND channel = 'linkedin'")
    assert found(world, deep=True) == {}
    with world.database.read() as tx:
        texts = [load_texts(tx, world.alice.organization_id, [abe.id])]
        if tx.engine == "postgresql":  # which has moved that row behind the others
            for plan in PLANS:
                for each in PLANS:
                    tx.run(f"SET LOCAL enable_{each} = {'on' if each == plan else 'off'}")
                texts.append(load_texts(tx, world.alice.organization_id, [abe.id]))
    assert all(each == texts[0] for each in texts)


def test_missing_shorter_and_changed_files_are_reported(full: World) -> None:
    folder = full.database.settings.data_folder
    digest = one(full, "SELECT digest FROM attachments WHERE organization_id = :o")
    path = file_path(folder, digest)
    content = path.read_bytes()
    path.write_bytes(content[::-1])
    assert "attachments" not in found(full)
    assert "other bytes" in found(full, deep=True)["attachments"].examples[0].text
    path.write_bytes(content[:5])
    assert "has 5 bytes instead of" in found(full)["attachments"].examples[0].text
    path.unlink()
    missing = found(full, repair=True)["attachments"]
    assert "is missing" in missing.examples[0].text
    assert (missing.open_count, missing.is_repairable, missing.hint is not None) == (1, False, True)


def _old_file(folder: Path) -> str:
    digest, _ = save_file(folder, os.urandom(20))
    os.utime(file_path(folder, digest), (time.time() - 3 * 86_400,) * 2)
    return digest


def test_unreferenced_files_are_deleted_by_a_job_in_an_instance_older_than_a_week(full: World) -> None:
    digest = _old_file(full.database.settings.data_folder)
    assert found(full, repair=True)["unreferenced-files"].open_count == 1
    run(full, "UPDATE organizations SET created_at = '2020-01-01T00:00:00.000000Z' WHERE id >= :o - 1")
    assert found(full, repair=True)["unreferenced-files"].open_count == 0
    arguments = one(full, "SELECT arguments FROM jobs WHERE name = 'remove_files'")
    assert digest in arguments


def test_dead_jobs_are_reported_and_stay(full: World) -> None:
    with full.database.write() as tx:
        job_id = enqueue(tx, full.alice.organization_id, "send_reminder", {})
    run(
        full,
        "UPDATE jobs SET state = 'dead', last_error = 'no server' WHERE organization_id = :o AND id = :id",
        id=job_id,
    )
    dead = found(full, repair=True)["dead-jobs"]
    assert dead.examples[0].subject == f"job {job_id}" and "no server" in dead.examples[0].text
    assert one(full, "SELECT state FROM jobs WHERE id = :id", id=job_id) == "dead"


def test_a_subscription_without_its_folder_is_reported(full: World) -> None:
    _subscribe(full, 4711, {"href": "/a.vcf", "state": "bound", "contact_id": full.marge.id})
    result = found(full, repair=True)["subscription-folders"]
    assert (result.problem_count, result.open_count, result.is_repairable) == (1, 1, False)
    assert result.hint is not None and "coterie subscriptions remove" in result.hint


def test_many_problems_are_repaired_in_several_transactions(full: World) -> None:
    with full.database.write() as tx:
        tx.insert_rows(
            "contact_tombstones",
            [{"organization_id": full.alice.organization_id, "uuid": full.marge.uuid, "revision": 1}],
        )
        tx.insert_rows(
            "tags",
            [
                {"organization_id": full.alice.organization_id, "id": f"t{n}", "name": f"t{n}", "name_key": f"t{n}",
                 "contact_count": 5, "created_at": "2020", "updated_at": "2020"}
                for n in range(250)
            ],
        )  # fmt: skip
    result = found(full, repair=True)["contact-counts"]
    assert (result.problem_count, result.open_count, len(result.examples)) == (250, 0, 10)
    assert found(full) == {}
