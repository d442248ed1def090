"""Properties that clients set on their own view of a resource (RFC 4918, section 4)."""

from coterie.store.database import Tx

_OF = " WHERE organization_id = :organization_id AND user_id = :user_id AND resource = :resource"


def list_dav_properties(tx: Tx, organization_id: int, user_id: str, resource: str) -> dict[str, str]:
    """name -> the element as XML, of those a user's clients set on a resource."""
    rows = tx.all(
        f"SELECT name, value FROM dav_properties{_OF} ORDER BY name",
        {"organization_id": organization_id, "user_id": user_id, "resource": resource},
    )
    return {name: value for name, value in rows}


def save_dav_property(tx: Tx, organization_id: int, user_id: str, resource: str, *, name: str, value: str) -> None:
    row = {
        "organization_id": organization_id, "user_id": user_id, "resource": resource, "name": name, "value": value,
    }  # fmt: skip
    tx.insert_rows("dav_properties", [row], replace_on=("organization_id", "user_id", "resource", "name"))


def delete_dav_property(tx: Tx, organization_id: int, user_id: str, resource: str, name: str) -> None:
    tx.run(
        f"DELETE FROM dav_properties{_OF} AND name = :name",
        {"organization_id": organization_id, "user_id": user_id, "resource": resource, "name": name},
    )
