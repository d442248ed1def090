"""Chains of merges and un-merges in any order, with changes in between: nothing is lost, and all come back."""

from pathlib import Path
from typing import Any

import pytest
from copied_worlds import worlds_in
from exported import differences, exported
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from merging import check_book, make_book
from world import World

from coterie.actions.contacts import update_contact
from coterie.actions.handles import add_handle
from coterie.actions.merges import merge_contacts
from coterie.actions.notes import create_note
from coterie.actions.terms import create_term, put_on_contact
from coterie.actions.unmerges import unmerge_contact
from coterie.errors import Conflict, Invalid
from coterie.model.terms import TAGS
from coterie.store.database import Database, Tx
from coterie.store.merges import list_merges

ONE = st.integers(0, 3)
MERGE = st.tuples(
    st.just("merge"), ONE, ONE, st.sampled_from(("", "birthday", "username", "phone", "pinned_note", "name"))
)
UNMERGE = st.tuples(st.just("unmerge"), ONE)
EDIT = st.tuples(st.sampled_from(("employer", "phone", "tag", "note", "email")), ONE)
SETTINGS = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.slow
@SETTINGS
@given(st.integers(0, 10_000), st.lists(MERGE | MERGE | UNMERGE, max_size=8), st.randoms(use_true_random=False))
def test_after_any_order_the_export_is_the_same(
    database: Database, tmp_path: Path, seed: int, steps: list[Any], chance: Any
) -> None:
    world = worlds_in(database).next()
    people = make_book(world, seed)
    before = exported(world, tmp_path)
    for step in steps:
        with database.write() as tx:
            take(world, tx, people, step, 0)
            check_book(world, tx)
    unmerge_all(world, chance)
    assert differences(before, exported(world, tmp_path)) == []


@pytest.mark.slow
@SETTINGS
@given(st.integers(0, 10_000), st.lists(MERGE | UNMERGE | EDIT, max_size=10), st.randoms(use_true_random=False))
def test_changes_in_between_are_not_lost(
    database: Database, tmp_path: Path, seed: int, steps: list[Any], chance: Any
) -> None:
    world = worlds_in(database).next()
    people = make_book(world, seed)
    added = []
    for number, step in enumerate(steps):
        with database.write() as tx:
            if text := take(world, tx, people, step, number):
                added.append(text)
            check_book(world, tx)
    unmerge_all(world, chance)
    after = "\n".join(line for lines in exported(world, tmp_path).values() for line in lines)
    assert [text for text in added if text not in after] == []


def take(world: World, tx: Tx, people: list[int], step: Any, number: int) -> str | None:
    """Takes a step; returns the text that it added."""
    verb, which, *rest = step
    contact_id, alice = people[which], world.alice
    match verb:
        case "merge":
            other, field = people[rest[0]], rest[1]
            try:
                with tx.savepoint():
                    merge_contacts(tx, alice, contact_id, [other], {field: other} if field else None)
            except Invalid:
                pass  # the contact itself
        case "unmerge":
            merges = list_merges(tx, world.organization.id, limit=10)
            if which < len(merges):
                try:
                    with tx.savepoint():
                        unmerge_contact(tx, alice, merges[which].id)
                except Conflict:
                    pass  # another one first
        case "employer":
            update_contact(tx, alice, contact_id, {"employer": f"Edited {number}"})
        case "phone":
            add_handle(tx, alice, contact_id, "phone", f"+121255502{number:02}", "phone")
            return f"+121255502{number:02}"
        case "email":
            update_contact(tx, alice, contact_id, {"email": f"new{number}@example.org"})
        case "tag":
            put_on_contact(tx, alice, TAGS, contact_id, create_term(tx, alice, TAGS, f"New {number}").id)
            return f'"New {number}"'
        case "note":
            create_note(tx, alice, {"text": f"Written {number}"})
    return None


def unmerge_all(world: World, chance: Any) -> None:
    """Undoes all merges in a random order; one that must wait for another is tried again."""
    while True:
        with world.database.write() as tx:
            merges = list_merges(tx, world.organization.id, limit=50)
            if not merges:
                return
            chance.shuffle(merges)
            for merge in merges:
                try:
                    with tx.savepoint():
                        unmerge_contact(tx, world.alice, merge.id)
                except Conflict:
                    continue
                check_book(world, tx)
