"""Organizations, users, memberships, access tokens."""

from coterie.model.organizations import Caller, Organization, User
from coterie.store.database import Row, Tx

_ORGANIZATION = "id, uuid, name, username, profile_picture_url, country, created_at, updated_at"
_USER = "id, email, first_name, last_name, time_zone, created_at, updated_at"


def find_organization(tx: Tx, organization_id: int) -> Organization | None:
    """One organization."""
    row = tx.one(
        f"SELECT {_ORGANIZATION} FROM organizations WHERE id = :organization_id",
        {"organization_id": organization_id},
    )
    return Organization(*row) if row else None


def find_organization_by_uuid(tx: Tx, uuid: str) -> Organization | None:
    """The organization the command line names."""
    row = tx.one(f"SELECT {_ORGANIZATION} FROM organizations WHERE uuid = :uuid", {"uuid": uuid})
    return Organization(*row) if row else None


def any_organization(tx: Tx) -> bool:
    """Whether this instance is set up."""
    return tx.one("SELECT 1 FROM organizations LIMIT 1") is not None


def list_organizations(tx: Tx, limit: int = 1000) -> list[Organization]:
    """The first organizations of this instance, oldest first."""
    rows = tx.all(f"SELECT {_ORGANIZATION} FROM organizations ORDER BY id LIMIT :limit", {"limit": limit})
    return [Organization(*row) for row in rows]


def count_members(tx: Tx, organization_id: int) -> int:
    """How many users belong to an organization."""
    row = tx.one(
        "SELECT count(*) FROM memberships WHERE organization_id = :organization_id",
        {"organization_id": organization_id},
    )
    return int(row[0]) if row else 0


def list_organizations_of_user(tx: Tx, user_id: str) -> list[Organization]:
    """The organizations a user is a member of, oldest first."""
    columns = ", ".join(f"o.{name}" for name in _ORGANIZATION.split(", "))
    rows = tx.all(
        f"SELECT {columns} FROM memberships m JOIN organizations o ON o.id = m.organization_id"
        " WHERE m.user_id = :user_id ORDER BY o.id",
        {"user_id": user_id},
    )
    return [Organization(*row) for row in rows]


def list_organizations_of_token(tx: Tx, organization_id: int, token_id: str) -> list[Organization]:
    """The organizations a token speaks for, oldest first: its own, or all of its user's."""
    columns = ", ".join(f"o.{name}" for name in _ORGANIZATION.split(", "))
    rows = tx.all(
        f"SELECT {columns} FROM access_tokens t JOIN memberships m ON m.user_id = t.user_id"
        " JOIN organizations o ON o.id = m.organization_id"
        " WHERE t.organization_id = :organization_id AND t.id = :token_id"
        " AND (t.all_organizations OR o.id = t.organization_id) ORDER BY o.id",
        {"organization_id": organization_id, "token_id": token_id},
    )
    return [Organization(*row) for row in rows]


def insert_organization(tx: Tx, organization: Organization) -> Organization:
    """A new organization; its id is the next free one, whatever the given one says."""
    row = tx.one(
        "INSERT INTO organizations (id, uuid, name, username, profile_picture_url, country, created_at, updated_at)"
        " SELECT coalesce(max(id), 0) + 1, :uuid, :name, :username, :picture, :country, :now, :now"
        f" FROM organizations RETURNING {_ORGANIZATION}",
        {
            "uuid": organization.uuid,
            "name": organization.name,
            "username": organization.username,
            "picture": organization.profile_picture_url,
            "country": organization.country,
            "now": organization.created_at,
        },
    )
    assert row is not None
    return Organization(*row)


def insert_user(tx: Tx, user: User, email_key: str, password_hash: str) -> None:
    """A new user; email_key is the e-mail address in its matching form."""
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
    """One user."""
    row = tx.one(f"SELECT {_USER} FROM users WHERE id = :id", {"id": user_id})
    return User(*row) if row else None


def find_login(tx: Tx, email_key: str) -> tuple[str, str] | None:
    """(user id, password hash) for an e-mail address in its matching form."""
    row: Row | None = tx.one(
        "SELECT id, password_hash FROM users WHERE email_key = :email_key", {"email_key": email_key}
    )
    return (row[0], row[1]) if row else None


def insert_membership(tx: Tx, organization_id: int, user_id: str, role: str, now: str) -> None:
    """A user's place and role in an organization."""
    tx.run(
        "INSERT INTO memberships (organization_id, user_id, role, created_at)"
        " VALUES (:organization_id, :user_id, :role, :now)",
        {"organization_id": organization_id, "user_id": user_id, "role": role, "now": now},
    )


def find_membership(tx: Tx, organization_id: int, user_id: str) -> str | None:
    """A user's role in an organization, or None."""
    row = tx.one(
        "SELECT role FROM memberships WHERE organization_id = :organization_id AND user_id = :user_id",
        {"organization_id": organization_id, "user_id": user_id},
    )
    return row[0] if row else None


# Access tokens --------------------------------------------------------------------------------------------------------


def insert_access_token(
    tx: Tx,
    organization_id: int,
    token_id: str,
    *,
    user_id: str,
    token_hash: str,
    name: str,
    scopes: str,
    all_organizations: bool,
    now: str,
) -> None:
    """A new token, of which only the hash is kept."""
    tx.run(
        "INSERT INTO access_tokens (organization_id, id, user_id, token_hash, name, scopes, all_organizations,"
        " created_at) VALUES (:organization_id, :id, :user_id, :token_hash, :name, :scopes, :all, :now)",
        {
            "organization_id": organization_id,
            "id": token_id,
            "user_id": user_id,
            "token_hash": token_hash,
            "name": name,
            "scopes": scopes,
            "all": all_organizations,
            "now": now,
        },
    )


_CALLER = (
    "SELECT t.organization_id, o.uuid, o.country, t.user_id, t.scopes, t.id, t.all_organizations, t.last_used_at"
    " FROM access_tokens t JOIN organizations o ON o.id = t.organization_id"
    " JOIN memberships m ON m.organization_id = t.organization_id AND m.user_id = t.user_id"
    " WHERE t.token_hash = :token_hash AND t.revoked_at IS NULL"
    " AND (t.expires_at IS NULL OR t.expires_at > :now)"
)


def find_caller(tx: Tx, token_hash: str, via: str, now: str) -> tuple[Caller, bool, str | None] | None:
    """Who a token speaks for: (caller, whether for all organizations of its user, when it was last used).

    None for a token that is unknown, revoked or expired, or whose user has left the organization.
    """
    row = tx.one(_CALLER, {"token_hash": token_hash, "now": now})
    if row is None:
        return None
    # not for_organization: every request would pay for the columns of an Organization
    caller = Caller(
        organization_id=row[0],
        organization_uuid=row[1],
        country=row[2],
        user_id=row[3],
        scopes=tuple(row[4].split()),
        via=via,
        token_id=row[5],
    )
    return caller, bool(row[6]), row[7]


def touch_access_token(tx: Tx, organization_id: int, token_id: str, now: str) -> None:
    """Remember when a token was last used."""
    tx.run(
        "UPDATE access_tokens SET last_used_at = :now WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": token_id, "now": now},
    )


def delete_oldest_access_tokens(tx: Tx, organization_id: int, user_id: str, name: str, *, keep: int) -> None:
    """Remove a user's tokens of one name, revoked ones among them, but for the newest so many."""
    tx.run(
        "DELETE FROM access_tokens WHERE organization_id = :organization_id AND user_id = :user_id AND name = :name"
        " AND id NOT IN (SELECT id FROM access_tokens WHERE organization_id = :organization_id"
        " AND user_id = :user_id AND name = :name ORDER BY id DESC LIMIT :keep)",
        {"organization_id": organization_id, "user_id": user_id, "name": name, "keep": keep},
    )


def revoke_access_token(tx: Tx, organization_id: int, token_id: str, now: str) -> None:
    """From now on the token is worth nothing."""
    tx.run(
        "UPDATE access_tokens SET revoked_at = :now WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": token_id, "now": now},
    )
