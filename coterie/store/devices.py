"""Devices: only the hash of a password is stored."""

from typing import Any, NamedTuple

from coterie.model.devices import Device
from coterie.model.organizations import Caller
from coterie.store.database import Row, Tx

_COLUMNS = (
    "d.id, d.user_id, u.email, d.name, d.is_read_only, d.families, d.user_agent, d.created_at, d.last_seen_at,"
    " d.revoked_at, d.shows_groups, d.listed_from"
)
_COUNT = len(_COLUMNS.split(","))
VIA = "carddav"


class Login(NamedTuple):
    """A device that logged in. seen_revision: the last change sent to it."""

    caller: Caller
    device: Device
    seen_revision: int
    token_hash: str


def _device(row: Row) -> Device:
    return Device(
        id=row[0], user_id=row[1], email=row[2], name=row[3], is_read_only=bool(row[4]),
        families=tuple(row[5].split()), user_agent=row[6], created_at=row[7], last_seen_at=row[8], revoked_at=row[9],
        shows_groups=bool(row[10]), listed_from=row[11],
    )  # fmt: skip


def insert_device(
    tx: Tx, organization_id: int, device_id: str, *, user_id: str, name: str, token_hash: str, is_read_only: bool,
    shows_groups: bool, now: str,
) -> None:  # fmt: skip
    tx.run(
        "INSERT INTO devices (organization_id, id, user_id, name, token_hash, is_read_only, shows_groups, created_at)"
        " VALUES (:organization_id, :id, :user_id, :name, :token_hash, :is_read_only, :shows_groups, :now)",
        {
            "organization_id": organization_id, "id": device_id, "user_id": user_id, "name": name,
            "token_hash": token_hash, "is_read_only": is_read_only, "shows_groups": shows_groups, "now": now,
        },
    )  # fmt: skip


def find_login(tx: Tx, token_hash: str) -> Login | None:
    """The device with this password.

    None if it is unknown or revoked, or if the membership of its user ended after the device was added.
    """
    row = tx.one(
        f"SELECT {_COLUMNS}, o.id, o.uuid, o.country, d.seen_revision, o.contacts_max, o.file_bytes_max FROM devices d"
        " JOIN users u ON u.id = d.user_id JOIN organizations o ON o.id = d.organization_id"
        " JOIN memberships m ON m.organization_id = d.organization_id AND m.user_id = d.user_id"
        " WHERE d.token_hash = :token_hash AND d.revoked_at IS NULL AND m.created_at <= d.created_at",
        {"token_hash": token_hash},
    )
    if row is None:
        return None
    device = _device(row)
    organization_id, uuid, country, seen_revision, contacts_max, file_bytes_max = row[_COUNT:]
    caller = Caller(
        organization_id=organization_id, organization_uuid=uuid, country=country, user_id=device.user_id, scopes=(),
        via=VIA, token_id=device.id, contacts_max=contacts_max, file_bytes_max=file_bytes_max,
    )  # fmt: skip
    return Login(caller, device, seen_revision, token_hash)


def list_devices(
    tx: Tx, organization_id: int, *, user_id: str | None = None, after: str = "", limit: int
) -> list[Device]:
    """The devices of an organization or of one member, oldest first, including revoked ones. after: a device's id."""
    of_user = "" if user_id is None else " AND d.user_id = :user_id"
    bound: dict[str, Any] = {"organization_id": organization_id, "after": after, "limit": limit}
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM devices d JOIN users u ON u.id = d.user_id"
        f" WHERE d.organization_id = :organization_id AND d.id > :after{of_user} ORDER BY d.id LIMIT :limit",
        bound if user_id is None else bound | {"user_id": user_id},
    )
    return [_device(row) for row in rows]


def count_active_devices(tx: Tx, organization_id: int, user_id: str) -> int:
    """The number of a member's devices that are not revoked."""
    row = tx.one(
        "SELECT count(*) FROM devices WHERE organization_id = :organization_id AND user_id = :user_id"
        " AND revoked_at IS NULL",
        {"organization_id": organization_id, "user_id": user_id},
    )
    return int(row[0]) if row else 0


def find_device(tx: Tx, organization_id: int, device_id: str) -> Device | None:
    """A device, revoked or not."""
    row = tx.one(
        f"SELECT {_COLUMNS} FROM devices d JOIN users u ON u.id = d.user_id"
        " WHERE d.organization_id = :organization_id AND d.id = :id",
        {"organization_id": organization_id, "id": device_id},
    )
    return _device(row) if row else None


def save_groups(
    tx: Tx, organization_id: int, device_id: str, *, shows_groups: bool, listed_from: int | None = None
) -> None:
    """Saves whether a device sees groups, and the change number below which its sync tokens are invalid."""
    tx.run(
        "UPDATE devices SET shows_groups = :shows_groups, listed_from = coalesce(:listed_from, listed_from)"
        " WHERE organization_id = :organization_id AND id = :id",
        {
            "organization_id": organization_id, "id": device_id, "shows_groups": shows_groups,
            "listed_from": listed_from,
        },
    )  # fmt: skip


def revoke_device(tx: Tx, organization_id: int, device_id: str, now: str) -> bool:
    """Revokes a device. Returns whether it existed and was not revoked."""
    changed = tx.run(
        "UPDATE devices SET revoked_at = :now"
        " WHERE organization_id = :organization_id AND id = :id AND revoked_at IS NULL",
        {"organization_id": organization_id, "id": device_id, "now": now},
    )
    return changed == 1


def revoke_devices_of_user(tx: Tx, organization_id: int, user_id: str, now: str) -> int:
    """Revokes all devices of a user in one organization. Returns their number."""
    return tx.run(
        "UPDATE devices SET revoked_at = :now"
        " WHERE organization_id = :organization_id AND user_id = :user_id AND revoked_at IS NULL",
        {"organization_id": organization_id, "user_id": user_id, "now": now},
    )


def has_device(tx: Tx, organization_id: int, device_id: str) -> bool:
    row = tx.one(
        "SELECT 1 FROM devices WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": device_id},
    )
    return row is not None


def save_last_seen(
    tx: Tx, organization_id: int, device_id: str, *, now: str, user_agent: str, revision: int | None = None
) -> None:
    """Saves when and with which program a device was last seen, and the last change sent to it."""
    tx.run(
        "UPDATE devices SET last_seen_at = :now, user_agent = :user_agent,"
        " seen_revision = coalesce(:revision, seen_revision)"
        " WHERE organization_id = :organization_id AND id = :id",
        {
            "organization_id": organization_id, "id": device_id, "now": now, "user_agent": user_agent,
            "revision": revision,
        },
    )  # fmt: skip


def save_families(tx: Tx, organization_id: int, device_id: str, families: str) -> None:
    """Saves the names of the properties that a device has written, separated by spaces."""
    tx.run(
        "UPDATE devices SET families = :families WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": device_id, "families": families},
    )
