"""Random stories in which contacts of a subscription are merged and un-merged: no person and no value is lost."""

from typing import Any

import pytest
from copied_worlds import worlds_in
from hypothesis import example, given, settings
from hypothesis import strategies as st
from remote.books import Book, subscribe
from remote.scripted import Scripted
from remote.sides import EDITS, FIRST, PEOPLE, SECOND, Ours, Story, Theirs
from remote.test_subscription_stories import FIXTURES, PHASES, settle
from world import World

from coterie.actions.merges import merge_contacts
from coterie.actions.unmerges import unmerge_contact
from coterie.errors import Conflict
from coterie.model.subscriptions import MIRROR, TWO_WAY
from coterie.store.merges import list_merges

pytestmark = pytest.mark.slow
PERSON = st.integers(0, 5)
EDIT = st.tuples(st.sampled_from((FIRST, SECOND)), st.sampled_from((*EDITS, "new")), PERSON)
RUN = st.just((FIRST, "run", 0))
MERGE = st.tuples(st.just("merge"), PERSON, PERSON)
UNMERGE = st.tuples(st.just("unmerge"), st.integers(0, 2), st.none())
STEPS = st.lists(EDIT | EDIT | RUN | MERGE | MERGE | UNMERGE, max_size=14)


def merge(ours: Ours, one: str, other: str) -> None:
    """Merges two people, if both are there."""
    with ours.world.database.write() as tx:
        ids = [contact.id for name in (one, other) for contact in [ours._find(tx, name)] if contact is not None]
        if len(set(ids)) == 2:
            merge_contacts(tx, ours.world.alice, ids[0], ids[1:])


def unmerge(ours: Ours, number: int) -> bool:
    """Undoes the merge of this number, counted from the newest; returns whether there is one."""
    with ours.world.database.write() as tx:
        merges = list_merges(tx, ours.world.alice.organization_id, limit=20)
        if number < len(merges):
            try:
                with tx.savepoint():
                    unmerge_contact(tx, ours.world.alice, merges[number].id)
            except Conflict:
                pass  # another one first
        return bool(merges)


@pytest.mark.parametrize("direction", [MIRROR, TWO_WAY])
@example(steps=[("merge", 0, 2), (SECOND, "EMAIL", 2)])
@given(steps=STEPS)
@settings(max_examples=10, phases=PHASES, suppress_health_check=FIXTURES)
def test_nobody_and_nothing_is_lost_by_merges(
    subscriber: World, scripted: Scripted, direction: str, steps: list[Any]
) -> None:
    world = worlds_in(subscriber.database).next()
    ours, theirs = Ours(world), Theirs(scripted)
    story = Story({FIRST: ours, SECOND: theirs})
    for name in (*PEOPLE, "Anchor 99"):
        theirs.create(name)
    book = subscribe(world, scripted.url, direction=direction)
    book.start()
    for who, what, number in steps:
        if who == "merge":
            merge(ours, f"Person {what}", f"Person {number}")
        elif who == "unmerge":
            unmerge(ours, what)
        elif what == "run":
            book.run()
        else:
            story.act(who, what, number)
    _rest(book, scripted)
    check(story, direction, are_merged=True)
    while unmerge(ours, 0):
        pass
    _rest(book, scripted)
    check(story, direction, are_merged=False)


def _rest(book: Book, scripted: Scripted) -> None:
    settle([book])
    before = len(scripted.written())
    settle([book])
    assert len(scripted.written()) == before, "a run without changes writes nothing"


def check(story: Story, direction: str, *, are_merged: bool) -> None:
    """Both sides have the same people, or a mirror all of the other's; every address that somebody wrote is there."""
    first, second = (side.people() for side in story.sides.values())
    names = [[name for name, _ in people] for people in (first, second)]
    for each in names:
        assert len(each) == len(set(each)), "somebody is there twice"
    if direction == TWO_WAY:
        assert dict(first) == dict(second)
    if not are_merged:
        assert story.names <= set(names[0])
    written = set().union(*story.emails.values()) if story.emails else set()
    assert written <= {email for _, person in first for email in person.emails}
