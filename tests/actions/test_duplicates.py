"""Who a contact may be, and what a user has said about pairs. Both engines."""

from typing import Any

import pytest
from world import World

from coterie.actions.contacts import create_contact, delete_contact, erase_contact, update_contact
from coterie.actions.duplicates import check_contact, dismiss, is_scanned, undismiss
from coterie.errors import Invalid, NotFound
from coterie.identity.scan import scan_batches
from coterie.model.duplicates import LEVELS, Duplicate, describe_reasons
from coterie.store import duplicates as store
from coterie.store.batches import run_batches


def make(world: World, name: str, **fields: Any) -> int:
    with world.database.write() as tx:
        return create_contact(tx, world.alice, {"real_name": name, **fields}).id


def scan(world: World, *, is_whole: bool = False) -> None:
    run_batches(world.database.write, scan_batches(world.organization.id, world.database.read, is_whole=is_whole))


def listed(world: World, level: str | None = None, **page: Any) -> list[Duplicate]:
    with world.database.read() as tx:
        return [
            pair
            for each in LEVELS
            if level in (None, each)
            for pair in store.list_duplicates(tx, world.organization.id, each, **{"limit": 100, **page})
        ]


def checked(world: World, contact_id: int) -> list[Duplicate]:
    with world.database.write() as tx:
        return check_contact(tx, world.organization.id, contact_id)


@pytest.fixture
def bobs(world: World) -> tuple[int, int]:
    return make(world, "Robert Ostrander", phone="+12125550100"), make(world, "Bob Ostrander", phone="+12125550100")


def test_a_new_contact_is_checked_at_once(world: World, bobs: tuple[int, int]) -> None:
    (found,) = checked(world, bobs[1])
    assert (found.first_contact_id, found.second_contact_id, found.level) == (*bobs, "suggested")
    assert describe_reasons(found.reasons) == "same phone number +12125550100, a short form of the name"
    assert checked(world, world.homer.id) == []


def test_a_contact_that_is_gone_or_anothers_is_not_checked(world: World, bobs: tuple[int, int]) -> None:
    with world.database.write() as tx:
        delete_contact(tx, world.alice, bobs[0])
        for contact_id in (bobs[0], 99_999):
            with pytest.raises(NotFound):
                check_contact(tx, world.organization.id, contact_id)
        assert check_contact(tx, world.organization.id, bobs[1]) == []


def test_a_dismissed_pair_does_not_come_back(world: World, bobs: tuple[int, int]) -> None:
    scan(world)
    assert len(listed(world)) == 1
    with world.database.write() as tx:
        assert dismiss(tx, world.alice, bobs[1], bobs[0])
        assert not dismiss(tx, world.alice, *bobs)
    assert listed(world) == checked(world, bobs[0]) == []
    scan(world, is_whole=True)
    with world.database.write() as tx:
        update_contact(tx, world.alice, bobs[0], {"birthday": "1980-07-12"})
    scan(world)
    assert listed(world) == []
    with world.database.read() as tx:
        assert store.find_dismissed(tx, world.organization.id, {bobs}) == {bobs}
        assert tx.all("SELECT user_id FROM not_same WHERE organization_id = :id", {"id": world.organization.id}) == [
            (world.alice.user_id,)
        ]
    with world.database.write() as tx:
        undismiss(tx, world.alice, *bobs)
    assert len(listed(world)) == 1


def test_pairs_that_make_no_sense_are_errors(world: World, bobs: tuple[int, int]) -> None:
    with world.database.write() as tx:
        with pytest.raises(Invalid):
            dismiss(tx, world.alice, bobs[0], bobs[0])
        for other in (99_999, -1):
            with pytest.raises(NotFound):
                dismiss(tx, world.alice, bobs[0], other)
        with pytest.raises(NotFound):
            undismiss(tx, world.alice, *bobs)
        with pytest.raises(NotFound):
            dismiss(tx, world.charlie, world.moe.id, 4)


def test_events_name_both_contacts_and_move_no_revision(world: World, bobs: tuple[int, int]) -> None:
    with world.database.write() as tx:
        before = tx.all("SELECT revision FROM contacts ORDER BY organization_id, id")
        dismiss(tx, world.alice, *bobs)
        undismiss(tx, world.alice, *bobs)
        assert tx.all("SELECT revision FROM contacts ORDER BY organization_id, id") == before
        kinds = tx.all(
            "SELECT e.kind, ec.contact_id FROM events e JOIN event_contacts ec ON ec.organization_id ="
            " e.organization_id AND ec.event_id = e.id WHERE e.organization_id = :o AND e.kind LIKE 'duplicate%'"
            " ORDER BY e.id, ec.contact_id",
            {"o": world.organization.id},
        )
    assert kinds == [(f"duplicate.{verb}", each) for verb in ("dismissed", "undismissed") for each in bobs]


def test_what_users_say_goes_with_an_erased_contact(world: World, bobs: tuple[int, int]) -> None:
    with world.database.write() as tx:
        dismiss(tx, world.alice, *bobs)
        erase_contact(tx, world.alice, bobs[0])
        assert tx.all("SELECT * FROM not_same WHERE organization_id = :id", {"id": world.organization.id}) == []


def test_pages_are_in_order_and_complete(world: World) -> None:
    for number in range(3):
        for name in ("Robert Ostrander", "Bob Ostrander"):
            make(world, name, phone=f"+1212555010{number}")
    scan(world)
    everything = listed(world, "suggested")
    assert len(everything) >= 3
    assert [pair.bits for pair in everything] == sorted((pair.bits for pair in everything), reverse=True)
    pages: list[Duplicate] = []
    while page := listed(world, "suggested", limit=2, after=_position(pages)):
        pages += page
    assert pages == everything


def _position(pages: list[Duplicate]) -> tuple[float, int, int] | None:
    return (pages[-1].bits, pages[-1].first_contact_id, pages[-1].second_contact_id) if pages else None


def test_the_list_knows_whether_it_is_complete(world: World, bobs: tuple[int, int]) -> None:
    with world.database.read() as tx:
        assert not is_scanned(tx, world.organization.id)
    scan(world)
    with world.database.read() as tx:
        assert is_scanned(tx, world.organization.id)
    with world.database.write() as tx:
        delete_contact(tx, world.alice, bobs[0])
    with world.database.read() as tx:
        assert not is_scanned(tx, world.organization.id)
