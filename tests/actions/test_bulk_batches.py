"""A batch of a bulk change ends at the next contact once another writer waits for it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from world import World

from coterie.actions import bulk_acts, bulk_updates
from coterie.actions.bulk_acts import Act, ActProgress, Selection
from coterie.actions.bulk_updates import UpdateProgress
from coterie.actions.contacts import create_contact, update_contact
from coterie.store.database import Tx


@pytest.fixture
def contact_ids(world: World) -> list[int]:
    with world.database.write() as tx:
        return [create_contact(tx, world.alice, {"real_name": f"Someone {number}"}).id for number in range(4)]


@contextmanager
def waited_for(world: World, contact_id: int) -> Iterator[Tx]:
    """A transaction that another writer waits for."""

    def change(bio: str, tx: Tx) -> None:
        update_contact(tx, world.alice, contact_id, {"bio": bio})

    def change_next() -> None:
        with world.database.write() as tx:
            change("second", tx)

    other = threading.Thread(target=change_next)
    with world.database.write() as tx:
        change("first", tx)
        other.start()
        until = time.monotonic() + 60
        while not tx.is_waited_for():
            assert time.monotonic() < until
            time.sleep(0.005)
        yield tx
    other.join()


@pytest.mark.parametrize("is_waited_for", [True, False])
def test_an_update(world: World, contact_ids: list[int], monkeypatch: pytest.MonkeyPatch, is_waited_for: bool) -> None:
    monkeypatch.setattr(bulk_updates, "BATCH_SECONDS", 60.0)
    updates = [{"id": each, "fields": {"employer": "Kwik"}} for each in contact_ids[1:]]
    with waited_for(world, contact_ids[0]) if is_waited_for else world.database.write() as tx:
        progress = bulk_updates.apply_batch(tx, world.alice, updates, UpdateProgress())
    assert (progress.done, progress.updated) == ((1, 1) if is_waited_for else (3, 3))


@pytest.mark.parametrize("is_waited_for", [True, False])
def test_an_act(world: World, contact_ids: list[int], monkeypatch: pytest.MonkeyPatch, is_waited_for: bool) -> None:
    monkeypatch.setattr(bulk_acts, "BATCH_SECONDS", 60.0)
    selection = Selection(ids=contact_ids[1:])
    arguments = bulk_acts._Arguments(Act("delete"), selection, world.alice.user_id, "test", 0)
    with waited_for(world, contact_ids[0]) if is_waited_for else world.database.write() as tx:
        progress = bulk_acts.apply_batch(tx, world.alice, arguments, ActProgress())
    assert (progress.done, progress.changed) == ((1, 1) if is_waited_for else (3, 3))
