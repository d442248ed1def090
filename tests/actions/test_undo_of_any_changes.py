"""Undo of any changes in any order: each door shows what it showed before, and after the undo of the undo the same.

Except merges, which keep what was edited since.
"""

from contextlib import suppress
from typing import Any

import pytest
from copied_worlds import worlds_in
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from test_undo_of_changes import differing, shown
from world import World

from coterie.actions import addresses, contacts, dates, folders, gifts, handles, notes, properties, terms
from coterie.actions.undo import undo_events
from coterie.errors import CoterieError
from coterie.model.terms import TAGS
from coterie.settings import Settings
from coterie.store.database import Database, Tx
from coterie.store.events import find_last_event

TEXTS = st.sampled_from(("", "a", "Ω", "Homer"))
EMAILS = st.sampled_from((None, "a@example.org", "b@example.org", "c@example.org"))
NAMES = st.sampled_from(("Chess", "Go"))
WHO = st.sampled_from((0, 1))
STEPS = st.one_of(
    st.tuples(st.just("bio"), WHO, TEXTS),
    st.tuples(st.just("real_name"), WHO, TEXTS),
    st.tuples(st.just("birthday"), WHO, st.sampled_from(("", "1980-05-12", "--05-12"))),
    st.tuples(st.just("email"), WHO, EMAILS),
    st.tuples(st.just("username"), WHO, st.sampled_from((None, "one", "two"))),
    st.tuples(st.just("note"), WHO, TEXTS),
    st.tuples(st.just("property"), WHO, st.sampled_from((None, "S", "M"))),
    st.tuples(st.just("handle"), WHO, EMAILS.filter(bool)),
    st.tuples(st.just("tag"), WHO, NAMES),
    st.tuples(st.just("untag"), WHO, NAMES),
    st.tuples(st.just("folder"), WHO, NAMES),
    st.tuples(st.just("no_folder"), WHO, st.none()),
    st.tuples(st.just("address"), WHO, st.just({"address_line_1": "Evergreen Terrace", "country": "US"})),
    st.tuples(st.just("gift"), WHO, st.just({"name": "Vacuum", "status": "given"})),
    st.tuples(st.just("date"), WHO, st.just({"label": "Wedding", "occurs_on": "--06-02"})),
    st.tuples(st.just("about_both"), WHO, TEXTS.filter(bool)),
    st.tuples(st.just("delete"), WHO, st.none()),
    st.tuples(st.just("restore"), WHO, st.none()),
)


@pytest.mark.slow
@limits(deadline=None, max_examples=60)
@given(st.lists(STEPS, min_size=1, max_size=12))
def test_any_changes_are_undone_and_done_again(database: Database, settings: Settings, steps: list[Any]) -> None:
    world, folder = worlds_in(database).next(), settings.data_folder
    organization_id = world.organization.id
    with database.write() as tx:
        properties.create_definition(tx, world.alice, title="Size")
        contacts.update_contact(tx, world.alice, world.marge.id, {"note": "Blue hair", "properties": {"size": "L"}})
    with database.write() as tx:
        before = shown(tx, world, folder)
        for step in steps:
            with suppress(CoterieError), tx.savepoint():
                do(tx, world, *step)
        after, first = shown(tx, world, folder), tx.units.get(organization_id)
        last = find_last_event(tx, organization_id)
    if first is None or first > last:
        return
    with database.write() as tx:
        undone = undo_events(tx, world.bob, first, last)
        now = shown(tx, world, folder)
    assert undone.cannot == ()
    assert now == before, differing(now, before)
    if undone.first is not None and undone.last is not None:
        with database.write() as tx:
            again = undo_events(tx, world.bob, undone.first, undone.last)
            now = shown(tx, world, folder)
        assert again.cannot == ()
        assert now == after, differing(now, after)


def do(tx: Tx, world: World, verb: str, who: int, value: Any) -> None:
    caller, contact = world.bob, (world.marge, world.homer)[who]
    contact_id = contact.id
    if verb in ("bio", "real_name", "birthday", "email", "username", "note"):
        contacts.update_contact(tx, caller, contact_id, {verb: value})
    elif verb == "property":
        contacts.update_contact(tx, caller, contact_id, {"properties": {"size": value}})
    elif verb == "handle":
        handles.add_handle(tx, caller, contact_id, "email", value, "email", "work")
    elif verb == "tag":
        tag = terms.create_term(tx, caller, TAGS, value)
        terms.put_on_contact(tx, caller, TAGS, contact_id, tag.id)
    elif verb == "untag":
        tag = terms.create_term(tx, caller, TAGS, value)
        terms.take_off_contact(tx, caller, TAGS, contact_id, tag.id)
    elif verb == "folder":
        folders.set_folders(tx, caller, contact_id, [folders.find_or_create_folder(tx, caller, value).id])
    elif verb == "no_folder":
        folders.set_folders(tx, caller, contact_id, [])
    elif verb == "address":
        addresses.add_address(tx, caller, contact_id, value)
    elif verb == "gift":
        gifts.create_gift(tx, caller, contact_id, value)
    elif verb == "date":
        dates.create_date(tx, caller, contact_id, value)
    elif verb == "about_both":
        notes.create_note(tx, caller, {"text": value, "contacts": [world.marge.uuid, world.homer.uuid]})
    elif verb == "delete":
        contacts.delete_contact(tx, caller, contact_id)
    else:
        contacts.restore_contact(tx, caller, contact_id)
