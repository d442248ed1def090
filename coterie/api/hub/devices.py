"""/devices: phones and programs that sync contacts by CardDAV, each with a password of its own."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from coterie.actions import devices as actions
from coterie.actions.members import is_owner
from coterie.api.hub.ids import part_id
from coterie.api.hub.pages import LONG_LIMIT, Page, cut_page, open_page
from coterie.api.hub.scopes import READ, WRITE
from coterie.api.route import Request
from coterie.errors import Forbidden, NotFound
from coterie.http.cursors import CursorScope
from coterie.model.carddav_accounts import DeviceAccount
from coterie.model.devices import NAME_LENGTH_MAX, Device
from coterie.model.organizations import Caller
from coterie.store.database import Tx
from coterie.store.devices import find_device, list_devices
from coterie.store.organizations import find_user


class DeviceEntity(Struct, kw_only=True):
    id: str
    name: str
    user_id: Annotated[str, Meta(description="The member who uses it: what it writes is theirs.")]
    email: str
    is_read_only: Annotated[bool, Meta(description="Whether it cannot change contacts.")]
    state: Literal["active", "revoked"]
    user_agent: Annotated[str | None, Meta(description="The program that synced last.")]
    created_at: str
    last_seen_at: str | None
    revoked_at: str | None


class NewDeviceEntity(DeviceEntity, kw_only=True):
    url: Annotated[str, Meta(description="The address to enter on the device, with user and password.")]
    user: str
    password: Annotated[str, Meta(description="Shown here and never again.")]


class DevicePage(Page, kw_only=True):
    items: list[DeviceEntity]


class DeviceBody(Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH_MAX, description="What it is called in the list.")]
    is_read_only: Annotated[bool, Meta(description="Whether it cannot change contacts.")] = False


def list_(tx: Tx, caller: Caller, request: Request) -> DevicePage:
    user_id = None if is_owner(tx, caller) else caller.user_id
    limit, scope = request.query.limit or LONG_LIMIT, CursorScope(request.settings, caller, "devices")
    after = open_page(scope, request.query.cursor, str, "")
    found = list_devices(tx, caller.organization_id, user_id=user_id, after=after, limit=limit + 1)
    page, cursor = cut_page(scope, found, limit, lambda device: device.id)
    return DevicePage(items=[DeviceEntity(**_values(each)) for each in page], next_cursor=cursor)


def add(tx: Tx, caller: Caller, request: Request) -> NewDeviceEntity:
    """For the caller. A token gives a device no more than it may do itself."""
    body: DeviceBody = request.body
    for scope in (READ,) if body.is_read_only else (READ, WRITE):
        if not caller.may(scope):
            raise Forbidden(f"Your token lacks {scope}, so it cannot give it to a device")
    user = find_user(tx, caller.user_id or "")
    if user is None:
        raise Forbidden("Devices belong to a user, and this token has none")
    device_id, password = actions.add_device(
        tx, caller, user_id=user.id, name=body.name, is_read_only=body.is_read_only
    )
    account = DeviceAccount(request.base_url, user.email, password, body.name.strip(), device_id)
    return NewDeviceEntity(
        **_values(_find(tx, caller, device_id)), url=account.url, user=account.user, password=password
    )


def revoke(tx: Tx, caller: Caller, request: Request) -> None:
    actions.revoke_device(tx, caller, _find(tx, caller, part_id(request, "device_id", "Device")).id)


def _find(tx: Tx, caller: Caller, device_id: str) -> Device:
    """Raises NotFound if it does not exist, or belongs to another member and the caller is not an owner."""
    device = find_device(tx, caller.organization_id, device_id)
    if device is None or (device.user_id != caller.user_id and not is_owner(tx, caller)):
        raise NotFound("Device not found")
    return device


def _values(device: Device) -> dict[str, Any]:
    names = ("id", "name", "user_id", "email", "is_read_only", "user_agent", "created_at", "last_seen_at", "revoked_at")
    state = "active" if device.revoked_at is None else "revoked"
    return {name: getattr(device, name) for name in names} | {"state": state}
