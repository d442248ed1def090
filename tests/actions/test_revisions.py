"""Revisions: what clients can see of a contact moves its revision and has an event that names it; nothing else does."""

import ast
import threading
from pathlib import Path
from typing import Any

import pytest
from everything import add_everything
from recorded import Recorded, events_after
from seen import look
from verbs import steps
from world import World, make_world

from coterie.actions import bulk_updates, contacts, gifts, notes, terms
from coterie.actions.consequences import AT_ONCE_MAX, CONTACTS_PER_JOB
from coterie.model.contacts import Contact, sort_keys
from coterie.model.events import CHANGES_CONTACTS, CONSEQUENCES, KINDS, SHOWN_WITH_CONTACTS
from coterie.model.ids import new_id
from coterie.model.terms import TAGS
from coterie.settings import Settings
from coterie.store import contacts as store
from coterie.store.database import Database, Tx
from coterie.store.events import find_last_event
from coterie.worker.loop import Worker

ACTIONS = Path(__file__).parents[2] / "coterie/actions"
NOUNS = ("addresses", "attachments", "books", "cadences", "contact_equality", "contact_relationships", "contacts",
         "dates", "deletions", "devices", "folders", "gifts", "handles", "interactions", "labels", "name_merges",
         "notes", "pets", "properties", "reminders", "subscriptions", "terms", "touches",
         "user_relationships")  # fmt: skip
# Public functions of these files that are no verbs: verbs call them, and record what they did
PARTS = {
    "books.is_stale", "deletions.check_deletions", "subscriptions.find_subscription", "subscriptions.request_run",
    "cadences.find_cadence", "cadences.target_of", "cadences.list_due",
    "attachments.check_room", "attachments.delete_unreferenced", "attachments.delete_files_of", "contacts.list_related",
    "folders.change_folders", "handles.check_username_is_free", "handles.new_primary", "handles.save_handles",
    "handles.is_username_taken", "handles.make_username_former",
    "notes.change_pinned_note", "properties.change_values",
    "attachments.change_pictures", "folders.find_or_create_folder", "terms.change_tags",
    # what undo calls (tests/actions/test_undo_of_changes.py)
    "folders.insert_again", "properties.insert_again", "reminders.insert_again",
    "touches.restore_touch", "reminders.save_as_before",
    # what the worker does with a user's own reminders
    "reminders.refresh_dates", "reminders.mark_sent", "reminders.mark_failed", "reminders.note_error",
    "reminders.find_reminder_of_user", "reminders.pass_over", "reminders.rewind_reminders",
}  # fmt: skip


@pytest.mark.slow
def test_every_verb_moves_what_clients_see_and_nothing_else(world: World, tmp_path: Path) -> None:
    add_everything(world, tmp_path)
    with world.database.read() as tx:
        seen, rows = look(tx, world.alice, tmp_path)
    done = set()
    for name, work in steps(world, tmp_path):
        with world.database.write() as tx:
            last = find_last_event(tx, world.organization.id)
            work(tx)
        with world.database.read() as tx:
            now_seen, now_rows = look(tx, world.alice, tmp_path)
            events = events_after(tx, world.organization.id, last)
            check_tombstones(tx, world, [rows[each] for each in rows.keys() - now_rows.keys()])
        everyone = rows.keys() | now_rows.keys()
        changed = {each for each in everyone if seen.get(each) != now_seen.get(each)}
        moved = {each for each in everyone if revision(rows, each) != revision(now_rows, each)}
        touched = {each for each in rows.keys() & now_rows.keys() if rows[each].updated_at != now_rows[each].updated_at}
        assert moved == changed, (name, moved, changed)
        assert named(events) == changed, (name, events)
        assert touched == changed & rows.keys() & now_rows.keys(), name
        if moved & now_rows.keys():
            assert min(now_rows[each].revision for each in moved & now_rows.keys()) > max(
                row.revision for row in rows.values()
            )
        seen, rows = now_seen, now_rows
        done.add(name)
    assert done - {""} == every_verb()


def revision(rows: dict[int, Contact], contact_id: int) -> int | None:
    return rows[contact_id].revision if contact_id in rows else None


def named(events: list[Recorded]) -> set[int]:
    """The contacts these events name as changed, created or erased."""
    kinds = CHANGES_CONTACTS | {"contact.created", "contact.erased"}
    return {contact_id for event in events if event.kind in kinds for contact_id in event.contact_ids}


def check_tombstones(tx: Tx, world: World, erased: list[Contact]) -> None:
    for contact in erased:
        row = tx.one(
            "SELECT revision FROM contact_tombstones WHERE organization_id = :o AND uuid = :uuid",
            {"o": world.organization.id, "uuid": contact.uuid},
        )
        assert row is not None
        assert row[0] > contact.revision


def every_verb() -> set[str]:
    return {
        f"{noun}.{node.name}"
        for noun in NOUNS
        for node in ast.parse((ACTIONS / f"{noun}.py").read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and node.args.args[0].arg == "tx"
    } - PARTS


def test_every_kind_of_event_is_shown_with_contacts_or_is_not() -> None:
    assert {kind.partition(".")[0] for kind in KINDS} == set(SHOWN_WITH_CONTACTS)
    assert CONSEQUENCES <= CHANGES_CONTACTS <= set(KINDS)


def test_a_tag_of_many_contacts_reaches_them_all_by_jobs(fresh_database: Database, fresh_settings: Settings) -> None:
    world, count = make_world(fresh_database), CONTACTS_PER_JOB + AT_ONCE_MAX + 1
    with fresh_database.write() as tx:
        tag = terms.create_term(tx, world.alice, TAGS, "Chess")
        ids = add_tagged(tx, world, tag.id, count)
        before = revisions(tx, world)
        terms.update_term(tx, world.alice, TAGS, tag.id, "Go")
        assert revisions(tx, world) == before
        contacts.erase_contact(tx, world.alice, ids[0])
        last = find_last_event(tx, world.organization.id)
    worker = Worker(fresh_database, fresh_settings)
    while worker.run_one():
        pass
    with fresh_database.read() as tx:
        after, events = revisions(tx, world), events_after(tx, world.organization.id, last)
    assert {each for each, number in after.items() if number != before[each]} == set(ids[1:])
    assert sorted(each for event in events for each in event.contact_ids) == ids[1:]
    assert {(event.kind, event.subject_id) for event in events} == {("contact.tag_changed", tag.id)}


def add_tagged(tx: Tx, world: World, tag_id: str, count: int) -> list[int]:
    organization_id = world.organization.id
    first = store.next_contact_ids(tx, organization_id, count)
    blank = dict.fromkeys(store.COLUMNS) | {"status": "subscribed", "created_at": "", "updated_at": "", "revision": 0}
    people = [Contact(**blank | {"id": first + number, "uuid": new_id()}) for number in range(count)]
    store.insert_contacts(tx, organization_id, [(contact, sort_keys(contact)) for contact in people])
    tx.insert_rows(
        "contact_tags",
        [{"organization_id": organization_id, "contact_id": each.id, "tag_id": tag_id} for each in people],
    )
    return [contact.id for contact in people]


def revisions(tx: Tx, world: World) -> dict[int, int]:
    rows = tx.all("SELECT id, revision FROM contacts WHERE organization_id = :o", {"o": world.organization.id})
    return {contact_id: number for contact_id, number in rows}


def test_who_asks_what_is_above_the_last_revision_misses_nothing(world: World) -> None:
    """Writers at once, of one contact, of several and of a tag that all have; a reader asks again and again."""
    database = world.database
    with database.write() as tx:
        tag = terms.create_term(tx, world.alice, TAGS, "Chess")
        ids = add_tagged(tx, world, tag.id, 20)
        last = max(revisions(tx, world).values())
    reader = Reader(world, last)
    errors = at_once([reader.poll], [Writer(world, ids, tag.id, number).run for number in range(len(WORKS))], reader)
    reader.read()
    assert errors == []
    with database.read() as tx:
        assert reader.seen == {each: number for each, number in revisions(tx, world).items() if each in ids}


class Reader:
    """Reads what is above the last revision it has seen, until it is stopped."""

    def __init__(self, world: World, last: int) -> None:
        self.world, self.last, self.seen = world, last, dict[int, int]()
        self.stopped = threading.Event()

    def read(self) -> None:
        with self.world.database.read() as tx:
            rows = tx.all(
                "SELECT id, revision FROM contacts WHERE organization_id = :o AND revision > :last ORDER BY revision",
                {"o": self.world.organization.id, "last": self.last},
            )
        self.seen.update({contact_id: revision for contact_id, revision in rows})
        self.last = rows[-1][1] if rows else self.last

    def poll(self) -> None:
        while not self.stopped.is_set():
            self.read()


class Writer:
    """One of WORKS, 15 times, each in a transaction that is not tried again."""

    def __init__(self, world: World, ids: list[int], tag_id: str, number: int) -> None:
        self.world, self.caller, self.ids, self.tag_id, self.number = world, world.alice, ids, tag_id, number

    def run(self) -> None:
        for turn in range(15):
            with self.world.database.write() as tx:
                WORKS[self.number](self, tx, turn)

    def rename(self, tx: Tx, turn: int) -> None:
        terms.update_term(tx, self.caller, TAGS, self.tag_id, f"Chess {turn}")

    def tag(self, tx: Tx, turn: int) -> None:
        verb = terms.take_off_contact if turn % 2 == 0 else terms.put_on_contact
        verb(tx, self.caller, TAGS, self.ids[turn // 2], self.tag_id)

    def update(self, tx: Tx, turn: int) -> None:
        contacts.update_contact(tx, self.caller, self.ids[turn + 2], {"bio": f"{turn}", "note": f"{turn}"})

    def give(self, tx: Tx, turn: int) -> None:
        gifts.create_gift(tx, self.caller, self.ids[turn], {"name": "Vacuum", "status": "given"})

    def write(self, tx: Tx, turn: int) -> None:
        found = store.uuids_of(tx, self.caller.organization_id, (self.ids[turn + 4], self.ids[0]))
        notes.create_note(tx, self.caller, {"text": "both", "contacts": list(found.values())})

    def delete(self, tx: Tx, turn: int) -> None:
        verb = contacts.delete_contact if turn % 2 == 0 else contacts.restore_contact
        verb(tx, self.caller, self.ids[19])

    def change_many(self, tx: Tx, turn: int) -> None:
        updates = [{"id": each, "fields": {"employer": f"{turn}"}} for each in reversed(self.ids[:19])]
        bulk_updates.apply_batch(tx, self.caller, updates, bulk_updates.UpdateProgress(total=19))


WORKS = (Writer.rename, Writer.tag, Writer.update, Writer.give, Writer.write, Writer.delete, Writer.change_many)


def at_once(readers: list[Any], writers: list[Any], reader: Reader) -> list[BaseException]:
    """Runs all at once; the readers end after the writers. What any of them raised."""
    errors: list[BaseException] = []

    def run(work: Any) -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in (*writers, *readers)]
    for thread in threads:
        thread.start()
    for thread in threads[: len(writers)]:
        thread.join()
    reader.stopped.set()
    for thread in threads:
        thread.join()
    return errors


@pytest.mark.parametrize("verb", [contacts.delete_contact, contacts.restore_contact])
def test_what_changes_nothing_moves_nothing(world: World, verb: object) -> None:
    with world.database.write() as tx:
        if verb is contacts.delete_contact:
            contacts.delete_contact(tx, world.alice, world.marge.id)
        before, last = revisions(tx, world), find_last_event(tx, world.organization.id)
        verb(tx, world.alice, world.marge.id)  # type: ignore[operator]
        assert (revisions(tx, world), find_last_event(tx, world.organization.id)) == (before, last)
