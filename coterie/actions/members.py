"""Members of an organization."""

from coterie.actions.events import record
from coterie.errors import Conflict, NotFound, invalid
from coterie.model import times
from coterie.model.emails import normalize_email
from coterie.model.ids import new_id
from coterie.model.organizations import OWNER, ROLES, Caller, User
from coterie.store import organizations as store
from coterie.store.access_tokens import revoke_access_tokens_of_user
from coterie.store.database import Tx
from coterie.store.devices import revoke_devices_of_user


def find_member(tx: Tx, caller: Caller, email: str) -> str:
    """The user id of the member with this e-mail address. Raises NotFound if there is none."""
    login = store.find_login(tx, normalize_email(email.strip(), "email"))
    if login is None or store.find_membership(tx, caller.organization_id, login[0]) is None:
        raise NotFound(f"{email} is not a member of this organization")
    return login[0]


def add_member(tx: Tx, caller: Caller, email: str, *, role: str, password_hash: str | None) -> str:
    """Adds a member and returns the user id. password_hash is for a new user; a user who exists keeps the password.

    Raises Invalid if the address or the role is not valid, or a new user has no password; Conflict if the user is a
    member already.
    """
    if role not in ROLES:
        raise invalid("role", f"is not {' or '.join(ROLES)}", kind="choice")
    email_key, now = normalize_email(email.strip(), "email"), times.now()
    login = store.find_login(tx, email_key)
    if login is not None and store.find_membership(tx, caller.organization_id, login[0]) is not None:
        raise Conflict(f"{email} is already a member")
    user_id = login[0] if login is not None else _insert_user(tx, caller, email, email_key, password_hash=password_hash)
    store.insert_membership(tx, caller.organization_id, user_id, role, now)
    record(tx, caller, "member.added", user_id, changes={"role": (None, role)}, now=now)
    return user_id


def _insert_user(tx: Tx, caller: Caller, email: str, email_key: str, *, password_hash: str | None) -> str:
    if password_hash is None:
        raise invalid("password", "is needed for a new user", kind="missing")
    organization, now = store.find_organization(tx, caller.organization_id), times.now()
    user = User(
        id=new_id(),
        email=email.strip(),
        first_name=None,
        last_name=None,
        time_zone=organization.time_zone if organization else "UTC",
        created_at=now,
        updated_at=now,
    )
    store.insert_user(tx, user, email_key, password_hash)
    return user.id


def change_role(tx: Tx, caller: Caller, email: str, role: str) -> None:
    """Gives a member another role. Raises Invalid if the role does not exist, NotFound if the user is not a member,
    Conflict for the last owner."""
    if role not in ROLES:
        raise invalid("role", f"is not {' or '.join(ROLES)}", kind="choice")
    store.lock_organization(tx, caller.organization_id)
    user_id = find_member(tx, caller, email)
    before = store.find_membership(tx, caller.organization_id, user_id)
    if before == role:
        return
    _check_other_owner(tx, caller, email, before)
    store.save_role(tx, caller.organization_id, user_id, role)
    record(tx, caller, "member.role_changed", user_id, changes={"role": (before, role)})


def _check_other_owner(tx: Tx, caller: Caller, email: str, role: str | None) -> None:
    if role == OWNER and store.count_owners(tx, caller.organization_id) == 1:
        raise Conflict(f"{email} is the only owner: add another owner first")


def remove_member(tx: Tx, caller: Caller, email: str) -> int:
    """Ends a membership and revokes the user's tokens and devices for this organization. Returns how many tokens were
    revoked.

    What the user wrote stays. Raises NotFound if the user is not a member, Conflict for the last owner.
    """
    user_id, now = find_member(tx, caller, email), times.now()
    _check_other_owner(tx, caller, email, store.find_membership(tx, caller.organization_id, user_id))
    store.delete_membership(tx, caller.organization_id, user_id)
    revoked = revoke_access_tokens_of_user(tx, caller.organization_id, user_id, now)
    revoke_devices_of_user(tx, caller.organization_id, user_id, now)
    record(tx, caller, "member.removed", user_id, now=now)
    return revoked
