"""Adds and revokes devices."""

from coterie.actions.events import record
from coterie.errors import Conflict, NotFound, invalid
from coterie.model import times
from coterie.model.devices import DEVICES_MAX, FAMILIES_MAX, NAME_LENGTH_MAX, Device, hash_password, new_password
from coterie.model.ids import new_id
from coterie.model.organizations import Caller
from coterie.store import devices as store
from coterie.store.database import Tx
from coterie.store.organizations import find_membership, lock_organization
from coterie.store.revisions import next_changes


def add_device(
    tx: Tx,
    caller: Caller,
    *,
    user_id: str,
    name: str,
    is_read_only: bool = False,
    shows_groups: bool = False,
) -> tuple[str, str]:
    """(id, password) of a new device of a member. The password cannot be read again.

    shows_groups: whether it sees the groups of the book.

    Raises Invalid if the name is not valid or the member has 100 active devices, NotFound if the user is not a member.
    """
    if not name.strip() or len(name) > NAME_LENGTH_MAX or not name.isprintable():
        raise invalid("name", f"must have 1 to {NAME_LENGTH_MAX} printable characters")
    lock_organization(tx, caller.organization_id)
    if find_membership(tx, caller.organization_id, user_id) is None:
        raise NotFound("The user is not a member of this organization")
    if store.count_active_devices(tx, caller.organization_id, user_id) >= DEVICES_MAX:
        raise invalid("name", f"exceeds the limit of {DEVICES_MAX} devices per member: revoke one first")
    device_id, password, now = new_id(), new_password(), times.now()
    store.insert_device(
        tx, caller.organization_id, device_id, user_id=user_id, name=name.strip(),
        token_hash=hash_password(password), is_read_only=is_read_only, shows_groups=shows_groups, now=now,
    )  # fmt: skip
    record(tx, caller, "device.added", device_id, changes={"name": (None, name.strip())}, now=now)
    return device_id, password


def set_groups(tx: Tx, caller: Caller, device_id: str, *, shows_groups: bool) -> None:
    """Shows groups on a device, or hides them: it reads the whole book again. Raises NotFound if the id does not exist.

    A device that writes a group sees groups from then on.
    """
    device = store.find_device(tx, caller.organization_id, device_id)
    if device is None:
        raise NotFound(f"There is no device {device_id}")
    if device.shows_groups == shows_groups:
        return
    store.save_groups(
        tx, caller.organization_id, device_id, shows_groups=shows_groups,
        listed_from=next_changes(tx, caller.organization_id),
    )  # fmt: skip
    changes = {"shows_groups": (device.shows_groups, shows_groups)}
    record(tx, caller, "device.updated", device_id, changes=changes)


def show_groups(tx: Tx, caller: Caller, device_id: str) -> None:
    """Shows groups on a device that writes its first one. Its sync tokens stay valid: the caller touches all groups."""
    store.save_groups(tx, caller.organization_id, device_id, shows_groups=True)
    record(tx, caller, "device.updated", device_id, changes={"shows_groups": (False, True)})


def add_families(tx: Tx, caller: Caller, device: Device, names: set[str]) -> None:
    """Adds names of properties to those a device can write, up to FAMILIES_MAX. Records no event: no data changed."""
    before = set(device.families)
    if not names <= before and len(before) < FAMILIES_MAX:
        store.save_families(tx, caller.organization_id, device.id, " ".join(sorted(before | names)))


def save_last_seen(
    tx: Tx, organization_id: int, device_id: str, *, user_agent: str, revision: int | None = None
) -> None:
    """Saves the time and the program of a device's request, and the last change sent to it. Records no event."""
    store.save_last_seen(tx, organization_id, device_id, now=times.now(), user_agent=user_agent, revision=revision)


def revoke_device(tx: Tx, caller: Caller, device_id: str) -> None:
    """Revokes a device; its contacts stay.

    Raises NotFound if the id does not exist, Conflict if the device is already revoked.
    """
    if not store.revoke_device(tx, caller.organization_id, device_id, times.now()):
        if store.has_device(tx, caller.organization_id, device_id):
            raise Conflict("The device is already revoked")
        raise NotFound(f"There is no device {device_id}")
    record(tx, caller, "device.revoked", device_id)
