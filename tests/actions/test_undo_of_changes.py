"""Undo: every verb is undone so that each door shows what it showed before, or is named as one that cannot be."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from everything import add_everything
from imports.runs import applied, google, person
from msgspec.structs import replace
from seen import look
from verbs import steps
from world import World

from coterie.actions import bulk_updates, contacts, reminders
from coterie.actions.merges import merge_contacts
from coterie.actions.new_contacts import create_contacts
from coterie.actions.undo import undo_events
from coterie.errors import Invalid, NotFound
from coterie.model.imports import ContactDraft
from coterie.model.terms import TAGS
from coterie.model.undo import REASONS, Undone
from coterie.settings import Settings
from coterie.store.contacts import find_contact, list_contacts_by_id
from coterie.store.database import Tx
from coterie.store.events import find_last_event
from coterie.store.folders import list_folders
from coterie.store.merges import find_survivors
from coterie.store.terms import list_terms
from coterie.worker.loop import Worker

# (verb, reason) of those that cannot be undone; make_equal erases pictures and attaches others
CANNOT = {
    *((f"{noun}s.erase_{noun}", "erased") for noun in (
        "attachment", "contact", "contact_relationship", "date", "gift", "handle", "note", "pet", "term",
        "user_relationship",
    )),
    ("addresses.erase_address", "erased"), ("attachments.attach_file", "not_undoable"),
    ("attachments.set_picture", "not_undoable"),
    ("contact_equality.make_equal", "erased"), ("contact_equality.make_equal", "not_undoable"),
    # access, and what devices read: they are added and removed at pages of their own
    *((verb, "not_undoable") for verb in (
        "books.add_book", "books.add_folder_book", "books.remove_book", "deletions.allow_deletions",
        "deletions.restore_batch", "deletions.restore_deletions", "deletions.restore_or_start", "devices.add_device",
        "devices.revoke_device", "devices.set_groups", "devices.show_groups", "subscriptions.add_subscription",
        "subscriptions.pause_subscription", "subscriptions.remove_subscription", "subscriptions.update_subscription",
    )),
    # no event holds the text of a personal note, or the values of all contacts
    ("notes.update_note", "no_values"), ("properties.delete_definition", "no_values"),
}  # fmt: skip
_NOT_SHOWN = {"updated_at", "revision", "etag", "deleted_at"}


def shown(tx: Tx, world: World, folder: Path) -> dict[int, Any]:
    """What each door shows of the contacts that are not deleted, without moments of changes."""
    seen, rows = look(tx, world.bob, folder, with_parts=False)
    return {
        contact_id: _without_moments(doors) for contact_id, doors in seen.items() if rows[contact_id].deleted_at is None
    }


def _without_moments(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_moments(each) for name, each in value.items() if name not in _NOT_SHOWN}
    if isinstance(value, str):
        return "\n".join(line for line in value.split("\n") if not line.startswith("REV"))
    return [_without_moments(each) for each in value] if isinstance(value, list) else value


def undo_since(world: World, first: int, last: int) -> Undone:
    with world.database.write() as tx:
        return undo_events(tx, world.bob, first, last)


def test_undoing_a_new_contact_deletes_the_names_that_came_with_it(world: World) -> None:
    with world.database.write() as tx:
        before = find_last_event(tx, world.organization.id)
        create_contacts(tx, world.bob, [ContactDraft(first_name="Ned", tags=["Leftorium"], folders=["Neighbours"])])
        last = find_last_event(tx, world.organization.id)
    assert undo_since(world, before + 1, last).cannot == ()
    with world.database.read() as tx:
        assert "Leftorium" not in {tag.name for tag in list_terms(tx, world.organization.id, TAGS, limit=9)}
        assert "Neighbours" not in {each.name for each in list_folders(tx, world.organization.id, limit=9)}


@pytest.mark.slow
def test_every_verb_is_undone_and_done_again_or_named(world: World, tmp_path: Path) -> None:
    add_everything(world, tmp_path)
    named = set()
    with world.database.read() as tx:
        now = shown(tx, world, tmp_path)
    for name, work in steps(world, tmp_path):
        with world.database.write() as tx:
            before, first = now, find_last_event(tx, world.organization.id) + 1
            work(tx)
            now = after = shown(tx, world, tmp_path)
            last = find_last_event(tx, world.organization.id)
        if last < first:
            continue
        undone = undo_since(world, first, last)
        named |= {(name, each.reason) for each in undone.cannot}
        with world.database.read() as tx:
            now = shown(tx, world, tmp_path)
        if not undone.cannot:
            assert now == before, (name, differing(now, before))
        if undone.first and undone.last:
            again = undo_since(world, undone.first, undone.last)
            assert not again.cannot, (name, again)
            with world.database.read() as tx:
                now = shown(tx, world, tmp_path)
            assert now == after, (name, differing(now, after))
    assert named == CANNOT
    assert {reason for _, reason in named} <= set(REASONS)


def test_a_later_change_stays_and_is_named(world: World) -> None:
    marge = world.marge.id
    first, last = unit(world, lambda tx: contacts.update_contact(tx, world.bob, marge, {"bio": "1", "employer": "A"}))
    unit(world, lambda tx: contacts.update_contact(tx, world.alice, marge, {"bio": "2"}))
    undone = undo_since(world, first, last)
    assert [(each.reason, each.fields) for each in undone.cannot] == [("changed_since", ("bio",))]
    with world.database.read() as tx:
        contact = find_contact(tx, world.organization.id, marge)
    assert contact is not None
    assert (contact.bio, contact.employer) == ("2", None)


def test_a_contact_that_was_changed_since_stays(world: World) -> None:
    made: list[int] = []
    first, last = unit(world, lambda tx: made.append(contacts.create_contact(tx, world.bob, {"real_name": "Ned"}).id))
    change = unit(world, lambda tx: contacts.update_contact(tx, world.alice, made[0], {"bio": "Left-handed"}))
    assert [each.reason for each in undo_since(world, first, last).cannot] == ["changed_since"]
    assert not undo_since(world, *change).cannot
    assert not undo_since(world, first, last).cannot
    assert [each.reason for each in undo_since(world, first, last).cannot] == ["undone"]


def test_what_is_of_another_user_or_organization_is_not_undone(world: World) -> None:
    fields = {"title": "Call", "due_at": "2030-01-01T10:00:00Z"}
    first, last = unit(world, lambda tx: reminders.create_reminder(tx, world.alice, fields, world.marge.id))
    assert [each.reason for each in undo_since(world, first, last).cannot] == ["not_yours"]
    with world.database.write() as tx, pytest.raises(NotFound):
        undo_events(tx, world.charlie, first + 500, last + 500)
    with world.database.write() as tx, pytest.raises(Invalid):
        undo_events(tx, world.bob, last, first - 1)


def test_an_import_is_undone_only_with_its_scope(world: World, tmp_path: Path) -> None:
    applied(world.database, world.alice, tmp_path, google(tmp_path, person("Ned", "Flanders")))
    with world.database.read() as tx:
        event_id = find_last_event(tx, world.organization.id)
    for caller in (replace(world.alice, scopes=("contacts:write",)), replace(world.alice, via="mcp")):
        with world.database.write() as tx:
            assert [each.reason for each in undo_events(tx, caller, event_id, event_id).cannot] == ["import"]
    with world.database.write() as tx:
        assert undo_events(tx, world.alice, event_id, event_id).cannot == ()


def test_an_update_of_many_is_undone_as_one(world: World, settings: Settings) -> None:
    entries = [bulk_updates.Entry("id", each, {"employer": "Plant"}) for each in (world.marge.id, world.homer.id)]
    first, last = unit(world, lambda tx: bulk_updates.start_bulk_update(tx, world.bob, entries))
    worker = Worker(world.database, settings)
    while worker.run_one():
        pass
    undone = undo_since(world, first, last)
    assert (undone.contact_ids, undone.cannot) == (tuple(sorted((world.marge.id, world.homer.id))), ())
    with world.database.read() as tx:
        assert {each.employer for each in list_contacts_by_id(tx, world.organization.id, undone.contact_ids)} == {None}


def test_a_merge_is_undone_and_done_again(world: World) -> None:
    marge, homer = world.marge.id, world.homer.id
    first, last = unit(world, lambda tx: merge_contacts(tx, world.bob, marge, [homer]))
    undone = undo_since(world, first, last)
    with world.database.read() as tx:
        assert find_survivors(tx, world.organization.id, [homer]) == {homer: homer}
    assert undone.first and undone.last and not undone.cannot
    assert not undo_since(world, undone.first, undone.last).cannot
    with world.database.read() as tx:
        assert find_survivors(tx, world.organization.id, [homer]) == {homer: marge}


def unit(world: World, work: Callable[[Tx], Any]) -> tuple[int, int]:
    """Runs a unit of work; returns its events as (first, last)."""
    with world.database.write() as tx:
        work(tx)
        return tx.units[world.organization.id], find_last_event(tx, world.organization.id)


def differing(one: dict[int, Any], other: dict[int, Any]) -> list[Any]:
    """The places at which two renderings differ."""
    places: list[Any] = []

    def walk(path: str, left: Any, right: Any) -> None:
        if isinstance(left, dict) and isinstance(right, dict):
            for key in left.keys() | right.keys():
                walk(f"{path}.{key}", left.get(key), right.get(key))
        elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
            for place, (a, b) in enumerate(zip(left, right, strict=True)):
                walk(f"{path}.{place}", a, b)
        elif left != right:
            places.append((path, left, right))

    walk("", one, other)
    return places
