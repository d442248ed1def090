"""Adds and revokes devices."""

from coterie.actions.events import record
from coterie.errors import Conflict, NotFound, invalid
from coterie.model import times
from coterie.model.devices import DEVICES_MAX, NAME_LENGTH_MAX, hash_password, new_password
from coterie.model.ids import new_id
from coterie.model.organizations import Caller
from coterie.store import devices as store
from coterie.store.database import Tx
from coterie.store.organizations import find_membership


def add_device(tx: Tx, caller: Caller, *, user_id: str, name: str, is_read_only: bool = False) -> tuple[str, str]:
    """(id, password) of a new device of a member. The password cannot be read again.

    Raises Invalid if the name is not valid or the member has 100 active devices, NotFound if the user is not a member.
    """
    if not name.strip() or len(name) > NAME_LENGTH_MAX or not name.isprintable():
        raise invalid("name", f"must have 1 to {NAME_LENGTH_MAX} printable characters")
    if find_membership(tx, caller.organization_id, user_id) is None:
        raise NotFound("the user is not a member of this organization")
    devices = store.list_devices(tx, caller.organization_id, user_id=user_id, limit=10 * DEVICES_MAX)
    if sum(device.revoked_at is None for device in devices) >= DEVICES_MAX:
        raise invalid("name", f"exceeds the limit of {DEVICES_MAX} devices per member: revoke one first")
    device_id, password, now = new_id(), new_password(), times.now()
    store.insert_device(
        tx, caller.organization_id, device_id, user_id=user_id, name=name.strip(),
        token_hash=hash_password(password), is_read_only=is_read_only, now=now,
    )  # fmt: skip
    record(tx, caller, "device.added", device_id, changes={"name": (None, name.strip())}, now=now)
    return device_id, password


def revoke_device(tx: Tx, caller: Caller, device_id: str) -> None:
    """Revokes a device; its contacts stay.

    Raises NotFound if the id does not exist, Conflict if the device is already revoked.
    """
    if not store.revoke_device(tx, caller.organization_id, device_id, times.now()):
        if store.has_device(tx, caller.organization_id, device_id):
            raise Conflict("the device is already revoked")
        raise NotFound(f"there is no device {device_id}")
    record(tx, caller, "device.revoked", device_id)
