"""Organizations, users, memberships."""

from typing import Any

from coterie.model.organizations import OWNER, Member, Organization, User
from coterie.store.database import Row, Tx

COLUMNS = (
    "id, uuid, name, username, profile_picture_url, country, created_at, updated_at, contacts_max, file_bytes_max,"
    " time_zone, require_if_match"
)
# those that are read at once, for a page or for the names of users
MEMBERS_MAX = 1_000
_USER = "id, email, first_name, last_name, time_zone, created_at, updated_at"


def organization_of(row: Row) -> Organization:
    """An organization of a row of COLUMNS."""
    return Organization(*(*row[:-1], bool(row[-1])))


def find_organization(tx: Tx, organization_id: int) -> Organization | None:
    row = tx.one(
        f"SELECT {COLUMNS} FROM organizations WHERE id = :organization_id",
        {"organization_id": organization_id},
    )
    return organization_of(row) if row else None


def lock_organization(tx: Tx, organization_id: int) -> None:
    """Locks an organization's row until the commit: its limits are checked by one transaction at a time."""
    if tx.lock:
        tx.all(f"SELECT id FROM organizations WHERE id = :id{tx.lock}", {"id": organization_id})


def find_organization_by_uuid(tx: Tx, uuid: str) -> Organization | None:
    """None if there is no such organization."""
    row = tx.one(f"SELECT {COLUMNS} FROM organizations WHERE uuid = :uuid", {"uuid": uuid})
    return organization_of(row) if row else None


def any_organization(tx: Tx) -> bool:
    """Whether the instance has an organization."""
    return tx.one("SELECT 1 FROM organizations LIMIT 1") is not None


def list_organizations(tx: Tx, limit: int = 1000) -> list[Organization]:
    """The first organizations of this instance, oldest first."""
    rows = tx.all(f"SELECT {COLUMNS} FROM organizations ORDER BY id LIMIT :limit", {"limit": limit})
    return [organization_of(row) for row in rows]


def count_members(tx: Tx, organization_id: int) -> int:
    row = tx.one(
        "SELECT count(*) FROM memberships WHERE organization_id = :organization_id",
        {"organization_id": organization_id},
    )
    return int(row[0]) if row else 0


def list_organizations_of_user(tx: Tx, user_id: str) -> list[Organization]:
    """The organizations a user is a member of, oldest first."""
    columns = ", ".join(f"o.{name}" for name in COLUMNS.split(", "))
    rows = tx.all(
        f"SELECT {columns} FROM memberships m JOIN organizations o ON o.id = m.organization_id"
        " WHERE m.user_id = :user_id ORDER BY o.id",
        {"user_id": user_id},
    )
    return [organization_of(row) for row in rows]


def list_organizations_of_token(tx: Tx, organization_id: int, token_id: str) -> list[Organization]:
    """The organizations a token grants access to, oldest first: its own, or all of its user's.

    A membership that is newer than the token does not count.
    """
    columns = ", ".join(f"o.{name}" for name in COLUMNS.split(", "))
    rows = tx.all(
        f"SELECT {columns} FROM access_tokens t JOIN memberships m ON m.user_id = t.user_id"
        " JOIN organizations o ON o.id = m.organization_id"
        " WHERE t.organization_id = :organization_id AND t.id = :token_id"
        " AND (t.all_organizations OR o.id = t.organization_id) AND m.created_at <= t.created_at ORDER BY o.id",
        {"organization_id": organization_id, "token_id": token_id},
    )
    return [organization_of(row) for row in rows]


def insert_organization(tx: Tx, organization: Organization) -> Organization:
    """Inserts an organization with the next free id; the given id is ignored."""
    row = tx.one(
        "INSERT INTO organizations (id, uuid, name, username, profile_picture_url, country, time_zone, created_at,"
        " updated_at) SELECT coalesce(max(id), 0) + 1, :uuid, :name, :username, :picture, :country, :zone, :now, :now"
        f" FROM organizations RETURNING {COLUMNS}",
        {
            "uuid": organization.uuid,
            "name": organization.name,
            "username": organization.username,
            "picture": organization.profile_picture_url,
            "country": organization.country,
            "zone": organization.time_zone,
            "now": organization.created_at,
        },
    )
    assert row is not None
    return organization_of(row)


def insert_user(tx: Tx, user: User, email_key: str, password_hash: str) -> None:
    """email_key: the e-mail address in its normalized form."""
    tx.run(
        "INSERT INTO users (id, email, email_key, password_hash, first_name, last_name, time_zone, created_at,"
        " updated_at) VALUES (:id, :email, :email_key, :password_hash, :first_name, :last_name, :time_zone,"
        " :now, :now)",
        {
            "id": user.id,
            "email": user.email,
            "email_key": email_key,
            "password_hash": password_hash,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "time_zone": user.time_zone,
            "now": user.created_at,
        },
    )


def find_user(tx: Tx, user_id: str) -> User | None:
    row = tx.one(f"SELECT {_USER} FROM users WHERE id = :id", {"id": user_id})
    return User(*row) if row else None


def find_login(tx: Tx, email_key: str) -> tuple[str, str] | None:
    """(user id, password hash) for an e-mail address in its normalized form."""
    row: Row | None = tx.one(
        "SELECT id, password_hash FROM users WHERE email_key = :email_key", {"email_key": email_key}
    )
    return (row[0], row[1]) if row else None


def insert_membership(tx: Tx, organization_id: int, user_id: str, role: str, now: str) -> None:
    tx.run(
        "INSERT INTO memberships (organization_id, user_id, role, created_at)"
        " VALUES (:organization_id, :user_id, :role, :now)",
        {"organization_id": organization_id, "user_id": user_id, "role": role, "now": now},
    )


def save_role(tx: Tx, organization_id: int, user_id: str, role: str) -> None:
    tx.run(
        "UPDATE memberships SET role = :role WHERE organization_id = :organization_id AND user_id = :user_id",
        {"organization_id": organization_id, "user_id": user_id, "role": role},
    )


def find_membership(tx: Tx, organization_id: int, user_id: str) -> str | None:
    """A user's role in an organization, or None."""
    row = tx.one(
        "SELECT role FROM memberships WHERE organization_id = :organization_id AND user_id = :user_id",
        {"organization_id": organization_id, "user_id": user_id},
    )
    return row[0] if row else None


_MEMBERS = (
    "SELECT u.id, u.email, u.first_name, u.last_name, m.role, m.created_at, u.time_zone FROM memberships m"
    " JOIN users u ON u.id = m.user_id WHERE m.organization_id = :organization_id"
)


def find_member(tx: Tx, organization_id: int, user_id: str) -> Member | None:
    bound = {"organization_id": organization_id, "user_id": user_id}
    row = tx.one(f"{_MEMBERS} AND u.id = :user_id", bound)
    return Member(*row) if row else None


def list_members(
    tx: Tx,
    organization_id: int,
    *,
    role: str | None = None,
    after: tuple[str, str] | None = None,
    limit: int = MEMBERS_MAX,
) -> list[Member]:
    """The members of an organization, or those with a role, longest membership first.

    after: (created_at, user_id) of a membership.
    """
    with_role = "" if role is None else " AND m.role = :role"
    created_at, user_id = after or ("", "")
    bound: dict[str, Any] = {
        "organization_id": organization_id, "created_at": created_at, "user_id": user_id, "limit": limit,
    }  # fmt: skip
    rows = tx.all(
        f"{_MEMBERS}{with_role} AND (m.created_at, u.id) > (:created_at, :user_id)"
        " ORDER BY m.created_at, u.id LIMIT :limit",
        bound if role is None else bound | {"role": role},
    )
    return [Member(*row) for row in rows]


def names_of_members(tx: Tx, organization_id: int) -> dict[str, str]:
    """user id -> name, or the e-mail address where there is none, of the first 1,000 members."""
    return {member.user_id: member.name for member in list_members(tx, organization_id)}


def count_owners(tx: Tx, organization_id: int) -> int:
    row = tx.one(
        "SELECT count(*) FROM memberships WHERE organization_id = :organization_id AND role = :owner",
        {"organization_id": organization_id, "owner": OWNER},
    )
    return int(row[0]) if row else 0


def delete_membership(tx: Tx, organization_id: int, user_id: str) -> None:
    tx.run(
        "DELETE FROM memberships WHERE organization_id = :organization_id AND user_id = :user_id",
        {"organization_id": organization_id, "user_id": user_id},
    )


def delete_organization(tx: Tx, organization_id: int) -> None:
    """Deletes an organization and, by their foreign keys, its rows in every table."""
    # the only foreign key that does not cascade; PostgreSQL checks it before the pets are deleted
    tx.run(
        "UPDATE pets SET second_owner_id = NULL WHERE organization_id = :organization_id"
        " AND second_owner_id IS NOT NULL",
        {"organization_id": organization_id},
    )
    tx.run("DELETE FROM organizations WHERE id = :organization_id", {"organization_id": organization_id})


def save_organization(tx: Tx, organization_id: int, organization: Organization) -> None:
    """Saves the settings of an organization and its name."""
    tx.run(
        "UPDATE organizations SET name = :name, country = :country, contacts_max = :contacts_max,"
        " file_bytes_max = :file_bytes_max, time_zone = :time_zone, require_if_match = :require_if_match,"
        " updated_at = :now WHERE id = :organization_id",
        {
            "organization_id": organization_id,
            "name": organization.name,
            "country": organization.country,
            "contacts_max": organization.contacts_max,
            "file_bytes_max": organization.file_bytes_max,
            "time_zone": organization.time_zone,
            "require_if_match": organization.require_if_match,
            "now": organization.updated_at,
        },
    )
