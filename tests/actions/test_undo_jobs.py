"""Undo by a job: the same result as an undo at once, in batches; what it leaves is named, and it is undone as one."""

from pathlib import Path

import pytest
from imports.runs import google, person
from test_undo_of_changes import differing, shown, undo_since, unit
from world import World

from coterie.actions import bulk_acts, contact_relationships, contacts, notes, terms, undo_jobs
from coterie.errors import Conflict
from coterie.imports.upload import start
from coterie.model.relationships import CATALOGUE
from coterie.model.terms import TAGS
from coterie.settings import Settings
from coterie.store.contacts import find_contact
from coterie.store.database import Tx
from coterie.store.events import find_last_event
from coterie.store.jobs import find_job
from coterie.store.undo import list_events_between
from coterie.worker.loop import Worker

COUNT = 30


def run_jobs(world: World, settings: Settings) -> None:
    worker = Worker(world.database, settings)
    while worker.run_one():
        pass


def undo_by_job(world: World, settings: Settings, first: int, last: int) -> tuple[undo_jobs.UndoProgress, int]:
    """(the progress at the end, the event of the request)."""
    with world.database.write() as tx:
        job_id = undo_jobs.start_undo(tx, world.bob, first, last)
    run_jobs(world, settings)
    with world.database.read() as tx:
        job = find_job(tx, world.organization.id, job_id)
    assert job is not None
    assert job.state == "done", job.last_error
    return undo_jobs.progress_of(job), undo_jobs.arguments_of(job).event_id


def add_many(tx: Tx, world: World) -> None:
    """New contacts with parts, pairs of them related, and changes of Marge, in one unit of work."""
    tag = terms.create_term(tx, world.bob, TAGS, "Chess")
    made = []
    for number in range(COUNT):
        contacts.update_contact(tx, world.bob, world.marge.id, {"nickname": f"M{number}"})
        made.append(contacts.create_contact(tx, world.bob, {"real_name": f"Member {number}", "note": "New"}))
        terms.put_on_contact(tx, world.bob, TAGS, made[-1].id, tag.id)
        if number % 2:
            fields = {"second_contact": made[-2].uuid, "type_id": CATALOGUE[0].id}
            contact_relationships.relate(tx, world.bob, made[-1].id, fields)
    terms.update_term(tx, world.bob, TAGS, tag.id, "Go")


def test_many_changes_are_undone_in_batches_and_done_again(world: World, settings: Settings, tmp_path: Path) -> None:
    with world.database.read() as tx:
        before = shown(tx, world, tmp_path)
    first, last = unit(world, lambda tx: add_many(tx, world))
    with world.database.read() as tx:
        after = shown(tx, world, tmp_path)
        total = len(list_events_between(tx, world.organization.id, first, last, limit=10_000))
    assert total > 4 * undo_jobs.BATCH
    progress, request = undo_by_job(world, settings, first, last)
    with world.database.read() as tx:
        now, events = shown(tx, world, tmp_path), list_events_between(tx, world.organization.id, first, last, limit=999)
    assert now == before, differing(now, before)
    assert (progress.total, progress.done, progress.cannot_count) == (total, total, 0)
    assert all(event.undone_by is not None for event in events)
    again = undo_since(world, request, request)
    assert not again.cannot
    with world.database.read() as tx:
        now, events = shown(tx, world, tmp_path), list_events_between(tx, world.organization.id, first, last, limit=999)
    assert now == after, differing(now, after)
    assert all(event.undone_by is None for event in events)


def test_a_job_undoes_the_undo_of_a_job(world: World, settings: Settings, tmp_path: Path) -> None:
    first, last = unit(world, lambda tx: add_many(tx, world))
    with world.database.read() as tx:
        after = shown(tx, world, tmp_path)
    _, request = undo_by_job(world, settings, first, last)
    with world.database.read() as tx:
        (event,) = list_events_between(tx, world.organization.id, request, request, limit=2)
    assert event.kind == "undo.started"
    progress, request = undo_by_job(world, settings, request, request)
    with world.database.read() as tx:
        now = shown(tx, world, tmp_path)
    assert (now, progress.cannot_count) == (after, 0), differing(now, after)
    with world.database.read() as tx:
        assert not [
            event for event in list_events_between(tx, world.organization.id, first, last, limit=999) if event.undone_by
        ]


def test_a_later_change_stays_whatever_its_batch(world: World, settings: Settings) -> None:
    made: list[int] = []

    def work(tx: Tx) -> None:
        made.append(contacts.create_contact(tx, world.bob, {"real_name": "Ned"}).id)
        made.append(contacts.create_contact(tx, world.bob, {"real_name": "Rod"}).id)
        for number in range(3 * undo_jobs.BATCH):
            contacts.update_contact(tx, world.bob, world.marge.id, {"bio": str(number)})
        notes.create_note(tx, world.bob, {"text": "New", "contacts": [world.marge.uuid]})
        contacts.update_contact(tx, world.bob, world.homer.id, {"bio": "H", "employer": "Plant"})

    first, last = unit(world, work)
    unit(world, lambda tx: contacts.update_contact(tx, world.alice, made[0], {"bio": "Left-handed"}))
    unit(world, lambda tx: contacts.update_contact(tx, world.alice, world.homer.id, {"bio": "Safe"}))
    progress, _ = undo_by_job(world, settings, first, last)
    left = {(each.kind, each.reason, each.fields) for each in progress.cannot}
    assert left == {("contact.created", "changed_since", ()), ("contact.updated", "changed_since", ("bio",))}
    with world.database.read() as tx:
        ned, rod, homer, marge = (
            find_contact(tx, world.organization.id, each) for each in (*made, world.homer.id, world.marge.id)
        )
    assert ned and rod and homer and marge
    assert (ned.deleted_at, rod.deleted_at is None, homer.employer, homer.bio, marge.bio) == (
        None, False, None, "Safe", None,
    )  # fmt: skip


def test_a_second_undo_of_the_same_changes_waits_for_the_first(world: World, settings: Settings) -> None:
    first, last = unit(world, lambda tx: contacts.update_contact(tx, world.bob, world.marge.id, {"bio": "1"}))
    with world.database.write() as tx:
        undo_jobs.start_undo(tx, world.bob, first, last)
    with world.database.write() as tx, pytest.raises(Conflict):
        undo_jobs.start_undo(tx, world.bob, first, last)
    run_jobs(world, settings)
    progress, _ = undo_by_job(world, settings, first, last)
    assert [each.reason for each in progress.cannot] == ["undone"]


def test_what_a_running_job_does_is_left_and_named(world: World, settings: Settings) -> None:
    tag: list[str] = []
    unit(world, lambda tx: tag.append(terms.create_term(tx, world.bob, TAGS, "Crowd").id))
    selection = bulk_acts.Selection(ids=[world.marge.id, world.homer.id])

    def work(tx: Tx) -> None:
        bulk_acts.start_bulk_act(tx, world.bob, bulk_acts.Act("tag", tag[0]), selection)
        contacts.update_contact(tx, world.bob, world.marge.id, {"bio": "1"})

    first, last = unit(world, work)
    undone = undo_since(world, first, last)
    assert [(each.kind, each.reason) for each in undone.cannot] == [("bulk_update.started", "running")]
    assert undone.undone_count == 1
    # the job of the undo begins after that of the tag, which was running when the undo was requested
    progress, _ = undo_by_job(world, settings, first, first)
    assert [(each.kind, each.reason) for each in progress.cannot] == [("bulk_update.started", "running")]
    assert undo_since(world, first, first).contact_ids == tuple(sorted((world.marge.id, world.homer.id)))


def test_an_import_that_has_not_finished_is_left_and_named(world: World, tmp_path: Path) -> None:
    folder = world.database.settings.data_folder
    import_ = start(world.database, world.alice, folder, google(tmp_path, person("Ned", "Flanders")))
    with world.database.read() as tx:
        last = find_last_event(tx, world.organization.id)
    undone = undo_since(world, last, last)
    assert [(each.kind, each.subject_id, each.reason) for each in undone.cannot] == [
        ("import.started", import_.id, "running")
    ]
