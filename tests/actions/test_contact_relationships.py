"""Relationships between contacts: two sides, whatever happens to either, or to either contact."""

import pytest
from copied_worlds import worlds_in
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import World

from coterie.actions import contact_relationships as actions
from coterie.actions.contacts import create_contact, delete_contact, erase_contact, restore_contact
from coterie.errors import Invalid, NotFound
from coterie.model.contacts import Contact
from coterie.model.ids import new_id
from coterie.model.organizations import Caller
from coterie.model.relationships import CATALOGUE, TYPES, ContactRelationship, inverse_for, neutral, type_id
from coterie.store import contact_relationships as store
from coterie.store.database import Database, Tx

MOTHER, FATHER, PARENT, CHILD, SON, SIBLING = map(type_id, ("Mother", "Father", "Parent", "Child", "Son", "Sibling"))
# few, so that sequences meet what is there already
SOME_TYPES = (MOTHER, PARENT, SON, CHILD, SIBLING, type_id("Friend"))


def relate(
    tx: Tx, caller: Caller, first: Contact, second: Contact, type_: str, on: str | None = None
) -> ContactRelationship:
    fields = {"second_contact": second.uuid, "type_id": type_, "anniversary_on": on}
    return actions.relate(tx, caller, first.id, fields)


def listed(tx: Tx, caller: Caller, first: Contact | None = None) -> list[ContactRelationship]:
    return store.list_contact_relationships(tx, caller.organization_id, first.id if first else None, limit=1000)


def mirror_of(tx: Tx, caller: Caller, side: ContactRelationship) -> ContactRelationship:
    assert side.mirror_id is not None
    found = store.find_contact_relationship(tx, caller.organization_id, side.mirror_id)
    assert found is not None
    return found


def test_one_call_makes_both_sides(world: World) -> None:
    with world.database.write() as tx:
        bart = create_contact(tx, world.alice, {"first_name": "Bart"})
        side = relate(tx, world.alice, bart, world.marge, MOTHER, "1980-04-01")
        mirror = mirror_of(tx, world.alice, side)
        assert (mirror.first_contact_id, mirror.second_contact_id) == (world.marge.id, bart.id)
        assert (mirror.type_id, mirror.anniversary_on, mirror.mirror_id) == (CHILD, "1980-04-01", side.id)
        assert listed(tx, world.alice, bart) == [side]
        assert listed(tx, world.alice, world.marge) == [mirror]


def test_a_change_of_either_side_reaches_the_other(world: World) -> None:
    with world.database.write() as tx:
        bart = create_contact(tx, world.alice, {"first_name": "Bart"})
        side = relate(tx, world.alice, bart, world.marge, PARENT)
        mirror = mirror_of(tx, world.alice, side)
        actions.update_contact_relationship(tx, world.alice, mirror.id, {"anniversary_on": "--04-01"})
        actions.update_contact_relationship(tx, world.alice, side.id, {"type_id": MOTHER})
        # Marge stays the mother when her child turns out to be a son
        actions.update_contact_relationship(tx, world.alice, mirror.id, {"type_id": SON})
        after, mirror = listed(tx, world.alice, bart)[0], listed(tx, world.alice, world.marge)[0]
        assert (after.type_id, mirror.type_id) == (MOTHER, SON)
        assert after.anniversary_on == mirror.anniversary_on == "--04-01"
        after = actions.update_contact_relationship(tx, world.alice, side.id, {"type_id": SIBLING})
        assert mirror_of(tx, world.alice, after).type_id == SIBLING
        after = actions.update_contact_relationship(tx, world.alice, side.id, {"anniversary_on": None})
        assert after.anniversary_on is mirror_of(tx, world.alice, after).anniversary_on is None


def test_deleting_restoring_and_erasing_one_side_does_it_to_both(world: World) -> None:
    with world.database.write() as tx:
        side = relate(tx, world.alice, world.marge, world.homer, type_id("Husband"))
        mirror = mirror_of(tx, world.alice, side)
        deleted = actions.delete_contact_relationship(tx, world.alice, mirror.id)
        assert deleted.deleted_at
        assert actions.delete_contact_relationship(tx, world.alice, side.id).deleted_at == deleted.deleted_at
        assert listed(tx, world.alice) == []
        assert store.count_contact_relationships(tx, world.alice.organization_id, None, include_deleted=True) == 2
        with pytest.raises(NotFound):
            actions.update_contact_relationship(tx, world.alice, side.id, {"anniversary_on": "2020-01-01"})
        assert actions.restore_contact_relationship(tx, world.alice, side.id).deleted_at is None
        assert len(listed(tx, world.alice)) == 2
        actions.erase_contact_relationship(tx, world.alice, mirror.id)
        assert store.count_contact_relationships(tx, world.alice.organization_id, None, include_deleted=True) == 0
        with pytest.raises(NotFound):
            actions.restore_contact_relationship(tx, world.alice, side.id)


def test_a_deleted_contact_takes_its_relationships_out_of_sight_and_brings_them_back(world: World) -> None:
    with world.database.write() as tx:
        relate(tx, world.alice, world.marge, world.homer, type_id("Husband"))
        delete_contact(tx, world.alice, world.homer.id)
        assert listed(tx, world.alice) == []
        assert store.count_contact_relationships(tx, world.alice.organization_id, world.marge.id) == 0
        restore_contact(tx, world.alice, world.homer.id)
        assert len(listed(tx, world.alice)) == 2
        erase_contact(tx, world.alice, world.homer.id)
        assert store.count_contact_relationships(tx, world.alice.organization_id, None, include_deleted=True) == 0


@pytest.mark.parametrize("first", [MOTHER, PARENT])
@pytest.mark.parametrize("again", [MOTHER, FATHER, PARENT])
def test_the_same_is_not_said_twice_of_two_people(world: World, first: str, again: str) -> None:
    with world.database.write() as tx:
        bart = create_contact(tx, world.alice, {"first_name": "Bart"})
        side = relate(tx, world.alice, bart, world.marge, first)
        with pytest.raises(Invalid, match="type_id already exists"):
            relate(tx, world.alice, bart, world.marge, again)
        with pytest.raises(Invalid, match="type_id already exists"):
            relate(tx, world.alice, world.marge, bart, SON)
        friends = relate(tx, world.alice, bart, world.marge, type_id("Friend"))
        with pytest.raises(Invalid, match="type_id already exists"):
            actions.update_contact_relationship(tx, world.alice, friends.id, {"type_id": again})
        actions.delete_contact_relationship(tx, world.alice, side.id)
        relate(tx, world.alice, bart, world.marge, again)
        with pytest.raises(Invalid, match="type_id already exists"):
            actions.restore_contact_relationship(tx, world.alice, side.id)


def test_whoever_is_not_there_is_related_to_nobody(world: World) -> None:
    with world.database.write() as tx:
        gone = create_contact(tx, world.alice, {"first_name": "Maude"})
        delete_contact(tx, world.alice, gone.id)
        for uuid in (world.moe.uuid, gone.uuid, world.marge.uuid, new_id(), "x", "", None):
            with pytest.raises(Invalid, match=r"^second_contact is "):
                actions.relate(tx, world.alice, world.marge.id, {"second_contact": uuid, "type_id": MOTHER})
        with pytest.raises(NotFound):
            relate(tx, world.alice, gone, world.marge, MOTHER)
        erase_contact(tx, world.alice, gone.id)
        with pytest.raises(NotFound):
            relate(tx, world.alice, gone, world.marge, MOTHER)
        assert store.count_contact_relationships(tx, world.alice.organization_id, None, include_deleted=True) == 0


def test_every_problem_is_said_at_once(world: World) -> None:
    with world.database.write() as tx, pytest.raises(Invalid) as refused:
        fields = {"second_contact": world.marge.uuid, "type_id": new_id(), "anniversary_on": "2023-02-30"}
        actions.relate(tx, world.alice, world.marge.id, fields)
    assert [problem.path for problem in refused.value.problems] == [
        ("second_contact",), ("type_id",), ("anniversary_on",),
    ]  # fmt: skip


@given(st.sampled_from(CATALOGUE), st.sampled_from(CATALOGUE))
def test_a_gender_is_kept_where_the_rest_agrees(type_: object, present: object) -> None:
    one, other = CATALOGUE[CATALOGUE.index(type_)], CATALOGUE[CATALOGUE.index(present)]  # type: ignore[arg-type]
    chosen = inverse_for(one.id, other.id)
    assert neutral(chosen) == one.inverse_type_id
    assert TYPES[chosen].inverse_type_id == neutral(one.id)
    assert chosen in (other.id, one.inverse_type_id)


PEOPLE = st.integers(0, 2)
STEPS = st.one_of(
    st.tuples(st.just("relate"), PEOPLE, PEOPLE, st.sampled_from(SOME_TYPES)),
    st.tuples(st.just("update"), st.integers(0, 30), st.sampled_from((*SOME_TYPES, None, "2001-02-03"))),
    st.tuples(st.sampled_from(("delete", "restore", "erase")), st.integers(0, 30)),
    st.tuples(st.sampled_from(("delete contact", "restore contact", "erase contact")), PEOPLE),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=25))
def test_after_any_sequence_each_living_side_has_its_one_mirror(database: Database, steps: list[tuple]) -> None:  # type: ignore[type-arg]
    world = worlds_in(database).next()
    with database.write() as tx:
        people = [world.marge, world.homer, create_contact(tx, world.alice, {"first_name": "Bart"})]
        for step in steps:
            try:
                with tx.savepoint():
                    take(tx, world.alice, people, step)
            except (Invalid, NotFound):
                pass  # refused is refused: nothing may have changed
            check_sides(tx, world.alice)


def take(tx: Tx, caller: Caller, people: list[Contact], step: tuple) -> None:  # type: ignore[type-arg]
    verb, which, *rest = step
    if verb == "relate":
        relate(tx, caller, people[which], people[rest[0]], rest[1], "1999-09-09")
        return
    if verb.endswith("contact"):
        verbs = {"delete contact": delete_contact, "restore contact": restore_contact, "erase contact": erase_contact}
        verbs[verb](tx, caller, people[which].id)
        return
    sides = all_sides(tx, caller)
    if not sides:
        return
    side = sides[which % len(sides)]
    if verb == "update":
        fields = {"type_id": rest[0]} if rest[0] in TYPES else {"anniversary_on": rest[0]}
        actions.update_contact_relationship(tx, caller, side.id, fields)
    elif verb == "delete":
        actions.delete_contact_relationship(tx, caller, side.id)
    elif verb == "restore":
        actions.restore_contact_relationship(tx, caller, side.id)
    else:
        actions.erase_contact_relationship(tx, caller, side.id)


def all_sides(tx: Tx, caller: Caller) -> list[ContactRelationship]:
    return store.list_contact_relationships(tx, caller.organization_id, None, include_deleted=True, limit=1000)


def check_sides(tx: Tx, caller: Caller) -> None:
    sides = {side.id: side for side in all_sides(tx, caller)}
    said: set[tuple[int, int, str]] = set()
    for side in sides.values():
        mirrors = [other for other in sides.values() if other.mirror_id == side.id]
        assert [mirror.id for mirror in mirrors] == [side.mirror_id]
        mirror = mirrors[0]
        assert (mirror.first_contact_id, mirror.second_contact_id) == (side.second_contact_id, side.first_contact_id)
        assert neutral(mirror.type_id) == TYPES[side.type_id].inverse_type_id
        assert (mirror.anniversary_on, mirror.deleted_at) == (side.anniversary_on, side.deleted_at)
        if side.deleted_at is None:
            key = (side.first_contact_id, side.second_contact_id, neutral(side.type_id))
            assert key not in said
            said.add(key)
