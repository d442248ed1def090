"""A device that deletes many: bundled, restored by one command, and held beyond half of the book."""

import pytest
from carddav.dav_client import Dav, make_card
from world import World

from coterie.actions.deletions import allow_deletions, restore_deletions, restore_or_start
from coterie.errors import Conflict, NotFound
from coterie.model.deletions import MAIL_JOB, Bundle
from coterie.store.deletions import list_bundles


def fill(dav: Dav, count: int) -> None:
    for number in range(count):
        card = make_card(f"FN:P {number}", f"N:{number};P;;;", uid=f"p{number}")
        assert dav.put(f"p{number}.vcf", card).status == 201


def bundles(world: World) -> list[Bundle]:
    with world.database.read() as tx:
        return list_bundles(tx, world.alice.organization_id, limit=10)


def mails(world: World) -> int:
    with world.database.read() as tx:
        bound = {"organization_id": world.alice.organization_id, "name": MAIL_JOB}
        row = tx.one("SELECT count(*) FROM jobs WHERE organization_id = :organization_id AND name = :name", bound)
    return int(row[0]) if row else 0


def delete(dav: Dav, *numbers: int) -> list[int]:
    return [dav.call("DELETE", f"p{number}.vcf").status for number in numbers]


def test_deletions_are_one_bundle_that_is_restored_at_once(dav: Dav, bobs: Dav, world: World) -> None:
    fill(dav, 20)
    before = sorted(dav.sync().changed())
    assert delete(dav, *range(10)) == [204] * 10
    assert mails(world) == 0
    assert delete(dav, *range(10, 15)) == [204] * 5
    assert delete(bobs, 15) == [204]
    assert mails(world) == 1
    own = next(bundle for bundle in bundles(world) if bundle.deleted_count == 15)
    assert (own.card_count, own.is_many, own.is_held) == (22, True, False)
    with world.database.write() as tx:
        assert restore_deletions(tx, world.alice, own.id) == 15
    assert set(before) - set(dav.sync().changed()) == {dav.path("p15.vcf")}
    assert dav.get("p3.vcf").body.decode() == make_card("FN:P 3", "N:3;P;;;", uid="p3")
    # the next deletion begins a bundle of its own
    assert delete(dav, 3) == [204]
    assert sorted(bundle.deleted_count for bundle in bundles(world)) == [1, 1, 15]


def test_most_of_the_book_is_deleted_only_if_a_person_agrees(dav: Dav, bobs: Dav, world: World) -> None:
    fill(dav, 70)
    assert delete(dav, *range(50)) == [204] * 50
    refused = dav.call("DELETE", "p50.vcf")
    assert (refused.status, refused.headers["retry-after"]) == (503, "3600")
    assert dav.get("p50.vcf").status == 200
    (bundle,) = bundles(world)
    assert (bundle.deleted_count, bundle.is_held) == (50, True)
    assert delete(bobs, 51) == [204]
    with world.database.write() as tx:
        tx.run("UPDATE deletion_bundles SET last_at = '2020-01-01T00:00:00.000000Z' WHERE id = :id", {"id": bundle.id})
    assert delete(dav, 50) == [503]
    with world.database.write() as tx:
        allow_deletions(tx, world.alice, bundle.id)
    assert delete(dav, 50, *range(52, 70)) == [204] * 19
    with world.database.write() as tx:
        with pytest.raises(Conflict):
            allow_deletions(tx, world.alice, bundle.id)
        with pytest.raises(NotFound):
            restore_deletions(tx, world.alice, "x")
        assert restore_deletions(tx, world.alice, bundle.id) == 69


def test_a_small_book_is_never_held(dav: Dav, world: World) -> None:
    fill(dav, 30)
    assert delete(dav, *range(30)) == [204] * 30
    assert bundles(world)[0].is_many


def test_another_organization_restores_nothing(dav: Dav, world: World) -> None:
    fill(dav, 1)
    delete(dav, 0)
    with world.database.write() as tx, pytest.raises(NotFound):
        restore_deletions(tx, world.charlie, bundles(world)[0].id)
    with world.database.write() as tx, pytest.raises(NotFound):
        restore_or_start(tx, world.charlie, bundles(world)[0].id)
