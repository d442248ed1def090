"""Keys follow every change, and a scan finds who may be one person."""

from typing import Any

import pytest
from world import World

from coterie.actions.addresses import add_address
from coterie.actions.contacts import create_contact, delete_contact, erase_contact, restore_contact, update_contact
from coterie.identity.keeping import Prepared, is_current, key_changes, load_people, prepare_keys, save_keys
from coterie.identity.keys import counted_of, keys_of
from coterie.identity.scan import Scanned, scan_batches
from coterie.model.duplicates import LEVELS, Duplicate
from coterie.store.batches import UNCONTROLLED, run_batches
from coterie.store.database import Tx
from coterie.store.duplicates import list_duplicates


def make(world: World, name: str, **fields: Any) -> int:
    with world.database.write() as tx:
        return create_contact(tx, world.alice, {"real_name": name} | fields).id


def scan(world: World, *, is_whole: bool = False) -> list[Scanned]:
    done: list[Scanned] = []
    batches = scan_batches(world.organization.id, world.database.read, is_whole=is_whole)
    control = type(UNCONTROLLED)(lambda: False, lambda tx, result: done.append(result))
    run_batches(world.database.write, batches, control)
    return done


def pairs(world: World) -> dict[tuple[int, int], Duplicate]:
    with world.database.read() as tx:
        found = [each for level in LEVELS for each in list_duplicates(tx, world.organization.id, level, limit=100)]
    return {(each.first_contact_id, each.second_contact_id): each for each in found}


def stored(tx: Tx, organization_id: int) -> tuple[list[Any], list[Any], int]:
    bound = {"o": organization_id}
    keys = tx.all("SELECT key, contact_id FROM match_keys WHERE organization_id = :o ORDER BY 1, 2", bound)
    counts = tx.all("SELECT value, contact_count FROM match_counts WHERE organization_id = :o ORDER BY 1", bound)
    row = tx.one("SELECT contact_count FROM match_progress WHERE organization_id = :o", bound)
    return keys, counts, row[0] if row else 0


def check_keys(world: World, expected: int) -> None:
    """The stored keys and counts are those of the contacts."""
    organization_id = world.organization.id
    with world.database.read() as tx:
        ids = [i for (i,) in tx.all("SELECT id FROM contacts WHERE organization_id = :o", {"o": organization_id})]
        people = load_people(tx, organization_id, ids)
        keys, counts, contact_count = stored(tx, organization_id)
    assert len(people) == contact_count == expected
    assert keys == sorted((key, i) for i, person in people.items() for key in keys_of(person))
    values: dict[int, int] = {}
    for person in people.values():
        for value in counted_of(person):
            values[value] = values.get(value, 0) + 1
    assert counts == sorted(values.items())


def test_keys_follow_every_change(world: World) -> None:
    first, second = make(world, "Otto Hale", phone="+12125550100"), make(world, "Ruth Hale")
    scan(world)
    check_keys(world, 4)
    with world.database.write() as tx:
        assert is_current(tx, world.organization.id)
        update_contact(tx, world.alice, first, {"real_name": "Otto Quill", "phone": None, "birthday": "1980-07-12"})
        add_address(tx, world.alice, second, {"address_line_1": "12 Elm Street", "country": "US"})
        delete_contact(tx, world.alice, world.homer.id)
        assert not is_current(tx, world.organization.id)
    scan(world)
    check_keys(world, 3)
    with world.database.write() as tx:
        restore_contact(tx, world.alice, world.homer.id)
        erase_contact(tx, world.alice, first)
    scan(world)
    check_keys(world, 3)


def prepare(world: World) -> Prepared:
    with world.database.read() as tx:
        prepared = prepare_keys(tx, world.organization.id, limit=100)
    assert prepared is not None
    return prepared


def test_contacts_that_change_while_their_keys_are_computed_come_again(world: World) -> None:
    """The first time, when nothing is keyed, and later."""
    first, second, third = (make(world, name, phone="+12125550100") for name in ("Otto Hale", "Ruth Hale", "Kim Hale"))
    for name in ("Otto Quill", "Otto Reyes"):
        prepared = prepare(world)
        with world.database.write() as tx:
            update_contact(tx, world.alice, first, {"real_name": name})
            delete_contact(tx, world.alice, second)
            erase_contact(tx, world.alice, third)
        with world.database.write() as tx:
            save_keys(tx, world.organization.id, prepared)
            assert not is_current(tx, world.organization.id)
        scan(world)
        check_keys(world, 3)
        with world.database.write() as tx:
            restore_contact(tx, world.alice, second)
            update_contact(tx, world.alice, first, {"phone": "+12125550101"})
        third = make(world, "Kim Hale")
    scan(world)
    check_keys(world, 5)


def test_keys_that_another_transaction_has_computed_are_not_written_again(world: World) -> None:
    make(world, "Otto Hale", phone="+12125550100")
    prepared = prepare(world)
    with world.database.write() as tx:
        key_changes(tx, world.organization.id)
        before = stored(tx, world.organization.id)
    with world.database.write() as tx:
        save_keys(tx, world.organization.id, prepared)
        assert stored(tx, world.organization.id) == before
    check_keys(world, 3)


def test_the_first_scan_finds_those_who_may_be_one_person(world: World) -> None:
    one = make(world, "Robert Ostrander", phone="+12125550100")
    other = make(world, "Bob Ostrander", phone="+12125550100")
    son = make(world, "Kevin Ostrander", phone="+12125550100")
    scan(world)
    found = pairs(world)
    assert list(found) == [(one, other)]
    assert found[one, other].level == "suggested"
    assert [reason.code for reason in found[one, other].reasons] == ["same_handle", "name_form"]
    assert son


def test_one_who_may_be_either_of_two_is_suggested_as_neither(world: World) -> None:
    father = make(world, "Otto Quill", phone="+12125550100", email="otto@a.example")
    son = make(world, "Otto Quill", phone="+12125550100", email="oq@b.example")
    either = make(world, "Otto Quill", phone="+12125550100")
    scan(world)
    assert {pair: each.level for pair, each in pairs(world).items()} == dict.fromkeys(
        [(father, son), (father, either), (son, either)], "possible"
    )


LINE, OTTO = "+12125550100", "Otto Quill"


@pytest.mark.parametrize(
    ("father", "son", "other", "level"),
    [
        ({"phone": LINE}, {"phone": LINE, "real_name": f"{OTTO} Jr."}, {"phone": LINE}, "possible"),
        ({"phone": LINE, "birthday": "1950-01-31"}, {"phone": LINE, "birthday": "1980-07-12"}, {"phone": LINE},
         "possible"),
        ({"phone": LINE, "birthday": "1950-01-31"}, {"phone": LINE, "real_name": f"{OTTO} Jr."},
         {"phone": LINE, "birthday": "1950-01-31"}, "suggested"),
        ({"phone": LINE, "email": "otto@a.example"}, {"phone": LINE, "real_name": f"{OTTO} Jr."},
         {"email": "otto@a.example"}, "suggested"),
        ({"phone": LINE, "real_name": f"{OTTO} Sr."}, {"phone": LINE, "real_name": f"{OTTO} Jr."},
         {"phone": LINE, "real_name": f"{OTTO} Sr."}, "suggested"),
    ],
)  # fmt: skip
def test_a_name_that_father_and_son_have_is_suggested_as_neither_without_more(
    world: World, father: dict[str, str], son: dict[str, str], other: dict[str, str], level: str
) -> None:
    """The same if the son comes last, so that only his pairs are compared."""
    pair = make(world, OTTO, **father), make(world, OTTO, **other)
    scan(world)
    assert pairs(world)[pair].level == "suggested"
    make(world, OTTO, **son)
    for is_whole in (False, True):
        scan(world, is_whole=is_whole)
        levels = {key: each.level for key, each in pairs(world).items()}
        assert levels.pop(pair) == level
        assert "suggested" not in levels.values()


def test_a_third_name_on_a_line_makes_it_a_households(world: World) -> None:
    make(world, "Otto Quill", phone="+12125550100")
    make(world, "Otto Quill", phone="+12125550100")
    scan(world)
    assert [each.level for each in pairs(world).values()] == ["suggested"]
    make(world, "Ruth Quill", phone="+12125550100")
    scan(world)
    assert [each.level for each in pairs(world).values()] == ["possible"]


def test_a_mailbox_without_a_name_that_two_people_have_is_suggested_as_neither(world: World) -> None:
    """The same if the second of them comes later, so that only its pairs are compared."""
    nobody, first = make(world, "", email="wolfden@a.example"), make(world, "Otto Quill", email="wolfden@a.example")
    scan(world)
    assert {pair: each.level for pair, each in pairs(world).items()} == {(nobody, first): "suggested"}
    second = make(world, "Ruth Quill", email="wolfden@a.example")
    for is_whole in (False, True):
        scan(world, is_whole=is_whole)
        levels = {pair: each.level for pair, each in pairs(world).items()}
        assert levels == {(nobody, first): "possible", (nobody, second): "possible"}


def test_a_third_contact_of_one_name_makes_a_line_no_households(world: World) -> None:
    make(world, "Otto Quill", phone="+12125550100")
    make(world, "Otto Quill", phone="+12125550100")
    make(world, "Otto", phone="+12125550100")
    scan(world)
    assert "suggested" in {each.level for each in pairs(world).values()}


def test_later_scans_compare_only_what_has_changed(world: World) -> None:
    one = make(world, "Robert Ostrander", phone="+12125550100")
    scan(world)
    assert pairs(world) == {}
    other = make(world, "Bob Ostrander", phone="+12125550100")
    assert sum(done.compared for done in scan(world)) == 1
    assert list(pairs(world)) == [(one, other)]
    with world.database.write() as tx:
        update_contact(tx, world.alice, other, {"phone": "+12125550199", "real_name": "Ruth Quill"})
    scan(world)
    assert pairs(world) == {}
    assert sum(done.compared for done in scan(world)) == 0


@pytest.mark.parametrize("is_erased", [True, False])
def test_contacts_that_are_gone_are_in_no_pair(world: World, is_erased: bool) -> None:
    make(world, "Robert Ostrander", phone="+12125550100")
    other = make(world, "Bob Ostrander", phone="+12125550100")
    scan(world)
    assert len(pairs(world)) == 1
    with world.database.write() as tx:
        (erase_contact if is_erased else delete_contact)(tx, world.alice, other)
    assert pairs(world) == {}
    scan(world, is_whole=True)
    assert pairs(world) == {}


@pytest.mark.parametrize("erased_after", [1, 64])
def test_a_contact_that_is_erased_during_a_scan_is_in_no_pair(world: World, erased_after: int) -> None:
    one, other, third = (make(world, f"{name} Ostrander", phone="+12125550100") for name in ("Robert", "Bob", "Rob"))
    compared: list[Scanned] = []

    def erase(tx: Tx, result: Scanned) -> None:
        # 64 parts of the book are compared, each followed by an empty transaction
        compared.extend([result] if result == Scanned() else [])
        if result == Scanned() and len(compared) == erased_after:
            erase_contact(tx, world.alice, other)

    batches = scan_batches(world.organization.id, world.database.read, is_whole=True)
    run_batches(world.database.write, batches, type(UNCONTROLLED)(lambda: False, erase))
    assert len(compared) >= 64
    assert list(pairs(world)) == [(one, third)]


def test_a_changed_contact_gives_the_same_pairs_as_the_whole_book(world: World) -> None:
    for number in range(8):
        make(world, f"{'Robert' if number % 2 else 'Bob'} Ostrander", phone=f"+1212555010{number // 2}")
    for number in range(3):
        make(world, "Robert Ostrander", birthday="1980-07-12", email=f"bob{number % 2}@example.org")
    scan(world)
    whole = pairs(world)
    with world.database.write() as tx:
        tx.run("UPDATE match_progress SET scanned_revision = 1")
    scan(world)
    assert pairs(world).keys() == whole.keys()
    assert len(whole) > 4


def test_keys_of_another_version_are_computed_again(world: World) -> None:
    make(world, "Otto Hale")
    scan(world)
    with world.database.write() as tx:
        tx.run("UPDATE match_progress SET version = 0")
        assert key_changes(tx, world.organization.id, limit=2) == 2
    scan(world)
    check_keys(world, 3)
