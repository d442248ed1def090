"""A member has at most 100 active devices; revoked ones do not count, however many there are."""

import pytest
from world import World

from coterie.actions import devices
from coterie.errors import Invalid

LIMIT = 2


def test_revoked_devices_neither_count_nor_hide_active_ones(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "DEVICES_MAX", LIMIT)
    user_id = world.bob.user_id or ""
    with world.database.write() as tx:
        for _ in range(10 * LIMIT):
            device_id, _ = devices.add_device(tx, world.bob, user_id=user_id, name="Old phone")
            devices.revoke_device(tx, world.bob, device_id)
        ids = [devices.add_device(tx, world.bob, user_id=user_id, name="Phone")[0] for _ in range(LIMIT)]
        with pytest.raises(Invalid, match="2 devices per member"):
            devices.add_device(tx, world.bob, user_id=user_id, name="One more")
        devices.add_device(tx, world.alice, user_id=world.alice.user_id or "", name="Another member's phone")
        devices.revoke_device(tx, world.bob, ids[0])
        devices.add_device(tx, world.bob, user_id=user_id, name="Phone")
